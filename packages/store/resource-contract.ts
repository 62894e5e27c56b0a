import type { Instant } from '@gemel/core';
import type { IndexRow, ResourceSearch } from '@gemel/core/resource-search';
import type { NewEntry } from './contract.ts';

/** A resource as JSON has it; the store looks at nothing in it. */
export type Resource = { readonly [name: string]: unknown };

/** What the store is told of a format that it does not know itself. */
export interface ResourceFormat {
  /** Changes with what `rows` gives: an index that another version made is made anew when the store is opened. */
  readonly version: number;
  /** What a resource is found by. */
  rows(resource: Resource): readonly IndexRow[];
  /** The resource with the version it was given and when, as it is kept. */
  stamped(resource: Resource, version: number, at: Instant): Resource;
}

/** One version of a resource. */
export interface ResourceVersion {
  readonly type: string;
  readonly id: string;
  /** 1, 2, 3 … */
  readonly version: number;
  readonly at: Instant;
  readonly how: 'create' | 'update' | 'delete';
  /** Whose it is, as the log names subjects. */
  readonly subject: string;
  /** Position of its entry in the log. */
  readonly seq: number;
  /** Null for a deletion. */
  readonly resource: Resource | null;
}

/** What is known of a resource without opening it. */
export interface ResourceHead {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly at: Instant;
  readonly deleted: boolean;
  readonly subject: string;
}

/** What is found out within a transaction before anything is written: one resource, or those that a search finds (three at most). */
export type Lookup = { readonly type: string; readonly id: string } | { readonly search: ResourceSearch };

export type ResourceWrite = {
  readonly type: string;
  readonly id: string;
  /** Refuses with `store-version-conflict` unless this is the current version; 0 for one that is not there. */
  readonly ifVersion?: number;
} & (
  | { readonly subject: string; readonly resource: Resource }
  /** Deletes; what is not there, or deleted already, stays as it is. */
  | { readonly resource: null }
);

export interface ResourceBatch {
  readonly lookups: readonly Lookup[];
  /**
   * What to write now that this was found, one list for each lookup, and what to log beside. It runs within the transaction and
   * must not wait for anything; when it throws, nothing is written.
   */
  decide(found: readonly (readonly ResourceHead[])[]): {
    readonly writes: readonly ResourceWrite[];
    readonly entries?: readonly NewEntry[];
  };
}

/** Where a page of a search goes on: the sort keys of the last hit, then its number. */
export type SearchCursor = readonly (string | number)[];

export interface SearchPage {
  /** Least 1. */
  readonly limit: number;
  readonly after?: SearchCursor;
}

export interface SearchHits {
  readonly hits: readonly ResourceVersion[];
  /** Where the next page begins; null at the end. */
  readonly next: SearchCursor | null;
}

/** Versions, newest first. */
export interface HistoryQuery {
  readonly type?: string;
  readonly id?: string;
  readonly since?: Instant;
  readonly beforeSeq?: number;
  readonly limit: number;
}

/**
 * Resources over the log: every version is an entry of kind `resource`, sealed by its subject's key; the current versions and the
 * search index are tables beside it, written in the same transaction, gone with the subject when it is erased, and made anew
 * from the log when they are missing or of another version. Contract tests run on every database.
 */
export interface ResourceStore {
  /**
   * Looks up, decides and writes as one transaction; gives what was written, in order.
   * @throws store-version-conflict, store-erased, store-payload, and whatever `decide` throws
   */
  write(batch: ResourceBatch, at: Instant): Promise<readonly ResourceVersion[]>;
  /** The current version, which may be a deletion; null where there never was one or its subject was erased. */
  read(type: string, id: string): Promise<ResourceVersion | null>;
  vread(type: string, id: string, version: number): Promise<ResourceVersion | null>;
  /** Of those that are there, in the order asked. */
  readMany(keys: readonly { readonly type: string; readonly id: string }[]): Promise<readonly ResourceVersion[]>;
  history(query: HistoryQuery): Promise<readonly ResourceVersion[]>;
  search(search: ResourceSearch, page: SearchPage): Promise<SearchHits>;
  /** How many it finds in all. */
  count(search: ResourceSearch): Promise<number>;
  /** Versions in the order of the log, after a position: for what follows the log. */
  changes(afterSeq: number, limit: number): Promise<readonly ResourceVersion[]>;
  /** How far a follower came, by its name; 0 at first. */
  position(follower: string): Promise<number>;
  setPosition(follower: string, seq: number): Promise<void>;
  /** Makes current versions and index anew from the log; gives how many resources there are. */
  rebuild(): Promise<number>;
}
