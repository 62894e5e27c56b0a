import { WgslWriter } from '../codegen/wgsl/writer.ts';
import { type KernelArray, type KernelPlan, writeKernel } from './kernel.ts';

/** Members that one workgroup of the shader runs. */
export const WORKGROUP = 64;

const AREAS = ['parameters', 'states', 'inputs', 'outputs'] as const;

/**
 * The kernel as a WGSL module: one invocation a member, entry point `run`. Bindings of group 0: parameters, states (in and
 * out), inputs, outputs, each member-major; then `shape` (members, records, intervals a record, whether inputs are of each
 * member), `clock` (time at the start) and `special` (the bits of NaN and ∞).
 */
export function wgslKernelSource(plan: KernelPlan, parameters: number): string {
  const writer = new WgslWriter();
  let loops = 0;
  writeKernel(
    {
      precision: 'single',
      lanes: 1,
      variable: () => writer.variable(),
      array: (name: KernelArray) => writer.array(name === 'clock' ? 'clock' : name),
      block: (graph, sinks) => writer.block(graph, sinks),
      repeat(times, body) {
        const counter = `i${loops++}`;
        const count = times === 'records' ? 'shape.y' : 'shape.z';
        writer.lines.push(`for (var ${counter} = 0u; ${counter} < ${count}; ${counter}++) {`);
        body();
        writer.lines.push('}');
      },
      repeatWhileAll(positive, body) {
        writer.lines.push('loop {');
        body();
        writer.lines.push(`if (!(x${positive} > 0.0)) { break; }`, '}');
      },
      repeatWhileSome(positive, body) {
        writer.lines.push(`while (x${positive} > 0.0) {`);
        body();
        writer.lines.push('}');
      },
      advance: (name, entries) => writer.lines.push(`o_${name} += ${entries}u;`),
    },
    plan,
  );
  const access = (name: string) => (name === 'states' || name === 'outputs' ? 'read_write' : 'read');
  const bindings = AREAS.map(
    (name, i) => `@group(0) @binding(${i}) var<storage, ${access(name)}> ${name}: array<f32>;`,
  );
  return [
    ...bindings,
    '@group(0) @binding(4) var<uniform> shape: vec4<u32>;',
    '@group(0) @binding(5) var<storage, read> clock: array<f32>;',
    '@group(0) @binding(6) var<uniform> special: vec4<u32>;',
    writer.module(),
    `@compute @workgroup_size(${WORKGROUP})`,
    'fn run(@builtin(global_invocation_id) id: vec3<u32>) {',
    'let member = id.x;',
    'if (member >= shape.x) { return; }',
    // An automatic layout drops bindings that are not used.
    ...[...AREAS, 'clock'].map((name) => `_ = &${name};`),
    '_ = special.x;',
    'let o_clock = 0u;',
    `let o_parameters = member * ${parameters}u;`,
    `let o_states = member * ${plan.states}u;`,
    `var o_inputs = select(0u, member * shape.y * shape.z * ${plan.inputs}u, shape.w == 1u);`,
    `var o_outputs = member * shape.y * ${plan.outputs}u;`,
    writer.declarations(),
    ...writer.lines,
    '}',
  ].join('\n');
}
