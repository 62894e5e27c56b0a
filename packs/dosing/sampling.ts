import { HOUR, type Instant, type Scenario } from '@gemel/core';
import type { Member } from '@gemel/runtime/dynamics';
import type { Paths, Situation } from '@gemel/runtime/pack';
import type { Drug, Target } from './drug.ts';
import { CONCENTRATION, memberLayout } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { forecastOf, targetValues } from './forecast.ts';
import { isDose } from './record.ts';

/** Hours within which the next level is drawn; of drugs that take longer to come to rest, a quarter of that. */
const WITHIN = 48;
/** Share of the best gain with which an earlier time will do. */
const NEARLY = 0.95;
/** Hours between two levels: closer ones are one level measured twice. */
const APART = 4;
/** Hours from which on an infusion is long enough for levels to be drawn while it runs. */
const LONG = 4;
/** Share by which a second level must narrow further to be asked for, and any level to be asked for at all. */
const WORTH = 0.1;

/** When to draw the next levels under a plan, and how well the first target's quantity is then expected to be known. */
export interface SamplingDesign {
  /** One or two, ascending. */
  readonly times: readonly Instant[];
  /** Standard deviation of the quantity's logarithm: about its coefficient of variation. */
  readonly before: number;
  readonly after: number;
}

/** A level at one time over the members, on the scale that designs are made on. */
interface Reading {
  readonly at: Instant;
  /** Centred. */
  readonly values: Float64Array;
  /** Variance over the members and of the error of measurement. */
  readonly spread: number;
  /** Covariance with what is wanted. */
  readonly tells: number;
}

/** Levels that may be drawn, and the variance they are expected to leave. */
interface Choice {
  readonly times: readonly Reading[];
  readonly left: number;
}

/**
 * The times at which a level is expected to narrow what matters most: the posterior variance that is expected to remain of the first
 * target's quantity once a level is known, by Bayes linear adjustment over the members of the posterior (Goldstein and Wooff, Bayes
 * Linear Statistics, Wiley 2007, chapter 3; as a design criterion: Chaloner and Verdinelli 1995, Stat Sci 10:273-304,
 * doi:10.1214/ss/1177009939): Var q − Cov(q, y) Var(y)⁻¹ Cov(y, q), both on logarithmic scales, on which they are closest to
 * proportional. `paths`: the members' under the plan. `most`: levels at most. Times are those of the forecast's grid that lie outside
 * infusions and the hours after a dose. Null where no level narrows it.
 */
export function samplingDesign(
  drug: Drug,
  { belief: { members }, history, now }: Situation<DosingState>,
  plan: Scenario,
  paths: Paths,
  most: 1 | 2 = 2,
): SamplingDesign | null {
  const { horizonMinutes } = forecastOf(drug);
  const { times } = paths;
  // A proposal stands in place of what is planned.
  const standing = history.controls.filter(({ status }) => status !== 'planned' || plan.controls.length === 0);
  const controls = [...standing, ...plan.controls];
  if (!controls.some(({ from, to = from }) => to > now)) return null;
  const wanted = centred(targetValues(known(drug.targets[0]), paths).map((value) => Math.log(Math.max(value, 1e-9))));
  const before = product(wanted, wanted);
  const until = now + Math.max(WITHIN, horizonMinutes / 60 / 4) * HOUR;
  const errors = errorsOf(drug, members);
  const readings = times
    .flatMap((at, t) =>
      at > now && at <= until && mayBeDrawn(drug, controls, at) ? [readingAt(errors, wanted, paths, at, t)] : [],
    )
    // Where nobody has anything left, and no error of measurement is known, there is nothing to weigh.
    .filter(({ spread }) => spread > 0);
  if (!(before > 0) || readings.length === 0) return null;
  const one = best(
    readings.map((each) => ({ times: [each], left: before - each.tells ** 2 / each.spread })),
    before,
  );
  if (Math.sqrt(one.left / before) > 1 - WORTH) return null;
  const [first] = one.times;
  const pairs = readings
    .filter(({ at }) => most > 1 && Math.abs(at - first.at) >= APART * HOUR)
    .map((second) => ({ times: [first, second], left: before - toldBy(first, second) }));
  const two = pairs.length === 0 ? one : best(pairs, before);
  const chosen = Math.sqrt(two.left / one.left) < 1 - WORTH ? two : one;
  return {
    times: chosen.times.map(({ at }) => at).toSorted((a, b) => a - b),
    before: Math.sqrt(before),
    after: Math.sqrt(chosen.left),
  };
}

/** Of a time above a threshold, which many members share, the trough is what is to be known. */
function known(target: Target): Target {
  return target.quantity === 'time-above' ? { ...target, quantity: 'trough' } : target;
}

/** Error of each member's levels: proportional variance, and additive standard deviation. */
function errorsOf(drug: Drug, members: readonly Member<DosingState>[]) {
  const layout = memberLayout(drug);
  return members.map(({ parameters }) => {
    const { proportional = 0, additive = 0 } = drug.models[layout.model(parameters)].sigma;
    return { proportional, additive: Math.sqrt(additive) };
  });
}

function readingAt(
  errors: ReturnType<typeof errorsOf>,
  wanted: Float64Array,
  { times, values }: Paths,
  at: Instant,
  t: number,
): Reading {
  const levels = values[CONCENTRATION];
  const logs = new Float64Array(errors.length);
  let noise = 0;
  for (let m = 0; m < errors.length; m++) {
    const { proportional, additive } = errors[m];
    const level = levels[m * times.length + t];
    // Shifted by the additive error, so that what cannot be told from nothing tells nothing.
    const shifted = level + additive + 1e-9;
    noise += (proportional * level ** 2 + additive ** 2) / shifted ** 2;
    logs[m] = Math.log(shifted);
  }
  const own = centred(logs);
  return { at, values: own, spread: product(own, own) + noise / errors.length, tells: product(wanted, own) };
}

/** Outside every infusion, unless it is long, and the hours after a dose. */
function mayBeDrawn(
  drug: Drug,
  controls: readonly { readonly control: string; readonly from: number; readonly to?: number }[],
  at: number,
): boolean {
  const { levelsAfter = 1 } = drug;
  return !controls.some(({ control, from, to = from }) => {
    if (!isDose({ control }) || from >= at) return false;
    const runsLong = to - from > LONG * HOUR && at <= to;
    return !runsLong && at < to + levelsAfter * HOUR;
  });
}

/** The set after which least remains; of those that gain nearly as much, the one that is drawn first. */
function best(sets: readonly Choice[], before: number): Choice {
  const least = Math.min(...sets.map(({ left }) => left));
  const last = ({ times }: Choice) => Math.max(...times.map(({ at }) => at));
  const near = sets.filter(({ left }) => before - left >= NEARLY * (before - least));
  return near.toSorted((a, b) => last(a) - last(b))[0];
}

/** Variance of what is wanted that two readings together take away. */
function toldBy(one: Reading, two: Reading): number {
  const both = product(one.values, two.values);
  const [c1, c2, v1, v2] = [one.tells, two.tells, one.spread, two.spread];
  return (c1 ** 2 * v2 - 2 * c1 * c2 * both + c2 ** 2 * v1) / (v1 * v2 - both ** 2);
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return values.map((each) => each - mean);
}

/** Covariance of centred values. */
function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / (a.length - 1);
}
