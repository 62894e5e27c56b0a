import { randomUUID } from 'node:crypto';
import type { Instant } from '@gemel/core';
import type { Criterion } from '@gemel/core/resource-search';
import type { Entry, NewEntry } from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import type { Resource, ResourceFormat, ResourceVersion, ResourceWrite, SearchCursor } from '../resource-contract.ts';
import { isLeaf, type SearchSql } from '../resource-sql.ts';

/** A condition that fewer rows meet is found first; where all are met by more, a second look tells those of some size apart. */
export const RARE = [1_000, 30_000] as const;
/** Entries gone through at a time when the index is made anew. */
export const PAGE = 500;
/** What a lookup finds at most: whether there is none, one or several is all that is asked of it. */
export const FOUND = 3;

export type Leaf = Parameters<SearchSql['estimate']>[0];

/** A resource as its table holds it. */
export interface ResourceRow {
  readonly n: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly seq: number;
  readonly updated: number;
  readonly deleted: number;
  readonly subject: number;
}

/** What is written of a version in its log entry. */
interface Payload {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly how: ResourceVersion['how'];
  readonly resource: Resource | null;
}

/** What a write meets: version 0 where the resource never was. */
export interface Standing {
  readonly version: number;
  readonly deleted: boolean;
  readonly subject: string;
}

export const ABSENT: Standing = { version: 0, deleted: true, subject: '' };

/**
 * The entries that writes make, each with the version it gives; one transaction may write a resource more than once.
 * @throws store-version-conflict
 */
export function planWrites(
  writes: readonly ResourceWrite[],
  standing: (key: string) => Standing,
  format: ResourceFormat,
  at: Instant,
): readonly NewEntry[] {
  const current = new Map<string, Standing>();
  const entries: NewEntry[] = [];
  for (const write of writes) {
    const { type, id, resource, ifVersion } = write;
    const key = `${type}/${id}`;
    const before = current.get(key) ?? standing(key);
    if (ifVersion !== undefined && (before.deleted ? 0 : before.version) !== ifVersion) {
      const there = before.version === 0 ? 'is not there' : `has version ${before.version}`;
      const message = `${key} ${there}, not version ${ifVersion}.`;
      throw storeErrors.error('store-version-conflict', message, { element: key });
    }
    if (resource === null && before.deleted) continue;
    const version = before.version + 1;
    const subject = write.resource === null ? before.subject : write.subject;
    current.set(key, { version, deleted: resource === null, subject });
    const how = resource === null ? 'delete' : before.deleted ? 'create' : 'update';
    const kept = resource === null ? null : format.stamped(resource, version, at);
    const payload: Payload = { type, id, version, how, resource: kept };
    entries.push({ id: randomUUID(), subject, kind: 'resource', trueAt: at, knownAt: at, payload });
  }
  return entries;
}

export function versionOf({ payload, subject, seq, knownAt }: Entry): ResourceVersion {
  const { type, id, version, how, resource } = payload as Payload;
  return { type, id, version, at: knownAt, how, subject, seq, resource };
}

export function cursorOf(row: Readonly<Record<string, number | string>>, keys: number): SearchCursor {
  return [...Array.from({ length: keys }, (_, i) => row[`k${i}`]!), row.n!];
}

/** The conditions that one table of the index answers by itself. */
export function leavesOf(all: readonly Criterion[]): readonly Leaf[] {
  return all.filter(isLeaf);
}

/** Where no condition is rare: one of a single token or target, whose index gives its hits in their order. */
export function alongOf(leaves: readonly Leaf[]): Leaf | null {
  const single = leaves.find(
    (leaf) =>
      (leaf.kind === 'token' || leaf.kind === 'reference') &&
      leaf.any.length === 1 &&
      (leaf.kind === 'reference' ? leaf.any[0]!.prefix !== true : leaf.any[0]!.code !== undefined),
  );
  return single ?? null;
}
