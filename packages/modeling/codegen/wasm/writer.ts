import type { Kernel } from '@gemel/numerics/elementary/arithmetic';
import { kernels, OF_TWO } from '@gemel/numerics/elementary/kernels';
import { Bytes } from '@gemel/numerics/wasm/bytes';
import { TYPE, type WasmModule } from '@gemel/numerics/wasm/module';
import { Graph, type GraphOperator, type Sink } from '../graph.ts';
import { ahead, type Schedule, schedule } from '../schedule.ts';
import { LANES, type LaneKind, type Lanes, SIMD } from './lanes.data.ts';

/** 2^52 and 2^52 + 1023: adding them puts a small whole number into a double's last places. */
const MAGIC = 2 ** 52;
const BIAS = 1023;

/** An array in memory: entries of the lanes' size from the address in an i32 local on. */
export interface MemoryArray {
  readonly local: number;
  /** Added to the address. */
  readonly offset: number;
}

/** Elementary functions of a module, each written when first called. */
export class ElementaryFunctions {
  readonly #module: WasmModule;
  readonly #lanes: Lanes;
  readonly #known = new Map<string, number>();

  constructor(module: WasmModule, kind: LaneKind) {
    this.#module = module;
    this.#lanes = LANES[kind];
  }

  index(name: string): number {
    let index = this.#known.get(name);
    if (index === undefined) {
      index = this.#module.declare();
      this.#known.set(name, index);
      const kernel = kernels[name as keyof typeof kernels] as Kernel;
      const { type, kind, precision } = this.#lanes;
      const count = OF_TWO.includes(name) ? 2 : 1;
      const writer = new FunctionWriter(this.#module, kind, this, Array(count).fill(type));
      const graph = new Graph(precision);
      const operands = Array.from({ length: count }, (_, i) => graph.variable(i));
      writer.push(graph, kernel(graph, ...operands));
      this.#module.define(index, { parameters: Array(count).fill(type), results: [type] }, writer.locals, writer.code);
    }
    return index;
  }
}

/** Code of one function. Variables of graphs are its locals. */
export class FunctionWriter {
  readonly code = new Bytes();
  readonly lanes: Lanes;
  readonly #parameters: number;
  readonly #locals: number[] = [];
  readonly #arrays: MemoryArray[] = [];
  readonly #module: WasmModule;
  readonly #functions: ElementaryFunctions;
  readonly #free: number[] = [];

  constructor(module: WasmModule, kind: LaneKind, functions: ElementaryFunctions, parameters: readonly number[]) {
    this.lanes = LANES[kind];
    this.#module = module;
    this.#functions = functions;
    this.#parameters = parameters.length;
  }

  get locals(): readonly number[] {
    return this.#locals;
  }

  local(type: number): number {
    return this.#parameters + this.#locals.push(type) - 1;
  }

  /** A variable of the lanes' kind. */
  variable(): number {
    return this.local(this.lanes.type);
  }

  /** Number by which graphs name the array. */
  array(array: MemoryArray): number {
    return this.#arrays.push(array) - 1;
  }

  /** Works out a block and puts its values where they belong, all at its end. */
  block(graph: Graph, sinks: readonly Sink[]): void {
    const block = new Block(this, graph, schedule(graph, sinks));
    const stores = sinks.filter((sink) => sink.kind === 'element');
    const sets = sinks.filter((sink) => sink.kind === 'variable');
    for (const { array, index, value } of stores) {
      block.ahead(value);
      this.address(array);
      block.value(value);
      this.access(this.lanes.store, array, index);
    }
    for (const { value } of sets) {
      block.ahead(value);
      block.value(value);
    }
    for (const { variable } of sets.toReversed()) this.code.raw(0x21).unsigned(variable);
    this.#free.push(...block.taken);
  }

  /** Leaves one value on the stack. */
  push(graph: Graph, value: number): void {
    const block = new Block(this, graph, schedule(graph, [{ kind: 'variable', variable: -1, value }]));
    block.ahead(value);
    block.value(value);
    this.#free.push(...block.taken);
  }

  address(array: number): void {
    this.code.raw(0x20).unsigned(this.#arrays[array].local);
  }

  access(instruction: readonly number[], array: number, index: number): void {
    this.code.raw(...instruction).unsigned(this.#arrays[array].offset + index * this.lanes.size);
  }

  table(values: readonly number[]): number {
    return this.#module.table(values);
  }

  functionIndex(name: string): number {
    return this.#functions.index(name);
  }

  /** Leaves whether a variable is above zero in some lane, or in all. */
  positive(variable: number, lanes: 'some' | 'all'): void {
    const graph = new Graph(this.lanes.precision);
    this.push(graph, graph.lt(graph.constant(0), graph.variable(variable)));
    const { kind } = this.lanes;
    if (kind === 'f64') return;
    const { allTrue } = kind === 'f64x2' ? SIMD.i64x2 : SIMD.i32x4;
    this.code.raw(...(lanes === 'some' ? SIMD.anyTrue : allTrue));
  }

  /** A local for a value of a block, taken again by later blocks. */
  temporary(type: number): number {
    const place = this.#free.findIndex((local) => this.#locals[local - this.#parameters] === type);
    return place === -1 ? this.local(type) : this.#free.splice(place, 1)[0];
  }
}

class Block {
  /** Locals used for values. */
  readonly taken: number[] = [];
  readonly #writer: FunctionWriter;
  readonly #graph: Graph;
  readonly #schedule: Schedule;
  readonly #code: Bytes;
  readonly #lanes: Lanes;
  readonly #held = new Map<number, number>();

  constructor(writer: FunctionWriter, graph: Graph, made: Schedule) {
    this.#writer = writer;
    this.#graph = graph;
    this.#schedule = made;
    this.#code = writer.code;
    this.#lanes = writer.lanes;
  }

  /** Works out what a value of the region needs more than once. */
  ahead(root: number): void {
    for (const node of ahead(this.#graph, this.#schedule, root, (other) => this.#held.has(other))) {
      this.#write(node);
      const type = this.#graph.isCondition(node) && this.#lanes.kind === 'f64' ? TYPE.i32 : this.#lanes.type;
      const local = this.#writer.temporary(type);
      this.taken.push(local);
      this.#code.raw(0x21).unsigned(local);
      this.#held.set(node, local);
    }
  }

  /** Leaves a value on the stack. */
  value(node: number): void {
    const local = this.#held.get(node);
    if (local !== undefined) this.#code.raw(0x20).unsigned(local);
    else this.#write(node);
  }

  #write(node: number): void {
    const made = this.#graph.nodes[node];
    switch (made.kind) {
      case 'constant':
        this.#constant(made.value);
        return;
      case 'variable':
        this.#code.raw(0x20).unsigned(made.variable);
        return;
      case 'element':
        this.#writer.address(made.array);
        this.#writer.access(this.#lanes.load, made.array, made.index);
        return;
      case 'call':
        for (const operand of made.operands) this.value(operand);
        this.#code.raw(0x10).unsigned(this.#writer.functionIndex(made.name));
        return;
      case 'truth':
        this.#truth(made.operands[0]);
        return;
      case 'lookup':
        this.#lookup(made.table, made.operands[0]);
        return;
      case 'operation':
        this.#operation(node, made.operator, made.operands);
        return;
    }
  }

  #operation(node: number, operator: GraphOperator, operands: readonly number[]): void {
    if (operator === 'select') this.#select(node, operands);
    else if (operator === 'powerOfTwo') this.#powerOfTwo(operands[0]);
    else if (operator === 'exponent') this.#exponent(operands[0]);
    else if (operator === 'significand') this.#significand(operands[0]);
    else {
      for (const operand of operands) this.value(operand);
      this.#code.raw(...this.#lanes.single[operator]!);
    }
  }

  #select(node: number, [condition, a, b]: readonly number[]): void {
    const [first, second] = this.#schedule.branches(node);
    const { kind, type } = this.#lanes;
    if (kind === 'f64') {
      if (first === undefined && second === undefined) {
        for (const operand of [a, b, condition]) this.value(operand);
        this.#code.raw(0x1b);
        return;
      }
      this.value(condition);
      this.#code.raw(0x04, type);
      this.#choice(first, a);
      this.#code.raw(0x05);
      this.#choice(second, b);
      this.#code.raw(0x0b);
      return;
    }
    if (this.#bound(condition, a, b)) return;
    if (first === undefined && second === undefined) {
      for (const operand of [a, b, condition]) this.value(operand);
      this.#code.raw(...SIMD.bitselect);
      return;
    }
    this.value(condition);
    const mask = this.#writer.temporary(type);
    this.taken.push(mask);
    this.#code.raw(0x21).unsigned(mask);
    this.#guarded(first, a, () =>
      this.#code
        .raw(0x20)
        .unsigned(mask)
        .raw(...SIMD.anyTrue),
    );
    const { allTrue } = kind === 'f64x2' ? SIMD.i64x2 : SIMD.i32x4;
    this.#guarded(second, b, () =>
      this.#code
        .raw(0x20)
        .unsigned(mask)
        .raw(...allTrue, 0x45),
    );
    this.#code
      .raw(0x20)
      .unsigned(mask)
      .raw(...SIMD.bitselect);
  }

  /** A choice that has a region of its own is worked out only where some lane takes it. */
  #guarded(region: number | undefined, value: number, needed: () => void): void {
    if (region === undefined) {
      this.value(value);
      return;
    }
    needed();
    this.#code.raw(0x04, this.#lanes.type);
    this.#choice(region, value);
    this.#code.raw(0x05);
    this.#constant(0);
    this.#code.raw(0x0b);
  }

  #choice(region: number | undefined, value: number): void {
    if (region !== undefined) this.ahead(value);
    this.value(value);
  }

  /** select(b < a, b, a) and select(a < b, b, a) are one instruction each. */
  #bound(condition: number, a: number, b: number): boolean {
    const made = this.#graph.nodes[condition];
    if (made.kind !== 'operation' || made.operator !== 'lt' || this.#held.has(condition)) return false;
    const [low, high] = made.operands;
    const { pmin, pmax } = this.#lanes.kind === 'f64x2' ? SIMD.f64x2 : SIMD.f32x4;
    if (low === a && high === b) this.#pair(b, a, pmin);
    else if (low === b && high === a) this.#pair(b, a, pmax);
    else return false;
    return true;
  }

  #pair(a: number, b: number, instruction: readonly number[]): void {
    this.value(a);
    this.value(b);
    this.#code.raw(...instruction);
  }

  #constant(value: number): void {
    if (this.#lanes.kind === 'f64') {
      this.#code.raw(0x44).float64(value);
      return;
    }
    const double = this.#lanes.kind === 'f64x2';
    this.#fromMemory(double ? value : new Float64Array(Float32Array.of(value, value).buffer)[0]);
  }

  /** The same 64 (or 32) bits in every lane. */
  #pattern(bits: bigint): void {
    const { kind } = this.#lanes;
    if (kind === 'f64') {
      this.#code.raw(0x42).signedLong(bits);
      return;
    }
    const word = kind === 'f64x2' ? bits : bits | (bits << 32n);
    const number = new Float64Array(BigUint64Array.of(word).buffer)[0];
    this.#fromMemory(number);
  }

  /** The same 64 bits twice. Loaded: engines take several instructions to make a vector of a literal. */
  #fromMemory(word: number): void {
    this.#code.raw(0x41, 0, ...this.#lanes.load).unsigned(this.#writer.table([word, word]));
  }

  #truth(condition: number): void {
    this.value(condition);
    if (this.#lanes.kind === 'f64') this.#code.raw(0xb8);
    else {
      this.#constant(1);
      this.#code.raw(...SIMD.and);
    }
  }

  #powerOfTwo(k: number): void {
    const { kind, single } = this.#lanes;
    this.value(k);
    if (kind === 'f32x4') {
      // 1.5 · 2^23 puts a whole number, negative too, into the last places.
      this.#constant(1.5 * 2 ** 23 + 127);
      this.#code.raw(...single.add!, 0x41, 23, ...SIMD.i32x4.shl);
      return;
    }
    this.#constant(MAGIC + BIAS);
    this.#code.raw(...single.add!);
    if (kind === 'f64') this.#code.raw(0xbd, 0x42, 52, 0x86, 0xbf);
    else this.#code.raw(0x41, 52, ...SIMD.i64x2.shl);
  }

  #exponent(x: number): void {
    const { kind, single } = this.#lanes;
    this.value(x);
    if (kind === 'f64') {
      this.#code.raw(0xbd, 0x42, 52, 0x88, 0xb9);
      this.#constant(BIAS);
      this.#code.raw(...single.sub!);
      return;
    }
    const double = kind === 'f64x2';
    if (double) this.#code.raw(0x41, 52, ...SIMD.i64x2.shiftRight);
    else this.#code.raw(0x41, 23, ...SIMD.i32x4.shiftRight);
    this.#pattern(double ? 0x4330000000000000n : 0x4b000000n);
    this.#code.raw(...SIMD.or);
    this.#constant(double ? MAGIC + BIAS : 2 ** 23 + 127);
    this.#code.raw(...single.sub!);
  }

  #significand(x: number): void {
    const { kind } = this.#lanes;
    const [mask, one] = kind === 'f32x4' ? [0x7fffffn, 0x3f800000n] : [0xfffffffffffffn, 0x3ff0000000000000n];
    this.value(x);
    if (kind === 'f64') this.#code.raw(0xbd);
    this.#pattern(mask);
    this.#code.raw(...(kind === 'f64' ? [0x83] : SIMD.and));
    this.#pattern(one);
    this.#code.raw(...(kind === 'f64' ? [0x84, 0xbf] : SIMD.or));
  }

  #lookup(table: readonly number[], i: number): void {
    const address = this.#writer.table(table);
    const { kind, type, count } = this.#lanes;
    this.value(i);
    const load = () => this.#code.raw(0x41, 3, 0x74, 0x2b, 3).unsigned(address);
    if (kind === 'f64') {
      this.#code.raw(0xfc, 2);
      load();
      return;
    }
    const index = this.#writer.temporary(type);
    this.taken.push(index);
    this.#code.raw(0x21).unsigned(index);
    this.#constant(0);
    const { extract, replace } = kind === 'f64x2' ? SIMD.f64x2 : SIMD.f32x4;
    for (let lane = 0; lane < count; lane++) {
      this.#code
        .raw(0x20)
        .unsigned(index)
        .raw(...extract, lane, 0xfc, kind === 'f64x2' ? 2 : 0);
      load();
      if (kind === 'f32x4') this.#code.raw(0xb6);
      this.#code.raw(...replace, lane);
    }
  }
}
