import { rodas5p } from '@gemel/numerics/ode/rodas5p';
import type { Structure } from '../structure.ts';
import { disposition } from './disposition.ts';
import { equations, type Stepping } from './equations.ts';

const FULL = 'Mager and Jusko 2001, doi:10.1023/A:1014414520282';
const STEADY = 'Gibiansky and others 2008, doi:10.1007/s10928-008-9102-8';

/** Binding is fast against what else happens: the equations are stiff. */
const STEPPING: Stepping = { solver: rodas5p, relative: 1e-8, absolute: 1e-10 };

export interface TargetMediated {
  readonly peripherals: 0 | 1;
  /** Doses under the skin or by mouth as well, absorbed by first order. */
  readonly depot?: boolean;
  /** What the assay sees: drug that is not bound, or all of it. */
  readonly measured: 'free' | 'total';
  /** How many of the drug's unit of concentration are 1 mg/L; 1 where absent. */
  readonly perMg?: number;
}

const TARGET = (source: string) => ({
  CL: `0.01 : L/h : clearance of first order of free drug : ${source}`,
  KSYN: `0.1 : mg/L/h : target formed : ${source}`,
  KDEG: `0.1 : /h : loss of free target : ${source}`,
  KINT: `0.05 : /h : loss of the complex : ${source}`,
});

/**
 * A drug that is bound and taken up by its target, all of it in the central space: free drug, free target and complex. Target and
 * complex are in mg of the drug that they would bind or have bound, by L. Names: CL, KSYN (mg/L/h), KDEG, KINT (1/h), KON (L/mg/h), KOFF
 * (1/h) and those of the spaces. Without drug the target is KSYN/KDEG.
 */
export function targetMediated({ peripherals, depot = false, measured, perMg = 1 }: TargetMediated): Structure {
  const spaces = disposition(peripherals, depot, 'free');
  return equations({
    text: {
      id: `target-mediated-${peripherals + 1}${depot ? '-depot' : ''}`,
      title: 'Target-mediated disposition',
      time: 'h',
      parameters: {
        ...TARGET(FULL),
        KON: `1 : L/mg/h : binding : ${FULL}`,
        KOFF: `0.01 : /h : release : ${FULL}`,
        ...spaces.parameters,
      },
      definitions: {
        free: 'central/VC : mg/L : free drug : linear compartments',
        total: `free + complex : mg/L : free and bound drug : ${FULL}`,
        bound: `KON*free*target - KOFF*complex : mg/L/h : net binding : ${FULL}`,
      },
      states: {
        ...spaces.states,
        target: `KSYN/KDEG : mg/L : free target : ${FULL}`,
        complex: `0 : mg/L : drug with its target : ${FULL}`,
        exposure: '0 : mg.h/L : concentration over time : what targets are of',
      },
      equations: {
        ...spaces.equations,
        central: `-CL*free - bound*VC${spaces.exchange}`,
        target: 'KSYN - KDEG*target - bound',
        complex: 'bound - KINT*complex',
        exposure: measured,
      },
    },
    sites: spaces.sites,
    reads: measured,
    perMg,
    stepping: STEPPING,
  });
}

/**
 * The same where binding is so fast that free drug, target and complex are always at their quasi-steady state, at which
 * free drug times free target is KSS times the complex: KSS = (KOFF + KINT)/KON, or of quasi-equilibrium KOFF/KON. Names: KSS (mg/L)
 * in place of KON and KOFF.
 */
export function quasiSteadyTarget({ peripherals, depot = false, measured, perMg = 1 }: TargetMediated): Structure {
  const spaces = disposition(peripherals, depot, 'free');
  return equations({
    text: {
      id: `target-mediated-${peripherals + 1}-quasi-steady${depot ? '-depot' : ''}`,
      title: 'Target-mediated disposition, quasi-steady state',
      time: 'h',
      parameters: {
        ...TARGET(STEADY),
        KSS: `0.1 : mg/L : free drug times free target over the complex : ${STEADY}`,
        ...spaces.parameters,
      },
      definitions: {
        total: `central/VC : mg/L : free and bound drug : ${STEADY}`,
        excess: `total - target - KSS : mg/L : drug beyond what is bound : ${STEADY}`,
        free: `(excess + sqrt(excess^2 + 4*KSS*total))/2 : mg/L : free drug : ${STEADY}, equation 16`,
        complex: `target*free/(KSS + free) : mg/L : drug with its target : ${STEADY}`,
      },
      states: {
        ...spaces.states,
        target: `KSYN/KDEG : mg/L : free and bound target : ${STEADY}`,
        exposure: '0 : mg.h/L : concentration over time : what targets are of',
      },
      equations: {
        ...spaces.equations,
        central: `-CL*free - KINT*complex*VC${spaces.exchange}`,
        target: 'KSYN - KDEG*(target - complex) - KINT*complex',
        exposure: measured,
      },
    },
    sites: spaces.sites,
    reads: measured,
    perMg,
    stepping: STEPPING,
  });
}
