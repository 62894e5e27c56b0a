import type { Problem } from '@gemel/core';
import type { Work } from '@gemel/core/work';
import type { CompiledModel } from '../program/compiled-model.ts';
import { simulationErrors } from './errors.data.ts';
import { simulate } from './simulate.ts';
import type { SimulationRequest, SimulationStatus } from './simulation.ts';

/** What one patient, parameter set or scenario adds to a run. */
export type SweepPart = Pick<SimulationRequest, 'parameters' | 'initial' | 'inputs' | 'doses'>;

/** A run for every combination of one part of each axis: patients × parameters × scenarios. */
export interface SweepRequest {
  /** What all runs have in common; the seed too, so that runs differ by their parts alone. */
  readonly base: SimulationRequest;
  /** The last axis varies fastest. Where parts name the same quantity the later axis counts; doses add up. */
  readonly axes: readonly (readonly SweepPart[])[];
}

/** Runs `from` … `to` − 1 of a sweep. */
export interface SweepResult {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
  readonly times: Float64Array;
  /** runs × names × times; NaN where a run did not come to. */
  readonly values: Float64Array;
  readonly status: readonly SimulationStatus[];
  /** Why runs are partial. */
  readonly problems: readonly { readonly run: number; readonly problem: Problem }[];
}

/** Runs for which code of the model's own is worth its making; of the whole sweep, so that numbers do not depend on its split. */
const MANY_RUNS = 50;

/** Runs of a whole sweep. */
export function sweepSize({ axes }: SweepRequest): number {
  return axes.reduce((product, axis) => product * axis.length, 1);
}

/**
 * Simulates the runs of a sweep, or of a range of it: the numbers of a run are the same however the sweep is split. A run
 * that cannot go on is told of and does not stop the others.
 * @throws CodedError with a code that begins with `simulation-`, for what no run could be made of
 */
export function* sweep(
  model: CompiledModel,
  request: SweepRequest,
  range: { readonly from: number; readonly to: number } = { from: 0, to: sweepSize(request) },
): Work<SweepResult> {
  const { from, to } = range;
  const { axes } = request;
  const base = { ...request.base, repeated: request.base.repeated ?? sweepSize(request) >= MANY_RUNS };
  const names = base.outputs ?? model.model.outputs;
  const { times } = base;
  const width = names.length * times.length;
  const values = new Float64Array((to - from) * width).fill(Number.NaN);
  const status: SimulationStatus[] = [];
  const problems: { run: number; problem: Problem }[] = [];
  for (let run = from; run < to; run++) {
    const result = simulate(model, combined(base, partsOf(axes, run)));
    const told = result.times.length;
    for (let i = 0; i < names.length; i++) {
      const begin = (run - from) * width + i * times.length;
      values.set(result.values.subarray(i * told, (i + 1) * told), begin);
    }
    status.push(result.status);
    if (result.problem !== null) problems.push({ run, problem: result.problem });
    yield { fraction: (run + 1 - from) / (to - from), message: `${run + 1 - from} of ${to - from} runs` };
  }
  return { from, to, names, times, values, status, problems };
}

/** Parts of a sweep as one, each beginning where the one before ends. @throws simulation-sweep-parts where they do not */
export function joinSweeps(parts: readonly SweepResult[]): SweepResult {
  const [first] = parts;
  const joins = parts.every((part, i) => i === 0 || part.from === parts[i - 1].to);
  if (first === undefined || !joins) {
    throw simulationErrors.error('simulation-sweep-parts', `${parts.length} parts that do not follow one another`);
  }
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return {
    ...first,
    to: parts[parts.length - 1].to,
    values,
    status: parts.flatMap((part) => part.status),
    problems: parts.flatMap((part) => part.problems),
  };
}

function partsOf(axes: SweepRequest['axes'], run: number): readonly SweepPart[] {
  let rest = run;
  return axes
    .toReversed()
    .map((axis) => {
      const part = axis[rest % axis.length];
      rest = Math.floor(rest / axis.length);
      return part;
    })
    .toReversed();
}

function combined(base: SimulationRequest, parts: readonly SweepPart[]): SimulationRequest {
  const all: readonly SweepPart[] = [base, ...parts];
  return {
    ...base,
    parameters: Object.assign({}, ...all.map(({ parameters }) => parameters)),
    initial: Object.assign({}, ...all.map(({ initial }) => initial)),
    inputs: Object.assign({}, ...all.map(({ inputs }) => inputs)),
    doses: all.flatMap(({ doses }) => doses ?? []),
  };
}
