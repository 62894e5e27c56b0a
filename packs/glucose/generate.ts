import { after, type Instant, MINUTE } from '@gemel/core';
import { randomStream } from '@gemel/numerics/random/philox';
import { Body, STEADY, type Variation } from './generate-body.ts';
import { type Perturbation, type PlannedMeal, planMeals, UNPERTURBED, vary } from './generate-day.ts';
import { type SensedGlucose, sense } from './generate-sensor.ts';
import { PARAMETER_INDEX } from './parameters.ts';
import { AGE_GROUPS, type AgeGroup, drawPatient } from './population.ts';
import { SENSOR, type SensorModel } from './sensor.ts';
import { type Therapy, titrate } from './therapy.ts';

export { EVERYDAY, type Perturbation, UNPERTURBED } from './generate-day.ts';

/** What is to be generated. */
export interface GenerateOptions {
  readonly seed: number;
  /** Local midnight of the first day. */
  readonly start: Instant;
  readonly days: number;
  /** Drawn when absent. */
  readonly group?: AgeGroup;
  /** The patient's true parameters; drawn from the population of the group when absent. */
  readonly parameters?: Float64Array;
  /** Default UNPERTURBED. */
  readonly perturbation?: Perturbation;
  /** Sensor changes with warm-up, gaps, and repeats after reconnection. Default false: one reading every five minutes. */
  readonly sensorFaults?: boolean;
  /** Carbohydrate eaten and counted that the person takes no insulin for, g. Default none. */
  readonly uncovered?: readonly { readonly at: Instant; readonly grams: number }[];
  readonly sensor?: SensorModel;
}

export interface GeneratedBolus {
  readonly at: Instant;
  /** When the pump had delivered it. */
  readonly to: Instant;
  /** U */
  readonly units: number;
  readonly purpose: 'meal' | 'correction';
}

export interface GeneratedMeal {
  readonly at: Instant;
  readonly to: Instant;
  /** g really eaten. */
  readonly eaten: number;
  /** g as counted; null: not announced. */
  readonly announced: number | null;
  /** Taken against low glucose. */
  readonly rescue: boolean;
}

export interface GeneratedBasal {
  readonly from: Instant;
  readonly to: Instant;
  /** U/h */
  readonly rate: number;
}

/** A whole patient: what a record would hold, and the truth behind it. */
export interface GeneratedPatient {
  readonly seed: number;
  readonly start: Instant;
  readonly days: number;
  readonly profile: {
    readonly group: AgeGroup;
    readonly age: number;
    readonly sex: 'female' | 'male';
    /** kg */
    readonly weight: number;
    readonly therapy: Therapy;
  };
  readonly cgm: readonly SensedGlucose[];
  /** Instants at which a sensor was inserted. */
  readonly sensorStarts: readonly Instant[];
  readonly boluses: readonly GeneratedBolus[];
  readonly basal: readonly GeneratedBasal[];
  readonly meals: readonly GeneratedMeal[];
  readonly truth: {
    /** MODEL_PARAMETERS. */
    readonly parameters: Float64Array;
    readonly variation: Variation;
    /** mg/dL at every whole minute from `start`, the end included. */
    readonly plasma: Float64Array;
    readonly interstitial: Float64Array;
  };
}

const DAY_MINUTES = 1440;
const AGES: Readonly<Record<AgeGroup, readonly [number, number]>> = {
  child: [6, 12],
  adolescent: [13, 19],
  adult: [20, 70],
};
const TARGET = 120;
/** Rate at which a pump delivers a bolus, U/min. */
const PUMP_RATE = 1.5;

/**
 * Generates a patient and their days: meals with boluses from counted carbohydrate and the displayed glucose, corrections
 * when it stays high, fast carbohydrate when it is low. Pure in its options; the body is integrated in continuous time
 * (generate-body.ts), not by the twin's own scheme.
 */
export function generatePatient(options: GenerateOptions): GeneratedPatient {
  const { seed, start, days } = options;
  const perturbation = options.perturbation ?? UNPERTURBED;
  const random = randomStream(seed, 'generated patient');
  const who = random.fork('profile');
  const group = options.group ?? AGE_GROUPS[Math.floor(who.uniform() * AGE_GROUPS.length)];
  const parameters = options.parameters ?? drawPatient(group, random.fork('parameters')).parameters;
  const weight = parameters[PARAMETER_INDEX.BW];
  const [youngest, oldest] = AGES[group];
  const age = youngest + Math.floor(who.uniform() * (oldest - youngest + 1));
  const sex = who.uniform() < 0.5 ? 'female' : 'male';
  const therapy = prescribe(titrate(parameters), perturbation, random.fork('therapy'));

  const planned = [
    ...planMeals(days, weight, perturbation, random.fork('meals')),
    ...(options.uncovered ?? []).map((snack) => uncovered((snack.at - start) / MINUTE, snack.grams)),
  ];
  const still = Object.values(perturbation).every((size) => size === 0);
  const variation = still ? STEADY : vary(days, planned, perturbation, random.fork('variation'));
  const body = new Body(parameters, () => therapy.basal / 60, [], variation);
  const sensor = options.sensor ?? SENSOR;
  const sensing = sense({ start, days, sensor, faults: options.sensorFaults ?? false, random: random.fork('sensor') });
  const life = live(body, sensing.displayed, planned, therapy, days, perturbation, random.fork('decisions'));

  const at = (minute: number) => after(start, Math.round(minute * 60) * 1000);
  const interstitial = body.interstitial;
  return {
    seed,
    start,
    days,
    profile: { group, age, sex, weight, therapy },
    cgm: sensing.record(interstitial),
    sensorStarts: sensing.starts,
    boluses: life.boluses.map((b) => ({
      at: at(b.minute),
      to: at(b.minute + b.units / PUMP_RATE),
      units: b.units,
      purpose: b.purpose,
    })),
    basal: Array.from({ length: days }, (_, d) => ({
      from: after(start, d * DAY_MINUTES * MINUTE),
      to: after(start, (d + 1) * DAY_MINUTES * MINUTE),
      rate: therapy.basal,
    })),
    meals: life.meals.map(({ meal, rescue }) => ({
      at: at(meal.from),
      to: at(meal.from + meal.minutes),
      eaten: meal.eaten,
      announced: meal.announced,
      rescue,
    })),
    truth: { parameters, variation, plasma: body.plasma, interstitial },
  };
}

/** Food eaten over ten minutes whose bolus never comes. */
function uncovered(from: number, grams: number): PlannedMeal {
  return { from, minutes: 10, eaten: grams, announced: grams, bolusDelay: Number.POSITIVE_INFINITY, absorption: 1 };
}

/** Settings as a clinic would program them: near those that suit the patient, in the steps of a pump. */
function prescribe(suited: Therapy, p: Perturbation, random: { normal(): number }): Therapy {
  const near = (value: number) => value * Math.exp(p.therapyError * random.normal());
  const round = (value: number, step: number) => Math.max(step, Math.round(value / step) * step);
  return {
    basal: Number(round(near(suited.basal), 0.025).toFixed(3)),
    carbohydrateRatio: Number(round(near(suited.carbohydrateRatio), 0.5).toFixed(1)),
    correctionFactor: Number(round(near(suited.correctionFactor), 1).toFixed(0)),
  };
}

interface Given {
  readonly minute: number;
  readonly units: number;
  readonly purpose: 'meal' | 'correction';
}

interface Life {
  readonly boluses: Given[];
  readonly meals: { readonly meal: PlannedMeal; readonly rescue: boolean }[];
}

/** Lives the days in steps of five minutes, deciding on what the sensor displays (null while it displays nothing). */
function live(
  body: Body,
  displayed: (minute: number, interstitial: number) => number | null,
  planned: readonly PlannedMeal[],
  therapy: Therapy,
  days: number,
  perturbation: Perturbation,
  random: { uniform(): number },
): Life {
  const boluses: Given[] = [];
  const meals: Life['meals'] = planned.map((meal) => ({ meal, rescue: false }));
  for (const meal of planned) body.eat({ from: meal.from, to: meal.from + meal.minutes, amount: meal.eaten });
  const due = planned
    .filter((m) => m.announced !== null)
    .map((m) => ({ at: m.from + m.bolusDelay, grams: m.announced! }));
  due.sort((a, b) => a.at - b.at);
  let next = 0;
  let lastRescue = Number.NEGATIVE_INFINITY;
  let lastCorrection = Number.NEGATIVE_INFINITY;
  let seen: number | null = null;

  const give = (minute: number, wanted: number, purpose: Given['purpose']) => {
    const units = Number((Math.round(wanted / 0.05) * 0.05).toFixed(2));
    if (units < 0.05) return;
    boluses.push({ minute, units, purpose });
    body.inject({ from: minute, to: minute + units / PUMP_RATE, amount: units });
  };
  /** Bolus insulin not yet used up, counted down linearly over four hours as bolus calculators do. */
  const onBoard = (minute: number) =>
    boluses.reduce((sum, b) => sum + b.units * Math.max(0, 1 - (minute - b.minute) / 240), 0);
  const correction = (glucose: number, minute: number) =>
    Math.max(0, (glucose - TARGET) / therapy.correctionFactor - onBoard(minute));

  for (let minute = 0; minute < days * DAY_MINUTES; minute += 5) {
    body.live(minute);
    seen = displayed(minute, body.sensed);
    while (next < due.length && due[next].at < minute + 5) {
      const at = Math.max(minute, due[next].at);
      if (seen === null || seen >= 70) {
        const extra = seen === null ? 0 : correction(seen, minute);
        give(at, due[next].grams / therapy.carbohydrateRatio + extra, 'meal');
      }
      next++;
    }
    if (seen === null) continue;
    const hour = (minute / 60) % 24;
    const awake = hour >= 7 && hour < 23;
    if (seen < 70 && minute - lastRescue >= 20) {
      lastRescue = minute;
      const from = minute + 2 + 8 * random.uniform();
      const announced = random.uniform() < perturbation.unannounced ? null : 15;
      const meal = { from, minutes: 3, eaten: 15, announced, bolusDelay: 0, absorption: 1 };
      meals.push({ meal, rescue: true });
      body.eat({ from, to: from + 3, amount: 15 });
    } else if (seen > 220 && awake && minute - lastCorrection >= 120 && random.uniform() < 0.15) {
      lastCorrection = minute;
      give(minute, correction(seen, minute), 'correction');
    }
  }
  body.live(days * DAY_MINUTES);
  meals.sort((a, b) => a.meal.from - b.meal.from);
  return { boluses, meals };
}
