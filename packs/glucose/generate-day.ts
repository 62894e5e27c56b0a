import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Variation } from './generate-body.ts';

const DAY = 1440;

/** How far everyday life departs from the model and from what is written down. Zero everywhere: not at all. */
export interface Perturbation {
  /** SD of the log of announced over eaten carbohydrate. */
  readonly carbohydrateError: number;
  /** Probability that a meal is neither announced nor covered by insulin. */
  readonly unannounced: number;
  /** SD of the log of each meal's absorption rates over the patient's. */
  readonly absorption: number;
  /** SD of log insulin sensitivity from day to day. */
  readonly sensitivityBetweenDays: number;
  /** SD of log insulin sensitivity within days (correlation time 180 min). */
  readonly sensitivityWithinDays: number;
  /** Amplitude of the daily course of log insulin sensitivity, lowest at 06:00. */
  readonly circadian: number;
  /** Largest extra glucose production between 03:00 and 09:00, mg/kg/min. */
  readonly dawn: number;
  /** SD of the log of basal rate, carbohydrate ratio and correction factor over those that suit the patient. */
  readonly therapyError: number;
}

export const UNPERTURBED: Perturbation = {
  carbohydrateError: 0,
  unannounced: 0,
  absorption: 0,
  sensitivityBetweenDays: 0,
  sensitivityWithinDays: 0,
  circadian: 0,
  dawn: 0,
  therapyError: 0,
};

/**
 * A plausible everyday life. Carbohydrate is miscounted by a fifth (Brazeau 2013, doi:10.1016/j.diabres.2012.10.024);
 * sensitivity and dawn vary in the manner of Visentin 2018, doi:10.1177/1932296818757747; the sizes are this pack's.
 */
export const EVERYDAY: Perturbation = {
  carbohydrateError: 0.2,
  unannounced: 0.04,
  absorption: 0.2,
  sensitivityBetweenDays: 0.1,
  sensitivityWithinDays: 0.15,
  circadian: 0.1,
  dawn: 0.3,
  therapyError: 0.1,
};

/** A meal as it is eaten and as it is written down. Minutes since the start. */
export interface PlannedMeal {
  readonly from: number;
  readonly minutes: number;
  /** g */
  readonly eaten: number;
  /** g; null: not announced. */
  readonly announced: number | null;
  /** Minutes from the meal to its bolus; negative: before. */
  readonly bolusDelay: number;
  readonly absorption: number;
}

/** Usual meals: hour, g at 75 kg, probability. */
const MEALS = [
  { hour: 7.5, grams: 45, probability: 1 },
  { hour: 12.5, grams: 60, probability: 1 },
  { hour: 16, grams: 20, probability: 0.6 },
  { hour: 19, grams: 65, probability: 1 },
  { hour: 22, grams: 15, probability: 0.25 },
] as const;

/** Meals of some days, in order; amounts grow with the square root of weight. */
export function planMeals(days: number, weight: number, p: Perturbation, random: RandomStream): PlannedMeal[] {
  const meals: PlannedMeal[] = [];
  for (let day = 0; day < days; day++) {
    for (const [i, { hour, grams, probability }] of MEALS.entries()) {
      const r = random.fork(day, i);
      if (r.uniform() > probability) continue;
      const eaten = Math.round(grams * Math.sqrt(weight / 75) * Math.exp(0.25 * r.normal()));
      const from = day * DAY + hour * 60 + 30 * Math.max(-2, Math.min(2, r.normal()));
      const minutes = Math.max(5, eaten / 5) * (0.8 + 0.8 * r.uniform());
      const counted = Math.max(1, Math.round(eaten * Math.exp(p.carbohydrateError * r.normal())));
      const bolusDelay = -10 + 20 * r.uniform();
      const absorption = Math.exp(p.absorption * r.normal());
      meals.push({
        from,
        minutes,
        eaten,
        announced: r.uniform() < p.unannounced ? null : counted,
        bolusDelay,
        absorption,
      });
    }
  }
  return meals;
}

/** Sensitivity, absorption and dawn of some days; `meals` ascending. */
export function vary(days: number, meals: readonly PlannedMeal[], p: Perturbation, random: RandomStream): Variation {
  const step = 30;
  const knots = new Float64Array(Math.ceil((days * DAY) / step) + 2);
  const within = random.fork('within');
  const keep = Math.exp(-step / 180);
  let value = within.normal();
  for (let i = 0; i < knots.length; i++) {
    knots[i] = p.sensitivityWithinDays * value;
    value = keep * value + Math.sqrt(1 - keep * keep) * within.normal();
  }
  const between = random.fork('between');
  const daily = Float64Array.from({ length: days + 2 }, () => p.sensitivityBetweenDays * between.normal());
  return {
    sensitivity(minute) {
      const place = minute / step;
      const k = Math.floor(place);
      const slow = knots[k] + (place - k) * (knots[k + 1] - knots[k]);
      const day = Math.floor(minute / DAY);
      const hour = (minute / 60) % 24;
      // The days' levels blend into each other over the first hour, so that sensitivity has no jumps.
      const blend = Math.min(1, hour);
      const level = day === 0 ? daily[0] : daily[day - 1] + blend * (daily[day] - daily[day - 1]);
      return Math.exp(slow + level - p.circadian * Math.cos((2 * Math.PI * (hour - 6)) / 24));
    },
    absorption(minute) {
      let factor = 1;
      for (const meal of meals) {
        if (meal.from > minute) break;
        factor = meal.absorption;
      }
      return factor;
    },
    drive(minute) {
      const hour = (minute / 60) % 24;
      return hour > 3 && hour < 9 ? p.dawn * Math.sin((Math.PI * (hour - 3)) / 6) ** 2 : 0;
    },
  };
}
