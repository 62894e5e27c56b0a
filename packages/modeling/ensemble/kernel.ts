import type { ExplicitMethod } from '@gemel/numerics/ode/method';
import { Graph, type Sink } from '../codegen/graph.ts';
import { programValues } from '../codegen/program-values.ts';
import type { Program } from '../program/program.ts';

export type KernelArray = 'parameters' | 'states' | 'inputs' | 'outputs' | 'clock';

/** What a kernel is written for: JavaScript, or WebAssembly with members in lanes. */
export interface KernelTarget {
  readonly precision: 'double' | 'single';
  /** A number of each lane that lives through the kernel. */
  variable(): number;
  /** Number by which graphs name an array. */
  array(name: KernelArray): number;
  block(graph: Graph, sinks: readonly Sink[]): void;
  /** Members that one run of the kernel takes. */
  readonly lanes: number;
  /** Repeats as often as an argument says; at least once. */
  repeat(times: 'records' | 'every', body: () => void): void;
  /** Repeats at least once, and on while a variable is above zero in every lane. */
  repeatWhileAll(positive: number, body: () => void): void;
  /** Repeats while a variable is above zero in some lane. */
  repeatWhileSome(positive: number, body: () => void): void;
  /** Moves an array's pointer on by entries. */
  advance(name: KernelArray, entries: number): void;
}

/** Everything a kernel works out. */
export interface KernelPlan {
  readonly states: number;
  readonly inputs: number;
  readonly outputs: number;
  /**
   * Over ARGUMENTS, three results: the rates of all states; the values that the states of `updated` take where an interval
   * begins, last, where `substeps` is computed, the steps in it; the outputs.
   */
  readonly program: Program;
  readonly updated: readonly number[];
  /** States held at or above zero after every step. */
  readonly positive: readonly number[];
  readonly method: ExplicitMethod;
  /** Length of an interval: inputs are held over it; or the place of the parameter that holds it. */
  readonly interval: number | { readonly parameter: number };
  /** Steps an interval is divided into. */
  readonly substeps: number | 'computed';
}

/** How long a value holds: for a member's whole run, for an interval, for one evaluation. */
const [MEMBER, INTERVAL, STAGE] = [1, 2, 3];
const [T, Y, P, U] = [0, 1, 2, 3];

/** Writes the whole run of a block of members: intervals of held inputs, steps and stages, with nothing worked out twice. */
export function writeKernel(target: KernelTarget, plan: KernelPlan): void {
  new KernelWriter(target, plan).run();
}

class KernelWriter {
  readonly #target: KernelTarget;
  readonly #plan: KernelPlan;
  readonly #array: Record<KernelArray, number>;
  readonly #x: readonly number[];
  readonly #k: readonly (readonly number[])[];
  readonly #y: readonly number[];
  /** Intervals begun; time where the interval begins; length of a step and its parts; steps left. */
  readonly #index: number;
  readonly #t: number;
  readonly #h: number;
  readonly #unit: number;
  readonly #left: number;
  /** Variables of values worked out for the whole run, and of those for the interval, by instruction. */
  readonly #forMember = new Map<number, number>();
  readonly #forInterval = new Map<number, number>();
  readonly #rates: readonly number[];
  readonly #updates: readonly number[];
  readonly #outputs: readonly number[];
  readonly #levels: Uint8Array;
  /** States whose rate is not identically zero. */
  readonly #moving: readonly number[];
  readonly #chained: boolean;
  /** Whether steps leave members alone whose steps are done. */
  #masked = false;

  constructor(target: KernelTarget, plan: KernelPlan) {
    this.#target = target;
    this.#plan = plan;
    const names: readonly KernelArray[] = ['parameters', 'states', 'inputs', 'outputs', 'clock'];
    this.#array = Object.fromEntries(names.map((name) => [name, target.array(name)])) as Record<KernelArray, number>;
    const variables = (count: number) => Array.from({ length: count }, () => target.variable());
    [this.#rates, this.#updates, this.#outputs] = plan.program.results.map(({ values }) => values);
    this.#moving = this.#rates.flatMap((value, i) => {
      const made = plan.program.instructions[value];
      return made.kind === 'constant' && made.value === 0 ? [] : [i];
    });
    this.#chained = isChain(plan.method);
    this.#x = variables(plan.states);
    this.#y = variables(plan.states);
    this.#k = Array.from({ length: this.#chained ? 1 : plan.method.c.length }, () => variables(plan.states));
    [this.#index, this.#t, this.#h, this.#unit, this.#left] = variables(5);
    this.#levels = levelsOf(plan.program, new Set(this.#moving), new Set(plan.updated));
  }

  run(): void {
    const { plan, target } = { plan: this.#plan, target: this.#target };
    this.#begin();
    target.repeat('records', () => {
      target.repeat('every', () => {
        this.#interval();
        this.#steps();
        target.advance('inputs', plan.inputs);
      });
      this.#record();
      target.advance('outputs', plan.outputs);
    });
    const graph = this.#graph();
    target.block(
      graph,
      this.#x.map((x, index) => this.#stored('states', index, graph.variable(x))),
    );
  }

  /** The steps of an interval: all lanes together, then those that take more than others. */
  #steps(): void {
    const { substeps } = this.#plan;
    if (substeps !== 'computed') {
      for (let i = 0; i < substeps; i++) this.#step(i);
      return;
    }
    this.#target.repeatWhileAll(this.#left, () => this.#step());
    if (this.#target.lanes === 1) return;
    this.#masked = true;
    this.#target.repeatWhileSome(this.#left, () => this.#step());
    this.#masked = false;
  }

  #graph(): Graph {
    return new Graph(this.#target.precision);
  }

  #stored(name: KernelArray, index: number, value: number): Sink {
    return { kind: 'element', array: this.#array[name], index, value };
  }

  /** States from memory, and what depends on parameters and resting states alone. */
  #begin(): void {
    const graph = this.#graph();
    const states = this.#x.map((_, i) => graph.element(this.#array.states, i));
    const value = programValues(graph, this.#plan.program, (argument, i) =>
      argument === Y ? states[i] : this.#running(graph, argument, i, this.#x),
    );
    const hoisted = this.#hoist(MEMBER, value, this.#forMember, [this.#rates, this.#updates, this.#outputs]);
    const sinks = states.map((state, i) => set(this.#x[i], state));
    this.#target.block(graph, [...sinks, ...hoisted, set(this.#index, graph.constant(0))]);
  }

  /** What holds over an interval: time, updates, steps, and what depends on inputs and states that stand still. */
  #interval(): void {
    const graph = this.#graph();
    const index = graph.variable(this.#index);
    const t = graph.add(graph.element(this.#array.clock, 0), graph.mul(index, this.#held(graph)));
    this.#target.block(graph, [set(this.#t, t), set(this.#index, graph.add(index, graph.constant(1)))]);
    if (this.#updates.length > 0) this.#update();
    const start = this.#graph();
    const value = this.#values(start, this.#x, start.variable(this.#t));
    this.#target.block(start, this.#hoist(INTERVAL, value, this.#forInterval, [this.#rates]));
  }

  #update(): void {
    const { updated, substeps } = this.#plan;
    const graph = this.#graph();
    const values = this.#updates.map(this.#values(graph, this.#x, graph.variable(this.#t), false));
    const sinks = updated.map((state, i) => set(this.#x[state], values[i]));
    if (substeps === 'computed') {
      const count = graph.operation('max', graph.operation('ceil', values[updated.length]), graph.constant(1));
      const h = graph.div(this.#held(graph), count);
      sinks.push(set(this.#left, count), set(this.#h, h), set(this.#unit, this.#unitOf(graph, h)));
    }
    this.#target.block(graph, sinks);
  }

  /** A step times the first stage's weight. */
  #unitOf(graph: Graph, h: number): number {
    const [first] = this.#plan.method.b;
    return first === 1 ? h : graph.div(h, graph.constant(1 / first));
  }

  /** Values of a level that later levels need on the way to `results`, into variables. */
  #hoist(
    level: number,
    value: (id: number) => number,
    into: Map<number, number>,
    results: readonly (readonly number[])[],
  ): readonly Sink[] {
    const { instructions } = this.#plan.program;
    const wanted = new Uint8Array(instructions.length);
    for (const id of results.flat()) wanted[id] = 1;
    const needed = new Set(results.flat().filter((id) => this.#levels[id] === level));
    for (let id = instructions.length - 1; id >= 0; id--) {
      const instruction = instructions[id];
      if (wanted[id] === 0 || instruction.kind !== 'operation' || this.#levels[id] <= level) continue;
      for (const operand of instruction.operands) {
        wanted[operand] = 1;
        if (this.#levels[operand] === level) needed.add(operand);
      }
    }
    return [...needed].map((id) => {
      const variable = this.#target.variable();
      into.set(id, variable);
      return set(variable, value(id));
    });
  }

  /** Values of the program where the states are the given variables. */
  #values(graph: Graph, y: readonly number[], t: number, inInterval = true): (id: number) => number {
    const held = [...this.#forMember, ...(inInterval ? this.#forInterval : [])];
    const given = new Map(held.map(([id, variable]) => [id, graph.variable(variable)]));
    const read = (argument: number, i: number) => (argument === T ? t : this.#running(graph, argument, i, y));
    return programValues(graph, this.#plan.program, read, given);
  }

  #running(graph: Graph, argument: number, i: number, y: readonly number[]): number {
    if (argument === T) return graph.variable(this.#t);
    if (argument === Y) return graph.variable(this.#moving.includes(i) ? y[i] : this.#x[i]);
    if (argument === P) return graph.element(this.#array.parameters, i);
    if (argument === U) return graph.element(this.#array.inputs, i);
    throw new RangeError('A kernel reads time, states, parameters and inputs only.');
  }

  /** One step; `number` in its interval where their count is fixed. */
  #step(number?: number): void {
    if (this.#chained) this.#chain(number);
    else this.#general(number);
  }

  /** Length of an interval. */
  #held(graph: Graph): number {
    const { interval } = this.#plan;
    if (typeof interval === 'number') return graph.constant(interval);
    return graph.element(this.#array.parameters, interval.parameter);
  }

  #length(graph: Graph): { readonly h: number; readonly unit: number } {
    const { substeps, interval, method } = this.#plan;
    if (substeps === 'computed') return { h: graph.variable(this.#h), unit: graph.variable(this.#unit) };
    if (typeof interval !== 'number') {
      const h = graph.div(this.#held(graph), graph.constant(substeps));
      return { h, unit: graph.div(h, graph.constant(1 / method.b[0])) };
    }
    const h = interval / substeps;
    return { h: graph.constant(h), unit: graph.constant(h / (1 / method.b[0])) };
  }

  /** Time of a stage at share c of the step. */
  #time(graph: Graph, c: number, number: number | undefined): number {
    const t = graph.variable(this.#t);
    const { h } = this.#length(graph);
    if (number === undefined) {
      // Steps done are those of the interval without those left.
      const left = graph.mul(graph.variable(this.#left), h);
      return graph.add(graph.sub(graph.add(t, this.#held(graph)), left), graph.mul(graph.constant(c), h));
    }
    return number + c === 0 ? t : graph.add(t, graph.mul(graph.constant(number + c), h));
  }

  /** Methods whose stages need only the one before: the weighted sum of rates is kept instead of all of them. */
  #chain(number: number | undefined): void {
    const { method } = this.#plan;
    const stages = method.c.length;
    for (let s = 0; s < stages; s++) {
      const graph = this.#graph();
      const y = s === 0 ? this.#x : this.#y;
      const value = this.#values(graph, y, this.#time(graph, method.c[s], number));
      const { h, unit } = this.#length(graph);
      const sinks: Sink[] = [];
      for (const i of this.#moving) {
        const rate = value(this.#rates[i]);
        const weight = method.b[s] / method.b[0];
        const weighted = weight === 1 ? rate : graph.mul(graph.constant(weight), rate);
        const total = s === 0 ? weighted : graph.add(graph.variable(this.#k[0][i]), weighted);
        const x = graph.variable(this.#x[i]);
        if (s < stages - 1) {
          const reach = graph.mul(graph.constant(method.a[s + 1][s]), h);
          sinks.push(set(this.#k[0][i], total), set(this.#y[i], graph.add(x, graph.mul(reach, rate))));
        } else sinks.push(this.#next(graph, i, graph.add(x, graph.mul(unit, total))));
      }
      if (s === stages - 1) sinks.push(...this.#counted(graph));
      this.#target.block(graph, sinks);
    }
  }

  #general(number: number | undefined): void {
    const { method } = this.#plan;
    const stages = method.c.length;
    const combine = (graph: Graph, i: number, weights: readonly number[]) => {
      let total: number | undefined;
      weights.forEach((weight, j) => {
        if (weight === 0) return;
        const term = graph.mul(graph.constant(weight), graph.variable(this.#k[j][i]));
        total = total === undefined ? term : graph.add(total, term);
      });
      return graph.add(graph.variable(this.#x[i]), graph.mul(this.#length(graph).h, total!));
    };
    for (let s = 0; s < stages; s++) {
      if (s > 0) {
        const graph = this.#graph();
        this.#target.block(
          graph,
          this.#moving.map((i) => set(this.#y[i], combine(graph, i, method.a[s]))),
        );
      }
      // A last stage that only the next step would use is not needed where steps have one length.
      if (method.b[s] === 0 && method.a.every((row) => (row[s] ?? 0) === 0)) continue;
      const graph = this.#graph();
      const value = this.#values(graph, s === 0 ? this.#x : this.#y, this.#time(graph, method.c[s], number));
      this.#target.block(
        graph,
        this.#moving.map((i) => set(this.#k[s][i], value(this.#rates[i]))),
      );
    }
    const graph = this.#graph();
    this.#target.block(graph, [
      ...this.#moving.map((i) => this.#next(graph, i, combine(graph, i, method.b))),
      ...this.#counted(graph),
    ]);
  }

  /** The state after a step. */
  #next(graph: Graph, i: number, value: number): Sink {
    const zero = graph.constant(0);
    const held = this.#plan.positive.includes(i) ? graph.select(graph.lt(value, zero), zero, value) : value;
    if (!this.#masked) return set(this.#x[i], held);
    const active = graph.lt(zero, graph.variable(this.#left));
    return set(this.#x[i], graph.select(active, held, graph.variable(this.#x[i])));
  }

  #counted(graph: Graph): readonly Sink[] {
    if (this.#plan.substeps !== 'computed') return [];
    return [set(this.#left, graph.sub(graph.variable(this.#left), graph.constant(1)))];
  }

  /** Inputs recorded are those of the interval that ends. */
  #record(): void {
    const graph = this.#graph();
    const index = graph.variable(this.#index);
    const t = graph.add(graph.element(this.#array.clock, 0), graph.mul(index, this.#held(graph)));
    const given = new Map([...this.#forMember].map(([id, variable]) => [id, graph.variable(variable)]));
    const read = (argument: number, i: number) => {
      if (argument === T) return t;
      return argument === U
        ? graph.element(this.#array.inputs, i - this.#plan.inputs)
        : this.#running(graph, argument, i, this.#x);
    };
    const value = programValues(graph, this.#plan.program, read, given);
    this.#target.block(
      graph,
      this.#outputs.map((id, i) => this.#stored('outputs', i, value(id))),
    );
  }
}

function set(variable: number, value: number): Sink {
  return { kind: 'variable', variable, value };
}

/** Whether each stage needs only the rates of the one before. */
function isChain(method: ExplicitMethod): boolean {
  return method.b.every((b) => b !== 0) && method.a.every((row) => row.slice(0, -1).every((weight) => weight === 0));
}

function levelsOf(program: Program, moving: ReadonlySet<number>, updated: ReadonlySet<number>): Uint8Array {
  const levels = new Uint8Array(program.instructions.length);
  program.instructions.forEach((instruction, i) => {
    if (instruction.kind === 'read') {
      const { argument, index } = instruction;
      if (argument === P || (argument === Y && !moving.has(index) && !updated.has(index))) levels[i] = MEMBER;
      else if (argument === U || (argument === Y && !moving.has(index))) levels[i] = INTERVAL;
      else levels[i] = STAGE;
    } else if (instruction.kind === 'operation') {
      for (const operand of instruction.operands) levels[i] = Math.max(levels[i], levels[operand]);
    }
  });
  return levels;
}
