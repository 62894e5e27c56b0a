import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { workerPart } from '@gemel/numerics/node/worker-part';
import type { Model } from '../../model/model.ts';
import { type EnsembleOptions, type EnsembleResult, ensemble } from '../ensemble.ts';
import { ensembleErrors } from '../errors.data.ts';
import type { EnsembleRequest, Members } from '../members.ts';
import type { PoolRun, PoolStart } from './pool-messages.ts';

/** Parts of a run per worker, so that one that is slow does not hold up the rest. */
const PARTS = 64;

export interface PoolOptions {
  /** Threads; by default one for each processor. */
  readonly workers?: number;
}

export interface PoolRunOptions {
  /** Stops the run; its promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Share done, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** An ensemble in worker threads with shared memory: the numbers are those of one thread, whatever the count of workers. */
export class EnsemblePool {
  readonly #ensemble: ReturnType<typeof ensemble>;
  readonly #workers: readonly Worker[];
  #busy: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @throws CodedError as `ensemble` does */
  constructor(model: Model, options: EnsembleOptions, { workers = availableParallelism() }: PoolOptions = {}) {
    this.#ensemble = ensemble(model, options);
    const start: PoolStart = { model, options: { ...options, backend: this.#ensemble.backend } };
    this.#workers = Array.from(
      { length: workers },
      () => new Worker(new URL('./pool-worker.ts', import.meta.url), { workerData: start }),
    );
    for (const worker of this.#workers) worker.unref();
  }

  /**
   * One run after the other. Inputs given in shared memory are read where they lie. Rejected with a CodedError as `members`
   * refuses, or once the pool is closed, also where the run was waiting for its turn.
   */
  run(request: EnsembleRequest, options: PoolRunOptions = {}): Promise<EnsembleResult> {
    const result = this.#busy.then(() => {
      if (this.#closed) throw ensembleErrors.error('ensemble-closed', 'a run was asked of a pool that is closed');
      return this.#run(this.#ensemble.members(request), options);
    });
    this.#busy = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #run(given: Members, { signal, onProgress }: PoolRunOptions): Promise<EnsembleResult> {
    signal?.throwIfAborted();
    const blocks = this.#ensemble.blocks(given);
    const members = sharedMembers(given);
    const records = given.intervals / given.every;
    const run: PoolRun = {
      members,
      values: empty(given.members * this.#ensemble.names.length * records),
      states: empty(given.states.length),
      control: new Int32Array(new SharedArrayBuffer(8)),
      share: Math.max(1, Math.ceil(blocks / (this.#workers.length * PARTS))),
    };
    const stop = () => Atomics.store(run.control, 1, 1);
    signal?.addEventListener('abort', stop);
    let done = 0;
    const told = (blocksDone: number) => {
      done += blocksDone;
      onProgress?.(done / blocks);
    };
    try {
      await Promise.all(this.#workers.map((worker) => workerPart(worker, run, told)));
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    signal?.throwIfAborted();
    return this.#ensemble.result(given, run);
  }
}

function sharedMembers(given: Members): Members {
  return {
    ...given,
    parameters: shared(given.parameters),
    states: shared(given.states),
    inputs: given.inputs.map(({ values, own }) => ({ values: shared(values), own })),
    order: new Int32Array(share(given.order)),
  };
}

/** What lies in shared memory already is not copied. */
function shared(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  return new Float64Array(share(values));
}

function share(values: Float64Array | Int32Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(Math.max(8, values.byteLength));
  new Uint8Array(buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return buffer;
}

function empty(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}
