import type { ChainDraws } from './chain-draws.ts';
import { pairPlot } from './pair-plot.ts';
import { rankPlot } from './rank-plot.ts';
import type { Chart } from './svg.ts';
import { tracePlot } from './trace-plot.ts';

export interface PosteriorPlots {
  /** Begins the ids of the charts. */
  readonly id: string;
  /** Whose posterior, put after what each chart is. */
  readonly of: string;
  readonly parameters: readonly ChainDraws[];
  /** chains × length, not 0 where the sampler diverged. */
  readonly divergent?: ArrayLike<number>;
}

/** The charts by which draws are judged, by file name: trace and rank, and pair where there are two parameters or more. */
export function posteriorPlots({ id, of, parameters, divergent }: PosteriorPlots): Readonly<Record<string, Chart>> {
  const given = { parameters, ...(divergent === undefined ? {} : { divergent }) };
  const charts: Record<string, Chart> = {
    trace: tracePlot({ id: `${id}-trace`, title: `Draws, ${of}`, ...given }),
    rank: rankPlot({ id: `${id}-rank`, title: `Ranks, ${of}`, parameters }),
  };
  if (parameters.length > 1) charts.pair = pairPlot({ id: `${id}-pair`, title: `Pairs, ${of}`, ...given });
  return charts;
}
