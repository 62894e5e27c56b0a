import { TYPE, WasmModule } from '@gemel/numerics/wasm/module';
import type { Program } from '../../program/program.ts';
import { Graph } from '../graph.ts';
import { programValues } from '../program-values.ts';
import { LANES, type LaneKind } from './lanes.data.ts';
import { ElementaryFunctions, FunctionWriter } from './writer.ts';

/** A program in WebAssembly, for as many members side by side as there are lanes. */
export interface WasmProgram {
  readonly lanes: number;
  /** Memory that arguments, then results lie in: entry by entry, lanes of an entry side by side. */
  readonly memory: WebAssembly.Memory;
  /** Address of each argument and result. */
  readonly arguments: readonly number[];
  readonly results: readonly number[];
  run(): void;
}

/** Compiles a program for lanes of one kind. Throws WebAssembly.CompileError where the engine has no such lanes. */
export function wasmProgram(program: Program, kind: LaneKind): WasmProgram {
  const lanes = LANES[kind];
  const module = new WasmModule();
  const functions = new ElementaryFunctions(module, kind);
  const index = module.declare();
  module.export('run', index);
  const writer = new FunctionWriter(module, kind, functions, [TYPE.i32]);
  const addresses: number[] = [];
  let length = 0;
  const areas = [...program.arguments.map((a) => a.length), ...program.results.map((r) => r.values.length)];
  for (const entries of areas) {
    addresses.push(length);
    writer.array({ local: 0, offset: length });
    length += entries * lanes.size;
  }
  const graph = new Graph(lanes.precision);
  const value = programValues(graph, program, (argument, entry) => graph.element(argument, entry));
  const sinks = program.results.flatMap((result, r) =>
    result.values.map((id, entry) => ({
      kind: 'element' as const,
      array: program.arguments.length + r,
      index: entry,
      value: value(id),
    })),
  );
  writer.block(graph, sinks);
  module.define(index, { parameters: [TYPE.i32], results: [] }, writer.locals, writer.code);
  const base = module.end;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode(base + length)));
  const run = instance.exports.run as (base: number) => void;
  const count = program.arguments.length;
  return {
    lanes: lanes.count,
    memory: instance.exports.memory as WebAssembly.Memory,
    arguments: addresses.slice(0, count).map((address) => base + address),
    results: addresses.slice(count).map((address) => base + address),
    run: () => run(base),
  };
}
