import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { instant } from '@gemel/core';
import { afterAll, describe, expect, it } from 'vitest';
import { connectionsContract } from '../connections-contract.ts';
import { newEntry, storeContract } from '../store-contract.ts';
import { openSqliteStore } from './sqlite.ts';

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gemel-store-'));
  folders.push(made);
  return made;
}
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

const open = (at: string, busyTimeout?: number) =>
  openSqliteStore(busyTimeout === undefined ? { folder: at } : { folder: at, busyTimeout });
const coded = (code: string) => expect.objectContaining({ code });
const child = fileURLToPath(new URL('./append-child.ts', import.meta.url));

storeContract('sqlite', () => open(folder()));
connectionsContract('sqlite', async () => {
  const at = folder();
  return () => open(at);
});

/** Starts the appending child; resolves its acknowledged ids once `until` lines were read and the child was killed. */
function appendAndKill(at: string, prefix: string, lines: number): Promise<readonly string[]> {
  const running: ChildProcess = spawn(process.execPath, [child, at, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  running.stdout!.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    if (text.split('\n').length > lines) running.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    running.on('error', reject);
    running.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the child ended by itself (${signal})`));
      const whole = text.slice(0, text.lastIndexOf('\n'));
      resolve(whole.split(/\s+/));
    });
  });
}

describe('sqlite store', () => {
  it('D2 serialises two processes that append to one folder at once', async () => {
    const at = folder();
    const [a, b] = await Promise.all([appendAndKill(at, 'a', 40), appendAndKill(at, 'b', 40)]);
    const store = await open(at);
    const ids = new Set((await store.read({})).map((e) => e.id));
    expect([...a, ...b].filter((id) => !ids.has(id))).toEqual([]);
    expect(await store.check()).toEqual([]);
    await store.close();
  });

  it('D3 gives store-busy when another connection holds the log for writing', async () => {
    const at = folder();
    const store = await open(at, 50);
    const other = new DatabaseSync(store.file);
    other.exec('begin immediate');
    await expect(store.append([newEntry('a')])).rejects.toEqual(coded('store-busy'));
    other.exec('rollback');
    other.close();
    expect((await store.append([newEntry('a')])).entries).toHaveLength(1);
    await store.close();
  });

  it('D4 keeps entries on reopening and continues the sequence', async () => {
    const at = folder();
    let store = await open(at);
    await store.append([newEntry('a', { dedupeKey: 'k' })]);
    await store.close();
    store = await open(at);
    const again = await store.append([newEntry('b', { dedupeKey: 'k' }), newEntry('c')]);
    expect(again.duplicates).toEqual(['b']);
    expect(again.entries[0]!.seq).toBe(2);
    expect((await store.get('a'))!.payload).toEqual({ id: 'a', value: 5.5, text: 'ü' });
    await store.close();
  });

  it('D5 a store sees what another store on the same folder appended and erased', async () => {
    const at = folder();
    const one = await open(at);
    const two = await open(at);
    await one.append([newEntry('a')]);
    expect((await two.read({ subject: 'mrn|1' })).map((e) => e.id)).toEqual(['a']);
    await two.append([newEntry('b')]);
    expect(await one.lastSeq()).toBe(2);
    await two.erase('mrn|1');
    await expect(one.read({ subject: 'mrn|1' })).rejects.toEqual(coded('store-erased'));
    expect((await one.read({})).every((e) => e.erased)).toBe(true);
    await expect(one.append([newEntry('c')])).rejects.toEqual(coded('store-erased'));
    await one.close();
    await two.close();
  });

  it('T1 writes tables beside the log in the transaction of an append, or nothing', async () => {
    const at = folder();
    const store = await open(at);
    await store.transaction(({ database }) =>
      database.exec(`create table beside (subject integer, text text);
        create trigger beside_erased after update on subject when new.key is null
          begin delete from beside where subject = new.n; end`),
    );
    const write = (id: string, subject: string, after: () => void = () => {}) =>
      store.transaction(({ database, append, subjectForWriting }) => {
        const { entries } = append([newEntry(id, { subject })]);
        const { n } = subjectForWriting(subject);
        database.prepare('insert into beside values (?, ?)').run(n, id);
        after();
        return entries[0]!.seq;
      });
    const beside = () =>
      store.reading(({ database, subjectOf }) =>
        database
          .prepare('select * from beside')
          .all()
          .map((row) => [subjectOf(row.subject as number)?.name, row.text]),
      );
    expect(await write('a', 'mrn|1')).toBe(1);
    const stop = () => {
      throw new Error('stop');
    };
    await expect(write('b', 'mrn|new', stop)).rejects.toThrow('stop');
    expect(await write('c', 'mrn|2')).toBe(2);
    expect(await beside()).toEqual([
      ['mrn|1', 'a'],
      ['mrn|2', 'c'],
    ]);
    expect(await store.reading(({ subject }) => subject('mrn|new'))).toBeNull();
    expect(await store.reading(({ entry }) => [entry(2)?.id, entry(3)])).toEqual(['c', null]);
    await store.erase('mrn|1');
    expect(await beside()).toEqual([['mrn|2', 'c']]);
    await expect(store.reading(({ subject }) => subject('mrn|1'))).rejects.toEqual(coded('store-erased'));
    await store.close();
  });

  it('T2 commits nothing of a transaction whose append failed, even when the error is caught', async () => {
    const store = await open(folder());
    await store.append([newEntry('a')]);
    const caught = store.transaction(({ append }) => {
      try {
        append([newEntry('b'), newEntry('a')]);
      } catch {
        // went on, as if nothing had happened
      }
    });
    await expect(caught).rejects.toEqual(coded('store-id-taken'));
    expect(await store.get('b')).toBeNull();
    await store.close();
  });

  it('E1 leaves no plain payload, name or dedupe key in any file', async () => {
    const at = folder();
    const store = await open(at);
    await store.append([
      newEntry('a', { subject: 'mrn|SECRETNAME', dedupeKey: 'SECRETKEY', payload: { text: 'SECRETTEXT' } }),
    ]);
    const everything = () =>
      readdirSync(at)
        .map((f) => readFileSync(join(at, f)).toString('latin1'))
        .join('');
    expect(everything()).not.toMatch(/SECRET/);
    await store.close();
    expect(everything()).not.toMatch(/SECRET/);
    expect(statSync(join(at, 'master.key')).mode & 0o777).toBe(0o600);
  });

  it('E2 after erasure the wrapped key is in no file any more', async () => {
    const at = folder();
    const store = await open(at);
    await store.append([newEntry('a')]);
    const reader = new DatabaseSync(store.file);
    const { key, name } = reader.prepare('select key, name from subject').get() as {
      key: Uint8Array;
      name: Uint8Array;
    };
    reader.close();
    const holds = (bytes: Uint8Array): boolean =>
      readdirSync(at).some((f) => readFileSync(join(at, f)).includes(Buffer.from(bytes)));
    expect(holds(key)).toBe(true);
    await store.erase('mrn|1');
    expect([holds(key), holds(name)]).toEqual([false, false]);
    await store.close();
  });

  it('A1 refuses to change or delete a log entry, whoever asks', async () => {
    const store = await open(folder());
    await store.append([newEntry('a')]);
    const other = new DatabaseSync(store.file);
    for (const statement of [
      'update entry set true_at = 0',
      'delete from entry',
      'delete from subject',
      "update subject set name = x'00'",
    ]) {
      expect(() => other.exec(statement), statement).toThrow(/store-append-only/);
    }
    other.close();
    await store.close();
  });

  it('C1 finds an entry that was tampered with', async () => {
    const store = await open(folder());
    await store.append([newEntry('a'), newEntry('b')]);
    const other = new DatabaseSync(store.file);
    other.exec('drop trigger entry_update; update entry set true_at = 7 where seq = 2');
    other.close();
    await expect(store.get('b')).rejects.toEqual(coded('store-corrupt'));
    expect((await store.get('a'))!.id).toBe('a');
    expect(await store.check()).toEqual([
      expect.objectContaining({ code: 'store-corrupt', where: { file: store.file, element: 'b' } }),
    ]);
    await store.close();
  });

  it('C4 finds a tampered block of payloads, also of the erased, and a tampered tree', async () => {
    const store = await open(folder());
    await store.append(Array.from({ length: 40 }, (_, i) => newEntry(`e${i}`, { subject: `mrn|${i % 2}` })));
    const head = await store.treeHead();
    await store.erase('mrn|0');
    expect(await store.check()).toEqual([]);
    const other = new DatabaseSync(store.file);
    expect(other.prepare('select count(*) as blocks from block').get()).toEqual({ blocks: 2 });
    other.exec(`drop trigger block_update; drop trigger entry_update; drop trigger tree_update;
      update block set bytes = zeroblob(100)`);
    await expect(store.get('e1')).rejects.toEqual(coded('store-corrupt'));
    expect((await store.check()).map(({ where }) => where?.element)).toContain('e0');
    other.exec('update entry set true_at = 7 where seq = 1');
    const found = (await store.check()).map(({ message }) => message).join();
    expect(found).toContain('Entries 1 to 16 are not those that the tree was made of.');
    // What is kept of the tree still tells the head as it was.
    expect((await store.treeHead()).root).toEqual(head.root);
    other.exec('delete from tree where false; drop trigger tree_delete; delete from tree where position = 1');
    other.close();
    await expect(store.treeHead()).rejects.toEqual(coded('store-corrupt'));
    await store.close();
  });

  it('C5 an entry of a block does not open in the row of another', async () => {
    const store = await open(folder());
    await store.append(Array.from({ length: 4 }, (_, i) => newEntry(`e${i}`)));
    const other = new DatabaseSync(store.file);
    other.exec(`drop trigger entry_update;
      update entry set payload = (select payload from entry where seq = 2) where seq = 1;
      update entry set known_at = 7 where seq = 3`);
    other.close();
    await expect(store.get('e0')).rejects.toEqual(coded('store-corrupt'));
    await expect(store.get('e2')).rejects.toEqual(coded('store-corrupt'));
    expect((await store.get('e3'))!.payload).toEqual({ id: 'e3', value: 5.5, text: 'ü' });
    await store.close();
  });

  it('C2 gives store-corrupt for a file that is no database', async () => {
    const at = folder();
    await (await open(at)).close();
    writeFileSync(join(at, 'gemel.sqlite'), 'not a database at all'.repeat(500));
    await expect(open(at)).rejects.toEqual(coded('store-corrupt'));
  });

  it('C3 gives store-corrupt for a file cut short', async () => {
    const at = folder();
    const store = await open(at);
    await store.append(Array.from({ length: 500 }, (_, i) => newEntry(`e${i}`)));
    await store.close();
    truncateSync(store.file, 20_000);
    const read = async () => {
      const reopened = await open(at);
      try {
        return await reopened.read({});
      } finally {
        await reopened.close();
      }
    };
    await expect(read()).rejects.toEqual(coded('store-corrupt'));
  });

  it('K1 names a missing, open, wrong or short master key', async () => {
    const at = folder();
    const file = join(at, 'master.key');
    const store = await open(at);
    await store.append([newEntry('a')]);
    await store.close();
    const key = readFileSync(file);
    chmodSync(file, 0o644);
    await expect(open(at)).rejects.toEqual(coded('store-key-open'));
    chmodSync(file, 0o600);
    writeFileSync(file, Buffer.alloc(32));
    await expect(open(at)).rejects.toEqual(coded('store-key-wrong'));
    writeFileSync(file, 'short');
    await expect(open(at)).rejects.toEqual(coded('store-key-wrong'));
    rmSync(file);
    await expect(open(at)).rejects.toEqual(coded('store-key-missing'));
    writeFileSync(file, key, { mode: 0o600 });
    const again = await open(at);
    expect((await again.get('a'))!.id).toBe('a');
    await again.close();
  });

  it('V1 refuses a log written by a newer version', async () => {
    const at = folder();
    const store = await open(at);
    await store.close();
    const other = new DatabaseSync(store.file);
    other.exec('pragma user_version = 99');
    other.close();
    await expect(open(at)).rejects.toEqual(coded('store-version'));
  });

  it('V2 takes a log of the first version up to the newest', async () => {
    const at = folder();
    let store = await open(at);
    for (let i = 0; i < 40; i++) {
      await store.append([newEntry(`e${i}`, { subject: `mrn|${i % 2}`, dedupeKey: `k${i}` })]);
    }
    const before = [await store.read({}), await store.treeHead()];
    await store.close();
    const file = new DatabaseSync(store.file);
    const tables = file.prepare("select name from sqlite_master where type = 'table'").all();
    for (const { name } of tables) {
      if (!['subject', 'entry', 'snapshot'].includes(name as string)) file.exec(`drop table ${name}`);
    }
    for (const { name } of file.prepare("select name from sqlite_master where type = 'trigger'").all()) {
      file.exec(`drop trigger ${name}`);
    }
    file.exec(`create table first (seq integer primary key, id text not null unique, subject integer not null references subject (n),
        kind text not null, true_at integer not null, known_at integer not null, dedupe blob, supersedes text, payload blob not null);
      insert into first select * from entry; drop table entry; alter table first rename to entry;
      create index entry_by_kind on entry (kind, subject, seq); pragma user_version = 1`);
    file.close();
    store = await open(at);
    expect([await store.read({}), await store.treeHead()]).toEqual(before);
    expect(await store.check()).toEqual([]);
    const again = await store.append([newEntry('new', { subject: 'mrn|0', dedupeKey: 'k4' }), newEntry('more')]);
    expect([again.duplicates, again.entries.map(({ seq }) => seq)]).toEqual([['new'], [41]]);
    await expect(store.append([newEntry('e7')])).rejects.toEqual(coded('store-id-taken'));
    await store.close();
  });

  it('F1 gives store-folder where the folder cannot be made', async () => {
    const at = folder();
    writeFileSync(join(at, 'file'), '');
    await expect(open(join(at, 'file', 'data'))).rejects.toEqual(coded('store-folder'));
  });

  it('N1 keeps the newest snapshots only', async () => {
    const store = await open(folder());
    await store.append([newEntry('a')]);
    for (let i = 1; i <= 70; i++) {
      await store.putSnapshot({
        subject: 'mrn|1',
        pack: 'toy',
        seq: i,
        trueAt: instant(i),
        modelHash: 'h',
        bytes: Uint8Array.of(i),
      });
    }
    expect((await store.getSnapshot('mrn|1', 'toy', 99))!.trueAt).toBe(70);
    expect((await store.getSnapshot('mrn|1', 'toy', 99, instant(8)))!.trueAt).toBe(7);
    expect(await store.getSnapshot('mrn|1', 'toy', 99, instant(7))).toBeNull();
    await store.close();
  });
});
