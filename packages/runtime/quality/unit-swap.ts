import { CodedError, type Quantity } from '@gemel/core';
import { converter } from '@gemel/core/units';
import { type Expected, type Measure, onScale } from './measure.ts';

/** One person's earlier good values on the measure's scale. */
export interface PersonSpread {
  readonly count: number;
  readonly mean: number;
  readonly sd: number;
}

/** Another unit in which the number would make sense, and how probable it is that this unit was meant. */
export interface SwapSuspicion {
  /** The number as it was written, in the unit that was probably meant. */
  readonly candidate: Quantity;
  /** Posterior probability of that unit, in (0, 1). */
  readonly probability: number;
  /** Likelihood of the number under the candidate over that under the stated unit. */
  readonly likelihoodRatio: number;
}

/**
 * Share of values that are written in the wrong unit, before the value itself is looked at: shared out among the other units. An assumption,
 * stated here: published rates of unit errors in records lie between 1 in 100 and 1 in 10,000 by quantity and source.
 */
export const SWAP_PRIOR = 1e-3;
/** Share of values outside what is plausible that are true all the same: an assumption as well. */
export const TRUE_THOUGH_IMPLAUSIBLE = 0.01;
/** Earlier values from which the person's own spread is taken in place of the population's. */
export const OWN_HISTORY = 5;
/** Student t with few degrees of freedom: true values do run far from what is usual. */
const DEGREES = 4;
/** Values within this many SDs are not looked at twice. */
const UNREMARKABLE = 4;

/**
 * Whether a number, `value` in the measure's unit, was probably written in another unit. Under each unit its density is that of the person's earlier values, or of
 * people of this age where there are fewer than `OWN_HISTORY`. Null: it was not, or nothing can be said.
 */
export function suspectUnit(
  measure: Measure,
  written: Quantity,
  value: number,
  expected: Expected,
  own: PersonSpread | null,
): SwapSuspicion | null {
  if (measure.units.length < 2) return null;
  const [low, high] = expected.plausible;
  const spread = spreadOf(measure, expected, own);
  const plausible = value >= low && value <= high;
  if (plausible && Math.abs(onScale(measure, value) - spread.mean) < UNREMARKABLE * spread.sd) return null;
  const stated = toMeasure(measure, written.unit);
  if (stated === null) return null;
  const asStated = density(measure, stated, written.value, spread) * (plausible ? 1 : TRUE_THOUGH_IMPLAUSIBLE);
  const others = measure.units.filter((unit) => toMeasure(measure, unit)?.(1) !== stated(1));
  let best: SwapSuspicion | null = null;
  for (const unit of others) {
    const convert = toMeasure(measure, unit);
    if (convert === null) continue;
    const meant = convert(written.value);
    if (!(meant >= low && meant <= high)) continue;
    const likelihoodRatio = density(measure, convert, written.value, spread) / asStated;
    const odds = (SWAP_PRIOR / others.length) * likelihoodRatio;
    const probability = odds / (1 + odds);
    if (probability > 0.5 && probability > (best?.probability ?? 0)) {
      best = { candidate: { value: written.value, unit }, probability, likelihoodRatio };
    }
  }
  return best;
}

/** Conversion of numbers of a unit into the measure's; null where there is none. */
export function toMeasure(measure: Measure, unit: string): ((value: number) => number) | null {
  const options = measure.molarMass === undefined ? {} : { molarMass: measure.molarMass };
  try {
    return converter(measure.unitAliases?.[unit] ?? unit, measure.unit, options);
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

function spreadOf(measure: Measure, { usual: [low, median, high] }: Expected, own: PersonSpread | null): PersonSpread {
  if (own !== null && own.count >= OWN_HISTORY) return { ...own, sd: Math.max(own.sd, measure.within) };
  const centre = onScale(measure, median);
  // Low and high centile lie about two SDs apart from the median.
  const sd = Math.max(measure.within, (onScale(measure, high) - onScale(measure, low)) / 4);
  return { count: 0, mean: centre, sd };
}

/** Density of a written number, given the unit, up to what all units share. */
function density(measure: Measure, convert: (value: number) => number, written: number, spread: PersonSpread): number {
  const value = convert(written);
  const place = onScale(measure, value);
  if (!Number.isFinite(place)) return Number.MIN_VALUE;
  const z = (place - spread.mean) / spread.sd;
  // d(scale)/d(written): on the logarithmic scale the same for all units that have a zero in common.
  const slope = measure.scale === 'linear' ? Math.abs(convert(written + 1) - value) : 1;
  return slope * (1 + (z * z) / DEGREES) ** (-(DEGREES + 1) / 2);
}
