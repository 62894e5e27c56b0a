import { type Chart, type ForestRow, forestPlot, posteriorPlots, predictivePlot } from '@gemel/charts';
import type { Posterior } from '@gemel/inference';
import type { PredictiveCheck, Prior } from '@gemel/runtime/pack';

/** Parameters shown in one plot; more would be too small to read. */
const MOST = 8;

/** A calibration to draw, its parameters' priors, whose it is, and minutes east of UTC there. */
export interface CalibrationDrawn {
  readonly posterior: Posterior;
  readonly check: PredictiveCheck | undefined;
  readonly priors: readonly Prior[];
  readonly of: string;
  readonly offset: number;
}

/**
 * The plots of a calibration by file name: its draws, their ranks and pairs, where the person lies in the population, and what
 * it makes of the values it used.
 */
export function calibrationPlots({ posterior, check, priors, of, offset }: CalibrationDrawn): Record<string, Chart> {
  const names = posterior.names.slice(0, MOST);
  const { divergent } = posterior.statistics;
  const parameters = names.map((name) => {
    const unit = priors.find((prior) => prior.name === name)?.unit;
    return { ...posterior.parameter(name), ...(unit === undefined ? {} : { unit }) };
  });
  const id = 'calibration';
  const plots: Record<string, Chart> = {
    ...posteriorPlots({ id, of, parameters, ...(divergent === undefined ? {} : { divergent }) }),
  };
  if (check !== undefined) {
    const title = `Values used and predicted, ${of}`;
    plots.predictive = predictivePlot({ id: `${id}-predictive`, title, axis: { offset }, ...check });
  }
  const rows = posterior.rows.flatMap((row): readonly ForestRow[] => {
    const prior = priors.find(({ name }) => name === row.name);
    if (prior?.sd === undefined) return [];
    const sorted = posterior.parameter(row.name).values.toSorted();
    const at = (p: number) => fromTypical(prior, sorted[Math.floor(p * (sorted.length - 1))]!);
    const ends = { low: at(0.05), high: at(0.95), inner: [at(0.25), at(0.75)] as const };
    const detail = row.overPrior === null ? {} : { detail: `SD ${row.overPrior.toFixed(2)} of the prior’s` };
    return [{ label: row.name, ...detail, middle: at(0.5), ...ends }];
  });
  if (rows.length === 0) return plots;
  const forest = forestPlot({
    id: `${id}-forest`,
    title: `Against the population, ${of}`,
    axis: 'distance from the typical value, in SDs of the population on the scale that is sampled',
    rows,
    reference: 0,
    band: { label: 'population, 90 %', low: -1.645, high: 1.645 },
  });
  return { ...plots, forest };
}

/** Distance of a value from the prior's typical one, in prior SDs. */
function fromTypical(prior: Prior, value: number): number {
  const scaled = (v: number) =>
    prior.scale === 'log' ? Math.log(v) : prior.scale === 'logit' ? Math.log(v / (1 - v)) : v;
  return (scaled(value) - scaled(prior.value)) / prior.sd!;
}
