import { parentPort, workerData } from 'node:worker_threads';
import { randomStream } from '@gemel/numerics';
import { asDifferentiable, type DifferentiableLogDensity } from '../../differentiable-log-density.ts';
import { inferenceErrors } from '../../errors.data.ts';
import { type EstimatedPosterior, particleMarginalChain } from '../../filter/particle-marginal.ts';
import type { LogDensity } from '../../log-density.ts';
import { InferenceError, type InferenceProblem } from '../../problem.ts';
import type { ChainDraw } from '../draws.ts';
import { type NutsAdaptation, nutsChain } from '../nuts-chains.ts';
import { sliceChain } from '../slice.ts';
import type { ChainNote, ChainStart, ChainTask } from './chain-messages.ts';

/** What the export may be. */
type Density = Partial<LogDensity & EstimatedPosterior>;

const start = workerData as ChainStart;
const tell = (note: ChainNote) => parentPort!.postMessage(note);
let loaded: Promise<() => Density | Promise<Density>> | undefined;

parentPort!.on('message', async (task: ChainTask) => {
  const at = { iteration: 0, phase: 'start' };
  try {
    loaded ??= load();
    const make = await loaded;
    await draw(task, await make(), at);
  } catch (error) {
    tell({ kind: 'failed', problem: problemOf(error, task.chain, at) });
  }
});

async function draw(task: ChainTask, target: Density, at: { iteration: number; phase: string }): Promise<void> {
  const chain = generator(task, target);
  const kept: ChainDraw<object>[] = [];
  let gradients = 0;
  for (;;) {
    if (Atomics.load(task.until, 0) <= task.chain) return tell({ kind: 'stopped' });
    const next = chain.next();
    if (next.done) {
      const adaptation = next.value ?? null;
      return tell({ kind: 'drawn', chain: { dimension: target.dimension!, kept, gradients, adaptation } });
    }
    const { phase, info } = next.value;
    at.iteration++;
    at.phase = phase;
    if (at.iteration % task.every === 0) tell({ kind: 'progress', iterations: task.every });
    gradients += 'leapfrogs' in info ? Number(info.leapfrogs) : 0;
    if (phase === 'sampling') kept.push(next.value);
  }
}

function generator(
  { sampler, seed, path }: ChainTask,
  target: Density,
): Generator<ChainDraw<object>, NutsAdaptation | undefined, undefined> {
  const random = randomStream(seed, ...path);
  const missing = sampler.kind === 'particle-marginal' ? 'logLikelihood' : 'evaluate';
  if (typeof target?.dimension !== 'number' || typeof target[missing] !== 'function') {
    const message = `The export ${start.export} of ${start.url} has no dimension or no ${missing}.`;
    throw inferenceErrors.error('inference-chain-module', message, start.export);
  }
  if (sampler.kind === 'nuts') {
    return nutsChain(asDifferentiable(target as LogDensity | DifferentiableLogDensity), random, sampler.options);
  }
  return sampler.kind === 'slice'
    ? quiet(sliceChain(target as LogDensity, sampler.start, random, sampler.options))
    : quiet(
        particleMarginalChain(target as EstimatedPosterior, sampler.start, sampler.scales, random, sampler.options),
      );
}

/** The same chain, ending in nothing. */
function* quiet(chain: Generator<ChainDraw<object>, void, undefined>): Generator<ChainDraw<object>, undefined> {
  yield* chain;
}

/** The density itself, or a fresh one for each chain where the export makes them. */
async function load(): Promise<() => Density | Promise<Density>> {
  let found: unknown;
  try {
    found = ((await import(start.url)) as Readonly<Record<string, unknown>>)[start.export];
  } catch (error) {
    throw inferenceErrors.error('inference-chain-module', `${start.url} cannot be loaded: ${said(error)}`);
  }
  if (found === undefined) {
    const message = `${start.url} exports no ${start.export}.`;
    throw inferenceErrors.error('inference-chain-module', message, start.export);
  }
  return typeof found === 'function' ? () => found(start.data) : () => found as Density;
}

function problemOf(error: unknown, chain: number, at: { iteration: number; phase: string }): InferenceProblem {
  const element = `chain ${chain}`;
  if (error instanceof InferenceError) {
    if (error.code === 'inference-chain-module') return error.toJSON();
    return { ...error.toJSON(), message: `Chain ${chain}: ${error.message}`, where: { element } };
  }
  const where = at.iteration === 0 ? 'at its start' : `after iteration ${at.iteration} (${at.phase})`;
  return inferenceErrors.problem('inference-chain-failed', `Chain ${chain}, ${where}: ${said(error)}`, element);
}

function said(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
