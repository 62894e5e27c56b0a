import type { DatabaseSync } from 'node:sqlite';
import type { Problem } from '@gemel/core';
import type { Entry } from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import type { LeafRow } from '../leaf.ts';
import type { EntryKeys } from './entry-keys.ts';
import { isReference, type SealedBlocks } from './sealed-blocks.ts';
import type { EntryRow } from './sealed-rows.ts';
import type { LogTree } from './sqlite-tree.ts';

/** Reads the whole log once: damaged pages, gaps, broken seals, entries that are not found by their keys, and the tree. */
export function checkLog(
  database: DatabaseSync,
  file: string,
  log: {
    readonly opened: (row: EntryRow) => Entry;
    readonly keys: EntryKeys;
    readonly tree: LogTree;
    readonly blocks: SealedBlocks;
  },
): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (message: string, element?: string) =>
    problems.push(storeErrors.problem('store-corrupt', message, element === undefined ? { file } : { file, element }));
  for (const row of database.prepare('pragma integrity_check').all() as { integrity_check: string }[]) {
    if (row.integrity_check !== 'ok') report(row.integrity_check);
  }
  let expected = 1;
  const leaves = log.tree.checker(report);
  const rows = database.prepare('select * from entry order by seq').iterate() as Iterable<EntryRow & LeafRow>;
  for (const row of rows) {
    leaves.add(row);
    if (row.seq !== expected) report(`Entries ${expected} to ${row.seq - 1} are missing.`);
    expected = row.seq + 1;
    if (!log.keys.finds(row)) report(`Entry ${row.seq} is not found by its id or dedupe key.`, row.id);
    if (isReference(row.payload) && !log.blocks.holds(row.payload)) {
      report(`Entry ${row.seq} lies in a block of payloads that is not as it was written.`, row.id);
    }
    try {
      log.opened(row);
    } catch {
      report(`Entry ${row.seq} does not match its seal.`, row.id);
    }
  }
  leaves.end();
  return problems;
}
