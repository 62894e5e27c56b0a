import { parentPort, workerData } from 'node:worker_threads';
import type { PartNote } from '@gemel/numerics/node/worker-part';
import { ensemble } from '../ensemble.ts';
import type { PoolRun, PoolStart } from './pool-messages.ts';

const { model, options } = workerData as PoolStart;
const made = ensemble(model, options);
const tell = (note: PartNote) => parentPort!.postMessage(note);

parentPort!.on('message', ({ members, values, states, control, share }: PoolRun) => {
  const blocks = made.blocks(members);
  for (;;) {
    const from = Atomics.add(control, 0, share);
    if (from >= blocks || Atomics.load(control, 1) !== 0) break;
    const to = Math.min(blocks, from + share);
    made.runBlocks(members, { values, states }, from, to);
    tell({ kind: 'progress', done: to - from });
  }
  tell({ kind: 'done' });
});
