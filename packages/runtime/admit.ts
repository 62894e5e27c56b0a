import {
  CodedError,
  type Decoded,
  type Instant,
  type LossAccount,
  type Observation,
  type Problem,
  type RawControl,
  type RawItem,
  type RawMerge,
  type RawObservation,
  type RawRetraction,
} from '@gemel/core';
import type { NewEntry } from '@gemel/store';
import { admitControl, admitFact, admitObservation, type ItemOutcome, whereOf } from './admit-item.ts';
import type { Catalog } from './catalog.ts';
import { runtimeErrors } from './errors.data.ts';
import type { Refusal, WorkOptions } from './hub.ts';
import { type Log, SOURCE_PREFIX } from './log.ts';
import { LossAccountBook, type Outcome, type Source } from './loss-account.ts';
import { contentText, outcomeOf, type PendingElement } from './pending-element.ts';
import { judge, markKey } from './quality/gate.ts';
import type { SubjectIndex } from './subject-index.ts';
import { type Translate, withTranslation } from './translate-codes.ts';
import { waveformEntries } from './waveform/waveform-entries.ts';

/** Entries written to the store at once: a source of any length streams through in bounded memory. */
const CHUNK = 1_000;

export interface AdmitContext {
  readonly log: Log;
  readonly catalog: Catalog;
  readonly now: Instant;
  readonly sha256: (text: string) => string;
  readonly breathe?: (() => Promise<void>) | undefined;
  readonly translate?: Translate | undefined;
}

export interface Admission {
  readonly account: LossAccount;
  /** What was newly logged, by the identifier it was logged under. */
  readonly logged: ReadonlyMap<string, readonly string[]>;
  /** What was refused here although its door had read it. */
  readonly refusals: readonly Refusal[];
  /** The account by subject, still to be logged, on the disk: it takes the last of what was logged there with it. */
  readonly imports: readonly NewEntry[];
}

/**
 * Takes in what a door decoded: each item coded, unit-checked and graded, told apart from what is already there, and logged.
 * Every element is counted once; everything not taken in is named with place and remedy.
 * @throws runtime-cancelled; what was written before stays written
 */
export async function admit(
  context: AdmitContext,
  decoded: Iterable<Decoded>,
  source: Source,
  options: WorkOptions = {},
): Promise<Admission> {
  const work = new AdmitWork(context, source, options);
  try {
    for (const element of decoded) await work.take(element);
    return await work.finish();
  } catch (error) {
    work.abandon();
    throw error;
  }
}

class AdmitWork {
  readonly #context: AdmitContext;
  readonly #source: Source;
  readonly #options: WorkOptions;
  readonly #book: LossAccountBook;
  readonly #subjectBooks = new Map<string, LossAccountBook>();
  readonly #indexes = new Map<string, SubjectIndex | null>();
  readonly #logged = new Map<string, string[]>();
  #waiting: NewEntry[] = [];
  #pending: PendingElement[] = [];
  #count = 0;
  #begin = '';
  #known: number | null = null;
  /** Position of the element being taken. */
  #element = -1;
  readonly #refusals: Refusal[] = [];

  constructor(context: AdmitContext, source: Source, options: WorkOptions) {
    this.#context = context;
    this.#source = source;
    this.#options = options;
    this.#book = new LossAccountBook(source);
  }

  async take(element: Decoded): Promise<void> {
    this.#element++;
    // A remark about the file as a whole is no element of it; only what it stands for as lost is.
    if (element.type === 'file' && element.fate !== 'refused') {
      for (const problem of element.problems) this.#book.problem(problem);
      return;
    }
    const subject =
      element.items[0]?.subject ?? element.subject ?? `${SOURCE_PREFIX}${this.#source.sha256 || this.#source.name}`;
    const pending: PendingElement = { type: element.type, subject, own: new Set(), outcomes: [], entries: [] };
    for (const problem of element.problems) this.#report(subject, problem);
    for (const item of element.items) await this.#item(item, pending);
    await this.#replace(element, pending);
    if (element.waveform !== undefined) await this.#waveform(element.waveform, subject, pending);
    if (element.kept !== undefined) {
      await this.#keep(subject, this.#context.now, { type: element.type, element: element.kept }, pending);
    } else if (element.items.length === 0) pending.outcomes.push(element.fate);
    this.#pending.push(pending);
    if (this.#waiting.length >= CHUNK || element.waveform !== undefined) await this.#flush(element);
  }

  async finish(): Promise<Admission> {
    await this.#flush();
    const { now } = this.#context;
    const imports: NewEntry[] = [];
    for (const [subject, book] of this.#subjectBooks) {
      if (this.#indexes.get(subject) === null) continue;
      imports.push({
        id: await this.#id('import'),
        subject,
        kind: 'import',
        trueAt: now,
        knownAt: now,
        payload: book.account(),
      });
    }
    this.#options.onProgress?.({ fraction: 1, message: `${this.#book.entries} entries` });
    return { account: this.#book.account(), logged: this.#logged, refusals: this.#refusals, imports };
  }

  /** What was told to the indexes may not have been written. */
  abandon(): void {
    for (const subject of this.#indexes.keys()) this.#context.log.dropIndex(subject);
  }

  #translated<T extends RawObservation | RawControl>(item: T): T {
    const { catalog, translate } = this.#context;
    if (translate === undefined) return item;
    const { raw, problem } = withTranslation(item, catalog, translate);
    if (problem !== undefined) this.#reportGrouped(item.subject, problem.message, problem);
    return raw;
  }

  async #item(raw: RawItem, pending: PendingElement): Promise<void> {
    const index = await this.#index(raw.subject);
    if (index === null) {
      this.#refuse(raw.subject, runtimeErrors.problem('admit-subject-erased', 'The subject was erased.', whereOf(raw)));
      pending.outcomes.push('refused');
      return;
    }
    if (raw.kind === 'retraction') return this.#retract(raw, index, pending);
    if (raw.kind === 'merge') return this.#merge(raw, pending);
    if (raw.kind === 'observation' && raw.status === 'entered-in-error' && raw.provenance.sourceId !== undefined) {
      const { subject, provenance, issued } = raw;
      const target = raw.provenance.sourceId;
      return this.#retract(
        { kind: 'retraction', subject, provenance, target, ...(issued === undefined ? {} : { issued }) },
        index,
        pending,
      );
    }
    const { catalog, now } = this.#context;
    const id = await this.#id(raw.kind);
    const outcome: ItemOutcome =
      raw.kind === 'observation'
        ? admitObservation(this.#translated(raw), catalog, now, id)
        : raw.kind === 'control'
          ? admitControl(this.#translated(raw), catalog, now, id)
          : admitFact(raw, now, id);
    if (outcome.kind === 'refused') {
      for (const problem of outcome.problems) this.#refuse(raw.subject, problem);
      pending.outcomes.push('refused');
    } else if (outcome.kind === 'kept') {
      for (const problem of outcome.problems) {
        if (outcome.unmapped === undefined) this.#report(raw.subject, problem);
        else this.#reportGrouped(raw.subject, outcome.unmapped, problem);
      }
      const at = Number.isFinite(raw.time.start) ? raw.time.start : now;
      await this.#keep(raw.subject, at, { type: pending.type, item: raw }, pending);
    } else await this.#map(outcome, raw, index, pending);
  }

  async #map(
    outcome: Extract<ItemOutcome, { kind: 'mapped' }>,
    raw: RawItem,
    index: SubjectIndex,
    pending: PendingElement,
  ): Promise<void> {
    const novelty = index.novelty(outcome.item);
    pending.own.add(novelty.kind === 'duplicate' ? novelty.of : outcome.item.id);
    if (novelty.kind === 'duplicate') {
      pending.outcomes.push('duplicates');
      if (novelty.alias !== undefined)
        this.#alias(outcome.item as Observation, novelty.of, novelty.alias, index, pending);
      return;
    }
    for (const problem of outcome.problems) this.#report(outcome.item.subject, problem);
    const replaces = novelty.kind === 'correction' ? novelty.supersedes : undefined;
    const judged = judge(outcome.item, raw, index.past, replaces);
    const item = judged?.item ?? outcome.item;
    for (const problem of judged?.problems ?? []) this.#reportGrouped(item.subject, markKey(item, problem), problem);
    const entry: NewEntry = {
      id: item.id,
      subject: item.subject,
      kind: item.kind,
      trueAt: item.kind === 'control' ? item.from : item.trueAt,
      knownAt: this.#context.now,
      dedupeKey: novelty.dedupeKey,
      ...(novelty.kind === 'correction' ? { supersedes: novelty.supersedes } : {}),
      payload: item,
    };
    this.#write(entry, 'mapped', pending);
    index.add({ ...entry, kind: item.kind, item });
    for (const anew of judged?.regraded ?? []) await this.#regrade(anew, index, pending);
    const { sourceId } = item.provenance;
    const waiting = index.waitingFor(sourceId);
    if (waiting === null) return;
    const message = `“${sourceId}” was withdrawn before it came.`;
    const where = { file: item.provenance.source, element: item.provenance.element };
    this.#report(item.subject, runtimeErrors.problem('admit-withdrawn-before', message, where));
    this.#withdraw(item.subject, waiting, item.id, `${item.id}-withdrawn`, index, pending);
  }

  /** The same measurement under another source's identifier: kept with its provenance, linked, counted once. */
  #alias(item: Observation, of: string, dedupeKey: string, index: SubjectIndex, pending: PendingElement): void {
    const { id, subject, trueAt } = item;
    const entry = { id, subject, kind: 'observation', trueAt, knownAt: this.#context.now, dedupeKey } as const;
    const alias: Observation = { ...item, repeats: of };
    this.#write({ ...entry, payload: alias }, 'duplicates', pending);
    pending.own.add(id);
    index.add({ ...entry, item: alias });
  }

  /** What was found doubtful after it was logged is entered again, graded anew, in its own place. */
  async #regrade(item: Observation, index: SubjectIndex, pending: PendingElement): Promise<void> {
    const id = await this.#id('observation');
    const { subject, trueAt } = item;
    const anew: Observation = { ...item, id };
    const entry: NewEntry = {
      id,
      subject,
      kind: 'observation',
      trueAt,
      knownAt: this.#context.now,
      dedupeKey: index.regradeKey(item),
      supersedes: item.id,
      payload: anew,
    };
    this.#write(entry, 'mapped', pending);
    pending.own.add(id);
    index.add({ ...entry, kind: 'observation', item: anew });
  }

  /** An element that comes again under its identifier replaces what it was: parts it no longer has are withdrawn. */
  async #replace(element: Decoded, pending: PendingElement): Promise<void> {
    const { sourceId } = element.provenance;
    if (sourceId === undefined || element.fate === 'refused') return;
    const index = await this.#index(pending.subject);
    for (const id of index?.parts(sourceId) ?? []) {
      if (pending.own.has(id)) continue;
      this.#withdraw(pending.subject, sourceId, id, await this.#id('retraction'), index!, pending);
    }
  }

  async #retract(raw: RawRetraction, index: SubjectIndex, pending: PendingElement): Promise<void> {
    let found = false;
    // What was merged may be withdrawn under either identifier; the withdrawal stands where the item does.
    for (const member of new Set([raw.subject, ...(await this.#context.log.members(raw.subject))])) {
      const own = member === raw.subject ? index : await this.#index(member);
      for (const target of own?.targets(raw.target) ?? []) {
        this.#withdraw(member, raw.target, target, await this.#id('retraction'), own!, pending);
        found = true;
      }
    }
    if (found) return;
    if (index.wasWithdrawn(raw.target)) {
      pending.outcomes.push('duplicates');
      return;
    }
    const message = `There is no “${raw.target}” to withdraw.`;
    this.#report(raw.subject, runtimeErrors.problem('admit-retraction-unmatched', message, whereOf(raw)));
    const id = await this.#id('retraction');
    const { now } = this.#context;
    const payload = { target: raw.target, provenance: raw.provenance };
    const { subject } = raw;
    this.#write({ id, subject, kind: 'retraction', trueAt: now, knownAt: now, payload }, 'kept', pending);
    index.add({ id, kind: 'retraction', item: null, target: raw.target });
  }

  #withdraw(
    subject: string,
    target: string,
    supersedes: string,
    id: string,
    index: SubjectIndex,
    pending: PendingElement,
  ): void {
    const { now } = this.#context;
    const dedupeKey = `${target}|${supersedes}`;
    const payload = { target };
    this.#write(
      { id, subject, kind: 'retraction', trueAt: now, knownAt: now, dedupeKey, supersedes, payload },
      'mapped',
      pending,
    );
    index.add({ id, kind: 'retraction', item: null, supersedes, target });
  }

  async #merge(raw: RawMerge, pending: PendingElement): Promise<void> {
    // The merges in force are read from the log, so what waits must be there first.
    await this.#flush();
    const { log, now } = this.#context;
    const { subject, from, provenance } = raw;
    const into = await log.canonical(subject);
    if (into === (await log.canonical(from))) {
      if (subject !== from && into !== from) {
        pending.outcomes.push('duplicates');
        return;
      }
      const message = `“${from}” cannot be merged into “${subject}”, which already goes on under it.`;
      this.#report(subject, runtimeErrors.problem('admit-merge-cycle', message, whereOf(raw)));
      pending.outcomes.push('refused');
      return;
    }
    const { sourceId } = provenance;
    const payload = { from, provenance, ...(sourceId === undefined ? {} : { target: sourceId }) };
    const id = await this.#id('merge');
    this.#write({ id, subject, kind: 'merge', trueAt: now, knownAt: now, payload }, 'mapped', pending);
    (await this.#index(subject))?.add({
      id,
      kind: 'merge',
      item: null,
      ...(sourceId === undefined ? {} : { target: sourceId }),
    });
    await this.#flush();
  }

  async #keep(subject: string, trueAt: Instant, payload: unknown, pending: PendingElement): Promise<void> {
    if ((await this.#index(subject)) === null) {
      pending.outcomes.push('refused');
      return;
    }
    const id = await this.#id('kept');
    const { now, sha256 } = this.#context;
    const dedupeKey = sha256(contentText(payload));
    this.#write({ id, subject, kind: 'kept', trueAt, knownAt: now, dedupeKey, payload }, 'kept', pending);
  }

  /** The samples of a series, in chunks; the item that refers to them stands beside them. */
  async #waveform(waveform: NonNullable<Decoded['waveform']>, subject: string, pending: PendingElement): Promise<void> {
    if ((await this.#index(subject)) === null) return;
    const { now, sha256 } = this.#context;
    for (const entry of waveformEntries(waveform, subject, now, sha256)) this.#write(entry, 'kept', pending);
  }

  #write(entry: NewEntry, outcome: Outcome, pending: PendingElement): void {
    this.#waiting.push(entry);
    pending.entries.push({ id: entry.id, outcome });
  }

  async #flush(last?: Decoded): Promise<void> {
    const { log, breathe } = this.#context;
    if (this.#options.signal?.aborted) {
      throw runtimeErrors.error('runtime-cancelled', `The import was cancelled after ${this.#book.entries} entries.`);
    }
    // On the disk with the accounts that follow: nothing is acknowledged before.
    const { duplicates, entries } =
      this.#waiting.length === 0 ? { duplicates: [], entries: [] } : await log.append(this.#waiting, 'process');
    this.#waiting = [];
    this.#known = null;
    const repeated = new Set(duplicates);
    for (const entry of entries) {
      const ids = this.#logged.get(entry.subject);
      if (ids === undefined) this.#logged.set(entry.subject, [entry.id]);
      else ids.push(entry.id);
    }
    // Another process wrote some of it first: what the index was told of them is not what the log holds.
    if (duplicates.some((id) => !id.startsWith('kept-'))) this.abandon();
    for (const pending of this.#pending) {
      const { type, subject } = pending;
      const outcome = outcomeOf(pending, repeated);
      this.#book.count(type, outcome);
      this.#bookOf(subject).count(type, outcome);
    }
    this.#pending = [];
    if (last === undefined) return;
    const read = last.provenance.byteEnd ?? 0;
    const fraction = this.#source.bytes > 0 ? Math.min(1, read / this.#source.bytes) : 0;
    this.#options.onProgress?.({ fraction, message: `${this.#book.entries} entries` });
    await breathe?.();
  }

  /** What the log holds of the subject; null when it was erased. */
  async #index(subject: string): Promise<SubjectIndex | null> {
    const known = this.#indexes.get(subject);
    if (known !== undefined) return known;
    let index: SubjectIndex | null = null;
    try {
      index = await this.#context.log.index(subject, await this.#tip());
    } catch (error) {
      if (!(error instanceof CodedError && error.code === 'store-erased')) throw error;
    }
    this.#indexes.set(subject, index);
    return index;
  }

  /** Position of the log as this import finds it: asked once for all subjects between two writes. */
  async #tip(): Promise<number> {
    this.#known ??= await this.#context.log.tip();
    return this.#known;
  }

  /** Says nothing of the content: it stays readable after the subject is erased. */
  async #id(kind: string): Promise<string> {
    const { now, sha256 } = this.#context;
    if (this.#begin === '')
      this.#begin = sha256(`${await this.#tip()}|${now}|${this.#source.sha256}|${this.#source.name}`).slice(0, 16);
    return `${kind}-${this.#begin}-${this.#count++}`;
  }

  #bookOf(subject: string): LossAccountBook {
    let book = this.#subjectBooks.get(subject);
    if (book === undefined) {
      book = new LossAccountBook(this.#source);
      this.#subjectBooks.set(subject, book);
    }
    return book;
  }

  #refuse(subject: string, problem: Problem): void {
    this.#refusals.push({ element: this.#element, problem });
    this.#report(subject, problem);
  }

  #report(subject: string, problem: Problem): void {
    this.#book.problem(problem);
    this.#bookOf(subject).problem(problem);
  }

  #reportGrouped(subject: string, key: string, problem: Problem): void {
    this.#book.grouped(key, problem);
    this.#bookOf(subject).grouped(key, problem);
  }
}
