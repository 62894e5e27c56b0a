import { type Instant, MINUTE } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { POLICY } from './policy.data.ts';

/** What the record has shown of a person's response: how many meals and boluses, and how large. */
export interface IdentifiedRange {
  readonly meals: { readonly count: number; readonly largest: number };
  readonly boluses: { readonly count: number; readonly largest: number };
}

/** Meals (g) and boluses (U) given before `now`; with `settled`, only those old enough to have acted. */
export function identifiedRange(history: History, now: Instant, settled = false): IdentifiedRange {
  const until = settled ? now - POLICY.insulinActionMinutes * MINUTE : now;
  const of = (control: string) => {
    const amounts = history.controls
      .filter((c) => c.control === control && c.status === 'given' && c.from <= until && c.value.value > 0)
      .map((c) => c.value.value);
    return { count: amounts.length, largest: Math.max(0, ...amounts) };
  };
  return { meals: of('meal.carbohydrate'), boluses: of('insulin.bolus') };
}

/** Largest meal (g) and bolus (U) that still count as identified; null where too few have been seen to say. */
export function identifiedLimits(history: History, now: Instant): { meal: number | null; bolus: number | null } {
  const { meals, boluses } = identifiedRange(history, now, true);
  const { margin, leastMeals, leastBoluses } = POLICY.identified;
  return {
    meal: meals.count < leastMeals ? null : meals.largest * margin,
    bolus: boluses.count < leastBoluses ? null : boluses.largest * margin,
  };
}

/**
 * Why what is now in the body or planned within `horizonMinutes` lies outside what the calibration saw (rule S11), or null.
 */
export function outsideIdentified(
  history: History,
  now: Instant,
  horizonMinutes: number,
): { code: string; statement: string } | null {
  const limits = identifiedLimits(history, now);
  if (limits.meal === null)
    return {
      code: 'meals-not-identified',
      statement: `Fewer than ${POLICY.identified.leastMeals} meals have been followed through: how meals act on this person is not known.`,
    };
  if (limits.bolus === null)
    return {
      code: 'insulin-not-identified',
      statement: `Fewer than ${POLICY.identified.leastBoluses} boluses have been followed through: how insulin acts on this person is not known.`,
    };
  const from = now - POLICY.insulinActionMinutes * MINUTE;
  const to = now + horizonMinutes * MINUTE;
  const largest = (control: string) =>
    Math.max(
      0,
      ...history.controls
        .filter((c) => c.control === control && c.status !== 'proposed' && (c.to ?? c.from) > from && c.from < to)
        .map((c) => c.value.value),
    );
  const meal = largest('meal.carbohydrate');
  if (meal > limits.meal)
    return {
      code: 'meal-outside-identified',
      statement: `A meal of ${Math.round(meal)} g is outside what the twin has been identified on (up to ${Math.round(limits.meal)} g).`,
    };
  const bolus = largest('insulin.bolus');
  if (bolus > limits.bolus)
    return {
      code: 'insulin-outside-identified',
      statement: `A bolus of ${bolus.toFixed(1)} U is outside what the twin has been identified on (up to ${limits.bolus.toFixed(1)} U).`,
    };
  return null;
}
