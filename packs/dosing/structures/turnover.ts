import { tsit5 } from '@gemel/numerics/ode/tsit5';
import type { Structure } from '../structure.ts';
import { disposition } from './disposition.ts';
import { equations } from './equations.ts';

const SOURCE = 'Dayneka and others 1993, doi:10.1007/BF01061691';
const LINEAR = 'linear compartments';

/** What the drug does to a response that is formed and lost all the time. */
export type TurnoverAction =
  | 'inhibits-forming' // I
  | 'inhibits-loss' // II
  | 'stimulates-forming' // III
  | 'stimulates-loss'; // IV

/**
 * Indirect responses I to IV: R' = KOUT·BASE·(forming) − KOUT·(loss)·R, one of which the concentration of a drug in linear compartments
 * inhibits, 1 − MAX·C/(C50 + C), or stimulates, 1 + MAX·C/(C50 + C). The level is the response, in its own unit; BASE is that without
 * the drug. Names: CL, those of the spaces, KOUT (1/h), BASE, MAX, C50 (mg/L); by mouth KA, ALAG, F, D.
 */
export function turnover(action: TurnoverAction, peripherals: 0 | 1, depot: boolean): Structure {
  const spaces = disposition(peripherals, depot, 'concentration');
  const sign = action.startsWith('inhibits') ? '-' : '+';
  const [forming, loss] = action.endsWith('forming') ? ['*factor', ''] : ['', '*factor'];
  return equations({
    text: {
      id: `turnover-${action}-${peripherals + 1}${depot ? '-oral' : ''}`,
      title: 'Indirect response',
      time: 'h',
      parameters: {
        CL: `1 : L/h : clearance : ${LINEAR}`,
        ...spaces.parameters,
        KOUT: `0.1 : /h : rate of loss of the response : ${SOURCE}`,
        BASE: `1 : 1 : response without the drug : ${SOURCE}`,
        MAX: `0.9 : 1 : largest share by which forming or loss changes : ${SOURCE}`,
        C50: `1 : mg/L : concentration of half of that : ${SOURCE}`,
      },
      definitions: {
        concentration: `central/VC : mg/L : concentration : ${LINEAR}`,
        factor: `1 ${sign} MAX*concentration/(C50 + concentration) : 1 : share of forming or loss : ${SOURCE}`,
        effect: `response : 1 : response : ${SOURCE}`,
      },
      states: {
        ...spaces.states,
        response: `BASE : 1 : response : ${SOURCE}`,
        exposure: '0 : h : response over time : what targets are of',
      },
      equations: {
        ...spaces.equations,
        central: `-CL*concentration${spaces.exchange}`,
        response: `KOUT*BASE${forming} - KOUT*response${loss}`,
        exposure: 'response',
      },
    },
    sites: spaces.sites,
    reads: 'effect',
    stepping: { solver: tsit5, relative: 1e-8, absolute: 1e-9 },
  });
}
