import { parentPort, workerData } from 'node:worker_threads';
import type { PartNote } from '../../node/worker-part.ts';
import type { Replicate, ReplicationRun, ReplicationStart } from './replication-pool.ts';

const { url, input, outputs } = workerData as ReplicationStart;
const tell = (note: PartNote) => parentPort!.postMessage(note);
const made = import(url).then((module: { default(input: unknown): Replicate }) => module.default(input));
made.catch(() => undefined);

parentPort!.on('message', async ({ from, to, rows, control }: ReplicationRun) => {
  try {
    const replicate = await made;
    while (Atomics.load(control, 1) === 0) {
      const replication = Atomics.add(control, 0, 1);
      if (replication >= to) break;
      const row = replicate(replication);
      if (row.length !== outputs) {
        throw new RangeError(`Replication ${replication} gave ${row.length} numbers, not the ${outputs} stated.`);
      }
      rows.set(row, (replication - from) * outputs);
      tell({ kind: 'progress', done: 1 });
    }
    tell({ kind: 'done' });
  } catch (error) {
    tell({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
  }
});
