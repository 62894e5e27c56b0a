import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { workerPart } from '../../node/worker-part.ts';

/** Runs one replication and gives its outputs, as many each time. */
export type Replicate = (replication: number) => ArrayLike<number>;

/** A module whose default export makes, from the input it is given, what runs a replication. */
export interface ReplicationModule {
  readonly url: URL;
  /** Handed to every worker; must bear being cloned. */
  readonly input: unknown;
  /** Numbers that a replication gives. */
  readonly outputs: number;
}

/** What a worker is started with, and one run. */
export interface ReplicationStart {
  readonly url: string;
  readonly input: unknown;
  readonly outputs: number;
}
export interface ReplicationRun {
  readonly from: number;
  readonly to: number;
  /** Outputs by row, in shared memory. */
  readonly rows: Float64Array;
  /** Next replication to take; whether to stop. */
  readonly control: Int32Array;
}

/** Replications in worker threads: the numbers are those of one thread, whatever the count of workers. */
export class ReplicationPool {
  readonly #module: ReplicationModule;
  readonly #workers: readonly Worker[];
  #busy: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(module: ReplicationModule, { workers = availableParallelism() }: { readonly workers?: number } = {}) {
    if (!(Number.isInteger(workers) && workers > 0))
      throw new RangeError(`A pool has 1 worker or more, not ${workers}.`);
    this.#module = module;
    const start: ReplicationStart = { url: String(module.url), input: module.input, outputs: module.outputs };
    this.#workers = Array.from(
      { length: workers },
      () => new Worker(new URL('./replication-worker.ts', import.meta.url), { workerData: start }),
    );
    for (const worker of this.#workers) worker.unref();
  }

  /**
   * Outputs of replications `from` to `to` − 1, row by row; one run after the other. Rejected with what a replication threw,
   * with the signal's reason where it was cancelled, or where the pool is closed.
   */
  run(
    from: number,
    to: number,
    options: { readonly signal?: AbortSignal; readonly onProgress?: (fraction: number) => void } = {},
  ): Promise<Float64Array> {
    const result = this.#busy.then(() => this.#run(from, to, options));
    this.#busy = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #run(
    from: number,
    to: number,
    { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (fraction: number) => void },
  ): Promise<Float64Array> {
    if (this.#closed) throw new Error('The pool of replications is closed.');
    signal?.throwIfAborted();
    const rows = new Float64Array(new SharedArrayBuffer(8 * this.#module.outputs * Math.max(0, to - from)));
    const run: ReplicationRun = { from, to, rows, control: new Int32Array(new SharedArrayBuffer(8)) };
    Atomics.store(run.control, 0, from);
    const stop = () => Atomics.store(run.control, 1, 1);
    signal?.addEventListener('abort', stop);
    let done = 0;
    const told = (count: number) => {
      done += count;
      onProgress?.(done / (to - from));
    };
    try {
      const parts = this.#workers.map((worker) =>
        workerPart(worker, run, told).catch((error: unknown) => {
          stop();
          throw error;
        }),
      );
      const settled = await Promise.allSettled(parts);
      signal?.throwIfAborted();
      for (const part of settled) if (part.status === 'rejected') throw part.reason;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    return rows;
  }
}
