import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defineValidation } from '@gemel/core/validation';
import { verifyConsistency } from '@gemel/store/merkle';
import { sha256 } from '@gemel/store/node/envelope';
import { openStore } from '@gemel/store/node/open-store';
import { type PostgresServer, startPostgres } from '@gemel/store/node/postgres-server';

const KILLS = 200;
const child = fileURLToPath(import.meta.resolve('@gemel/store/node/append-child'));

/** What is killed, over and over, and what is asked of the log after each time. */
interface Place {
  readonly folder: string;
  url(): string | undefined;
  /** Kills in the middle of the load; afterwards the log can be opened again. */
  kill(load: ChildProcess): Promise<void>;
  /** Whether all that was acknowledged must be there, or what came before the last append to the disk. */
  readonly outlives: 'process' | 'server';
}

interface Losses {
  readonly acknowledged: number;
  readonly lost: number;
  readonly torn: number;
  readonly unproved: number;
  readonly problems: number;
}

async function killed(place: Place): Promise<Losses> {
  const sum = { acknowledged: 0, lost: 0, torn: 0, unproved: 0, problems: 0 };
  let head = { size: 0, root: sha256(new Uint8Array()) };
  for (let round = 0; round < KILLS; round++) {
    // No two rounds are killed after as many appends and as long.
    const acknowledged = await load(place, `r${round}`, 1 + ((round * 12) % 29), (round * 11) % 25);
    const store = await openStore({ folder: place.folder, databaseUrl: place.url() });
    const log = await store.read({ afterSeq: head.size });
    const batches = Map.groupBy(log, ({ id }) => id.slice(0, id.lastIndexOf('-')));
    // The child appends every other batch to the disk; those before the last of them are on the disk with it.
    const lastToDisk = acknowledged.findLastIndex((_, batch) => batch % 2 === 0);
    const due = place.outlives === 'process' ? acknowledged : acknowledged.slice(0, lastToDisk + 1);
    sum.acknowledged += due.length;
    sum.lost += due.filter((_, batch) => !batches.has(`r${round}-${batch}`)).length;
    for (const [batch, entries] of batches) {
      const whole = entries.length === 1 + (Number(batch.split('-')[1]) % 40);
      const together = entries.every(({ seq }, i) => seq === entries[0]!.seq + i);
      if (!whole || !together) sum.torn++;
    }
    const now = await store.treeHead();
    const proof = await store.consistencyProof(head.size);
    if (now.size !== head.size + log.length || !verifyConsistency(sha256, proof, head.root, now.root)) sum.unproved++;
    head = now;
    if (round % 20 === 19) sum.problems += (await store.check()).length;
    await store.close();
  }
  return sum;
}

/** The batches of the child that were acknowledged before it, or the server, was killed: after so many, and so many ms more. */
async function load(place: Place, prefix: string, batches: number, late: number): Promise<readonly string[]> {
  const running = spawn(process.execPath, [child, place.folder, prefix, place.url() ?? ''], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  const ended = new Promise<void>((resolve) => running.once('close', () => resolve()));
  await new Promise<void>((resolve) => {
    running.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (text.split('\n').length > batches) resolve();
    });
    running.once('close', () => resolve());
  });
  await wait(late);
  await place.kill(running);
  await ended;
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
}

const killChild = async (running: ChildProcess) => {
  running.kill('SIGKILL');
};

async function everywhere(): Promise<Readonly<Record<string, Losses>>> {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-kill-'));
  const at = { folder: `${folder}-server`, fsync: true };
  let server: PostgresServer | null = null;
  try {
    const sqlite = await killed({ folder, url: () => undefined, kill: killChild, outlives: 'process' });
    server = await startPostgres(at);
    const url = () => server!.url('postgres');
    const client = await killed({ folder: join(folder, 'client'), url, kill: killChild, outlives: 'process' });
    await server.stop();
    rmSync(at.folder, { recursive: true, force: true });
    server = await startPostgres(at);
    const restart = async () => {
      const { port } = server!;
      await server!.kill();
      server = await startPostgres({ ...at, port });
    };
    const crash = await killed({ folder: join(folder, 'server'), url, kill: restart, outlives: 'server' });
    return { SQLite: sqlite, 'PostgreSQL, its client killed': client, 'PostgreSQL, the server killed': crash };
  } finally {
    await server?.stop();
    for (const made of [folder, at.folder]) rmSync(made, { recursive: true, force: true });
  }
}

const NAMES = ['SQLite', 'PostgreSQL, its client killed', 'PostgreSQL, the server killed'];

/** Appends of 1 to 40 entries, one after another, from a process of its own; it or the server is killed in many places. */
export default defineValidation({
  id: 'kill-nine',
  title: `Kill -9 in ${KILLS} places under load: what the log holds afterwards`,
  citation: 'The project’s own rule: no acknowledged write lost, no torn transaction, the tree over the log verifies',
  data: [],
  slow: true,
  rows: NAMES.flatMap((name) => [
    { name: `${name}: acknowledged appends that must be there`, unit: '', expected: null, atLeast: KILLS },
    { name: `${name}: of them lost`, unit: '', expected: 0 },
    { name: `${name}: appends torn`, unit: '', expected: 0 },
    { name: `${name}: times the tree had not only grown`, unit: '', expected: 0 },
    { name: `${name}: problems found by ten whole checks`, unit: '', expected: 0 },
  ]),
  async run() {
    const all = await everywhere();
    return Object.fromEntries(
      NAMES.flatMap((name) => {
        const { acknowledged, lost, torn, unproved, problems } = all[name]!;
        return [
          [`${name}: acknowledged appends that must be there`, acknowledged],
          [`${name}: of them lost`, lost],
          [`${name}: appends torn`, torn],
          [`${name}: times the tree had not only grown`, unproved],
          [`${name}: problems found by ten whole checks`, problems],
        ];
      }),
    );
  },
});
