import { parentPort } from 'node:worker_threads';
import { takeMessage } from '../take.ts';
import type { TakingTask } from './taking-pool.ts';

// Reads the messages given and sends back, in their order, what each says.
parentPort!.on('message', (tasks: readonly TakingTask[]) => {
  parentPort!.postMessage(tasks.map(({ bytes, options }) => takeMessage(bytes, options)));
});
