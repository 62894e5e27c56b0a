import { defineModel } from '@gemel/modeling/model/define-model';
import type { Model } from '@gemel/modeling/model/model';

const STATES = 100;

/** A ring of 100 states with saturable exchange; another text, and so another model, for each `variant`. */
export function hundredStates(variant: number): Model {
  const names = Array.from({ length: STATES }, (_, i) => `x${i}`);
  const next = (i: number) => names[(i + 1) % STATES];
  const before = (i: number) => names[(i + STATES - 1) % STATES];
  return defineModel({
    id: `ring-${variant}`,
    title: 'Ring',
    time: 'h',
    parameters: {
      Vmax: `${3 + variant} : mg/h : largest rate : made up`,
      Km: '2 : mg : amount at half of it : made up',
      k: '0.1 : /h : rate : made up',
    },
    states: Object.fromEntries(names.map((name, i) => [name, `${1 + i} : mg : amount : made up`])),
    definitions: Object.fromEntries(
      names.map((name, i) => [`flow${i}`, `Vmax*${name}/(Km + ${name} + ${next(i)}) : mg/h : flow : made up`]),
    ),
    equations: Object.fromEntries(
      names.map((name, i) => [name, `flow${(i + STATES - 1) % STATES} - flow${i} - k*(${name} - ${before(i)})`]),
    ),
  });
}
