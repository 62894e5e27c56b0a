import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { connectionsContract } from '../connections-contract.ts';
import { newEntry, storeContract } from '../store-contract.ts';
import { byteaArray, float8Array, int8Array, textArray } from './binary-array.ts';
import { openPostgresStore } from './postgres.ts';
import { startPostgres } from './postgres-server.ts';
import { postgresAbsent, testDatabase } from './test-postgres.ts';

const absent = postgresAbsent();
const coded = (code: string) => expect.objectContaining({ code });
const child = fileURLToPath(new URL('./append-child.ts', import.meta.url));

describe.skipIf(absent !== null)(`PostgreSQL${absent === null ? '' : ` (skipped: ${absent})`}`, () => {
  const database = testDatabase();
  const folders: string[] = [];
  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'gemel-store-'));
    folders.push(made);
    return made;
  }
  /** For a server of the test's own, which may run as another user. */
  function serverFolder(): string {
    const made = `${folder()}-server`;
    folders.push(made);
    return made;
  }
  afterAll(async () => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
    await database.drop();
  });
  const open = (url: string, at: string) => openPostgresStore({ url, folder: at });
  async function admin<R>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text, values)).rows as R[];
    } finally {
      await client.end();
    }
  }
  const changed = (url: string, part: { port?: number; password?: string; pathname?: string }) =>
    Object.assign(new URL(url), part, part.port === undefined ? {} : { port: String(part.port) }).href;

  storeContract('postgres', async () => open(await database.empty(), folder()));
  connectionsContract('postgres', async () => {
    const [url, at] = [await database.empty(), folder()];
    return () => open(url, at);
  });

  /** Starts the appending child; resolves its acknowledged ids once `lines` lines were read and `end` was done. */
  function appendUntil(
    url: string,
    at: string,
    prefix: string,
    lines: number,
    end: (running: ChildProcess) => unknown,
  ): Promise<readonly string[]> {
    const running = spawn(process.execPath, [child, at, prefix, url], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    let ended = false;
    running.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (ended || text.split('\n').length <= lines) return;
      ended = true;
      end(running);
    });
    return new Promise((resolve, reject) => {
      running.on('error', reject);
      running.on('close', () => {
        if (!ended) reject(new Error('the child ended by itself'));
        else resolve(text.slice(0, text.lastIndexOf('\n')).split(/\s+/));
      });
    });
  }

  describe('durability', () => {
    it('D1 two processes that append at once are killed: all acknowledged is there, nothing torn', async () => {
      const [url, at] = [await database.empty(), folder()];
      const first = await open(url, at);
      const acknowledged: string[] = [];
      for (const [round, lines] of [4, 25].entries()) {
        const kill = (running: ChildProcess) => running.kill('SIGKILL');
        const both = ['a', 'b'].map((name) => appendUntil(url, at, `${name}${round}`, lines, kill));
        acknowledged.push(...(await Promise.all(both)).flat());
        const log = await first.read({});
        const ids = new Set(log.map((e) => e.id));
        expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
        // Whole batches only: the child's batch n has 1 + n mod 40 entries.
        const batches = Map.groupBy(ids, (id) => id.slice(0, id.lastIndexOf('-')));
        for (const [batch, kept] of batches) expect(kept).toHaveLength(1 + (Number(batch.split('-').at(-1)) % 40));
        expect(await first.check()).toEqual([]);
      }
      expect(acknowledged.length).toBeGreaterThan(500);
      await first.close();
    });

    it('D2 the server is killed under load and started again: all acknowledged is there, and an open store goes on', async () => {
      const at = folder();
      const place = { folder: serverFolder(), fsync: false };
      let server = await startPostgres(place);
      try {
        const url = server.url('postgres');
        const store = await open(url, at);
        await store.append([newEntry('before')]);
        const acknowledged = await appendUntil(url, at, 'a', 20, () => server.kill());
        await expect(store.append([newEntry('down')])).rejects.toEqual(coded('store-server-unreachable'));
        await expect(store.lastSeq()).rejects.toEqual(coded('store-server-unreachable'));
        server = await startPostgres({ ...place, port: server.port });
        const log = await store.read({});
        const ids = new Set(log.map((e) => e.id));
        // Every other batch is appended to outlive the process only: a crash of the server may take the last of those.
        const disk = acknowledged.filter((id) => Number(id.split('-')[1]) % 2 === 0);
        expect(disk.filter((id) => !ids.has(id))).toEqual([]);
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
        expect(await store.check()).toEqual([]);
        const next = await store.append([newEntry('after')]);
        expect(next.entries[0]!.seq).toBe(log.length + 1);
        await store.close();
      } finally {
        await server.stop();
      }
    });

    it('D3 gives store-busy when another session holds the log for writing, and goes on after it', async () => {
      const [url, at] = [await database.empty(), folder()];
      const store = await openPostgresStore({ url, folder: at, busyTimeout: 50 });
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      await other.query(`begin; select pg_advisory_xact_lock('entry'::regclass::oid::bigint)`);
      const several = await Promise.allSettled(['a', 'b', 'c'].map((id) => store.append([newEntry(id)])));
      for (const one of several) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'store-busy' } });
      expect(await store.lastSeq()).toBe(0);
      await other.end();
      expect((await store.append([newEntry('a')])).entries).toHaveLength(1);
      await store.close();
    });

    it('D4 a connection that the server ends is replaced', async () => {
      const [url, at] = [await database.empty(), folder()];
      const store = await open(url, at);
      await store.append([newEntry('a')]);
      await admin(
        url,
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      const results = await Promise.allSettled([store.lastSeq(), store.lastSeq(), store.lastSeq()]);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toEqual(coded('store-server-unreachable'));
      }
      expect((await store.append([newEntry('b')])).entries[0]!.seq).toBe(2);
      await store.close();
    });
  });

  describe('erasure and tampering', () => {
    it('E1 leaves no plain payload, name or dedupe key in any column', async () => {
      const [url, at] = [await database.empty(), folder()];
      const store = await open(url, at);
      await store.append([
        newEntry('a', { subject: 'mrn|SECRETNAME', dedupeKey: 'SECRETKEY', payload: { text: 'SECRETTEXT' } }),
      ]);
      await store.close();
      const rows: string[] = [];
      for (const table of ['log', 'subject', 'entry', 'tree']) {
        for (const row of await admin<object>(url, `select * from ${table}`)) {
          for (const value of Object.values(row))
            rows.push(Buffer.isBuffer(value) ? value.toString('latin1') : `${value}`);
        }
      }
      expect(rows.length).toBeGreaterThan(10);
      expect(rows.join('\n')).not.toMatch(/SECRET/);
    });

    it("E2 after erasure the wrapped key is in no file of the table, though the server's write-ahead log may hold it", async () => {
      const at = folder();
      const place = serverFolder();
      const server = await startPostgres({ folder: place, fsync: false });
      try {
        const url = server.url('postgres');
        const store = await open(url, at);
        await store.append([newEntry('a'), newEntry('b', { subject: 'mrn|2' })]);
        const [row] = await admin<{ key: Buffer; name: Buffer }>(url, 'select key, name from subject where n = 1');
        const holds = async (bytes: Buffer): Promise<boolean> => {
          await admin(url, 'checkpoint');
          const tables = join(place, 'data', 'base');
          const files = readdirSync(tables, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
          return files.some((file) => readFileSync(join(file.parentPath, file.name)).includes(bytes));
        };
        expect([await holds(row!.key), await holds(row!.name)]).toEqual([true, true]);
        await store.erase('mrn|1');
        expect([await holds(row!.key), await holds(row!.name)]).toEqual([false, false]);
        expect((await store.get('b'))!.subject).toBe('mrn|2');
        await store.close();
      } finally {
        await server.stop();
      }
    });

    it('E3 says when the pages could not be freed, and frees them when asked again', async () => {
      const [url, at] = [await database.empty(), folder()];
      const store = await openPostgresStore({ url, folder: at, busyTimeout: 100 });
      await store.append([newEntry('a')]);
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      await other.query('begin; select count(*) from subject');
      await expect(store.erase('mrn|1')).rejects.toEqual(coded('store-unswept'));
      await expect(store.get('a')).rejects.toEqual(coded('store-erased'));
      await other.end();
      await store.erase('mrn|1');
      expect(await store.erasures()).toBe(1);
      await store.close();
    });

    it('A1 refuses to change or delete a log entry, whoever asks', async () => {
      const url = await database.empty();
      const store = await open(url, folder());
      await store.append(Array.from({ length: 20 }, (_, i) => newEntry(`e${i}`)));
      for (const statement of [
        'update entry set true_at = 0',
        'delete from entry',
        'truncate entry cascade',
        'delete from subject',
        "update subject set name = '\\x00'",
        'update subject set n = 7',
        'delete from tree',
      ]) {
        await expect(admin(url, statement), statement).rejects.toThrow(/store-append-only/);
      }
      await store.close();
    });

    it('C1 finds an entry that was tampered with, one that is missing, and one that the tree does not lead to', async () => {
      const url = await database.empty();
      const store = await open(url, folder());
      await store.append(Array.from({ length: 20 }, (_, i) => newEntry(`e${i + 1}`)));
      await admin(url, 'drop trigger entry_change on entry; update entry set true_at = 7 where seq = 2');
      await expect(store.get('e2')).rejects.toEqual(coded('store-corrupt'));
      expect((await store.get('e1'))!.id).toBe('e1');
      expect(await store.check()).toMatchObject([
        { code: 'store-corrupt', where: { file: store.place, element: 'e2' } },
        { message: 'Entries 1 to 16 are not those that the tree was made of.' },
      ]);
      await admin(url, 'delete from entry where seq > 10');
      expect((await store.check()).at(-1)).toMatchObject({ message: 'The tree is of more entries than the log has.' });
      await admin(url, 'delete from entry where seq = 5');
      expect((await store.check()).map(({ message }) => message)).toContain('Entries 5 to 5 are missing.');
      await store.close();
    });
  });

  describe('opening', () => {
    it('O1 several processes that open an empty database at once agree on its tables and its key', async () => {
      const [url, at] = [await database.empty(), folder()];
      const stores = await Promise.all(Array.from({ length: 4 }, () => open(url, at)));
      await Promise.all(stores.map((store, i) => store.append([newEntry(`e${i}`)])));
      expect(await stores[0]!.lastSeq()).toBe(4);
      await expect(open(url, folder())).rejects.toEqual(coded('store-key-missing'));
      for (const store of stores) await store.close();
    });

    it('O2 takes the key as given, and names a wrong, missing or malformed one', async () => {
      const [url, at] = [await database.empty(), folder()];
      const key = '0123456789abcdef'.repeat(4);
      const store = await openPostgresStore({ url, folder: at, masterKey: key });
      await store.append([newEntry('a')]);
      await store.close();
      expect(readdirSync(at)).toEqual([]);
      const base64 = Buffer.from(key, 'hex').toString('base64');
      const again = await openPostgresStore({ url, folder: at, masterKey: base64 });
      expect((await again.get('a'))!.id).toBe('a');
      await again.close();
      const given = (masterKey: string) => openPostgresStore({ url, folder: at, masterKey });
      await expect(given('f'.repeat(64))).rejects.toEqual(coded('store-key-wrong'));
      await expect(given('short')).rejects.toEqual(coded('store-key-wrong'));
      await expect(open(url, at)).rejects.toEqual(coded('store-key-missing'));
      writeFileSync(join(at, 'master.key'), Buffer.alloc(32), { mode: 0o600 });
      await expect(open(url, at)).rejects.toEqual(coded('store-key-wrong'));
      await expect(openPostgresStore({ url: await database.empty(), folder: '/dev/null/x' })).rejects.toEqual(
        coded('store-folder'),
      );
    });

    it('O3 names an address that is none, a server that is not there, and a user, password or database refused', async () => {
      const url = await database.empty();
      const refused = coded('store-server-refused');
      await expect(open('mysql://x/y', folder())).rejects.toEqual(coded('store-server-url'));
      await expect(open('nonsense', folder())).rejects.toEqual(coded('store-server-url'));
      await expect(open(changed(url, { port: 1 }), folder())).rejects.toEqual(coded('store-server-unreachable'));
      await expect(open(changed(url, { password: 'WRONG' }), folder())).rejects.toEqual(refused);
      await expect(open(changed(url, { pathname: 'absent' }), folder())).rejects.toEqual(refused);
      const readOnly = new URL(url);
      readOnly.searchParams.set(
        'options',
        `${readOnly.searchParams.get('options')} -c default_transaction_read_only=on`,
      );
      await expect(open(readOnly.href, folder())).rejects.toEqual(refused);
      const error = await open(changed(url, { password: 'WRONG' }), folder()).catch((thrown) => thrown);
      expect(JSON.stringify(error)).not.toMatch(/WRONG/);
    });

    it('O4 refuses a server older than version 15', async () => {
      const old = await imitation('140011');
      const { port } = old.address() as { port: number };
      const url = `postgresql://gemel@127.0.0.1:${port}/gemel`;
      await expect(open(url, folder())).rejects.toEqual(coded('store-server-old'));
      old.close();
    });

    it('V1 refuses a log written by a newer version', async () => {
      const [url, at] = [await database.empty(), folder()];
      await (await open(url, at)).close();
      await admin(url, 'update log set version = 99');
      await expect(open(url, at)).rejects.toEqual(coded('store-version'));
    });
  });

  it('N1 reads arrays in binary form as they were given, nulls, empty ones and all', async () => {
    const url = await database.empty();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const integer = fc.option(fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }));
    const real = fc.option(fc.double());
    const text = fc.option(fc.string({ unit: 'binary' }).map((s) => s.replaceAll('\0', '').toWellFormed()));
    const property = fc.asyncProperty(
      fc.array(integer),
      fc.array(real),
      fc.array(text),
      fc.array(fc.option(fc.uint8Array())),
      async (integers, reals, texts, bytes) => {
        const { rows } = await client.query(
          'select $1::bigint[]::text[] as i, $2::double precision[] as r, $3::text[] as t, $4::bytea[] as b',
          [int8Array(integers), float8Array(reals), textArray(texts), byteaArray(bytes)],
        );
        const { i, r, t, b } = rows[0] as {
          i: (string | null)[];
          r: (number | null)[];
          t: (string | null)[];
          b: (Buffer | null)[];
        };
        expect([i.map((n) => n && Number(n)), r, t]).toEqual([integers.map((n) => n && n + 0), reals, texts]);
        expect(b.map((one) => one && [...one])).toEqual(bytes.map((one) => one && [...one]));
      },
    );
    await fc.assert(property, { numRuns: 25 });
    await client.end();
  });
});

/** Something that speaks just enough of the protocol (version 3) to say which version it is. */
function imitation(version: string): Promise<Server> {
  const message = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const int = (value: number, bytes: number) => {
    const written = Buffer.alloc(bytes);
    written.writeIntBE(value, 0, bytes);
    return written;
  };
  const ready = message('Z', Buffer.from('I'));
  const column = [
    Buffer.from('server_version_num\0'),
    int(0, 4),
    int(0, 2),
    int(25, 4),
    int(-1, 2),
    int(-1, 4),
    int(0, 2),
  ];
  const row = [int(1, 2), int(version.length, 4), Buffer.from(version)];
  const answer = [message('T', int(1, 2), ...column), message('D', ...row), message('C', Buffer.from('SHOW\0')), ready];
  const server = createServer((socket: Socket) => {
    let started = false;
    socket.on('data', () => {
      socket.write(started ? Buffer.concat(answer) : Buffer.concat([message('R', int(0, 4)), ready]));
      started = true;
    });
    socket.on('error', () => {});
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
