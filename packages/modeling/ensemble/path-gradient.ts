import { type CompiledProgram, javascriptFunction } from '../codegen/javascript.ts';
import { symbolsOf } from '../expression/fold.ts';
import type { Model } from '../model/model.ts';
import { adjoints } from '../program/adjoints.ts';
import { lowerModel, type ModelValues, P, T, Y } from '../program/lower-model.ts';
import { ARGUMENTS } from '../program/model-programs.ts';
import type { Instruction, Program } from '../program/program.ts';
import { ValueGraph } from '../program/value-graph.ts';
import { ensemble } from './ensemble.ts';
import { ensembleErrors } from './errors.data.ts';
import type { EnsembleRequest } from './members.ts';
import { type EnsembleDesign, type EnsemblePlan, placeOf, planEnsemble } from './plan.ts';

/** One member's path by classical RK4 in fixed steps, as a function of some parameters. */
export interface PathGradient {
  /** Outputs at the end of every interval: intervals × outputs, valid until the next run. `by`: values of the parameters. */
  run(by: Float64Array): Float64Array;
  /**
   * For the last run: writes the derivatives of Σ weights · outputs by the parameters into `gradient`. They are those of the
   * steps themselves, not of the solution they approximate. `weights`: intervals × outputs.
   */
  walkBack(weights: Float64Array, gradient: Float64Array): void;
}

/** Arguments of the programs: those of a model, then what follows from parameters alone, and weights of the results. */
const [HELD, WEIGHTS] = [6, 7];

/**
 * Compiles a path with its gradient by parameters, walked back step by step (discrete adjoint) from states kept on the way,
 * so that the gradient by all of them costs a few paths. What is run, and its numbers, are those of an ensemble of the
 * design, which must have a step and a count of substeps that are numbers, and RK4.
 * @throws CodedError `ensemble-unsupported`, and what `ensemble` throws
 */
export function pathGradient(
  model: Model,
  design: EnsembleDesign,
  request: Omit<EnsembleRequest, 'members' | 'every'>,
  by: readonly string[],
): PathGradient {
  const { step, substeps = 1, method = 'rk4' } = design;
  const refused = (what: string) =>
    ensembleErrors.error('ensemble-unsupported', `${model.id}: no gradient of a path with ${what}.`, {
      file: model.id,
    });
  if (typeof step !== 'number' || typeof substeps !== 'number') throw refused('steps that are computed');
  if (method !== 'rk4') throw refused(`the method ${method}`);
  const names = model.parameters.map(({ name }) => name);
  const places = by.map((name) => placeOf(name, names, 'parameter'));
  const follower = model.parameters.find(({ value }) => [...symbolsOf(value)].some((name) => by.includes(name)));
  if (follower !== undefined) throw refused(`the parameter ${follower.name}, which follows from another`);
  for (const name of Object.keys(request.initial ?? {})) throw refused(`a given initial value of ${name}`);
  const members = ensemble(model, { ...design, backend: 'javascript' }).members({ ...request, members: 1 });
  const { intervals, parameters, start } = members;
  const n = model.states.length;
  const width = model.inputs.length;
  const plan = planEnsemble(model, design);
  const programs = pathPrograms(model, plan, step / substeps, places);
  const { begin, hold, update, move, tell } = programs;

  const outputs = plan.outputs;
  const inputs = Array.from({ length: intervals }, (_, i) =>
    Float64Array.from({ length: width }, (_, k) => members.inputs[k].values[i]),
  );
  const none = new Float64Array(0);
  const t = new Float64Array(1);
  const held = new Float64Array(programs.held);
  const vectors = (count: number, length: number) => Array.from({ length: count }, () => new Float64Array(length));
  // States before the update of every interval, then before each of its steps; last those at the end.
  const stride = substeps + 1;
  const path = vectors(intervals * stride + 1, n);
  const values = new Float64Array(intervals * outputs);
  const told = new Float64Array(outputs);
  const wanted = new Float64Array(outputs);
  const [byParameters, part] = vectors(2, by.length);
  const [byHeld, heldPart] = vectors(2, programs.held);
  const [byY, before] = vectors(2, n);
  const add = (to: Float64Array, from: Float64Array) => {
    for (let i = 0; i < to.length; i++) to[i] += from[i];
  };
  const back = (made: CompiledProgram, y: Float64Array, u: Float64Array, weights: Float64Array) => {
    made(t, y, parameters, u, none, none, held, weights, before, part, heldPart);
    add(byParameters, part);
    add(byHeld, heldPart);
  };
  return {
    run(values_) {
      places.forEach((place, i) => {
        parameters[place] = values_[i];
      });
      t[0] = start;
      hold.forward(t, none, parameters, none, none, none, none, none, held);
      begin.forward(t, none, parameters, inputs[0], none, none, none, none, path[0]);
      for (let i = 0; i < intervals; i++) {
        const at = i * stride;
        t[0] = start + i * step;
        update.forward(t, path[at], parameters, inputs[i], none, none, held, none, path[at + 1]);
        for (let s = 0; s < substeps; s++) {
          t[0] = start + i * step + (s * step) / substeps;
          move.forward(t, path[at + 1 + s], parameters, inputs[i], none, none, held, none, path[at + 2 + s]);
        }
        t[0] = start + (i + 1) * step;
        tell.forward(t, path[at + stride], parameters, inputs[i], none, none, held, none, told);
        values.set(told, i * outputs);
      }
      return values;
    },
    walkBack(weights, gradient) {
      byParameters.fill(0);
      byHeld.fill(0);
      byY.fill(0);
      for (let i = intervals - 1; i >= 0; i--) {
        const at = i * stride;
        for (let o = 0; o < outputs; o++) wanted[o] = weights[i * outputs + o];
        t[0] = start + (i + 1) * step;
        back(tell.back, path[at + stride], inputs[i], wanted);
        add(byY, before);
        for (let s = substeps - 1; s >= 0; s--) {
          t[0] = start + i * step + (s * step) / substeps;
          back(move.back, path[at + 1 + s], inputs[i], byY);
          byY.set(before);
        }
        t[0] = start + i * step;
        back(update.back, path[at], inputs[i], byY);
        byY.set(before);
      }
      t[0] = start;
      back(begin.back, none, inputs[0], byY);
      back(hold.back, none, none, byHeld);
      gradient.set(byParameters);
    },
  };
}

/** A program and its walk back: results are weights of its states, of the parameters, and of what was held. */
interface TwoWays {
  readonly forward: CompiledProgram;
  readonly back: CompiledProgram;
}

/** States that depend on the parameters at some time, and places among the held values of those that do. */
function dependent(first: ModelValues, plan: EnsemblePlan, places: readonly number[], fixed: readonly number[]) {
  const { instructions, results } = plan.program;
  const [rates, updates] = results.map(({ values }) => values);
  const depends = (made: readonly Instruction[], states: ReadonlySet<number>) => {
    const found: boolean[] = [];
    for (const instruction of made) {
      if (instruction.kind === 'constant') found.push(false);
      else if (instruction.kind === 'operation') found.push(instruction.operands.some((operand) => found[operand]));
      else if (instruction.argument === P) found.push(places.includes(instruction.index));
      else found.push(instruction.argument === Y && states.has(instruction.index));
    }
    return found;
  };
  const atStart = depends(first.graph.instructions, new Set());
  const states = new Set(first.initial.flatMap((id, state) => (atStart[id] ? [state] : [])));
  for (let before = -1; before < states.size; ) {
    before = states.size;
    const found = depends(instructions, states);
    const changes = [...rates.entries(), ...plan.updated.map((state, i) => [state, updates[i]] as const)];
    for (const [state, id] of changes) if (found[id]) states.add(state);
  }
  const found = depends(instructions, states);
  return { states: [...states], held: fixed.flatMap((id, slot) => (found[id] ? [slot] : [])) };
}

function pathPrograms(model: Model, plan: EnsemblePlan, h: number, places: readonly number[]) {
  const n = model.states.length;
  const { program } = plan;
  const [rates, updates, outputs] = program.results.map(({ values }) => values);
  const fixed = heldValues(program, [...rates, ...updates, ...outputs]);
  const slots = new Map(fixed.map((id, slot) => [id, slot]));
  const lengths = [1, n, model.parameters.length, model.inputs.length, 0, 0, fixed.length];
  const args = [...ARGUMENTS, 'held'].map((name, i) => ({ name, length: lengths[i] }));

  const first = lowerModel(model);
  const touched = dependent(first, plan, places, fixed);
  const twoWays = (graph: ValueGraph, results: readonly number[]): TwoWays => {
    const zero = graph.constant(0);
    const sum = results
      .map((id, i) => graph.operation('mul', graph.read(WEIGHTS, i), id))
      .reduce((a, b) => graph.operation('add', a, b), zero);
    const reads = (argument: number, indices: readonly number[]) => indices.map((i) => graph.read(argument, i));
    const wanted = [reads(Y, touched.states), reads(P, places), reads(HELD, touched.held)];
    const found = new Map(adjoints(graph, sum, wanted.flat()).map((id, i) => [wanted.flat()[i], id ?? zero]));
    const all = [...args, { name: 'weights', length: results.length }];
    const of = (argument: number, count: number) =>
      Array.from({ length: count }, (_, i) => found.get(graph.read(argument, i)) ?? zero);
    const back = [
      { name: 'states', values: of(Y, n) },
      { name: 'parameters', values: places.map((place) => found.get(graph.read(P, place))!) },
      { name: 'held', values: of(HELD, fixed.length) },
    ];
    return {
      forward: javascriptFunction(graph.program(all, [{ name: 'values', values: results }])),
      back: javascriptFunction(graph.program(all, back)),
    };
  };
  /** The program's values in a graph of their own, given time and states. */
  const replayed = (graph: ValueGraph, t: number, y: readonly number[], wanted: readonly number[]) =>
    replay(graph, program, wanted, (id, instruction) => {
      const slot = slots.get(id);
      if (slot !== undefined) return graph.read(HELD, slot);
      if (instruction.kind !== 'read') return undefined;
      return instruction.argument === T ? t : instruction.argument === Y ? y[instruction.index] : undefined;
    });
  const states = (graph: ValueGraph) => Array.from({ length: n }, (_, i) => graph.read(Y, i));

  const holding = new ValueGraph();
  const updating = new ValueGraph();
  const updated = states(updating);
  const made = replayed(updating, updating.read(T, 0), updated, updates);
  plan.updated.forEach((state, i) => {
    updated[state] = made[i];
  });
  const telling = new ValueGraph();
  return {
    held: fixed.length,
    begin: twoWays(first.graph, first.initial),
    hold: twoWays(
      holding,
      replay(holding, program, fixed, () => undefined),
    ),
    update: twoWays(updating, updated),
    move: twoWays(...rungeKutta((graph, t, y) => replayed(graph, t, y, rates), n, h, new Set(plan.positive))),
    tell: twoWays(telling, replayed(telling, telling.read(T, 0), states(telling), outputs)),
  };
}

/** A step of classical RK4 in a graph. */
function rungeKutta(
  rates: (graph: ValueGraph, t: number, y: readonly number[]) => readonly number[],
  n: number,
  h: number,
  positive: ReadonlySet<number>,
): [ValueGraph, readonly number[]] {
  const graph = new ValueGraph();
  const of = graph.operation.bind(graph);
  const y = Array.from({ length: n }, (_, i) => graph.read(Y, i));
  const t = graph.read(T, 0);
  const zero = graph.constant(0);
  const moves = (k: number) => graph.constantOf(k) !== 0;
  const along = (k: readonly number[], share: number) =>
    y.map((value, i) => (moves(k[i]) ? of('add', value, of('mul', graph.constant(share * h), k[i])) : value));
  const at = (share: number) => of('add', t, graph.constant(share * h));
  const k1 = rates(graph, t, y);
  const k2 = rates(graph, at(0.5), along(k1, 0.5));
  const k3 = rates(graph, at(0.5), along(k2, 0.5));
  const k4 = rates(graph, at(1), along(k3, 1));
  const next = y.map((value, i) => {
    if (![k1, k2, k3, k4].some((k) => moves(k[i]))) return value;
    const middle = of('mul', graph.constant(2), of('add', k2[i], k3[i]));
    const sum = of('add', of('add', k1[i], k4[i]), middle);
    const moved = of('add', value, of('mul', graph.constant(h / 6), sum));
    return positive.has(i) ? of('select', of('lt', moved, zero), zero, moved) : moved;
  });
  return [graph, next];
}

/** Values of a program in a graph; `given` may name what a value is there. */
function replay(
  graph: ValueGraph,
  { instructions }: Program,
  wanted: readonly number[],
  given: (id: number, instruction: Instruction) => number | undefined,
): readonly number[] {
  const needed = new Uint8Array(instructions.length);
  for (const id of wanted) needed[id] = 1;
  const made: (number | undefined)[] = [];
  for (let id = instructions.length - 1; id >= 0; id--) {
    const instruction = instructions[id];
    if (needed[id] === 0) continue;
    made[id] = given(id, instruction);
    if (made[id] === undefined && instruction.kind === 'operation')
      for (const of of instruction.operands) needed[of] = 1;
  }
  instructions.forEach((instruction, id) => {
    if (needed[id] === 0 || made[id] !== undefined) return;
    if (instruction.kind === 'constant') made[id] = graph.constant(instruction.value);
    else if (instruction.kind === 'read') made[id] = graph.read(instruction.argument, instruction.index);
    else made[id] = graph.operation(instruction.operator, ...instruction.operands.map((operand) => made[operand]!));
  });
  return wanted.map((id) => made[id]!);
}

/** Operations that depend on parameters alone and are used by what does not. */
function heldValues({ instructions }: Program, results: readonly number[]): readonly number[] {
  const alone = instructions.map(({ kind }) => kind === 'constant');
  instructions.forEach((instruction, id) => {
    if (instruction.kind === 'read') alone[id] = instruction.argument === P;
    if (instruction.kind === 'operation') alone[id] = instruction.operands.every((operand) => alone[operand]);
  });
  const users = instructions.flatMap((instruction, id) =>
    instruction.kind === 'operation' && !alone[id] ? instruction.operands : [],
  );
  return [...new Set([...users, ...results])].filter((id) => alone[id] && instructions[id].kind === 'operation');
}
