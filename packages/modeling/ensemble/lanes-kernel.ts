/** Numbers of a block of members as a kernel reads and writes them: entry by entry, the members' lanes side by side. */
export interface WorkAreas {
  readonly parameters: Float64Array | Float32Array;
  /** At the start; after the run, at the end. */
  readonly states: Float64Array | Float32Array;
  /** Interval by interval, the inputs of each. */
  readonly inputs: Float64Array | Float32Array;
  /** Record by record, the outputs of each. */
  readonly outputs: Float64Array | Float32Array;
  /** Time at the start. */
  readonly clock: Float64Array | Float32Array;
}

/** A kernel made for one engine, which runs `lanes` members at a time. */
export interface LanesKernel {
  readonly lanes: number;
  /** Areas for so many intervals and records; those of an earlier call are gone. */
  allocate(intervals: number, records: number): WorkAreas;
  /** Runs the members in the areas: `records` times `every` intervals, from interval `from` of the inputs on (0 if absent). */
  run(records: number, every: number, from?: number): void;
}
