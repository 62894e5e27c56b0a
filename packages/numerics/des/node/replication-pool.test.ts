import { expect, test } from 'vitest';
import { replicateToPrecision } from '../replicate.ts';
import queue from './queue.fixture.ts';
import { ReplicationPool } from './replication-pool.ts';

const url = new URL('./queue.fixture.ts', import.meta.url);

test('the numbers are those of one thread, whatever the count of workers', async () => {
  const alone = Array.from({ length: 23 }, (_, i) => queue({ servers: 2 })(i + 2)).flatMap((row) => Array.from(row));
  for (const workers of [1, 3]) {
    const pool = new ReplicationPool({ url, input: { servers: 2 }, outputs: 2 }, { workers });
    const progress: number[] = [];
    const rows = await pool.run(2, 25, { onProgress: (fraction) => progress.push(fraction) });
    expect([...rows]).toEqual(alone);
    expect(progress.at(-1)).toBe(1);
    const few = await replicateToPrecision(2, (from, to) => pool.run(from, to), { relative: 0.5, most: 200 });
    expect(few.reached).toBe(true);
    await pool.close();
    await expect(pool.run(0, 1)).rejects.toThrow(/closed/);
  }
});

test('what a replication throws ends the run; the pool goes on after that and after a cancellation', async () => {
  const pool = new ReplicationPool({ url, input: { servers: 2, bad: 7 }, outputs: 2 }, { workers: 2 });
  await expect(pool.run(0, 20)).rejects.toThrow(/replication 7 cannot be run/);
  const abort = new AbortController();
  const cancelled = pool.run(10, 5000, { signal: abort.signal, onProgress: () => abort.abort() });
  await expect(cancelled).rejects.toThrow(/abort/i);
  expect((await pool.run(8, 10)).length).toBe(4);
  await pool.close();
  const wrong = new ReplicationPool({ url, input: { servers: 2 }, outputs: 3 }, { workers: 1 });
  await expect(wrong.run(0, 1)).rejects.toThrow(/gave 2 numbers, not the 3/);
  await wrong.close();
});
