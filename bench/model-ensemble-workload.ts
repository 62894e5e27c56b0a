import type { EnsembleRequest } from '@gemel/modeling/ensemble/members';
import { randomStream } from '@gemel/numerics';
import {
  basalRate,
  basalState,
  CONSTANT,
  CONSTANT_COUNT,
  deriveConstants,
  type MinuteInputs,
  STATE_COUNT,
} from '@gemel/pack-glucose/model';
import { AGE_GROUPS, drawPatient } from '@gemel/pack-glucose/population';
import { uvaPadova } from '@gemel/pack-glucose/uva-padova';
import { MEALS } from './glucose-workload.ts';

export const PATIENTS = 2000;
export const MINUTES = 1440;
/** Minutes between recorded values. */
export const EVERY = 5;

/** The same patients and day in every simulator's own form. */
export interface EnsembleWorkload {
  readonly request: EnsembleRequest;
  /** PATIENTS × CONSTANT_COUNT and PATIENTS × STATE_COUNT of the glucose pack. */
  readonly constants: Float64Array;
  readonly states: Float64Array;
  readonly inputs: readonly MinuteInputs[];
  /** Insulin by names and plain numbers, for simulators in other languages. */
  readonly records: Record<string, unknown>;
}

/** Patients drawn from the population, at the basal steady state, with four meals; a gram is covered by 1/250 of a day's basal insulin. */
export function ensembleWorkload(patients = PATIENTS): EnsembleWorkload {
  const constants = new Float64Array(patients * CONSTANT_COUNT);
  const states = new Float64Array(patients * STATE_COUNT);
  const insulin = new Float64Array(patients * MINUTES);
  const carbs = new Float64Array(MINUTES);
  for (const [at, grams] of MEALS) carbs.fill(5, at, at + grams / 5);
  const named = uvaPadova()
    .parameters.map(({ name }) => name)
    .filter((name) => name in CONSTANT);
  const parameters = Object.fromEntries(named.map((name) => [name, new Float64Array(patients)]));
  const therapy: { readonly basal: number; readonly perGram: number }[] = [];
  for (let i = 0; i < patients; i++) {
    const drawn = drawPatient(AGE_GROUPS[i % 3], randomStream(2009, i)).parameters;
    const of = i * CONSTANT_COUNT;
    deriveConstants(drawn, constants, of);
    basalState(constants, of, states, i * STATE_COUNT);
    const basal = basalRate(constants, of);
    const perGram = (basal * MINUTES) / 250;
    therapy.push({ basal, perGram });
    for (const name of named) parameters[name][i] = constants[of + CONSTANT[name as keyof typeof CONSTANT]];
    const own = insulin.subarray(i * MINUTES, (i + 1) * MINUTES).fill(basal);
    for (const [at, grams] of MEALS) own[at] += grams * perGram;
  }
  return {
    request: { members: patients, intervals: MINUTES, every: EVERY, parameters, inputs: { insulin, carbs } },
    constants,
    states,
    inputs: therapy.map((_, i) => ({ insulin: insulin.subarray(i * MINUTES, (i + 1) * MINUTES), carbs })),
    records: {
      days: 1,
      meals: MEALS,
      patients: therapy.map((t, i) => ({
        ...t,
        x0: [...states.subarray(i * STATE_COUNT, i * STATE_COUNT + 13)],
        ...Object.fromEntries(Object.entries(CONSTANT).map(([name, k]) => [name, constants[i * CONSTANT_COUNT + k]])),
      })),
    },
  };
}
