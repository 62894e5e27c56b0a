import { tsit5 } from '@gemel/numerics/ode/tsit5';
import type { Structure } from '../structure.ts';
import { disposition } from './disposition.ts';
import { equations } from './equations.ts';

const SOURCE = 'Michaelis and Menten 1913, Biochem Z 49:333';
const WANING = 'Friberg 2012, doi:10.1128/AAC.05761-11';

export interface MichaelisMenten {
  readonly peripherals: 0 | 1;
  /** Doses by mouth as well, absorbed by first order. */
  readonly depot?: boolean;
  /** A clearance by first order beside the saturable one. */
  readonly linear?: boolean;
  /**
   * The largest rate falls with the time T (h) since the first dose: VMAX·(1 − VINH·(T − 1)/(T − 1 + T50 − 1)), from 1 h on; VMAX is
   * that of the first hour.
   */
  readonly waning?: boolean;
  /** How many of the drug's unit of concentration are 1 mg/L; 1 where absent. */
  readonly perMg?: number;
}

/**
 * Saturable elimination from the central space, VMAX·C/(KM + C), of one or two spaces. Names: VMAX (mg/h), KM (mg/L), those of the
 * spaces, CL where `linear`, VINH and T50 (h) where `waning`; by mouth KA, ALAG, F, D.
 */
export function michaelisMenten(given: MichaelisMenten): Structure {
  const { peripherals, depot = false, linear = false, waning = false, perMg = 1 } = given;
  const spaces = disposition(peripherals, depot, 'concentration');
  return equations({
    text: {
      id: `michaelis-menten-${peripherals + 1}${linear ? '-linear' : ''}${waning ? '-waning' : ''}${depot ? '-oral' : ''}`,
      title: 'Saturable elimination',
      time: 'h',
      parameters: {
        VMAX: `10 : mg/h : largest rate of elimination : ${SOURCE}`,
        KM: `1 : mg/L : concentration of half the largest rate : ${SOURCE}`,
        ...spaces.parameters,
        ...(linear && { CL: '1 : L/h : clearance of first order : linear compartments' }),
        ...(waning && {
          VINH: `0.5 : 1 : share of the largest rate that is lost : ${WANING}`,
          T50: `2 : h : when half of that is lost : ${WANING}`,
        }),
      },
      definitions: {
        concentration: 'central/VC : mg/L : concentration : linear compartments',
        ...(waning && {
          first: `1 : h : the time that VMAX is of : ${WANING}`,
          late: `max(since - first, 0*since) : h : time after that : ${WANING}`,
        }),
        largest: waning
          ? `VMAX*(1 - VINH*late/(late + T50 - first)) : mg/h : largest rate now : ${WANING}`
          : `VMAX : mg/h : largest rate : ${SOURCE}`,
      },
      states: {
        ...spaces.states,
        ...(waning && {
          begun: '0 : 1 : 1 from the first dose on : what time is counted from',
          since: '0 : h : time since the first dose : what time is counted from',
        }),
        exposure: '0 : mg.h/L : concentration over time : what targets are of',
      },
      equations: {
        ...spaces.equations,
        central: `-largest*concentration/(KM + concentration)${linear ? ' - CL*concentration' : ''}${spaces.exchange}`,
        ...(waning && { begun: '0', since: 'begun' }),
        exposure: 'concentration',
      },
    },
    sites: spaces.sites,
    reads: 'concentration',
    perMg,
    ...(waning && { begun: 'begun' }),
    stepping: {
      solver: tsit5,
      relative: 1e-6,
      absolute: 1e-6,
      first: 1,
      ...(depot && { emptied: { state: 'gut', below: 1e-5 } }),
    },
  });
}
