import { ensemble } from '@gemel/modeling/ensemble/ensemble';
import { randomStream } from '@gemel/numerics';
import {
  basalRate,
  basalState,
  CONSTANT,
  CONSTANT_COUNT,
  deriveConstants,
  STATE_COUNT,
} from '@gemel/pack-glucose/model';
import { AGE_GROUPS, drawPatient } from '@gemel/pack-glucose/population';
import { minutewise, uvaPadova } from '@gemel/pack-glucose/uva-padova';
import { expect, test } from 'vitest';
import { simulateByHand } from './type1-by-hand.ts';

const MEMBERS = 24;
const MINUTES = 600;
const constants = new Float64Array(MEMBERS * CONSTANT_COUNT);
const states = new Float64Array(MEMBERS * STATE_COUNT);
const insulin = new Float64Array(MEMBERS * MINUTES);
const carbs = new Float64Array(MINUTES).fill(4, 30, 42).fill(5, 300, 309);
const named = uvaPadova()
  .parameters.map(({ name }) => name)
  .filter((name) => name in CONSTANT);
const parameters = Object.fromEntries(named.map((name) => [name, new Float64Array(MEMBERS)]));
for (let i = 0; i < MEMBERS; i++) {
  const of = i * CONSTANT_COUNT;
  deriveConstants(drawPatient(AGE_GROUPS[i % 3], randomStream(4, i)).parameters, constants, of);
  basalState(constants, of, states, i * STATE_COUNT);
  for (const name of named) parameters[name][i] = constants[of + CONSTANT[name as keyof typeof CONSTANT]];
  insulin.fill(basalRate(constants, of), i * MINUTES, (i + 1) * MINUTES);
  insulin[i * MINUTES + 30] += 3;
}
/** Disturbances, so that every term is met. */
const disturbed = { sensitivity: 0.2, drive: 0.1, mealError: -0.3 };
for (let i = 0; i < MEMBERS; i++) states.set(Object.values(disturbed), i * STATE_COUNT + 15);

test.each(['javascript', 'wasm-f64'] as const)(
  '%s: the numbers of the integrator written by hand, bit for bit',
  (backend) => {
    const made = ensemble(uvaPadova(), { ...minutewise(), backend });
    const initial = disturbed;
    const request = { members: MEMBERS, intervals: MINUTES, every: 5, parameters, initial, inputs: { insulin, carbs } };
    const inputs = Array.from({ length: MEMBERS }, (_, i) => ({
      insulin: insulin.subarray(i * MINUTES, (i + 1) * MINUTES),
      carbs,
    }));
    const expected = simulateByHand({ constants, states: states.slice(), inputs, from: 0, to: MINUTES, every: 5 });
    expect(made.run(request).values).toEqual(expected);
  },
);
