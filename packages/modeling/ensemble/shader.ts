/** What a run of the kernel's shader reads; the layout is that of wgslKernelSource. */
export interface ShaderRun {
  readonly parameters: Float32Array;
  readonly states: Float32Array;
  readonly inputs: Float32Array;
  /** Count of the outputs' numbers. */
  readonly outputs: number;
  readonly shape: readonly [members: number, records: number, every: number, ownInputs: number];
  readonly start: number;
  readonly workgroup: number;
}

/** Runs the shader once over all members; the states at the end and the outputs, member-major. */
export async function runShader(
  device: GPUDevice,
  source: string,
  run: ShaderRun,
): Promise<{ readonly states: Float32Array; readonly outputs: Float32Array }> {
  // Values of WebGPU's GPUBufferUsage and GPUMapMode, which are globals of browsers only.
  const [mapRead, copySource, copyTarget, uniform, storage] = [1, 4, 8, 64, 128];
  const buffer = (data: Float32Array | Uint32Array, usage: number) => {
    const made = device.createBuffer({ size: Math.max(16, data.byteLength), usage: usage | copyTarget });
    device.queue.writeBuffer(made, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    return made;
  };
  const states = buffer(run.states, storage | copySource);
  const outputBytes = Math.max(16, 4 * run.outputs);
  const outputs = device.createBuffer({ size: outputBytes, usage: storage | copySource });
  const module = device.createShaderModule({ code: source });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'run' } });
  const buffers = [
    buffer(run.parameters, storage),
    states,
    buffer(run.inputs, storage),
    outputs,
    buffer(Uint32Array.from(run.shape), uniform),
    buffer(Float32Array.of(run.start), storage),
    buffer(Uint32Array.of(0x7fc00000, 0x7f800000, 0, 0), uniform),
  ];
  const layout = pipeline.getBindGroupLayout(0);
  const entries = buffers.map((one, binding) => ({ binding, resource: { buffer: one } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
  pass.dispatchWorkgroups(Math.ceil(run.shape[0] / run.workgroup));
  pass.end();
  const stateBytes = Math.max(16, run.states.byteLength);
  const back = device.createBuffer({ size: stateBytes + outputBytes, usage: mapRead | copyTarget });
  encoder.copyBufferToBuffer(states, 0, back, 0, stateBytes);
  encoder.copyBufferToBuffer(outputs, 0, back, stateBytes, outputBytes);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(1);
  const all = new Float32Array(back.getMappedRange().slice(0));
  for (const one of [...buffers, back]) one.destroy();
  const first = stateBytes / 4;
  return { states: all.slice(0, run.states.length), outputs: all.slice(first, first + run.outputs) };
}
