import { type ControlInput, codingKey, type Fact, type Instant, type LeftOut, type Observation } from '@gemel/core';
import type { Entry } from '@gemel/store';

/** A log entry in memory: its place, both times and what was admitted (null for entries that only point at others). */
export interface LogItem {
  readonly seq: number;
  readonly id: string;
  readonly kind: 'observation' | 'control' | 'fact' | 'retraction' | 'merge' | 'calibrated';
  readonly trueAt: Instant;
  /** When the log learned it. */
  readonly knownAt: Instant;
  readonly supersedes?: string;
  readonly item: Observation | ControlInput | Fact | null;
  /** Of a calibration: what it belongs to; its belief is read when it is needed. */
  readonly calibration?: CalibrationNote;
  /** Of a withdrawal: the source's identifier of what it withdraws. Of a merge: the source's identifier of the merge itself. */
  readonly target?: string;
}

export interface CalibrationNote {
  readonly pack: string;
  readonly modelHash: string;
  /** Position in the log of the last thing it was computed from. */
  readonly basis: number;
  /** Names what it was computed from: `inputsHash`. */
  readonly inputs: string;
  /** What it was not allowed to see. */
  readonly leftOut?: readonly LeftOut[];
}

/** From `at` on, what is known of the subject differs since position `seq`. −Infinity: from the beginning. */
export interface Change {
  readonly seq: number;
  readonly at: number;
  /** The entries it is about, for a pack to tell whether it concerns it. */
  readonly about: readonly LogItem[];
}

/** The kinds that make up what is known of a subject. */
export const KNOWLEDGE = ['observation', 'control', 'fact', 'retraction', 'merge', 'calibrated'] as const;

/** Reads an entry as an item of knowledge. */
export function logItem(entry: Entry): LogItem {
  const { seq, id, trueAt, knownAt, supersedes } = entry;
  const kind = entry.kind as LogItem['kind'];
  const base = { seq, id, kind, trueAt, knownAt, ...(supersedes === undefined ? {} : { supersedes }) };
  if (kind === 'observation' || kind === 'control' || kind === 'fact') {
    return { ...base, item: entry.payload as Observation | ControlInput | Fact };
  }
  if (kind === 'calibrated') {
    const { pack, modelHash, basis, inputs, leftOut } = entry.payload as CalibrationNote;
    const withheld = leftOut === undefined ? {} : { leftOut };
    return { ...base, item: null, calibration: { pack, modelHash, basis, inputs, ...withheld } };
  }
  const { target } = entry.payload as { readonly target?: string };
  return { ...base, item: null, ...(target === undefined ? {} : { target }) };
}

type Known<T> = Omit<LogItem, 'item'> & { readonly item: T };

/**
 * What is known of one subject: corrections, withdrawals and merges resolved, sorted by when it was true. Fed in the order
 * of the log; what it gives out is never changed afterwards.
 */
export class SubjectLog {
  readonly subject: string;
  /** Every entry seen, by id, whether it still holds or not. */
  readonly items = new Map<string, LogItem>();
  /** Calibrations, in the order of the log. */
  readonly calibrations: LogItem[] = [];
  /** In the order of the log. */
  readonly changes: Change[] = [];
  observations: readonly Known<Observation>[] = [];
  controls: readonly Known<ControlInput>[] = [];
  facts: readonly Known<Fact>[] = [];
  /** Counts up whenever something was added. */
  version = 0;
  /** Position of the last entry seen that is about the subject. */
  seq = 0;
  /** Position in the whole log up to which nothing about the subject is missing here. */
  through = 0;
  readonly #gone = new Set<string>();
  /** Entry → what took its place. */
  readonly #replaced = new Map<string, string>();
  /** Same readings under merged identifiers are one reading. */
  readonly #merged: boolean;

  constructor(subject: string, merged = false) {
    this.subject = subject;
    this.#merged = merged;
  }

  /** Whether the entry still holds: neither corrected nor withdrawn. */
  holds(id: string): boolean {
    return this.items.has(id) && !this.#gone.has(id);
  }

  /** Whether a value is computed with: the same measurement come by another door is not, while what it repeats stands. */
  counts(item: Observation): boolean {
    for (let id = item.repeats; id !== undefined; ) {
      if (this.#stands(id)) return false;
      const earlier: LogItem['item'] = this.items.get(id)?.item ?? null;
      id = earlier?.kind === 'observation' ? earlier.repeats : undefined;
    }
    return true;
  }

  /** Whether the entry, or a correction of it, still holds. */
  #stands(id: string): boolean {
    for (let at: string | undefined = id; at !== undefined; at = this.#replaced.get(at))
      if (this.holds(at)) return true;
    return false;
  }

  /** Records that the identifiers that make up the subject changed: nothing computed before holds. */
  regrouped(seq: number): void {
    this.changes.push({ seq, at: Number.NEGATIVE_INFINITY, about: [] });
    this.changes.sort((a, b) => a.seq - b.seq);
    this.version++;
  }

  add(entries: readonly LogItem[]): void {
    if (entries.length === 0) return;
    const fresh: LogItem[] = [];
    let removed = false;
    const before = this.#earliestFacts();
    const changes: { seq: number; at: number; about: LogItem[] }[] = [];
    for (const entry of entries) {
      this.items.set(entry.id, entry);
      this.seq = Math.max(this.seq, entry.seq);
      const target = entry.supersedes === undefined ? undefined : this.items.get(entry.supersedes);
      if (entry.supersedes !== undefined) {
        this.#gone.add(entry.supersedes);
        if (entry.item !== null) this.#replaced.set(entry.supersedes, entry.id);
        removed = true;
      }
      if (entry.kind === 'calibrated') {
        this.calibrations.push(entry);
        continue;
      }
      const about = target === undefined ? [entry] : [entry, target];
      const times = about.filter((item) => item.item !== null).map((item) => item.trueAt);
      if (times.length > 0) changes.push({ seq: entry.seq, at: Math.min(...times), about });
      if (entry.item !== null) fresh.push(entry);
    }
    const of = (kind: LogItem['kind']) => fresh.filter((entry) => entry.kind === kind);
    this.observations = this.#resolve(
      this.observations,
      of('observation') as Known<Observation>[],
      removed,
      observationKey,
    );
    this.controls = this.#resolve(this.controls, of('control') as Known<ControlInput>[], removed, controlKey);
    this.facts = this.#resolve(this.facts, of('fact') as Known<Fact>[], removed, factKey);
    const after = this.#earliestFacts();
    for (const change of changes) {
      // The first known value of a fact reaches back to the beginning, so another first value changes everything.
      const reachesBack = change.about.some(
        ({ item }) => item?.kind === 'fact' && before.get(item.fact) !== after.get(item.fact),
      );
      this.changes.push(reachesBack ? { ...change, at: Number.NEGATIVE_INFINITY } : change);
    }
    this.version++;
  }

  #earliestFacts(): ReadonlyMap<string, string> {
    const first = new Map<string, string>();
    for (const { id, item } of this.facts) if (!first.has(item.fact)) first.set(item.fact, id);
    return first;
  }

  #resolve<T extends Observation | ControlInput | Fact>(
    old: readonly Known<T>[],
    fresh: readonly Known<T>[],
    removed: boolean,
    key: (item: T) => string,
  ): readonly Known<T>[] {
    if (fresh.length === 0 && !removed) return old;
    const order = (a: Known<T>, b: Known<T>) =>
      a.trueAt - b.trueAt || compareText(key(a.item), key(b.item)) || a.seq - b.seq;
    const kept = removed ? old.filter((entry) => !this.#gone.has(entry.id)) : old.slice();
    const added = removed ? fresh.filter((entry) => !this.#gone.has(entry.id)) : fresh;
    if (added.length > 64) {
      kept.push(...added);
      kept.sort(order);
    } else for (const entry of added) insert(kept, entry, order);
    if (!this.#merged) return kept;
    return kept.filter((entry, i) => {
      const previous = kept[i - 1];
      return previous === undefined || previous.trueAt !== entry.trueAt || key(previous.item) !== key(entry.item);
    });
  }
}

/** Puts an entry where it belongs in a sorted list; nearly always at the end. */
function insert<T>(sorted: T[], entry: T, order: (a: T, b: T) => number): void {
  let low = 0;
  let high = sorted.length;
  if (high > 0 && order(sorted[high - 1]!, entry) <= 0) low = high;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (order(sorted[mid]!, entry) <= 0) low = mid + 1;
    else high = mid;
  }
  sorted.splice(low, 0, entry);
}

/** What tells apart items that were true at the same instant, whatever order they arrived in. */
export function observationKey(item: Observation): string {
  return `${item.signal ?? codeKey(item)}|${JSON.stringify(item.value)}`;
}

export function controlKey(item: ControlInput): string {
  return `${item.control}|${item.status}|${item.to ?? item.from}|${JSON.stringify(item.value)}`;
}

export function factKey(item: Fact): string {
  return `${item.fact}|${JSON.stringify(item.value)}|${item.until ?? ''}`;
}

function codeKey(item: Observation): string {
  const code = item.code.codings[0];
  return code === undefined ? (item.code.text ?? '') : codingKey(code);
}

/** By code unit: the same on every machine, whatever its language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The earliest instant from which what concerns the reader differs between two positions of the log, the first excluded;
 * Infinity when nothing does.
 */
export function changedFrom(
  log: SubjectLog,
  after: number,
  concerns: (item: LogItem) => boolean,
  through = Number.POSITIVE_INFINITY,
): number {
  let from = Number.POSITIVE_INFINITY;
  for (let i = log.changes.length - 1; i >= 0; i--) {
    const change = log.changes[i]!;
    if (change.seq <= after) break;
    if (change.seq > through) continue;
    if (change.about.length === 0 || change.about.some(concerns)) from = Math.min(from, change.at);
  }
  return from;
}
