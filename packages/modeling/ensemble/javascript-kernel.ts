import { JavascriptWriter, SCOPE } from '../codegen/javascript.ts';
import { type KernelArray, type KernelPlan, writeKernel } from './kernel.ts';
import type { LanesKernel, WorkAreas } from './lanes-kernel.ts';

type Kernel = (...given: readonly (Float64Array | Float32Array | number)[]) => void;

const ORDER: readonly KernelArray[] = ['parameters', 'states', 'inputs', 'outputs', 'clock'];

/** A kernel for one member at a time in this engine's JavaScript. */
export function javascriptKernel(plan: KernelPlan, parameters: number): LanesKernel {
  const make = new Function(...Object.keys(SCOPE), javascriptKernelSource(plan));
  const kernel = make(...Object.values(SCOPE)) as Kernel;
  let areas: WorkAreas | undefined;
  return {
    lanes: 1,
    allocate(intervals, records) {
      areas = {
        parameters: new Float64Array(parameters),
        states: new Float64Array(plan.states),
        inputs: new Float64Array(intervals * plan.inputs),
        outputs: new Float64Array(records * plan.outputs),
        clock: new Float64Array(1),
      };
      return areas;
    },
    run(records, every, from = 0) {
      const { parameters: own, states, inputs, outputs, clock } = areas!;
      kernel(own, states, from === 0 ? inputs : inputs.subarray(from * plan.inputs), outputs, clock, records, every);
    },
  };
}

/** Source whose last statement returns the kernel; its free names are those of SCOPE. */
export function javascriptKernelSource(plan: KernelPlan): string {
  const writer = new JavascriptWriter();
  const names: KernelArray[] = [];
  let loops = 0;
  writeKernel(
    {
      precision: 'double',
      variable: () => writer.variable(),
      array: (name) => {
        names.push(name);
        return writer.array('moving');
      },
      block: (graph, sinks) => writer.block(graph, sinks),
      lanes: 1,
      repeat(times, body) {
        const counter = `i${loops++}`;
        writer.lines.push(`for (let ${counter} = 0; ${counter} < ${times}; ${counter}++) {`);
        body();
        writer.lines.push('}');
      },
      repeatWhileAll(positive, body) {
        writer.lines.push('do {');
        body();
        writer.lines.push(`} while (x${positive} > 0);`);
      },
      repeatWhileSome(positive, body) {
        writer.lines.push(`while (x${positive} > 0) {`);
        body();
        writer.lines.push('}');
      },
      advance: (name, entries) => writer.lines.push(`o${names.indexOf(name)} += ${entries};`),
    },
    plan,
  );
  const given = ORDER.map((name) => `a${names.indexOf(name)}`).join(', ');
  return [
    "'use strict';",
    ...writer.tables.map((table, i) => `const table${i} = ${table};`),
    `return function (${given}, records, every) {`,
    writer.declarations(),
    ...writer.lines,
    '};',
  ].join('\n');
}
