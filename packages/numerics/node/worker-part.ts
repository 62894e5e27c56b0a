import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';

/** From a worker: so much done, the end of its part, or what stopped it. */
export type PartNote =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: Error };

/**
 * One worker's part of a shared run, to its end: posts the run and hears the notes. Rejected with what the worker says failed,
 * or where it ends before its part is done. The process may end while no part is under way.
 */
export async function workerPart(worker: Worker, run: unknown, told: (done: number) => void): Promise<void> {
  worker.ref();
  const ended = new AbortController();
  const finished = new Promise<void>((resolve, reject) => {
    const hear = (note: PartNote) => {
      if (note.kind === 'progress') {
        told(note.done);
        return;
      }
      worker.off('message', hear);
      if (note.kind === 'failed') reject(note.error);
      else resolve();
    };
    worker.on('message', hear);
  });
  worker.postMessage(run);
  try {
    const stopped = once(worker, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('A worker ended before its part was done.');
    });
    await Promise.race([finished, stopped]);
  } finally {
    ended.abort();
    worker.unref();
  }
}
