import { Bytes } from './bytes.ts';

/** WebAssembly's value types, as bytes (core specification 5.3). */
export const TYPE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

export interface FunctionType {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

interface Defined {
  readonly type: number;
  readonly locals: readonly number[];
  readonly code: Bytes;
}

const PAGE = 65536;

/** A WebAssembly module with one memory: functions, their exports and the memory's first contents. */
export class WasmModule {
  readonly #types: FunctionType[] = [];
  readonly #functions: (Defined | undefined)[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];
  readonly #data = new Bytes();
  readonly #tables = new Map<string, number>();

  /** Index of a function defined later, or never asked for. */
  declare(): number {
    return this.#functions.push(undefined) - 1;
  }

  define(index: number, type: FunctionType, locals: readonly number[], code: Bytes): void {
    const key = JSON.stringify(type);
    let place = this.#types.findIndex((other) => JSON.stringify(other) === key);
    if (place === -1) place = this.#types.push(type) - 1;
    this.#functions[index] = { type: place, locals, code };
  }

  export(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  /** Address of constant doubles in memory; the same for the same numbers. Aligned to 16 bytes. */
  table(values: readonly number[]): number {
    const key = values.map((value) => (Object.is(value, -0) ? '-0' : value)).join();
    let address = this.#tables.get(key);
    if (address === undefined) {
      while (this.#data.length % 16 !== 0) this.#data.raw(0);
      address = this.#data.length;
      for (const value of values) this.#data.float64(value);
      this.#tables.set(key, address);
    }
    return address;
  }

  /** First address after the constants, aligned to 64 bytes: where work areas may begin. */
  get end(): number {
    return Math.ceil(this.#data.length / 64) * 64;
  }

  /** The module; its memory, exported as `memory`, holds `bytes` bytes. */
  encode(bytes: number): Uint8Array<ArrayBuffer> {
    const out = new Bytes().raw(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const section = (id: number, count: number, body: Bytes) =>
      count > 0 && out.raw(id).sized(new Bytes().unsigned(count).append(body));
    const functions = this.#functions.map((made) => made!);
    const types = new Bytes();
    for (const { parameters, results } of this.#types) {
      types
        .raw(0x60)
        .unsigned(parameters.length)
        .raw(...parameters)
        .unsigned(results.length)
        .raw(...results);
    }
    section(1, this.#types.length, types);
    const declared = new Bytes();
    for (const { type } of functions) declared.unsigned(type);
    section(3, functions.length, declared);
    section(5, 1, new Bytes().raw(0).unsigned(Math.max(1, Math.ceil(bytes / PAGE))));
    const exported = new Bytes().name('memory').raw(2, 0);
    for (const { name, index } of this.#exports) exported.name(name).raw(0).unsigned(index);
    section(7, this.#exports.length + 1, exported);
    const bodies = new Bytes();
    for (const { locals, code } of functions) {
      const body = new Bytes();
      const runs: [count: number, type: number][] = [];
      for (const type of locals) {
        const last = runs.at(-1);
        if (last?.[1] === type) last[0]++;
        else runs.push([1, type]);
      }
      body.unsigned(runs.length);
      for (const [count, type] of runs) body.unsigned(count).raw(type);
      bodies.sized(body.append(code).raw(0x0b));
    }
    section(10, functions.length, bodies);
    section(11, this.#data.length > 0 ? 1 : 0, new Bytes().raw(0, 0x41, 0, 0x0b).sized(this.#data));
    return out.done();
  }
}
