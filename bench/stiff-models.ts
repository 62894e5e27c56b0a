import { number } from '@gemel/modeling/expression/expression';
import { parse } from '@gemel/modeling/expression/parse';
import type { Model } from '@gemel/modeling/model/model';

/** The rates of a stiff problem as text, states y1, y2, …: for what generates its own code from equations. */
export interface StiffEquations {
  readonly definitions: Readonly<Record<string, string>>;
  readonly rates: readonly string[];
}

/** Mazzia, Magherini 2008, as in packages/numerics/ode/stiff-problems.data.ts. */
export const stiffEquations: Readonly<Record<string, StiffEquations>> = {
  ROBER: {
    definitions: { slow: '0.04*y1', back: '1e4*y2*y3', fast: '3e7*y2*y2' },
    rates: ['back - slow', 'slow - back - fast', 'fast'],
  },
  HIRES: {
    definitions: { bound: '280*y6*y8' },
    rates: [
      '-1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007',
      '1.71*y1 - 8.75*y2',
      '-10.03*y3 + 0.43*y4 + 0.035*y5',
      '8.32*y2 + 1.71*y3 - 1.12*y4',
      '-1.745*y5 + 0.43*y6 + 0.43*y7',
      '-bound + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7',
      'bound - 1.81*y7',
      '1.81*y7 - bound',
    ],
  },
  OREGO: {
    definitions: {},
    rates: ['77.27*(y2 + y1*(1 - 8.375e-6*y1 - y2))', '(y3 - (1 + y1)*y2)/77.27', '0.161*(y1 - y3)'],
  },
  POLLU: {
    definitions: {
      r1: '0.35*y1',
      r2: '26.6*y2*y4',
      r3: '12300*y5*y2',
      r4: '0.00086*y7',
      r5: '0.00082*y7',
      r6: '15000*y7*y6',
      r7: '0.00013*y9',
      r8: '24000*y9*y6',
      r9: '16500*y11*y2',
      r10: '9000*y11*y1',
      r11: '0.022*y13',
      r12: '12000*y10*y2',
      r13: '1.88*y14',
      r14: '16300*y1*y6',
      r15: '4800000*y3',
      r16: '0.00035*y4',
      r17: '0.0175*y4',
      r18: '1e8*y16',
      r19: '4.44e11*y16',
      r20: '1240*y17*y6',
      r21: '2.1*y19',
      r22: '5.78*y19',
      r23: '0.0474*y1*y4',
      r24: '1780*y19*y1',
      r25: '3.12*y20',
    },
    rates: [
      'r2 + r3 + r9 + r11 + r12 + r22 + r25 - r1 - r10 - r14 - r23 - r24',
      'r1 + r21 - r2 - r3 - r9 - r12',
      'r1 + r17 + r19 + r22 - r15',
      'r15 - r2 - r16 - r17 - r23',
      '2 * r4 + r6 + r7 + r13 + r20 - r3',
      '2 * r18 + r3 - r6 - r8 - r14 - r20',
      'r13 - r4 - r5 - r6',
      'r4 + r5 + r6 + r7',
      '-r7 - r8',
      'r7 + r9 - r12',
      'r8 + r11 - r9 - r10',
      'r9',
      'r10 - r11',
      'r12 - r13',
      'r14',
      'r16 - r18 - r19',
      '-r20',
      'r20',
      'r23 + r25 - r21 - r22 - r24',
      'r24 - r25',
    ],
  },
  VDPOL: { definitions: {}, rates: ['y2', '((1 - y1*y1)*y2 - y1)*1e6'] },
};

/** The problem as a model of Gemel's own, without units. */
export function stiffModel(name: string, initial: Float64Array): Model {
  const described = (of: string) => ({ name: of, unit: null, meaning: of, source: 'Mazzia, Magherini 2008' });
  const { definitions, rates } = stiffEquations[name];
  return {
    id: name.toLowerCase(),
    title: name,
    timeUnit: null,
    parameters: [],
    states: rates.map((rate, i) => ({
      ...described(`y${i + 1}`),
      initial: number(initial[i]),
      rate: parse(rate),
      positive: false,
    })),
    inputs: [],
    definitions: Object.entries(definitions).map(([of, value]) => ({ ...described(of), value: parse(value) })),
    unknowns: [],
    constraints: [],
    events: [],
    reactions: [],
    outputs: rates.map((_, i) => `y${i + 1}`),
  };
}
