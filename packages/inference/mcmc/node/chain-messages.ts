import type { InferenceProblem } from '../../problem.ts';
import type { ChainDraw } from '../draws.ts';
import type { NutsAdaptation, NutsOptions } from '../nuts-chains.ts';

/** Where a worker finds the density: the URL of a module and the name of its export. */
export interface DensityModule {
  /** Of a file: `new URL('./my-model.ts', import.meta.url)`. */
  readonly url: string | URL;
  /** A log density, or a function of `data` that makes one for each chain, at once or as a promise. Default: `default`. */
  readonly export?: string;
  /** Passed to the function; anything that can be sent to a worker thread. */
  readonly data?: unknown;
}

/** What a worker is started with. */
export interface ChainStart {
  readonly url: string;
  readonly export: string;
  readonly data: unknown;
}

/** How one chain is drawn; its stream is that of seed and path. */
export type ChainSampler =
  | { readonly kind: 'nuts'; readonly options: NutsOptions }
  | {
      readonly kind: 'slice';
      readonly start: Float64Array;
      readonly options: { readonly warmUp?: number; readonly draws?: number; readonly width?: number };
    }
  | {
      readonly kind: 'particle-marginal';
      readonly start: Float64Array;
      readonly scales: Float64Array;
      readonly options: { readonly warmUp?: number; readonly draws?: number };
    };

export interface ChainTask {
  readonly chain: number;
  readonly seed: number;
  readonly path: readonly (string | number)[];
  readonly sampler: ChainSampler;
  /** Iterations after which a worker tells how far it is. */
  readonly every: number;
  /** Shared: chains numbered from here on need not be drawn, because of a cancellation (0) or a chain that failed. */
  readonly until: Int32Array;
}

/** A chain as plain data. */
export interface DrawnChain {
  readonly dimension: number;
  readonly kept: readonly ChainDraw<object>[];
  /** Gradient evaluations and adaptation, of NUTS. */
  readonly gradients: number;
  readonly adaptation: NutsAdaptation | null;
}

/** From a worker. */
export type ChainNote =
  | { readonly kind: 'progress'; readonly iterations: number }
  | { readonly kind: 'drawn'; readonly chain: DrawnChain }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly problem: InferenceProblem };
