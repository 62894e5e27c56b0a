import { HOUR, type Instant, type Plan } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Paths, Situation } from '@gemel/runtime/pack';
import { forecastTimes } from '@gemel/runtime/paths';
import type { Drug, Target } from './drug.ts';
import { CONCENTRATION, drugDynamics, memberLayout } from './dynamics.ts';
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

/** Values of a level at one time over the members, on the scale that designs are made on. */
interface Reading {
  readonly at: Instant;
  readonly values: Float64Array;
  /** Variance of the error of measurement on the same scale. */
  readonly noise: number;
}

/**
 * The times at which a level is expected to narrow what matters most: the posterior variance that is expected to remain of the first
 * target's quantity once a level is known, by Bayes linear adjustment over the members of the posterior (Goldstein and Wooff, Bayes
 * Linear Statistics, Wiley 2007, chapter 3; as a design criterion: Chaloner and Verdinelli 1995, Stat Sci 10:273-304,
 * doi:10.1214/ss/1177009939): Var q − Cov(q, y) Var(y)⁻¹ Cov(y, q), both on logarithmic scales, on which they are closest to
 * proportional. `most`: levels at most; `weighedWith`: members it is computed with. Times are those of the forecast's grid that lie outside infusions and the hours after a dose. Null where no level
 * narrows it.
 */
export function samplingDesign(
  drug: Drug,
  situation: Situation<DosingState>,
  plan: Plan['scenario'],
  most: 1 | 2 = 2,
  weighedWith = 200,
): SamplingDesign | null {
  const { belief, history, now } = situation;
  const { horizonMinutes, stepMinutes, signals } = forecastOf(drug);
  const every = Math.max(1, Math.floor(belief.members.length / weighedWith));
  const members = belief.members.filter((_, m) => m % every === 0);
  const times = forecastTimes(belief.at, now, stepMinutes, horizonMinutes);
  const controls = [...history.controls, ...plan.controls];
  if (!controls.some(({ from, to = from }) => to > now)) return null;
  const random = randomStream(0);
  const { values } = drugDynamics(drug).trajectories!({ members, controls, times, signals, random });
  const paths = { members: members.length, times, values };
  const wanted = targetValues(known(drug.targets[0]), paths).map((value) => Math.log(Math.max(value, 1e-9)));
  const until = now + Math.max(WITHIN, horizonMinutes / 60 / 4) * HOUR;
  const readings = times
    .map((at, t) => readingAt(drug, members, paths, at, t))
    .filter(({ at }) => at > now && at <= until && mayBeDrawn(drug, controls, at));
  const before = variance(wanted);
  if (!(before > 0) || readings.length === 0) return null;
  const one = best(
    readings.map((each) => [each]),
    (set) => remaining(wanted, set),
    before,
  );
  if (Math.sqrt(one.left / before) > 1 - WORTH) return null;
  const two = best(
    readings.filter(({ at }) => Math.abs(at - one.set[0].at) >= APART * HOUR).map((each) => [one.set[0], each]),
    (set) => remaining(wanted, set),
    before,
  );
  const worth = most > 1 && two.set.length > 0 && Math.sqrt(two.left / one.left) < 1 - WORTH;
  const chosen = worth ? two : one;
  return {
    times: chosen.set.map(({ at }) => at).toSorted((a, b) => a - b),
    before: Math.sqrt(before),
    after: Math.sqrt(chosen.left),
  };
}

/** Of a time above a threshold, which many members share, the trough is what is to be known. */
function known(target: Target): Target {
  return target.quantity === 'time-above' ? { ...target, quantity: 'trough' } : target;
}

function readingAt(
  drug: Drug,
  members: Situation<DosingState>['belief']['members'],
  { times, values }: Paths,
  at: Instant,
  t: number,
): Reading {
  const layout = memberLayout(drug);
  let noise = 0;
  const read = Float64Array.from(members, ({ parameters }, m) => {
    const { proportional = 0, additive = 0 } = drug.models[layout.model(parameters)].sigma;
    const level = values[CONCENTRATION][m * times.length + t];
    // Shifted by the additive error, so that what cannot be told from nothing tells nothing.
    const shifted = level + Math.sqrt(additive) + 1e-9;
    noise += (proportional * level ** 2 + additive) / shifted ** 2 / members.length;
    return Math.log(shifted);
  });
  return { at, values: read, noise };
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
function best(
  sets: readonly (readonly Reading[])[],
  left: (set: readonly Reading[]) => number,
  before: number,
): { readonly set: readonly Reading[]; readonly left: number } {
  const all = sets.map((set) => ({ set, left: left(set) }));
  const least = Math.min(...all.map((each) => each.left));
  const last = (set: readonly Reading[]) => Math.max(...set.map(({ at }) => at));
  const near = all.filter((each) => before - each.left >= NEARLY * (before - least));
  return near.toSorted((a, b) => last(a.set) - last(b.set))[0] ?? { set: [], left: before };
}

/** Variance of `wanted` that is expected to remain once the readings are known. */
function remaining(wanted: Float64Array, [one, two]: readonly Reading[]): number {
  const v1 = variance(one.values) + one.noise;
  const c1 = covariance(wanted, one.values);
  const total = variance(wanted);
  if (two === undefined) return total - c1 ** 2 / v1;
  const v2 = variance(two.values) + two.noise;
  const c2 = covariance(wanted, two.values);
  const c12 = covariance(one.values, two.values);
  return total - (c1 ** 2 * v2 - 2 * c1 * c2 * c12 + c2 ** 2 * v1) / (v1 * v2 - c12 ** 2);
}

function covariance(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  const [ma, mb] = [a, b].map((each) => each.reduce((sum, value) => sum + value, 0) / n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (a[i] - ma) * (b[i] - mb);
  return sum / (n - 1);
}

function variance(a: Float64Array): number {
  return covariance(a, a);
}
