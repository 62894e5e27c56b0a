import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { inferenceErrors } from '../../errors.data.ts';
import type { ParticleMarginalInfo } from '../../filter/particle-marginal.ts';
import { InferenceError, type InferenceProblem } from '../../problem.ts';
import type { ChainDraw } from '../draws.ts';
import { type NutsChainResult, type NutsOptions, type NutsResult, nutsResult } from '../nuts-chains.ts';
import type { SliceInfo } from '../slice.ts';
import type { ChainNote, ChainSampler, ChainStart, ChainTask, DensityModule, DrawnChain } from './chain-messages.ts';

export type { DensityModule } from './chain-messages.ts';

/** Which random numbers: those of `randomStream(seed, ...path)`. */
export interface ChainSeed {
  readonly seed: number;
  readonly path?: readonly (string | number)[];
}

export interface ChainRunOptions {
  /** Stops the run; its promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Share of all iterations done, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** Times that a chain tells how far it is. */
const TOLD = 100;

/**
 * Chains across worker threads, each of which loads the density from a module. Chain c draws from its own stream, so that
 * the numbers are those of the same sampler in one thread, whatever the count of workers. A density that throws ends the run
 * with the lowest chain that failed; the pool goes on after that, and after a cancellation.
 */
export class ChainPool {
  readonly #workers: readonly Worker[];
  #busy: Promise<unknown> = Promise.resolve();

  constructor(module: DensityModule, { workers = availableParallelism() }: { readonly workers?: number } = {}) {
    if (!(Number.isInteger(workers) && workers > 0)) {
      throw inferenceErrors.error('inference-shape', `A pool needs one worker or more, not ${workers}.`);
    }
    const start: ChainStart = { url: String(module.url), export: module.export ?? 'default', data: module.data };
    this.#workers = Array.from(
      { length: workers },
      () => new Worker(new URL('./chain-worker.ts', import.meta.url), { workerData: start }),
    );
    for (const worker of this.#workers) worker.unref();
  }

  /**
   * As `sampleNuts(target, chains, randomStream(seed, ...path), options)`.
   * @throws inference-chain-module, inference-chain-failed naming chain and iteration, and those of `nutsChain`
   */
  async nuts(chains: number, seed: ChainSeed, options: NutsOptions = {}, run?: ChainRunOptions): Promise<NutsResult> {
    const samplers = Array.from({ length: chains }, (): ChainSampler => ({ kind: 'nuts', options }));
    const drawn = await this.#queue(samplers, seed, (options.warmUp ?? 1000) + (options.draws ?? 1000), run);
    return nutsResult(drawn[0].dimension, drawn as unknown as readonly NutsChainResult[], options.maxDepth ?? 10);
  }

  /** One chain of slice sampling from each start, chain c from the stream forked by `chain` and c; without warm-up draws. */
  async slice(
    starts: readonly Float64Array[],
    seed: ChainSeed,
    options: { readonly warmUp?: number; readonly draws?: number; readonly width?: number } = {},
    run?: ChainRunOptions,
  ): Promise<readonly (readonly ChainDraw<SliceInfo>[])[]> {
    const samplers = starts.map((start): ChainSampler => ({ kind: 'slice', start, options }));
    const drawn = await this.#queue(samplers, seed, (options.warmUp ?? 500) + (options.draws ?? 1000), run);
    return drawn.map((chain) => chain.kept as readonly ChainDraw<SliceInfo>[]);
  }

  /** One chain of particle marginal Metropolis–Hastings from each start; the export is an `EstimatedPosterior`. */
  async particleMarginal(
    starts: readonly Float64Array[],
    scales: Float64Array,
    seed: ChainSeed,
    options: { readonly warmUp?: number; readonly draws?: number } = {},
    run?: ChainRunOptions,
  ): Promise<readonly (readonly ChainDraw<ParticleMarginalInfo>[])[]> {
    const samplers = starts.map((start): ChainSampler => ({ kind: 'particle-marginal', start, scales, options }));
    const drawn = await this.#queue(samplers, seed, (options.warmUp ?? 500) + (options.draws ?? 1000), run);
    return drawn.map((chain) => chain.kept as readonly ChainDraw<ParticleMarginalInfo>[]);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** One run after the other. */
  #queue(
    samplers: readonly ChainSampler[],
    seed: ChainSeed,
    iterations: number,
    run: ChainRunOptions = {},
  ): Promise<readonly DrawnChain[]> {
    const result = this.#busy.then(() => this.#run(samplers, seed, iterations, run));
    this.#busy = result.catch(() => undefined);
    return result;
  }

  async #run(
    samplers: readonly ChainSampler[],
    { seed, path = [] }: ChainSeed,
    iterations: number,
    { signal, onProgress }: ChainRunOptions,
  ): Promise<readonly DrawnChain[]> {
    signal?.throwIfAborted();
    if (samplers.length === 0) throw inferenceErrors.error('inference-shape', 'No chain was asked for.');
    const until = new Int32Array(new SharedArrayBuffer(4)).fill(samplers.length);
    const stop = () => Atomics.store(until, 0, 0);
    signal?.addEventListener('abort', stop);
    const drawn: DrawnChain[] = [];
    const failed: { readonly chain: number; readonly problem: InferenceProblem }[] = [];
    let next = 0;
    let done = 0;
    const told = (count: number) => {
      done += count;
      onProgress?.(Math.min(1, done / (samplers.length * iterations)));
    };
    const every = Math.max(1, Math.floor(iterations / TOLD));
    const work = async (worker: Worker) => {
      while (next < Math.min(samplers.length, Atomics.load(until, 0))) {
        const chain = next++;
        const task = { chain, seed, path: [...path, 'chain', chain], sampler: samplers[chain], every, until };
        const end = await drawChain(worker, task, told);
        if (end.kind === 'drawn') {
          drawn[chain] = end.chain;
          told(iterations % every);
        } else if (end.kind === 'failed') {
          failed.push({ chain, problem: end.problem });
          if (chain < Atomics.load(until, 0)) Atomics.store(until, 0, chain);
        }
      }
    };
    try {
      await Promise.all(this.#workers.slice(0, samplers.length).map(work));
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    signal?.throwIfAborted();
    const first = failed.sort((a, b) => a.chain - b.chain)[0];
    if (first !== undefined) throw new InferenceError(first.problem);
    return drawn;
  }
}

type ChainEnd = Exclude<ChainNote, { readonly kind: 'progress' }>;

/** One chain on one worker, to its end. */
async function drawChain(worker: Worker, task: ChainTask, told: (iterations: number) => void): Promise<ChainEnd> {
  worker.ref();
  const { promise, resolve, reject } = Promise.withResolvers<ChainEnd>();
  const hear = (note: ChainNote) => {
    if (note.kind === 'progress') told(note.iterations);
    else resolve(note);
  };
  const ended = () => {
    const message = `The worker of chain ${task.chain} ended before the chain was drawn.`;
    reject(inferenceErrors.error('inference-chain-failed', message, `chain ${task.chain}`));
  };
  worker.on('message', hear).once('exit', ended);
  worker.postMessage(task);
  try {
    return await promise;
  } finally {
    worker.off('message', hear).off('exit', ended);
    worker.unref();
  }
}
