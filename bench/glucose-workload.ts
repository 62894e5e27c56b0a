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
import { titrate } from '@gemel/pack-glucose/therapy';

export const PATIENTS = 30;
export const DAYS = 14;
/** Minute of the day and g of each meal, eaten at 5 g/min with its bolus in the first minute. */
export const MEALS = [
  [450, 45],
  [750, 60],
  [960, 20],
  [1140, 65],
] as const;

/** What every simulator is given: patients drawn from the population, and two weeks of meals with boluses. */
export interface Workload {
  /** PATIENTS × CONSTANT_COUNT */
  readonly constants: Float64Array;
  /** PATIENTS × STATE_COUNT */
  readonly states: Float64Array;
  readonly inputs: readonly MinuteInputs[];
  /** U/min and U/g per patient. */
  readonly therapy: readonly { readonly basal: number; readonly perGram: number }[];
}

export function workload(): Workload {
  const constants = new Float64Array(PATIENTS * CONSTANT_COUNT);
  const states = new Float64Array(PATIENTS * STATE_COUNT);
  const inputs: MinuteInputs[] = [];
  const therapy: { basal: number; perGram: number }[] = [];
  for (let i = 0; i < PATIENTS; i++) {
    const { parameters } = drawPatient(AGE_GROUPS[i % 3], randomStream(2009, i));
    const of = i * CONSTANT_COUNT;
    deriveConstants(parameters, constants, of);
    basalState(constants, of, states, i * STATE_COUNT);
    const basal = basalRate(constants, of);
    const perGram = 1 / titrate(parameters).carbohydrateRatio;
    therapy.push({ basal, perGram });
    inputs.push(twoWeeks(basal, perGram));
  }
  return { constants, states, inputs, therapy };
}

function twoWeeks(basal: number, perGram: number): MinuteInputs {
  const insulin = new Float64Array(DAYS * 1440).fill(basal);
  const carbs = new Float64Array(DAYS * 1440);
  for (let day = 0; day < DAYS; day++) {
    for (const [at, grams] of MEALS) {
      const minute = day * 1440 + at;
      insulin[minute] += grams * perGram;
      carbs.fill(5, minute, minute + grams / 5);
    }
  }
  return { insulin, carbs };
}

/** The workload in names and plain numbers, for simulators in other languages. */
export function asRecords(w: Workload): Record<string, unknown> {
  return {
    days: DAYS,
    meals: MEALS,
    patients: w.therapy.map((t, i) => ({
      ...t,
      x0: [...w.states.subarray(i * STATE_COUNT, i * STATE_COUNT + 13)],
      ...Object.fromEntries(Object.entries(CONSTANT).map(([name, k]) => [name, w.constants[i * CONSTANT_COUNT + k]])),
    })),
  };
}
