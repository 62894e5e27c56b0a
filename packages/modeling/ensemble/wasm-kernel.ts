import { TYPE, WasmModule } from '@gemel/numerics/wasm/module';
import type { Graph } from '../codegen/graph.ts';
import { LANES, type LaneKind } from '../codegen/wasm/lanes.data.ts';
import { ElementaryFunctions, FunctionWriter } from '../codegen/wasm/writer.ts';
import { type KernelArray, type KernelPlan, writeKernel } from './kernel.ts';
import type { LanesKernel, WorkAreas } from './lanes-kernel.ts';

const ORDER: readonly KernelArray[] = ['parameters', 'states', 'inputs', 'outputs', 'clock'];
const PAGE = 65536;

/** A kernel in WebAssembly. Throws WebAssembly.CompileError where the engine has no such lanes. */
export function wasmKernel(plan: KernelPlan, parameters: number, kind: LaneKind): LanesKernel {
  const lanes = LANES[kind];
  const { bytes, end } = wasmKernelModule(plan, kind);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const memory = instance.exports.memory as WebAssembly.Memory;
  const run = instance.exports.run as (...given: readonly number[]) => void;
  let addresses: readonly number[] = [];
  let areas: WorkAreas | undefined;
  return {
    lanes: lanes.count,
    allocate(intervals, records) {
      const entries = [parameters, plan.states, intervals * plan.inputs, records * plan.outputs, 1];
      const same = (name: KernelArray, i: number) => areas![name].length === entries[i] * lanes.count;
      if (areas !== undefined && ORDER.every(same)) return areas;
      // Recorded inputs are read from before the pointer.
      let at = end + plan.inputs * lanes.size;
      addresses = entries.map((count) => {
        const address = at;
        at += Math.ceil((count * lanes.size) / 64) * 64;
        return address;
      });
      const missing = Math.ceil(at / PAGE) - memory.buffer.byteLength / PAGE;
      if (missing > 0) memory.grow(missing);
      const Numbers = lanes.precision === 'double' ? Float64Array : Float32Array;
      const views = ORDER.map((name, i) => [name, new Numbers(memory.buffer, addresses[i], entries[i] * lanes.count)]);
      areas = Object.fromEntries(views) as unknown as WorkAreas;
      return areas;
    },
    run(records, every, from = 0) {
      const inputs = addresses[2] + (from - 1) * plan.inputs * lanes.size;
      run(addresses[0], addresses[1], inputs, addresses[3], addresses[4], records, every);
    },
  };
}

/** The module's bytes, and the first free address of its memory. */
export function wasmKernelModule(plan: KernelPlan, kind: LaneKind) {
  const lanes = LANES[kind];
  const module = new WasmModule();
  const functions = new ElementaryFunctions(module, kind);
  const index = module.declare();
  module.export('run', index);
  const given = [...ORDER, 'records', 'every'].map(() => TYPE.i32);
  const writer = new FunctionWriter(module, kind, functions, given);
  const { code } = writer;
  const place = (name: string) => [...ORDER, 'records', 'every'].indexOf(name);
  writeKernel(
    {
      precision: lanes.precision,
      variable: () => writer.variable(),
      array: (name) => writer.array({ local: place(name), offset: name === 'inputs' ? plan.inputs * lanes.size : 0 }),
      block: (graph: Graph, sinks) => writer.block(graph, sinks),
      lanes: lanes.count,
      repeat(times, body) {
        const counter = writer.local(TYPE.i32);
        code.raw(0x20).unsigned(place(times)).raw(0x21).unsigned(counter).raw(0x03, 0x40);
        body();
        code.raw(0x20).unsigned(counter).raw(0x41, 1, 0x6b, 0x22).unsigned(counter).raw(0x0d, 0, 0x0b);
      },
      repeatWhileAll(positive, body) {
        code.raw(0x03, 0x40);
        body();
        writer.positive(positive, 'all');
        code.raw(0x0d, 0, 0x0b);
      },
      repeatWhileSome(positive, body) {
        writer.positive(positive, 'some');
        code.raw(0x04, 0x40, 0x03, 0x40);
        body();
        writer.positive(positive, 'some');
        code.raw(0x0d, 0, 0x0b, 0x0b);
      },
      advance(name, entries) {
        const local = place(name);
        code
          .raw(0x20)
          .unsigned(local)
          .raw(0x41)
          .signed(entries * lanes.size)
          .raw(0x6a, 0x21)
          .unsigned(local);
      },
    },
    plan,
  );
  module.define(index, { parameters: given, results: [] }, writer.locals, code);
  return { bytes: module.encode(module.end), end: module.end };
}
