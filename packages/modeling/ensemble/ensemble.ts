import { compile } from '../codegen/compile.ts';
import { javascriptFunction } from '../codegen/javascript.ts';
import type { Model } from '../model/model.ts';
import { ensembleErrors } from './errors.data.ts';
import { javascriptKernel } from './javascript-kernel.ts';
import type { LanesKernel, WorkAreas } from './lanes-kernel.ts';
import { type EnsembleRequest, type Members, resolveMembers } from './members.ts';
import { type EnsembleDesign, planEnsemble } from './plan.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** `wasm-f32` is for screening: single precision, its error measured beside double precision. */
export type EnsembleBackend = 'javascript' | 'wasm-f64' | 'wasm-f32';

export interface EnsembleOptions extends EnsembleDesign {
  /** Default best: the fastest of double precision that this engine has. */
  readonly backend?: EnsembleBackend | 'best';
}

/** How numbers came about. */
export interface EnsembleTrace {
  readonly backend: EnsembleBackend | 'webgpu';
  /** Members run side by side; of a GPU those of one workgroup. */
  readonly lanes: number;
  /**
   * Double precision: null, results are the same to the bit whatever the backend, lanes or split of members. Single
   * precision: the largest difference from double precision of each output, over the members that were run in both.
   */
  readonly statedError: { readonly members: number; readonly largest: readonly number[] } | null;
}

export interface EnsembleResult {
  /** Names of the outputs. */
  readonly names: readonly string[];
  /** Times of the records. */
  readonly times: Float64Array;
  /** members × names × records */
  readonly values: Float64Array;
  /** members × states at the end. */
  readonly states: Float64Array;
  readonly trace: EnsembleTrace;
}

/** An ensemble ready to run members of one model. */
export interface Ensemble {
  readonly model: Model;
  readonly names: readonly string[];
  readonly backend: EnsembleBackend;
  /** Names resolved and values checked; initial values worked out. */
  members(request: EnsembleRequest): Members;
  run(request: EnsembleRequest): EnsembleResult;
  /** The same as work to be driven: yields the share done; stops where the driver returns. */
  work(members: Members): Generator<number, EnsembleResult, void>;
  /** Its parts, for who splits the work: blocks of members that run side by side, each the same whoever runs it. */
  blocks(members: Members): number;
  runBlocks(members: Members, out: EnsembleNumbers, from: number, to: number): void;
  result(members: Members, numbers: EnsembleNumbers): EnsembleResult;
  /** What runs a block, for who moves its members between stretches without copying them: its areas are shared by all runs. */
  readonly kernel: LanesKernel;
}

/** Where the numbers of a run go: members × names × records, members × states. */
export interface EnsembleNumbers {
  readonly values: Float64Array;
  readonly states: Float64Array;
}

export function numbersFor(members: Members, names: number): EnsembleNumbers {
  const records = members.intervals / members.every;
  return {
    values: new Float64Array(members.members * names * records),
    states: new Float64Array(members.states.length),
  };
}

/** Members run in both precisions for the stated error. */
const COMPARED = 4;
/** Blocks of members between two yields. */
const BLOCKS_PER_YIELD = 32;

/**
 * Makes a kernel that runs many members of a model with fixed steps, inputs held over each interval.
 * @throws CodedError `ensemble-unsupported`, `ensemble-name`, `ensemble-step`, `ensemble-backend`
 */
export function ensemble(model: Model, options: EnsembleOptions): Ensemble {
  const plan = planEnsemble(model, options);
  const compiled = compile(model);
  let reference: MembersRunner | undefined;
  const { backend, kernel } = choose(options.backend ?? 'best', (b) => make(b));
  function make(wanted: EnsembleBackend): LanesKernel {
    if (wanted === 'javascript') return javascriptKernel(plan, model.parameters.length);
    return wasmKernel(plan, model.parameters.length, wanted === 'wasm-f64' ? 'f64x2' : 'f32x4');
  }
  const runner = membersRunner(kernel, plan.names.length);
  const alike = plan.alike && javascriptFunction(plan.alike);
  const members = (request: EnsembleRequest) => resolveMembers(compiled, plan, alike, request);

  const blocks = (given: Members) => Math.ceil(given.members / kernel.lanes);
  const runBlocks = (given: Members, out: EnsembleNumbers, from: number, to: number) => runner(given, out, from, to);
  const result = (given: Members, { values, states }: EnsembleNumbers): EnsembleResult => ({
    names: plan.names,
    times: Float64Array.from(
      { length: given.intervals / given.every },
      (_, r) => given.start + (r + 1) * given.every * given.interval,
    ),
    values,
    states,
    trace: {
      backend,
      lanes: kernel.lanes,
      statedError: backend === 'wasm-f32' ? statedError(plan.names.length, given, values, inDouble) : null,
    },
  });

  function* work(given: Members): Generator<number, EnsembleResult, void> {
    const out = numbersFor(given, plan.names.length);
    const count = blocks(given);
    for (let block = 0; block < count; block += BLOCKS_PER_YIELD) {
      runBlocks(given, out, block, Math.min(count, block + BLOCKS_PER_YIELD));
      yield Math.min(1, (block + BLOCKS_PER_YIELD) / count);
    }
    return result(given, out);
  }

  function inDouble(some: Members): Float64Array {
    reference ??= membersRunner(make('javascript'), plan.names.length);
    const exact = numbersFor(some, plan.names.length);
    reference(some, exact, 0, some.members);
    return exact.values;
  }

  return {
    model,
    names: plan.names,
    backend,
    members,
    work,
    blocks,
    runBlocks,
    result,
    kernel,
    run: (request) => finish(work(members(request))),
  };
}

/** How far values lie from those of some members, spread over all, run again in double precision. */
export function statedError(
  names: number,
  given: Members,
  values: Float64Array,
  inDouble: (some: Members) => Float64Array,
): { readonly members: number; readonly largest: readonly number[] } {
  const count = Math.min(COMPARED, given.members);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * given.members) / count));
  const exact = inDouble(pick(given, chosen));
  const records = given.intervals / given.every;
  const largest = Array.from({ length: names }, (_, n) => {
    let most = 0;
    chosen.forEach((m, i) => {
      for (let r = 0; r < records; r++) {
        const apart = values[(m * names + n) * records + r] - exact[(i * names + n) * records + r];
        if (!(Math.abs(apart) <= most)) most = Math.abs(apart);
      }
    });
    return most;
  });
  return { members: count, largest };
}

function choose(wanted: EnsembleBackend | 'best', make: (backend: EnsembleBackend) => LanesKernel) {
  const order: readonly EnsembleBackend[] = wanted === 'best' ? ['wasm-f64', 'javascript'] : [wanted];
  let cause: unknown;
  for (const backend of order) {
    try {
      return { backend, kernel: make(backend) };
    } catch (error) {
      if (!(error instanceof WebAssembly.CompileError || error instanceof EvalError)) throw error;
      cause = error;
    }
  }
  throw ensembleErrors.error('ensemble-backend', `${order.join(', ')}: not in this engine.`, {}, undefined, cause);
}

/** Runs work to its end at once. */
export function finish<T>(work: Generator<number, T, void>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** The members chosen, in their order. */
export function pick(given: Members, chosen: readonly number[]): Members {
  const rows = (values: Float64Array) => {
    const width = values.length / given.members;
    const out = new Float64Array(chosen.length * width);
    chosen.forEach((m, i) => {
      out.set(values.subarray(m * width, (m + 1) * width), i * width);
    });
    return out;
  };
  const inputs = given.inputs.map(({ values, own }) => ({ values: own ? rows(values) : values, own }));
  const order = Int32Array.from(chosen, (_, i) => i);
  return {
    ...given,
    members: chosen.length,
    parameters: rows(given.parameters),
    states: rows(given.states),
    inputs,
    order,
  };
}

type MembersRunner = (given: Members, out: EnsembleNumbers, from: number, to: number) => void;

/**
 * Runs blocks of as many members as the kernel has lanes; the last one is filled up with copies of its last member. Made anew
 * for each kernel, so that engines see one kind of array in each copy of its loops.
 */
function membersRunner(kernel: LanesKernel, outputs: number): MembersRunner {
  const run: MembersRunner = (given, { values, states }, from, to) => {
    const { members, intervals, every, inputs, order } = given;
    const { lanes } = kernel;
    const records = intervals / every;
    const areas = kernel.allocate(intervals, records);
    areas.clock.fill(given.start);
    inputs.forEach(({ values: series, own }, i) => {
      if (!own) spreadSeries(areas.inputs, series, inputs.length, i, lanes);
    });
    for (let block = from; block < to; block++) {
      for (let lane = 0; lane < lanes; lane++) {
        const m = order[Math.min(block * lanes + lane, members - 1)];
        copyIn(areas.parameters, given.parameters, m, members, lane, lanes);
        copyIn(areas.states, given.states, m, members, lane, lanes);
        inputs.forEach(({ values: series, own }, i) => {
          if (!own) return;
          for (let k = 0; k < intervals; k++) {
            areas.inputs[(k * inputs.length + i) * lanes + lane] = series[m * intervals + k];
          }
        });
      }
      kernel.run(records, every);
      for (let lane = 0; lane < lanes && block * lanes + lane < members; lane++) {
        copyOut(areas, values, states, order[block * lanes + lane], lane, lanes, outputs, records);
      }
    }
  };

  function spreadSeries(
    out: WorkAreas['inputs'],
    series: Float64Array,
    inputs: number,
    i: number,
    lanes: number,
  ): void {
    for (let k = 0; k < series.length; k++) {
      const at = (k * inputs + i) * lanes;
      out.fill(series[k], at, at + lanes);
    }
  }

  function copyIn(
    out: WorkAreas['states'],
    all: Float64Array,
    member: number,
    members: number,
    lane: number,
    lanes: number,
  ): void {
    const width = all.length / members;
    for (let i = 0; i < width; i++) out[i * lanes + lane] = all[member * width + i];
  }

  function copyOut(
    areas: WorkAreas,
    values: Float64Array,
    states: Float64Array,
    member: number,
    lane: number,
    lanes: number,
    outputs: number,
    records: number,
  ): void {
    for (let n = 0; n < outputs; n++) {
      const to = (member * outputs + n) * records;
      for (let r = 0; r < records; r++) values[to + r] = areas.outputs[(r * outputs + n) * lanes + lane];
    }
    const width = areas.states.length / lanes;
    for (let i = 0; i < width; i++) states[member * width + i] = areas.states[i * lanes + lane];
  }

  return run;
}
