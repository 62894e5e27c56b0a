import {
  asNeeded,
  COUNTED,
  type DrugStatus,
  doseUnits,
  frequencies,
  routes,
  statusAfter,
  statusBefore,
} from './doses.data.ts';
import type { Match } from './phrases.ts';
import type { LexiconEntry } from './rules.ts';
import { countAt, stretchOf } from './times.ts';
import { joined, NUMBER, numberOf, type Tokens } from './tokens.ts';

/** An amount as written: one number, or two of a stretch (`1-2 tablets`). */
export interface DoseAmount {
  readonly low: number;
  readonly high: number;
  /** UCUM; what is counted in braces. */
  readonly unit: string;
}

/** A drug with what is said of how it is taken. */
export interface DrugReading {
  readonly entry: LexiconEntry;
  readonly dose?: DoseAmount;
  /** Of one tablet, where the dose counts tablets. */
  readonly strength?: DoseAmount;
  readonly route?: string;
  /** `2/1d`, `1/4-6h`, `1/1d@HS`, `once`, `continuous`. */
  readonly frequency?: string;
  readonly asNeeded: boolean;
  readonly duration?: { readonly value: number; readonly unit: string };
  readonly status: DrugStatus;
  readonly statusWords?: string;
  /** A later step of a taper. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
}

/** Tokens that say nothing of a dose and after which one may still come. */
const UNKNOWN_IN_A_ROW = 3;
const PERIODS: Readonly<Record<string, string>> = {
  min: 'min',
  minutes: 'min',
  minute: 'min',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  wk: 'wk',
  wks: 'wk',
  week: 'wk',
  weeks: 'wk',
  mo: 'mo',
  month: 'mo',
  months: 'mo',
};

interface Draft {
  dose?: DoseAmount;
  strength?: DoseAmount;
  route?: string;
  frequency?: string;
  asNeeded: boolean;
  duration?: { readonly value: number; readonly unit: string };
}

/**
 * A drug and its steps. `from` and `limit` bound the sentence; `taken` tells tokens that belong to something else, where reading stops.
 */
export function readDrug(
  tokens: Tokens,
  at: number,
  match: Match<LexiconEntry>,
  from: number,
  limit: number,
  taken: (token: number) => boolean,
): readonly DrugReading[] {
  const before = doseBefore(tokens, at, from);
  const { status, words } = statusOf(tokens, before?.from ?? at, from);
  const readings: DrugReading[] = [];
  let begin = before?.from ?? at;
  let next: number | null = match.end;
  for (let step = 0; next !== null && step < 12; step++) {
    const draft: Draft = { asNeeded: false };
    if (step === 0 && before !== null) draft.dose = before.dose;
    const read: { readonly to: number; readonly next: number | null } = signature(tokens, next, limit, taken, draft);
    if (step > 0 && draft.dose === undefined) break;
    const after = statusBehind(tokens, next, limit, taken) ?? statusBehind(tokens, read.to, limit, taken);
    readings.push({
      entry: match.value,
      ...draft,
      status: status ?? after?.status ?? 'active',
      ...((words ?? after?.words) !== undefined && { statusWords: words ?? after!.words }),
      step,
      from: begin,
      to: Math.max(read.to, step === 0 ? match.end : read.to),
    });
    next = read.next;
    if (next !== null) begin = next;
  }
  return readings;
}

/** Reads dose, route, frequency, duration and need from a token on; `next` where another step of the same drug begins. */
function signature(
  tokens: Tokens,
  from: number,
  limit: number,
  taken: (token: number) => boolean,
  draft: Draft,
): { readonly to: number; readonly next: number | null } {
  const { word, kind } = tokens;
  let to = from;
  let unknown = 0;
  let i = from;
  while (i < limit && unknown <= UNKNOWN_IN_A_ROW && !taken(i)) {
    if (
      (word[i] === 'then' || word[i] === 'and') &&
      draft.dose !== undefined &&
      (draft.frequency !== undefined || draft.duration !== undefined)
    ) {
      const again = word[i + 1] === 'then' ? i + 2 : i + 1;
      if (amountAt(tokens, again, limit) !== null) return { to, next: again };
      if (word[i] === 'then') break;
    }
    const end = part(tokens, i, limit, draft);
    if (end > i) {
      i = end;
      to = end;
      unknown = 0;
      continue;
    }
    if (kind[i] !== NUMBER && !/^[,()/:-]$/.test(word[i]!)) unknown++;
    else if (kind[i] === NUMBER) break;
    i++;
  }
  return { to, next: null };
}

/** Takes in one part of the signature; the token after it, or `i` where there is none. */
function part(tokens: Tokens, i: number, limit: number, draft: Draft): number {
  const { word } = tokens;
  // `from 0.125 mg to 0.25 mg`: the dose is the second.
  const old = word[i] === 'from' ? amountAt(tokens, i + 1, limit) : null;
  if (old !== null && word[old.to] === 'to' && amountAt(tokens, old.to + 1, limit) !== null) return old.to + 1;
  const rate = everyAt(tokens, i, limit);
  if (rate !== null) {
    draft.frequency ??= rate.frequency;
    return rate.to;
  }
  const lasting = durationAt(tokens, i, limit);
  if (lasting !== null) {
    draft.duration ??= lasting.duration;
    return lasting.to;
  }
  const need = asNeeded.at(tokens, i, limit);
  if (need !== null) {
    draft.asNeeded = true;
    return need.end;
  }
  const often = frequencies.at(tokens, i, limit);
  if (often !== null && !(word[i] === 'now' && draft.frequency !== undefined)) {
    if (often.value === 'continuous') draft.route ??= 'iv';
    // `daily at bedtime`: the event of the day says more than the bare rate.
    if (draft.frequency === undefined || (draft.frequency === '1/1d' && often.value.startsWith('1/1d@')))
      draft.frequency = often.value;
    return often.end;
  }
  const amount = amountAt(tokens, i, limit);
  if (amount !== null) {
    const counted = COUNTED.test(amount.dose.unit);
    if (draft.dose === undefined) draft.dose = amount.dose;
    else if (counted && !COUNTED.test(draft.dose.unit)) {
      draft.strength = draft.dose;
      draft.dose = amount.dose;
    } else draft.strength ??= amount.dose;
    // `875 mg/125 mg`: the second amount is of the partner.
    const partner = word[amount.to] === '/' ? amountAt(tokens, amount.to + 1, limit) : null;
    return partner?.to ?? amount.to;
  }
  const route = routes.at(tokens, i, limit);
  if (route !== null) {
    draft.route ??= route.value;
    return route.end;
  }
  return i;
}

/** A number with a unit of doses; `875/125 mg` gives the first. */
export function amountAt(
  tokens: Tokens,
  i: number,
  limit: number,
): { readonly dose: DoseAmount; readonly to: number } | null {
  const { kind, word } = tokens;
  if (i >= limit) return null;
  const low =
    kind[i] === NUMBER
      ? numberOf(tokens, i)
      : i + 1 < limit && doseUnits.at(tokens, i + 1, limit)?.value.startsWith('{') === true
        ? countAt(tokens, i)
        : Number.NaN;
  if (Number.isNaN(low)) return null;
  let at = i + 1;
  let high = low;
  if (/^(-|–|to|or)$/.test(word[at] ?? '') && kind[at + 1] === NUMBER) {
    high = numberOf(tokens, at + 1);
    at += 2;
  } else if (word[at] === '/' && kind[at + 1] === NUMBER) at += 2;
  if (word[at] === '-') at++;
  const unit = at < limit ? doseUnits.at(tokens, at, limit) : null;
  if (unit === null) return null;
  // `mg/dL` is measured, not given.
  if (word[unit.end] === '/' && unit.end < limit && joined(tokens, unit.end) && kind[unit.end + 1] !== NUMBER)
    return null;
  return { dose: { low, high, unit: unit.value }, to: unit.end };
}

/** `q12h`, `q 4-6 hours`, `every 8 hours`, `3 times a day`. */
function everyAt(tokens: Tokens, i: number, limit: number): { readonly frequency: string; readonly to: number } | null {
  const { word, kind } = tokens;
  if (word[i] === 'q' || word[i] === 'every') {
    const first = countAt(tokens, i + 1);
    if (!(first > 0) || i + 1 >= limit || word[i + 1] === 'a') return null;
    const stretch = /^(-|–|to)$/.test(word[i + 2] ?? '') && kind[i + 3] === NUMBER;
    const at = stretch ? i + 4 : i + 2;
    const unit = at < limit ? PERIODS[word[at] ?? ''] : undefined;
    if (unit === undefined) return null;
    return { frequency: `1/${first}${stretch ? `-${word[i + 3]}` : ''}${unit}`, to: at + 1 };
  }
  if (/^(times|x)$/.test(word[i + 1] ?? '') && i + 2 < limit) {
    const times = countAt(tokens, i);
    const at = /^(a|per|every|each)$/.test(word[i + 2]!) ? i + 3 : i + 2;
    const unit = word[at] === 'daily' ? 'd' : word[at] === 'weekly' ? 'wk' : PERIODS[word[at] ?? ''];
    if (times > 0 && unit !== undefined && at < limit && (at === i + 3 || /ly$/.test(word[at]!)))
      return { frequency: `${times}/1${unit}`, to: at + 1 };
  }
  return null;
}

/** `x 7 days`, `for 10 days`, `x10d`, `for 2 more weeks`. */
function durationAt(
  tokens: Tokens,
  i: number,
  limit: number,
): { readonly duration: { readonly value: number; readonly unit: string }; readonly to: number } | null {
  const { word } = tokens;
  if (!/^(x|for|times|×)$/.test(word[i]!)) return null;
  const value = countAt(tokens, i + 1);
  const at = word[i + 2] === 'more' || word[i + 2] === '-' ? i + 3 : i + 2;
  if (!(value > 0) || at >= limit || stretchOf(word[at]) === undefined) return null;
  const unit = PERIODS[word[at]!] ?? (word[at]!.startsWith('y') ? 'a' : 'mo');
  return { duration: { value, unit }, to: at + 1 };
}

/** The dose that stands before a drug: `2 g ceftriaxone`, `1-2 tablets of oxycodone`, `1 L normal saline`. */
function doseBefore(
  tokens: Tokens,
  at: number,
  from: number,
): { readonly dose: DoseAmount; readonly from: number } | null {
  const end = tokens.word[at - 1] === 'of' ? at - 1 : at;
  for (let i = Math.max(from, end - 6); i < end; i++) {
    const amount = amountAt(tokens, i, end);
    if (amount !== null && amount.to === end) return { dose: amount.dose, from: i };
    // `4 mg IV ondansetron`.
    const route = amount === null ? null : routes.at(tokens, amount.to, end);
    if (amount !== null && route !== null && route.end === end) return { dose: amount.dose, from: i };
  }
  return null;
}

const REACH_BEFORE = 5;
const REACH_AFTER = 8;

function statusOf(tokens: Tokens, at: number, from: number): { readonly status?: DrugStatus; readonly words?: string } {
  let found: { status?: DrugStatus; words?: string } = {};
  for (let i = Math.max(from, at - REACH_BEFORE - 3); i < at; i++) {
    const match = statusBefore.at(tokens, i, at);
    if (match === null) continue;
    if (at - match.end <= REACH_BEFORE) {
      // `increase metoprolol to`; `continue home amlodipine`: the first verb says what is done.
      const weak = match.value === 'active' && found.status !== undefined;
      const planned = found.status === 'planned' && match.value === 'started';
      if (!weak && !planned)
        found = { status: match.value, words: tokens.text.slice(tokens.start[i], tokens.end[match.end - 1]) };
    }
    i = match.end - 1;
  }
  return found;
}

function statusBehind(
  tokens: Tokens,
  from: number,
  limit: number,
  taken: (token: number) => boolean,
): { readonly status: DrugStatus; readonly words: string } | null {
  let steps = 0;
  for (let i = from; i < limit && steps < REACH_AFTER; i++) {
    const match = statusAfter.at(tokens, i, limit);
    // A bare participle speaks of the drug only where it stands beside it: `hydralazine for an increased pressure`.
    if (match !== null && (match.end - i > 1 || steps <= 1))
      return { status: match.value, words: tokens.text.slice(tokens.start[i], tokens.end[match.end - 1]) };
    const word = tokens.word[i]!;
    // Over `and zosyn` the verb still speaks of both; over anything else that was read it does not.
    if (taken(i) && word !== 'and' && !list(tokens, i)) return null;
    if (/^(but|then|although|because)$/.test(word)) return null;
    steps++;
  }
  return null;
}

function list(tokens: Tokens, i: number): boolean {
  return /^(and|,|\/|\+|&)$/.test(tokens.word[i - 1] ?? '') || tokens.kind[i] === NUMBER;
}
