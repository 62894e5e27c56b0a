import type { Instant } from '@gemel/core';
import type { AppendResult, Durability, Entry, NewEntry, Store } from '@gemel/store';
import type { StatedMeasure } from './quality/subject-past.ts';
import { SubjectIndex } from './subject-index.ts';
import { KNOWLEDGE, type LogItem, logItem, SubjectLog } from './subject-log.ts';

/** A past state of the log: by position, by when the log learned it, or both. */
export interface Bound {
  readonly seq?: number;
  readonly knownBy?: Instant;
}

/** Entries of a source that no subject is named for are kept under this name and the source's hash. */
export const SOURCE_PREFIX = 'gemel:source|';

/** Entries read from the store at a time. */
const PAGE = 5_000;
/** Entries kept in memory over all subjects; the subjects asked for longest ago are let go first. */
const KEPT = 300_000;

/** What twins leave in the log, as against what is known of the subject. */
const RECORD_KINDS = ['forecast', 'score', 'trace', 'action', 'release'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** Of what is large or many, only so many of the newest are kept in memory. */
export const NEWEST_KEPT: Readonly<Partial<Record<RecordKind, number>>> = { forecast: 1_000, trace: 50 };

interface Merge {
  readonly seq: number;
  readonly knownAt: Instant;
  readonly id: string;
  readonly into: string;
  readonly from: string;
  /** The withdrawal that undid it. */
  undone: { readonly seq: number; readonly knownAt: Instant } | null;
}

/** How far a list of entries was read from the store, and how far others had been handed on when it was. */
interface Reading<T> {
  readonly entries: T[];
  through: number;
  handed: number;
}

/**
 * The bitemporal log over a store: what is known of a subject, now or as it was then, with corrections, withdrawals and
 * merges resolved. Reads each entry once and keeps up by position; several processes may write to the store.
 */
export class Log {
  readonly store: Store;
  /** By identifier, those asked for longest ago first. */
  readonly #held = new Map<string, Reading<LogItem>>();
  /** Entries in `#held`, all together. */
  #size = 0;
  readonly #views = new Map<string, { readonly log: SubjectLog; readonly members: readonly string[] }>();
  readonly #records = new Map<string, Reading<Entry>>();
  /** What this process appended without a gap, the first position excluded: each was handed on to who had read up to there. */
  #handedOn = { from: 0, to: 0 };
  readonly #indexes = new Map<string, { readonly index: SubjectIndex; fed: number }>();
  #merges: Merge[] = [];
  #mergesThrough = 0;
  #names: Set<string> | null = null;
  #namesThrough = -1;
  #tip = -1;
  #erasures = 0;
  readonly #forget: () => void;
  readonly #measure: StatedMeasure | undefined;

  /**
   * `forget` is called when a subject was erased, here or by another process: nothing read before may be kept. `measure` is what
   * packs state of their signals for the quality gate.
   */
  constructor(store: Store, forget: () => void = () => {}, measure?: StatedMeasure) {
    this.store = store;
    this.#forget = forget;
    this.#measure = measure;
  }

  /** Appends and keeps up without reading back what was just written. */
  async append(entries: readonly NewEntry[], durable?: Durability): Promise<AppendResult> {
    const before = this.#tip;
    const result = await this.store.append(entries, durable);
    const first = result.entries[0];
    if (first !== undefined && before >= 0 && first.seq === before + 1 && this.#tip === before) {
      this.#follow(result.entries, before);
    }
    return result;
  }

  /** The identifiers that denote one subject each; those merged into another are left out. */
  async subjects(): Promise<readonly string[]> {
    const tip = await this.tip();
    if (this.#names === null || this.#namesThrough !== tip) {
      const all = await this.store.subjects();
      this.#names = new Set(all.map((each) => each.subject));
      this.#namesThrough = tip;
    }
    await this.#readMerges(tip);
    return [...this.#names].filter((name) => !name.startsWith(SOURCE_PREFIX) && this.#canonical(name, {}) === name);
  }

  /** The identifier the subject goes on under: itself, or the one it was merged into. */
  async canonical(subject: string, bound: Bound = {}, tip?: number): Promise<string> {
    await this.#readMerges(tip ?? (await this.tip()));
    return this.#canonical(subject, bound);
  }

  /** All identifiers that are this subject. */
  async members(subject: string, bound: Bound = {}, tip?: number): Promise<readonly string[]> {
    await this.#readMerges(tip ?? (await this.tip()));
    return this.#members(this.#canonical(subject, bound), bound);
  }

  /** What is known of the subject now, kept up incrementally. */
  async view(subject: string): Promise<SubjectLog> {
    const tip = await this.tip();
    await this.#readMerges(tip);
    const name = this.#canonical(subject, {});
    const members = this.#members(name, {});
    let view = this.#views.get(name);
    if (view === undefined || view.members.join('\n') !== members.join('\n')) {
      view = { log: await this.#build(name, members, {}, tip), members };
      this.#views.set(name, view);
    } else if (view.log.through < tip) {
      const entries = await this.#entries(members, tip);
      // Another reader may have fed it while this one waited.
      const { through } = view.log;
      view.log.add(entries.filter((entry) => entry.seq > through && entry.seq <= tip));
      view.log.through = Math.max(through, tip);
    }
    for (const member of members) this.#touch(member);
    this.#letGo();
    return view.log;
  }

  /** What was known of the subject then. */
  async viewAt(subject: string, bound: Bound): Promise<SubjectLog> {
    const tip = await this.tip();
    await this.#readMerges(tip);
    const name = this.#canonical(subject, bound);
    return this.#build(name, this.#members(name, bound), bound, tip);
  }

  /** What the twins of the subject left in the log, under all its identifiers: of some kinds only the newest. */
  async records(subject: string, kinds: readonly RecordKind[], tip?: number): Promise<readonly Entry[]> {
    const found: Entry[] = [];
    const members = await this.members(subject, {}, tip);
    for (const member of members) for (const kind of kinds) found.push(...(await this.#recordsOf(member, kind)));
    return members.length * kinds.length === 1 ? found : found.sort((a, b) => a.seq - b.seq);
  }

  async #recordsOf(member: string, kind: RecordKind): Promise<readonly Entry[]> {
    const key = `${kind}|${member}`;
    let held = this.#records.get(key);
    const tip = this.#tip;
    const limit = NEWEST_KEPT[kind];
    if (held === undefined) {
      const newest = limit === undefined ? {} : { order: 'seq-descending' as const, limit };
      const entries = await this.store.read({ subject: member, kinds: [kind], throughSeq: tip, ...newest });
      const read = limit === undefined ? [...entries] : [...entries].reverse();
      held = { entries: read, through: tip, handed: 0 };
      this.#records.set(key, held);
    } else if (this.#through(held) < tip) {
      const from = this.#through(held);
      const entries = await this.store.read({ subject: member, kinds: [kind], afterSeq: from, throughSeq: tip });
      // Another reader may have been faster while this one waited.
      if (this.#through(held) === from) {
        held.entries.push(...entries);
        this.#readTo(held, tip);
      }
    }
    if (limit === undefined) return held.entries;
    if (held.entries.length > 2 * limit) held.entries.splice(0, held.entries.length - limit);
    return held.entries.slice(-limit);
  }

  /** One identifier's own entries of knowledge, not those of what it was merged with. */
  async own(subject: string, tip?: number): Promise<readonly LogItem[]> {
    const entries = await this.#read(subject, tip ?? (await this.tip()));
    this.#letGo();
    return entries;
  }

  /** What one identifier's log holds, for admission; kept up with the log. */
  async index(subject: string, tip?: number): Promise<SubjectIndex> {
    const entries = await this.own(subject, tip);
    let kept = this.#indexes.get(subject);
    if (kept === undefined) {
      kept = { index: new SubjectIndex(this.#measure), fed: 0 };
      this.#indexes.set(subject, kept);
    }
    while (kept.fed < entries.length) kept.index.add(entries[kept.fed++]!);
    return kept.index;
  }

  /** Lets go of an index that may have been told of entries that were not written after all. */
  dropIndex(subject: string): void {
    this.#indexes.delete(subject);
  }

  /** Position of the last entry of the whole log. */
  async tip(): Promise<number> {
    const erasures = await this.store.erasures();
    if (erasures !== this.#erasures) {
      this.#erasures = erasures;
      this.#held.clear();
      this.#size = 0;
      this.#views.clear();
      this.#records.clear();
      this.#indexes.clear();
      this.#merges = [];
      this.#mergesThrough = 0;
      this.#names = null;
      this.#forget();
    }
    const tip = await this.store.lastSeq();
    this.#tip = tip;
    return tip;
  }

  async #build(name: string, members: readonly string[], bound: Bound, tip: number): Promise<SubjectLog> {
    const log = new SubjectLog(name, members.length > 1);
    const entries = await this.#entries(members, tip);
    log.add(entries.filter((entry) => within(entry, bound) && entry.seq <= tip));
    log.through = tip;
    for (const merge of this.#merges) {
      const concerned = members.includes(merge.into) || members.includes(merge.from);
      if (concerned && within(merge, bound)) log.regrouped(merge.seq);
      if (concerned && merge.undone !== null && within(merge.undone, bound)) log.regrouped(merge.undone.seq);
    }
    return log;
  }

  async #entries(members: readonly string[], tip: number): Promise<readonly LogItem[]> {
    if (members.length === 1) return this.#read(members[0]!, tip);
    const all: LogItem[] = [];
    // A calibration belongs to the identifier it was made under.
    for (const [i, member] of members.entries()) {
      const own = await this.#read(member, tip);
      all.push(...(i === 0 ? own : own.filter((entry) => entry.kind !== 'calibrated')));
    }
    return all.sort((a, b) => a.seq - b.seq);
  }

  async #read(name: string, tip: number): Promise<readonly LogItem[]> {
    const held = this.#touch(name);
    while (this.#through(held) < tip) {
      const from = this.#through(held);
      const query = { subject: name, kinds: KNOWLEDGE, afterSeq: from, throughSeq: tip, limit: PAGE };
      const page = await this.store.read(query);
      // Another reader may have been faster while this one waited.
      if (this.#through(held) !== from) continue;
      for (const entry of page) held.entries.push(logItem(entry));
      if (this.#held.get(name) === held) this.#size += page.length;
      this.#readTo(held, page.length < PAGE ? tip : page.at(-1)!.seq);
    }
    return held.entries;
  }

  /** What is held of an identifier, as the one asked for last. */
  #touch(name: string): Reading<LogItem> {
    const held = this.#held.get(name) ?? { entries: [], through: 0, handed: this.#handedOn.to };
    this.#held.delete(name);
    this.#held.set(name, held);
    return held;
  }

  /** Nothing is missing up to here: what was read, and what was handed on since then without a gap. */
  #through({ through, handed }: Reading<unknown>): number {
    const { from, to } = this.#handedOn;
    return through >= handed && through >= from ? Math.max(through, to) : through;
  }

  #readTo(reading: Reading<unknown>, through: number): void {
    reading.through = through;
    reading.handed = this.#handedOn.to;
  }

  /**
   * Hands on what this process just appended to whoever had read up to there. Who is given something keeps how far it came: after a
   * gap it would else be read once more.
   */
  #follow(entries: readonly Entry[], before: number): void {
    const last = entries.at(-1)!.seq;
    let merges = this.#mergesThrough === before;
    for (const entry of entries) {
      if (entry.kind === 'merge' || entry.kind === 'retraction') merges = false;
      if (KNOWN.has(entry.kind)) {
        const held = this.#held.get(entry.subject);
        if (held === undefined || this.#through(held) < before) continue;
        held.entries.push(logItem(entry));
        held.through = held.handed = last;
        this.#size++;
      } else {
        const held = this.#records.get(`${entry.kind}|${entry.subject}`);
        if (held === undefined || this.#through(held) < before) continue;
        held.entries.push(entry);
        held.through = held.handed = last;
      }
    }
    if (merges) this.#mergesThrough = last;
    if (this.#names !== null && this.#namesThrough === before) {
      for (const entry of entries) this.#names.add(entry.subject);
      this.#namesThrough = last;
    }
    this.#handedOn = { from: this.#handedOn.to === before ? this.#handedOn.from : before, to: last };
    this.#tip = last;
  }

  async #readMerges(tip: number): Promise<void> {
    const from = this.#mergesThrough;
    if (from >= tip) return;
    const entries = await this.store.read({ kinds: ['merge', 'retraction'], afterSeq: from, throughSeq: tip });
    if (this.#mergesThrough !== from) return;
    this.#mergesThrough = tip;
    for (const entry of entries) {
      const { seq, knownAt, id } = entry;
      if (entry.erased) continue;
      if (entry.kind === 'merge') {
        const { from: other } = entry.payload as { readonly from: string };
        this.#merges.push({ seq, knownAt, id, into: entry.subject, from: other, undone: null });
      } else {
        const undone = this.#merges.find((merge) => merge.id === entry.supersedes);
        if (undone !== undefined) undone.undone = { seq, knownAt };
      }
    }
  }

  #standing(bound: Bound): readonly Merge[] {
    return this.#merges.filter(
      (merge) => within(merge, bound) && !(merge.undone !== null && within(merge.undone, bound)),
    );
  }

  #canonical(subject: string, bound: Bound): string {
    const standing = this.#standing(bound);
    let name = subject;
    // A circle is refused on admission; the count only keeps a damaged log from hanging.
    for (let i = 0; i <= standing.length; i++) {
      const next = standing.findLast((merge) => merge.from === name);
      if (next === undefined) return name;
      name = next.into;
    }
    return name;
  }

  #members(name: string, bound: Bound): readonly string[] {
    const standing = this.#standing(bound);
    const members = [name];
    for (const member of members) {
      for (const merge of standing)
        if (merge.into === member && !members.includes(merge.from)) members.push(merge.from);
    }
    return members;
  }

  /** Lets go of the identifiers asked for longest ago while there is too much in memory. */
  #letGo(): void {
    for (const [name, held] of this.#held) {
      if (this.#size <= KEPT || this.#held.size <= 1) return;
      this.#held.delete(name);
      this.#size -= held.entries.length;
      this.#indexes.delete(name);
      this.#views.delete(this.#canonical(name, {}));
      for (const kind of RECORD_KINDS) this.#records.delete(`${kind}|${name}`);
    }
  }
}

const KNOWN: ReadonlySet<string> = new Set(KNOWLEDGE);

function within(entry: { readonly seq: number; readonly knownAt: Instant }, bound: Bound): boolean {
  return (
    (bound.seq === undefined || entry.seq <= bound.seq) &&
    (bound.knownBy === undefined || entry.knownAt <= bound.knownBy)
  );
}
