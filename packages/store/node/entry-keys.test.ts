import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { EntryKeys } from './entry-keys.ts';

function log(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(`create table entry (seq integer primary key, id text, dedupe blob);
    create table entry_id (hash integer primary key, seq integer); create table entry_dedupe (hash integer primary key, seq integer)`);
  return database;
}

const tagOf = (text: string) => createHash('sha256').update(text).digest().subarray(0, 16);

/** Appends as the store does: entries named by `name`, of which every third has a dedupe key. */
function append(
  database: DatabaseSync,
  keys: EntryKeys,
  names: readonly string[],
  end: 'commit' | 'rollback' = 'commit',
) {
  const insert = database.prepare('insert into entry values (?, ?, ?)');
  const tag = (name: string) => (Number.parseInt(name.slice(1), 10) % 3 === 0 ? tagOf(name) : null);
  database.exec('begin');
  keys.ask(
    names,
    names.flatMap((name) => tag(name) ?? []),
  );
  const taken: string[] = [];
  for (const name of names) {
    const dedupe = tag(name);
    if ((dedupe !== null && keys.repeated(dedupe)) || !keys.add(name)) taken.push(name);
    else insert.run(keys.lastSeq, name, dedupe);
  }
  if (end === 'commit') keys.settle();
  database.exec(end);
  if (end === 'commit') keys.committed();
  else keys.rolledBack();
  return taken;
}

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`);
const rows = (database: DatabaseSync, table: string) =>
  (database.prepare(`select count(*) as count from ${table}`).get() as { count: number }).count;

function unfound(database: DatabaseSync, keys: EntryKeys): number {
  const all = database.prepare('select * from entry where seq % 37 = 0').all() as {
    seq: number;
    id: string;
    dedupe: Uint8Array | null;
  }[];
  return all.filter((row) => !keys.finds(row)).length;
}

describe('keys of entries', () => {
  it('finds every entry of a log longer than what is kept in memory, and takes no key twice', () => {
    const database = log();
    const keys = new EntryKeys(database);
    for (let at = 0; at < 20_000; at += 700)
      expect(append(database, keys, names(at, Math.min(at + 700, 20_000)))).toEqual([]);
    expect(unfound(database, keys)).toBe(0);
    const reader = new EntryKeys(database);
    for (const of of [keys, reader]) {
      expect([of.seqOf('nobody'), of.seqOf('e0'), of.seqOf('e19999')]).toEqual([null, 1, 20_000]);
    }
    expect(append(database, keys, ['e3', 'e19001', 'e50000', 'e50000'])).toEqual(['e3', 'e19001', 'e50000']);
    // All but the newest are in the tables.
    expect(rows(database, 'entry_id')).toBeGreaterThan(20_000 - 16_384);
    expect(unfound(database, new EntryKeys(database))).toBe(0);
    expect(append(database, new EntryKeys(database), ['e9', 'e19999', 'e50001'])).toEqual(['e9', 'e19999']);
  });

  it('forgets what was rolled back', () => {
    const database = log();
    const keys = new EntryKeys(database);
    append(database, keys, names(0, 300));
    append(database, keys, names(300, 900), 'rollback');
    expect([keys.lastSeq, keys.seqOf('e300'), keys.seqOf('e299')]).toEqual([300, null, 300]);
    expect(append(database, keys, names(300, 900))).toEqual([]);
    expect(unfound(database, keys)).toBe(0);
  });

  it('keeps up with another writer, near and far behind', () => {
    const database = log();
    const [one, two] = [new EntryKeys(database), new EntryKeys(database)];
    for (const [writer, reader, from, to] of [
      [one, two, 0, 5_000],
      [two, one, 5_000, 5_500],
      [one, two, 5_500, 9_000],
      [two, one, 9_000, 9_300],
      [one, two, 9_300, 18_000],
    ] as const) {
      for (let at = from; at < to; at += 500) append(database, writer, names(at, Math.min(to, at + 500)));
      reader.foreign();
      expect(reader.lastSeq).toBe(to);
      expect(append(database, reader, [`e${to - 1}`, `e${from}`])).toHaveLength(2);
      expect(unfound(database, reader)).toBe(0);
    }
  });

  it('holds an answer of the table for one transaction only', () => {
    const database = log();
    const keys = new EntryKeys(database);
    append(database, keys, ['x3']);
    const insert = database.prepare('insert into entry values (?, ?, null)');
    for (let at = 0; at < 17_000; at += 1000) {
      database.exec('begin');
      for (const name of names(at, at + 1000)) {
        keys.add(name);
        insert.run(keys.lastSeq, name);
      }
      keys.settle();
      database.exec('commit');
      keys.committed();
    }
    expect([keys.add('x3'), keys.repeated(tagOf('x3'))]).toEqual([false, true]);
  });

  it('tells keys of one hash apart', () => {
    const database = log();
    const keys = new EntryKeys(database);
    const tags = [1, 2, 3].map((last) => Buffer.from([9, 9, 9, 9, 9, 9, 0, 0, last]));
    const insert = database.prepare('insert into entry values (?, ?, ?)');
    for (let i = 0; i < 3; i++) {
      database.exec('begin');
      expect([keys.repeated(tags[i]!), keys.add(`t${i}`)]).toEqual([false, true]);
      insert.run(keys.lastSeq, `t${i}`, tags[i]!);
      keys.settle();
      database.exec('commit');
      keys.committed();
    }
    append(database, keys, names(1, 17_000));
    expect(rows(database, 'entry_dedupe')).toBeGreaterThanOrEqual(3);
    expect(tags.map((tag) => keys.repeated(tag))).toEqual([true, true, true]);
    expect(unfound(database, new EntryKeys(database))).toBe(0);
  });

  it('makes the tables of a log that has none', () => {
    const database = log();
    append(database, new EntryKeys(database), names(0, 6_000));
    database.exec('delete from entry_id; delete from entry_dedupe');
    new EntryKeys(database).fill();
    expect([rows(database, 'entry_id'), rows(database, 'entry_dedupe')]).toEqual([6_000, 2_000]);
    expect(unfound(database, new EntryKeys(database))).toBe(0);
  });
});
