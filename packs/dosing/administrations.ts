import { type ControlInput, type Instant, instant, MINUTE, type Reason } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import type { Drug } from './drug.ts';
import { isDose, isRate } from './record.ts';

/** Begin and end that differ by less are the same: one clock runs ahead of another. */
const SAME = MINUTE;

const end = ({ from, to = from }: ControlInput) => to;
const near = (a: number, b: number) => Math.abs(a - b) < SAME;

function givenBy(history: History, now: Instant, which: typeof isDose): readonly ControlInput[] {
  return history.controls
    .filter((each) => which(each) && each.status === 'given' && each.from <= now)
    .toSorted((a, b) => a.from - b.from || a.value.value - b.value.value);
}

/**
 * Administrations that cannot both be true: into a vein, two that begin together and differ in amount or length, or are told twice; two
 * rates at once. Nothing can be computed on them. By mouth, two at once are tablets of different strengths.
 */
export function contradictingAdministrations({ regimens }: Drug, history: History, now: Instant): readonly Reason[] {
  const found: Reason[] = [];
  const doses = givenBy(history, now, isDose).filter((each) => regimens.route !== 'oral' || end(each) > each.from);
  for (const [a, b] of pairs(doses)) {
    if (!near(a.from, b.from)) continue;
    const twice = a.value.value === b.value.value && near(end(a), end(b));
    found.push(
      twice
        ? {
            code: 'dose-twice',
            statement: `${sayGiven(a)} is on record twice (${places(a, b)}): withdraw one, or correct its time.`,
          }
        : {
            code: 'doses-contradict',
            statement: `${sayGiven(a)} and ${sayGiven(b)} begin together and contradict one another (${places(a, b)}): withdraw or correct one.`,
          },
    );
  }
  for (const [a, b] of pairs(givenBy(history, now, isRate))) {
    // A rate that nobody ended is ended by the next.
    if (a.to === undefined && !near(a.from, b.from)) continue;
    const overlap = Math.min(a.to ?? Number.POSITIVE_INFINITY, b.to ?? Number.POSITIVE_INFINITY) - b.from;
    if (overlap < SAME || a.value.value === b.value.value) continue;
    found.push({
      code: 'rates-contradict',
      statement: `${sayGiven(a)} and ${sayGiven(b)} run at the same time and contradict one another (${places(a, b)}): end one, or correct it.`,
    });
  }
  return found;
}

/** A dose that begins while something of the same drug is infused: two bags at once, or one bag told as an amount and as a rate. */
export function overlappingAdministrations(history: History, now: Instant): readonly Reason[] {
  const doses = givenBy(history, now, isDose);
  const rates = givenBy(history, now, isRate);
  const pair =
    pairs(doses).find(([a, b]) => end(a) > b.from && !near(a.from, b.from)) ??
    doses
      .filter((each) => end(each) > each.from)
      .flatMap((each) => rates.map((rate, i) => [rate, each, rate.to ?? rates[i + 1]?.from ?? now] as const))
      .find(
        ([rate, each, until]) =>
          rate.value.value > 0 && Math.min(until, end(each)) - Math.max(rate.from, each.from) >= SAME,
      );
  if (pair === undefined) return [];
  const [a, b] = pair;
  const statement = `${sayGiven(b)} overlaps with ${sayGiven(a)} (${places(a, b)}): correct one of them; nothing is proposed on both.`;
  return [{ code: 'doses-overlap', statement }];
}

/** Each with the one after it. */
function pairs(all: readonly ControlInput[]): readonly (readonly [ControlInput, ControlInput])[] {
  return all.slice(1).map((each, i) => [all[i], each] as const);
}

function sayGiven(given: ControlInput): string {
  const { value, from, to } = given;
  const until = to === undefined || to === from ? '' : ` to ${iso(to)}`;
  return `${value.value} ${value.unit} from ${iso(from)}${until}`;
}

/** Where in their sources they stand. */
function places(...given: readonly ControlInput[]): string {
  return [
    ...new Set(given.map(({ provenance: { source, element } }) => [source, element].filter(Boolean).join(', '))),
  ].join('; ');
}

const iso = (at: number) => new Date(instant(at)).toISOString().slice(0, 16).replace('T', ' ');
