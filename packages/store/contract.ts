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
  | 'resource'
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
  /** Set when the subject's key was destroyed: the payload is null and `subject` no longer names anyone. */
  readonly erased?: true;
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
  /** Default: by seq, ascending; 'trueAt' breaks ties by seq. */
  readonly order?: 'seq' | 'seq-descending' | 'trueAt';
}

/** What an append outlives: the machine's end, or this process's. */
export type Durability = 'disk' | 'process';

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

/** The root over the log's first `size` entries (RFC 6962, section 2.1): 32 bytes that no change of any of them leaves as they are. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Shows that an entry is in the log of a head; `verifyInclusion` in merkle.ts checks it, with `index` for position `index + 1`. */
export interface InclusionProof {
  /** The hash of the entry as stored, its payload sealed. */
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

/** Shows that a log of `size` entries begins with the log of `before` entries, unchanged; `verifyConsistency` in merkle.ts checks it. */
export interface ConsistencyProof {
  readonly before: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

/** Snapshots kept per subject and pack, newest by trueAt; an older one would only save time. */
export const SNAPSHOTS_KEPT = 64;

/**
 * The narrow store contract: SQLite, PostgreSQL and memory meet it; one contract test runs on all.
 * Payloads are sealed per subject: destroying the key erases them.
 */
export interface Store {
  /**
   * Atomic, and durable when it returns: against the end of the machine ('disk', the default) or of this process only
   * ('process'), which saves the wait for the disk where an append to the disk follows before anything is acknowledged, or
   * where what is lost can be computed again. What was appended before an append to the disk is on the disk with it. An entry whose dedupe key is already there (same subject and kind) is left out and
   * its id returned under `duplicates`. Throws `store-id-taken`, `store-erased`, `store-payload`.
   */
  append(entries: readonly NewEntry[], durable?: Durability): Promise<AppendResult>;
  /** Throws `store-erased` when the query names an erased subject. */
  read(query: EntryQuery): Promise<readonly Entry[]>;
  /** Throws `store-erased` when the entry's subject was erased. */
  get(id: string): Promise<Entry | null>;
  /** All subjects not erased, by first entry. */
  subjects(): Promise<
    readonly {
      readonly subject: string;
      readonly entries: number;
      readonly lastTrueAt: Instant;
      readonly lastSeq: number;
    }[]
  >;
  lastSeq(): Promise<number>;
  /** How many subjects were erased so far: a reader that keeps what it read lets go of it when this grows. */
  erasures(): Promise<number>;
  /** Outlives the process; a snapshot that the machine's end takes is computed again. */
  putSnapshot(snapshot: StoredSnapshot): Promise<void>;
  /** The snapshot with the latest trueAt (then seq) at or before `throughSeq`, and before `trueBefore` where given. */
  getSnapshot(subject: string, pack: string, throughSeq: number, trueBefore?: Instant): Promise<StoredSnapshot | null>;
  /** Drops the subject's snapshots with a greater seq; returns how many. */
  dropSnapshots(subject: string, afterSeq: number): Promise<number>;
  /**
   * Destroys the subject's key: entries stay in place and in sequence, payloads become unreadable (`store-erased`).
   * The name stays refused, so that a feed cannot bring an erased subject back unnoticed.
   */
  erase(subject: string): Promise<void>;
  /**
   * Seals bytes that are kept beside the log (an image, a message as it came) under the subject's key, made durably where the
   * subject is new; whoever calls keeps the sealed bytes. They open in this store only, and die with the subject's key.
   * `about` says which object they are (its name, its hash) and must be given again to open them. Throws `store-erased`.
   */
  seal(subject: string, bytes: Uint8Array, about: string): Promise<Uint8Array>;
  /**
   * Opens what `seal` made, whoever it is sealed for: whoever keeps it need not keep a name that would outlive the erasure. Throws
   * `store-erased` once the subject was erased; `store-corrupt` for bytes that were changed, cut, or sealed about something else.
   */
  unseal(sealed: Uint8Array, about: string): Promise<Uint8Array>;
  /** The head of the tree over the first `size` entries, default all. Holds without keys and through erasures. Throws `store-beyond-log`. */
  treeHead(size?: number): Promise<TreeHead>;
  /** That the entry at `seq` is among the first `size`, default all. Throws `store-beyond-log`. */
  inclusionProof(seq: number, size?: number): Promise<InclusionProof>;
  /** That the first `size` entries, default all, begin with the first `before`. Throws `store-beyond-log`. */
  consistencyProof(before: number, size?: number): Promise<ConsistencyProof>;
  close(): Promise<void>;
}
