import { number } from '../expression/expression.ts';
import { parse } from '../expression/parse.ts';
import type { Model } from '../model/model.ts';

/** A model without units from initial values and rates as text. */
export function plain(text: {
  readonly id: string;
  readonly title: string;
  readonly states: Readonly<Record<string, number>>;
  readonly definitions?: Readonly<Record<string, string>>;
  readonly equations: Readonly<Record<string, string>>;
}): Model {
  const described = (name: string) => ({ name, unit: null, meaning: name, source: 'Mazzia 2008' });
  return {
    id: text.id,
    title: text.title,
    timeUnit: null,
    parameters: [],
    states: Object.entries(text.states).map(([name, initial]) => ({
      ...described(name),
      initial: number(initial),
      rate: parse(text.equations[name]),
      positive: false,
    })),
    inputs: [],
    definitions: Object.entries(text.definitions ?? {}).map(([name, value]) => ({
      ...described(name),
      value: parse(value),
    })),
    unknowns: [],
    constraints: [],
    events: [],
    reactions: [],
    outputs: Object.keys(text.states),
  };
}

/** Robertson's autocatalytic reaction, without units. */
export const robertson = plain({
  id: 'rober',
  title: 'ROBER',
  states: { a: 1, b: 0, c: 0 },
  definitions: {
    slow: '0.04*a',
    back: '1e4*b*c',
    fast: '3e7*b*b',
  },
  equations: { a: 'back - slow', b: 'slow - back - fast', c: 'fast' },
});

/** High irradiance responses of photomorphogenesis, without units. */
export const hires = plain({
  id: 'hires',
  title: 'HIRES',
  states: {
    y1: 1,
    y2: 0,
    y3: 0,
    y4: 0,
    y5: 0,
    y6: 0,
    y7: 0,
    y8: 0.0057,
  },
  definitions: { bound: '280*y6*y8' },
  equations: {
    y1: '-1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007',
    y2: '1.71*y1 - 8.75*y2',
    y3: '-10.03*y3 + 0.43*y4 + 0.035*y5',
    y4: '8.32*y2 + 1.71*y3 - 1.12*y4',
    y5: '-1.745*y5 + 0.43*y6 + 0.43*y7',
    y6: '-bound + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7',
    y7: 'bound - 1.81*y7',
    y8: '1.81*y7 - bound',
  },
});

/** Prothero and Robinson: the solution is the cosine of time. */
export const pulsed = plain({
  id: 'pulsed',
  title: 'Prothero–Robinson',
  states: { x: 1 },
  equations: { x: '-20*(x - cos(time)) - sin(time)' },
});
