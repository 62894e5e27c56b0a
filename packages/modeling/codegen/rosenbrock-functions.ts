import { A, C, STAGE_TIMES, TIME_WEIGHTS } from '@gemel/numerics/ode/rodas5p.data';
import { STAGES } from '@gemel/numerics/ode/rodas5p-stages';
import type { ModelPrograms } from '../program/model-programs.ts';
import type { Graph } from './graph.ts';
import { blockFunction, type CompiledProgram } from './javascript.ts';
import { programValues } from './program-values.ts';
import { factorNodes, type LuPlan, planLu, solveNodes } from './symbolic-lu.ts';

const [T, Y, P, U] = [0, 1, 2, 3];
/** Arrays of a stage's function: what a step stands on, the factors, and the stages' increments, its own last. */
const GIVEN = ['step', 'y', 'p', 'u', 'brought', 'drift', 'lu'] as const;

/** Functions of one model's Rodas5P step, straight-line code without a loop or an index worked out at run time. */
export interface RosenbrockFunctions {
  /** Whether neither time nor inputs enter the rates: ∂f/∂t is not read. */
  readonly autonomous: boolean;
  /** Entries of the factors. */
  readonly factors: number;
  /** Places of the pivots' reciprocals among them. */
  readonly pivots: Int32Array;
  /** Jacobian, shift (length 1) → factors of shift·I − J. */
  readonly factor: CompiledProgram;
  /**
   * Per stage: (t, h), y, p, u, what is brought from outside per time, ∂f/∂t, factors, k₁ … k of this stage. The first takes
   * f at the start in k₁.
   */
  readonly stages: readonly CompiledProgram[];
  /** y, k₁ … k₈ → the state at the end. */
  readonly end: CompiledProgram;
}

/** States above which the unrolled code no longer pays. */
export const MOST_UNROLLED = 60;

/** Whether a model's step can be written out: at most MOST_UNROLLED states, no unknowns, no delays. */
export function unrolls({ model, delays }: ModelPrograms): boolean {
  return model.unknowns.length === 0 && delays === 0 && model.states.length <= MOST_UNROLLED;
}

/** @throws RangeError for a model that does not unroll */
export function rosenbrockFunctions(programs: ModelPrograms): RosenbrockFunctions {
  const { model, delays, rates } = programs;
  if (!unrolls(programs)) {
    const { states, unknowns } = model;
    throw new RangeError(
      `No unrolled step for ${states.length} states, ${unknowns.length} unknowns, ${delays} delays.`,
    );
  }
  const autonomous =
    model.inputs.length === 0 && !rates.instructions.some((i) => i.kind === 'read' && i.argument === T);
  const plan = planLu(programs.pattern);
  const { n, place } = plan;
  return {
    autonomous,
    factors: place.size,
    pivots: Int32Array.from({ length: n }, (_, i) => place.get(i * n + i)!),
    factor: blockFunction(3, (graph) =>
      factorNodes(graph, plan, programs.pattern, (p) => graph.element(0, p), graph.element(1, 0)).map(
        (value, index) => ({
          kind: 'element',
          array: 2,
          index,
          value,
        }),
      ),
    ),
    stages: Array.from({ length: STAGES }, (_, s) => stage(programs, plan, s, autonomous)),
    end: blockFunction(STAGES + 2, (graph) =>
      stateNodes(
        graph,
        n,
        STAGES - 1,
        (i) => graph.element(0, i),
        (j, i) => graph.element(1 + j, i),
      ).map((value, index) => ({
        kind: 'element',
        array: STAGES + 1,
        index,
        value: graph.add(value, graph.element(STAGES, index)),
      })),
    ),
  };
}

/** The state a stage stands at: y + Σ A k. */
function stateNodes(
  graph: Graph,
  n: number,
  s: number,
  y: (i: number) => number,
  k: (j: number, i: number) => number,
): readonly number[] {
  return Array.from({ length: n }, (_, i) => weighted(graph, y(i), A[s], (j) => k(j, i)));
}

function weighted(graph: Graph, start: number, weights: readonly number[], of: (j: number) => number): number {
  return weights.reduce((sum, weight, j) => {
    const term = weight === 1 ? of(j) : graph.mul(graph.constant(weight), of(j));
    return graph.add(sum, term);
  }, start);
}

function stage({ model, rates }: ModelPrograms, plan: LuPlan, s: number, autonomous: boolean): CompiledProgram {
  const [step, y, p, u, brought, drift, lu, first] = GIVEN.map((_, i) => i).concat(GIVEN.length);
  return blockFunction(GIVEN.length + s + 1, (graph) => {
    const t = graph.element(step, 0);
    const h = graph.element(step, 1);
    const k = (j: number, i: number) => graph.element(first + j, i);
    const state = stateNodes(graph, plan.n, s, (i) => graph.element(y, i), k);
    const time = STAGE_TIMES[s] === 0 ? t : graph.add(t, graph.mul(graph.constant(STAGE_TIMES[s]), h));
    const value = programValues(graph, rates, (argument, i) => {
      if (argument === T) return time;
      if (argument === Y) return state[i];
      if (argument === P) return graph.element(p, i);
      if (argument === U) return graph.element(u, i);
      throw new RangeError('A Rosenbrock step reads time, states, parameters and inputs only.');
    });
    const inverse = graph.div(graph.constant(1), h);
    const zero = graph.constant(0);
    // As simulations have it: with what infusions bring, and at zero what is declared positive does not fall.
    const rate = (i: number, id: number): number => {
      const all = graph.add(value(id), graph.element(brought, i));
      if (!model.states[i].positive) return all;
      return graph.select(graph.and(graph.le(state[i], zero), graph.lt(all, zero)), zero, all);
    };
    const right = rates.results[0].values.map((id, i) => {
      const slope = s === 0 ? k(0, i) : rate(i, id);
      const past = C[s].map((weight, j) => graph.mul(graph.constant(weight), k(j, i)));
      const moved =
        past.length === 0
          ? slope
          : graph.add(
              slope,
              graph.mul(
                inverse,
                past.reduce((a, b) => graph.add(a, b)),
              ),
            );
      if (autonomous || TIME_WEIGHTS[s] === 0) return moved;
      return graph.add(moved, graph.mul(graph.mul(h, graph.constant(TIME_WEIGHTS[s])), graph.element(drift, i)));
    });
    const solution = solveNodes(graph, plan, (at) => graph.element(lu, at), right);
    return solution.map((result, index) => ({ kind: 'element', array: first + s, index, value: result }));
  });
}
