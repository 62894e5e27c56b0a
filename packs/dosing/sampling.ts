import { type ControlInput, HOUR, type Instant, type Plan } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Member } from '@gemel/runtime/dynamics';
import type { Paths, Situation } from '@gemel/runtime/pack';
import { forecastTimes } from '@gemel/runtime/paths';
import type { Drug, Target } from './drug.ts';
import { CONCENTRATION, drugDynamics, memberLayout } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { forecastOf, readsDoses, targetValues } from './forecast.ts';
import { isDose } from './record.ts';
import { superposition } from './superposition.ts';

/** Members the designs are computed with. */
const WEIGHED_WITH = 100;
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
 * proportional. `most`: levels at most. Times are those of the forecast's grid that lie outside infusions and the hours after a dose. One
 * design for each plan; null where no level narrows it.
 */
export function samplingDesigns(
  drug: Drug,
  { belief, history, now }: Situation<DosingState>,
  plans: readonly Plan['scenario'][],
  most: 1 | 2 = 2,
): readonly (SamplingDesign | null)[] {
  const { horizonMinutes, stepMinutes, signals } = forecastOf(drug);
  const every = Math.max(1, Math.floor(belief.members.length / WEIGHED_WITH));
  const members = belief.members.filter((_, m) => m % every === 0);
  const times = forecastTimes(belief.at, now, stepMinutes, horizonMinutes);
  const target = known(drug.targets[0]);
  const errors = errorsOf(drug, members);
  // A proposal stands in place of what is planned.
  const standing = history.controls.filter(({ status }) => status !== 'planned');
  const linear = superposition(drug, members, standing, times, readsDoses({ targets: [target] }));

  /** Paths under a plan, by superposition where every member is linear. */
  function pathsUnder(own: readonly ControlInput[]): Paths {
    if (linear !== null && own.length > 0 && own.every(isDose)) {
      const amounts = [...new Set(own.map(({ value }) => value.value))];
      const doses = own.map(({ from, to = from, value }) => {
        return { at: from, hours: (to - from) / HOUR, slot: amounts.indexOf(value.value) };
      });
      return linear(doses)(amounts);
    }
    const request = { members, controls: [...history.controls, ...own], times, signals };
    const { values } = drugDynamics(drug).trajectories!({ ...request, random: randomStream(0) });
    return { members: members.length, times, values };
  }

  return plans.map((plan) => {
    const controls = [...(plan.controls.length === 0 ? history.controls : standing), ...plan.controls];
    if (!controls.some(({ from, to = from }) => to > now)) return null;
    const paths = pathsUnder(plan.controls);
    const wanted = centred(targetValues(target, paths).map((value) => Math.log(Math.max(value, 1e-9))));
    const before = product(wanted, wanted);
    const until = now + Math.max(WITHIN, horizonMinutes / 60 / 4) * HOUR;
    const readings = times.flatMap((at, t) =>
      at > now && at <= until && mayBeDrawn(drug, controls, at) ? [readingAt(errors, wanted, paths, at, t)] : [],
    );
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
  });
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
