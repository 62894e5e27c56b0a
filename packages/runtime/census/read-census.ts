import { type Fact, type Instant, movementOf } from '@gemel/core';
import type { Log } from '../log.ts';
import { type Census, foldCensus } from './census.ts';
import type { LoggedMovement } from './stay.ts';

/** Entries read from the store at a time. */
const PAGE = 5_000;

interface Kept {
  readonly id: string;
  readonly knownAt: Instant;
  readonly movement: LoggedMovement;
}

/** The census of everybody in a log. Reads each entry once and keeps up by position. */
export class CensusReader {
  readonly #log: Log;
  #kept: Kept[] = [];
  /** What corrected or withdrew an entry, and when the log learned it. */
  readonly #gone = new Map<string, Instant>();
  #through = 0;
  #erasures = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Who was where at `at`, as known at `knownBy` (default now). */
  async read(at: Instant, knownBy?: Instant): Promise<Census> {
    // One reader at a time, or both would take in the same page.
    const turn = this.#turn.then(() => this.#keepUp());
    this.#turn = turn.catch(() => {});
    await turn;
    const bound = knownBy === undefined ? {} : { knownBy };
    const known = (when: Instant | undefined) => when !== undefined && (knownBy === undefined || when <= knownBy);
    const held = this.#kept.filter(({ id, knownAt }) => known(knownAt) && !known(this.#gone.get(id)));
    const persons = new Map<string, string>();
    for (const { movement } of held) {
      const { subject } = movement;
      if (!persons.has(subject)) persons.set(subject, await this.#log.canonical(subject, bound));
    }
    const movements = held.map(({ movement }) => ({ ...movement, subject: persons.get(movement.subject)! }));
    return foldCensus(movements, at);
  }

  async #keepUp(): Promise<void> {
    const { store } = this.#log;
    const erasures = await store.erasures();
    if (erasures !== this.#erasures) {
      this.#erasures = erasures;
      this.#kept = [];
      this.#gone.clear();
      this.#through = 0;
    }
    for (;;) {
      const page = await store.read({ kinds: ['fact', 'retraction'], afterSeq: this.#through, limit: PAGE });
      for (const { id, kind, subject, seq, knownAt, supersedes, payload, erased } of page) {
        this.#through = seq;
        if (supersedes !== undefined) this.#gone.set(supersedes, knownAt);
        const movement = erased || kind !== 'fact' ? null : movementOf(payload as Fact);
        if (movement !== null) this.#kept.push({ id, knownAt, movement: { ...movement, subject, seq } });
      }
      if (page.length < PAGE) return;
    }
  }
}
