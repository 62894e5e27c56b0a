import { A, C, GAMMA, STAGE_TIMES, TIME_WEIGHTS } from '@gemel/numerics/ode/rodas5p.data';
import { STAGES } from '@gemel/numerics/ode/rodas5p-stages';
import type { ModelPrograms } from '../program/model-programs.ts';
import type { Program } from '../program/program.ts';
import { Graph, type Sink } from './graph.ts';
import { blockFunction, type CompiledProgram } from './javascript.ts';
import { programValues } from './program-values.ts';
import { factorNodes, type LuPlan, planLu, solveNodes } from './symbolic-lu.ts';

const [T, Y, P, U] = [0, 1, 2, 3];
/**
 * Arrays of the functions: (t, h, relative tolerance); the state; parameters; inputs at each stage in turn; what is brought from
 * outside per time; ∂f/∂t; absolute tolerances; ∂f/∂y; the factors; the stages' increments in turn; the state at the end; the
 * error's norm (length 1).
 */
const ARRAYS = ['step', 'y', 'p', 'u', 'brought', 'drift', 'absolute', 'jacobian', 'lu', 'k', 'end', 'error'] as const;
const [STEP, START, PARAMETERS, INPUTS, BROUGHT, DRIFT, ABSOLUTE, JACOBIAN, LU, K, END, ERROR] = ARRAYS.keys();

/** One model's Rodas5P step as straight-line code, without a loop or an index worked out at run time. */
export interface RosenbrockFunctions {
  /** Whether neither time nor inputs enter the rates: ∂f/∂t is not read. */
  readonly autonomous: boolean;
  /** Entries of the factors. */
  readonly factors: number;
  /** Places of the pivots' reciprocals among them: always written, the others where there are several blocks. */
  readonly pivots: Int32Array;
  /** To be run in turn, with the arrays of ARRAYS. */
  readonly blocks: readonly CompiledProgram[];
}

/** States above which the unrolled code no longer pays. */
export const MOST_UNROLLED = 60;
/** Operations of one function: V8 does not optimise those above 60 kB of bytecode, and an operation takes up to 13 bytes here. */
const LARGEST_BLOCK = 4500;
/** The part of a step that works out ∂f/∂y and the factors; the others are the stages. */
const FACTORS = -1;

/** Whether a model's step can be written out: at most MOST_UNROLLED states, no unknowns, no delays. */
export function unrolls({ model, delays }: ModelPrograms): boolean {
  return model.unknowns.length === 0 && delays === 0 && model.states.length <= MOST_UNROLLED;
}

/**
 * Null for a model whose step is too much for straight-line code.
 * @throws RangeError for a model that does not unroll
 */
export function rosenbrockFunctions(programs: ModelPrograms): RosenbrockFunctions | null {
  const { model, delays } = programs;
  if (!unrolls(programs)) {
    const { states, unknowns } = model;
    throw new RangeError(
      `No unrolled step for ${states.length} states, ${unknowns.length} unknowns, ${delays} delays.`,
    );
  }
  const autonomous = programs.autonomous && model.inputs.length === 0;
  const plan = planLu(programs.pattern);
  const { n, place } = plan;
  const pivots = Int32Array.from({ length: n }, (_, i) => place.get(i * n + i)!);
  const made = { programs, plan, pivots, autonomous };
  const blocks = partsByBlock(programs, plan);
  if (blocks === null) return null;
  return {
    autonomous,
    factors: place.size,
    pivots,
    blocks: blocks.map((parts) =>
      blockFunction(ARRAYS.length, (graph) => partSinks(graph, made, parts, blocks.length)),
    ),
  };
}

/**
 * The parts of a step, FACTORS and then the stages by number, shared out to blocks of code that engines optimise; null where
 * one part alone is too large.
 */
function partsByBlock(
  { rates, jacobian }: ModelPrograms,
  { n, place, work }: LuPlan,
): readonly (readonly number[])[] | null {
  const blocks: number[][] = [];
  const [rating, deriving] = [nodesOf(rates), nodesOf(jacobian)];
  let size = Number.POSITIVE_INFINITY;
  for (let part = FACTORS; part < STAGES; part++) {
    let own = deriving + 2 * (work + place.size);
    if (part !== FACTORS) own = rating + 2 * (n * (A[part].length + C[part].length) + place.size);
    if (part === STAGES - 1) own += 10 * n;
    if (size + own > LARGEST_BLOCK) {
      blocks.push([]);
      // What a block reads of those before it.
      size = part === FACTORS ? n : n * (part + 1) + place.size;
    }
    size += own;
    if (size > LARGEST_BLOCK) return null;
    blocks[blocks.length - 1].push(part);
  }
  return blocks;
}

/** Operations that a program becomes, with the elementary functions written in place. */
function nodesOf(program: Program): number {
  const graph = new Graph('double');
  const value = programValues(graph, program, (argument, i) => graph.element(argument, i));
  for (const id of program.results[0].values) value(id);
  return graph.nodes.length;
}

interface Made {
  readonly programs: ModelPrograms;
  readonly plan: LuPlan;
  readonly pivots: Int32Array;
  readonly autonomous: boolean;
}

/** What some parts of a step write. Of earlier parts in other blocks they read factors and increments. */
function partSinks(graph: Graph, made: Made, parts: readonly number[], blocks: number): readonly Sink[] {
  const { programs, plan, pivots, autonomous } = made;
  const { model, rates, jacobian, pattern } = programs;
  const { n, place } = plan;
  const sinks: Sink[] = [];
  const write = (array: number, from: number, values: readonly number[]) => {
    values.forEach((value, i) => {
      sinks.push({ kind: 'element', array, index: from + i, value });
    });
  };
  const t = graph.element(STEP, 0);
  const h = graph.element(STEP, 1);
  const inverse = graph.div(graph.constant(1), h);
  const zero = graph.constant(0);
  const start = Array.from({ length: n }, (_, i) => graph.element(START, i));
  const [first] = parts;
  const earlier = Array.from({ length: Math.max(0, first) }, (_, s) => s);
  const k: (readonly number[])[] = earlier.map((s) => start.map((_, i) => graph.element(K, s * n + i)));
  let lu: readonly number[] =
    first === FACTORS ? [] : Array.from({ length: place.size }, (_, at) => graph.element(LU, at));
  /** y + Σ A k. */
  const standing = (s: number) =>
    start.map((y, i) =>
      A[s].reduce<number>((sum, weight, j) => {
        return graph.add(sum, weight === 1 ? k[j][i] : graph.mul(graph.constant(weight), k[j][i]));
      }, y),
    );
  const values = (program: Program, s: number, state: readonly number[]) => {
    const time = STAGE_TIMES[s] === 0 ? t : graph.add(t, graph.mul(graph.constant(STAGE_TIMES[s]), h));
    const value = programValues(graph, program, (argument, i) => {
      if (argument === T) return time;
      if (argument === Y) return state[i];
      if (argument === P) return graph.element(PARAMETERS, i);
      if (argument === U) return graph.element(INPUTS, s * model.inputs.length + i);
      throw new RangeError('A Rosenbrock step reads time, states, parameters and inputs only.');
    });
    return program.results[0].values.map(value);
  };
  for (const s of parts) {
    if (s === FACTORS) {
      const entries = values(jacobian, 0, start);
      lu = factorNodes(
        graph,
        plan,
        pattern,
        entries,
        graph.div(graph.constant(1), graph.mul(h, graph.constant(GAMMA))),
      );
      write(JACOBIAN, 0, entries);
      if (blocks > 1) write(LU, 0, lu);
      else for (const at of pivots) write(LU, at, [lu[at]]);
      continue;
    }
    const state = standing(s);
    const past = C[s].map((weight) => graph.mul(graph.constant(weight), inverse));
    const right = values(rates, s, state).map((own, i) => {
      // As simulations have it: with what infusions bring, and at zero what is declared positive does not fall.
      let rate = graph.add(own, graph.element(BROUGHT, i));
      if (model.states[i].positive) {
        rate = graph.select(graph.and(graph.le(state[i], zero), graph.lt(rate, zero)), zero, rate);
      }
      rate = C[s].reduce<number>((sum, _, j) => graph.add(sum, graph.mul(past[j], k[j][i])), rate);
      if (autonomous || TIME_WEIGHTS[s] === 0) return rate;
      return graph.add(rate, graph.mul(graph.mul(h, graph.constant(TIME_WEIGHTS[s])), graph.element(DRIFT, i)));
    });
    k[s] = solveNodes(graph, plan, lu, right);
    write(K, s * n, k[s]);
    if (s === STAGES - 1) {
      const end = state.map((value, i) => graph.add(value, k[s][i]));
      write(END, 0, end);
      write(ERROR, 0, [errorNorm(graph, k[s], start, end)]);
    }
  }
  return sinks;
}

/** scaledNorm of numerics/ode/step-control.ts. */
function errorNorm(
  graph: Graph,
  error: readonly number[],
  before: readonly number[],
  after: readonly number[],
): number {
  const relative = graph.element(STEP, 2);
  const squares = error.map((value, i) => {
    const [a, b] = [graph.abs(before[i]), graph.abs(after[i])];
    const largest = graph.select(graph.lt(a, b), b, a);
    const scaled = graph.div(value, graph.add(graph.element(ABSOLUTE, i), graph.mul(relative, largest)));
    return graph.mul(scaled, scaled);
  });
  const sum = squares.reduce((a, b) => graph.add(a, b), graph.constant(0));
  return graph.sqrt(graph.div(sum, graph.constant(Math.max(1, error.length))));
}
