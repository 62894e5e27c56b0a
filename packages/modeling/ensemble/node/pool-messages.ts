import type { Model } from '../../model/model.ts';
import type { EnsembleOptions } from '../ensemble.ts';
import type { Members } from '../members.ts';

/** What a worker is started with. */
export interface PoolStart {
  readonly model: Model;
  readonly options: EnsembleOptions;
}

/** One run: all arrays lie in memory shared by every worker. */
export interface PoolRun {
  readonly members: Members;
  readonly values: Float64Array;
  readonly states: Float64Array;
  /** Next block to take; whether to stop. */
  readonly control: Int32Array;
  /** Blocks taken at a time. */
  readonly share: number;
}
