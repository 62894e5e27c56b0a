import type { Instant } from '@gemel/core';

/** What kinds of things the log holds. Predicted and measured values are different kinds and never mix. */
export type EntryKind =
  | 'observation'
  | 'control'
  | 'fact'
  | 'kept'
  | 'retraction'
  | 'merge'
  | 'import'
  | 'calibrated'
  | 'forecast'
  | 'score'
  | 'trace'
  | 'action'
  | 'outcome'
  | 'release'
  | 'access';

/** One entry of the append-only log. Nothing is ever changed in place; a correction is a newer entry that supersedes. */
export interface NewEntry {
  readonly id: string;
  readonly subject: string;
  readonly kind: EntryKind;
  readonly trueAt: Instant;
  readonly knownAt: Instant;
  /** Repeats with the same key are not stored twice (same subject and kind). */
  readonly dedupeKey?: string;
  /** Id of the entry this one replaces (correction) or withdraws (retraction). */
  readonly supersedes?: string;
  /** JSON-serialisable; sealed in the subject's envelope before it reaches the disk. */
  readonly payload: unknown;
}

export interface Entry extends NewEntry {
  /** Position in the log, 1, 2, 3 … over all subjects. */
  readonly seq: number;
}

export interface EntryQuery {
  readonly subject?: string;
  readonly kinds?: readonly EntryKind[];
  readonly afterSeq?: number;
  readonly throughSeq?: number;
  /** Only what was known by then: "what did the twin know at…". */
  readonly knownBy?: Instant;
  readonly trueFrom?: Instant;
  readonly trueTo?: Instant;
  readonly limit?: number;
  /** Default: by seq, ascending. */
  readonly order?: 'seq' | 'seq-descending' | 'trueAt';
}

export interface AppendResult {
  readonly entries: readonly Entry[];
  /** Ids given that were already there under the same dedupe key. */
  readonly duplicates: readonly string[];
}

export interface StoredSnapshot {
  readonly subject: string;
  readonly pack: string;
  /** The log up to this seq is folded in. */
  readonly seq: number;
  readonly trueAt: Instant;
  readonly modelHash: string;
  readonly bytes: Uint8Array;
}

/**
 * The narrow store contract: SQLite meets it now, PostgreSQL later; one contract test runs on both.
 * `append` is atomic and durable when it returns. Payloads are sealed per subject: destroying the key erases them.
 */
export interface Store {
  append(entries: readonly NewEntry[]): Promise<AppendResult>;
  read(query: EntryQuery): Promise<readonly Entry[]>;
  get(id: string): Promise<Entry | null>;
  subjects(): Promise<
    readonly {
      readonly subject: string;
      readonly entries: number;
      readonly lastTrueAt: Instant;
      readonly lastSeq: number;
    }[]
  >;
  lastSeq(): Promise<number>;
  putSnapshot(snapshot: StoredSnapshot): Promise<void>;
  /** Newest snapshot of the pack for the subject at or before `seq`. */
  getSnapshot(subject: string, pack: string, throughSeq: number): Promise<StoredSnapshot | null>;
  dropSnapshots(subject: string, afterSeq: number): Promise<number>;
  /** Destroys the subject's key: entries stay in place and in sequence, payloads become unreadable (`store-erased`). */
  erase(subject: string): Promise<void>;
  close(): Promise<void>;
}
