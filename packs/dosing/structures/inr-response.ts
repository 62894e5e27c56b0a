import { rk4 } from '@gemel/numerics/ode/rk4';
import { tsit5 } from '@gemel/numerics/ode/tsit5';
import { equations } from './equations.ts';

const SOURCE = 'Hamberg 2007, doi:10.1038/sj.clpt.6100084, Appendix';

const TEXT = {
  id: 'inr-response',
  title: 'INR under warfarin',
  time: 'h',
  parameters: {
    CL: `0.314 : L/h : clearance of S-warfarin : ${SOURCE}`,
    VC: `13.8 : L : central volume : ${SOURCE}`,
    Q: `0.131 : L/h : clearance of exchange : ${SOURCE}`,
    VP: `6.59 : L : peripheral volume : ${SOURCE}`,
    KA: `2 : /h : rate of absorption : ${SOURCE}`,
    EC50: `4.61 : mg/L : concentration of half the largest inhibition : ${SOURCE}`,
    GAMMA: `0.424 : 1 : steepness of inhibition : ${SOURCE}`,
    MTT1: `11.6 : h : transit time of each of six steps : ${SOURCE}`,
    MTT2: `120 : h : transit time of the single step : ${SOURCE}`,
    LAMBDA: `3.61 : 1 : steepness of the INR : ${SOURCE}`,
    INRMAX: `20 : 1 : largest rise of the INR : ${SOURCE}`,
    BASE: `1 : 1 : INR without warfarin : ${SOURCE}`,
  },
  definitions: {
    ratio: `max(central, 0*central)/VC/EC50 : 1 : concentration over that of half inhibition : ${SOURCE}`,
    formed: `1/(1 + ratio^GAMMA) : 1 : share of clotting factors still formed : ${SOURCE}`,
    inr: `BASE + INRMAX*max(1 - six*slow, 0)^LAMBDA : 1 : INR : ${SOURCE}`,
  },
  states: {
    gut: `0 : mg : S-warfarin in the gut : ${SOURCE}`,
    central: `0 : mg : S-warfarin in the central space : ${SOURCE}`,
    peripheral: `0 : mg : S-warfarin in the peripheral space : ${SOURCE}`,
    one: `1 : 1 : first of six steps : ${SOURCE}`,
    two: `1 : 1 : second : ${SOURCE}`,
    three: `1 : 1 : third : ${SOURCE}`,
    four: `1 : 1 : fourth : ${SOURCE}`,
    five: `1 : 1 : fifth : ${SOURCE}`,
    six: `1 : 1 : sixth : ${SOURCE}`,
    slow: `1 : 1 : the single step : ${SOURCE}`,
    exposure: '0 : h : INR over time : what targets are of',
  },
  equations: {
    gut: '-KA*gut',
    central: 'KA*gut - (CL + Q)/VC*central + Q/VP*peripheral',
    peripheral: 'Q/VC*central - Q/VP*peripheral',
    one: '(formed - one)/MTT1',
    two: '(one - two)/MTT1',
    three: '(two - three)/MTT1',
    four: '(three - four)/MTT1',
    five: '(four - five)/MTT1',
    six: '(five - six)/MTT1',
    slow: '(formed - slow)/MTT2',
    exposure: 'inr',
  },
} as const;

/**
 * Warfarin to INR, Hamberg 2007: S-warfarin in two compartments inhibits the forming of clotting factors, whose fall is seen through
 * six steps of MTT1 each and, beside them, one of MTT2; INR = BASE + INRMAX·(1 − A₆·A₈)^LAMBDA. The level is the INR. Doses are
 * of the racemate, of which F enters as S-warfarin. Explicit methods of fifth order while the gut empties, of fourth afterwards; halving
 * their steps changes no INR by 0.0001.
 */
export const inrResponse = equations({
  text: TEXT,
  sites: { blood: 'central', gut: 'gut' },
  reads: 'inr',
  stepping: {
    kind: 'fixed',
    solver: tsit5,
    step: 0.5,
    calm: { solver: rk4, step: 1, state: 'gut', below: 0.001 },
  },
});
