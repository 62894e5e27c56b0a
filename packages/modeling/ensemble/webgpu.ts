import type { Model } from '../model/model.ts';
import { type EnsembleOptions, type EnsembleResult, ensemble, numbersFor, pick, statedError } from './ensemble.ts';
import { ensembleErrors } from './errors.data.ts';
import type { EnsembleRequest, Members } from './members.ts';
import { planEnsemble } from './plan.ts';
import { runShader } from './shader.ts';
import { WORKGROUP, wgslKernelSource } from './wgsl-kernel.ts';

/** An ensemble on a graphics processor, in single precision: for screening, its error measured beside double precision. */
export interface GpuEnsemble {
  run(request: EnsembleRequest): Promise<EnsembleResult>;
}

const kept = new Set<unknown>();

/**
 * Makes an ensemble on the adapter of a WebGPU implementation: `navigator.gpu` in a browser, or one from a package.
 * @throws CodedError `ensemble-no-adapter` where there is none, and as `ensemble` does
 */
export async function gpuEnsemble(
  model: Model,
  options: Omit<EnsembleOptions, 'backend'>,
  gpu: GPU | undefined,
): Promise<GpuEnsemble> {
  const plan = planEnsemble(model, options);
  const reference = ensemble(model, { ...options, backend: 'javascript' });
  const device = await deviceOf(gpu);
  const source = wgslKernelSource(plan, model.parameters.length);
  const names = plan.names.length;

  async function some(given: Members): Promise<{ readonly values: Float64Array; readonly states: Float64Array }> {
    const inputs = plan.inputs;
    const own = given.inputs.some((input) => input.own);
    const series = new Float32Array((own ? given.members : 1) * given.intervals * inputs);
    given.inputs.forEach((input, i) => {
      for (let m = 0; m < (own ? given.members : 1); m++) {
        const from = input.own ? m * given.intervals : 0;
        for (let k = 0; k < given.intervals; k++) {
          series[(m * given.intervals + k) * inputs + i] = input.values[from + k];
        }
      }
    });
    const records = given.intervals / given.every;
    const out = await runShader(device, source, {
      parameters: Float32Array.from(given.parameters),
      states: Float32Array.from(given.states),
      inputs: series,
      outputs: given.members * records * names,
      shape: [given.members, records, given.every, own ? 1 : 0],
      start: given.start,
      workgroup: WORKGROUP,
    });
    const numbers = numbersFor(given, names);
    numbers.states.set(out.states);
    for (let m = 0; m < given.members; m++) {
      for (let n = 0; n < names; n++) {
        for (let r = 0; r < records; r++) {
          numbers.values[(m * names + n) * records + r] = out.outputs[(m * records + r) * names + n];
        }
      }
    }
    return numbers;
  }

  async function run(request: EnsembleRequest): Promise<EnsembleResult> {
    const given = reference.members(request);
    const widest = Math.max(
      given.parameters.length,
      given.states.length,
      given.members * given.intervals * plan.inputs,
      (given.members * given.intervals * names) / given.every,
    );
    const batch = Math.max(
      1,
      Math.floor((given.members * device.limits.maxStorageBufferBindingSize) / (4 * widest + 4)),
    );
    const numbers = numbersFor(given, names);
    for (let from = 0; from < given.members; from += batch) {
      const count = Math.min(batch, given.members - from);
      const part = await some(
        pick(
          given,
          Array.from({ length: count }, (_, i) => from + i),
        ),
      );
      numbers.values.set(part.values, (from * numbers.values.length) / given.members);
      numbers.states.set(part.states, (from * numbers.states.length) / given.members);
    }
    const error = statedError(names, given, numbers.values, (few) => {
      const exact = numbersFor(few, names);
      reference.runBlocks(few, exact, 0, reference.blocks(few));
      return exact.values;
    });
    const times = Float64Array.from(
      { length: given.intervals / given.every },
      (_, r) => given.start + (r + 1) * given.every * given.interval,
    );
    return { names: plan.names, times, ...numbers, trace: { backend: 'webgpu', lanes: WORKGROUP, statedError: error } };
  }

  return { run };
}

async function deviceOf(gpu: GPU | undefined): Promise<GPUDevice> {
  if (gpu === undefined) throw ensembleErrors.error('ensemble-no-adapter', 'There is no WebGPU here.');
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw ensembleErrors.error('ensemble-no-adapter', 'WebGPU gives no adapter.');
  // An implementation outside a browser ends the process when these are collected.
  kept.add(gpu).add(adapter);
  try {
    return await adapter.requestDevice();
  } catch (cause) {
    throw ensembleErrors.error('ensemble-no-adapter', 'The adapter gives no device.', {}, undefined, cause);
  }
}
