import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { verifyConsistency } from '../merkle.ts';
import { sha256 } from './envelope.ts';
import { sizeOf } from './kill-child.ts';
import { openSqliteStore } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemel-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const child = fileURLToPath(new URL('./kill-child.ts', import.meta.url));

/** The last batch acknowledged before the kill, and the tree's head then. */
interface Acknowledged {
  readonly batch: number;
  readonly size: number;
  readonly root: Uint8Array;
}

/** Starts the child and kills it some time after its first acknowledgements. */
function killed(run: number, acknowledgements: number, ms: number): Promise<Acknowledged> {
  const running = spawn(process.execPath, [child, folder, `${run}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  running.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    if (text.split('\n').length > acknowledgements) setTimeout(() => running.kill('SIGKILL'), ms);
  });
  return new Promise((resolve, reject) => {
    running.on('error', reject);
    running.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the child ended by itself (${signal})`));
      const [batch, size, root] = text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1)!.split(' ');
      resolve({ batch: Number(batch), size: Number(size), root: Buffer.from(root!, 'hex') });
    });
  });
}

it.each([
  [0, 2, 0],
  [1, 17, 3],
  [2, 60, 11],
])(
  'D1 after kill -9 (%i) all that was acknowledged is there, no transaction in part, and the tree grew from its head',
  async (run, acknowledgements, ms) => {
    const before = await killed(run, acknowledgements, ms);
    const store = await openSqliteStore({ folder });
    const batches = new Map<number, number>();
    for (const { id } of await store.read({})) {
      const [whose, batch] = id.split('-').map(Number);
      if (whose === run) batches.set(batch!, (batches.get(batch!) ?? 0) + 1);
    }
    const beside = await store.reading(({ database }) =>
      database
        .prepare('select batch from beside where batch like ? order by seq')
        .all(`${run}-%`)
        .map((row) => Number((row.batch as string).split('-')[1])),
    );
    expect(batches.size).toBeGreaterThan(before.batch);
    const there = [...batches.keys()];
    expect(there).toEqual(there.map((_, batch) => batch));
    expect([...batches.values()]).toEqual(there.map(sizeOf));
    expect(beside).toEqual(there.filter((batch) => batch % 3 === 0));
    const proof = await store.consistencyProof(before.size);
    expect(verifyConsistency(sha256, proof, before.root, (await store.treeHead()).root)).toBe(true);
    expect(await store.check()).toEqual([]);
    await store.close();
  },
);
