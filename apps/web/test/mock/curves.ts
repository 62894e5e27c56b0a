import { type Forecast, instant, QUANTILE_LEVELS, type Scalar, type Scenario, type Trajectory } from '@gemel/core';

/** Invented curves for looking at screens: plausible in shape, meaningless in content. */
export const MINUTE = 60_000;
export const STEP = 5 * MINUTE;

export interface Bump {
  readonly at: number;
  /** mg/dL at the top; negative for insulin. */
  readonly size: number;
  readonly peakMinutes: number;
}

/** Rises to its top at `peakMinutes` and dies away. */
function bump(t: number, b: Bump): number {
  const m = (t - b.at) / MINUTE / b.peakMinutes;
  return m <= 0 ? 0 : b.size * m * Math.exp(1 - m);
}

export function glucoseAt(t: number, base: number, bumps: readonly Bump[], phase: number): number {
  const slow = 9 * Math.sin(t / (3.1 * 3_600_000) + phase) + 4 * Math.sin(t / (17 * MINUTE) + phase * 3);
  return Math.max(38, base + slow + bumps.reduce((sum, b) => sum + bump(t, b), 0));
}

/** Standard normal quantiles of the stored levels. */
const Z = [-2.326, -1.96, -1.645, -1.282, -0.674, 0, 0.674, 1.282, 1.645, 1.96, 2.326];

const normalCdf = (z: number) => 1 / (1 + Math.exp(-1.702 * z));

function scalar(
  name: string,
  title: string,
  unit: string,
  median: number,
  sd: number,
  events: Record<string, number> = {},
): Scalar {
  return {
    kind: 'scalar',
    name,
    title,
    code: { codings: [], text: title },
    unit,
    levels: [...QUANTILE_LEVELS],
    quantiles: Z.map((z) => Math.max(0, median + z * sd)),
    mean: median,
    sd,
    events,
  };
}

export function forecastOf(subject: string, now: number, scenario: Scenario, level: (t: number) => number): Forecast {
  const times = Array.from({ length: 61 }, (_, i) => instant(now + i * STEP));
  const medians = times.map(level);
  const sds = times.map((_, i) => 3 + 4.2 * Math.sqrt(i));
  const trajectory: Trajectory = {
    kind: 'trajectory',
    name: 'glucose',
    title: 'Interstitial glucose, predicted',
    code: { codings: [], text: 'predicted glucose' },
    unit: 'mg/dL',
    times,
    levels: [...QUANTILE_LEVELS],
    quantiles: Z.map((z) => medians.map((m, i) => Math.max(25, m + z * sds[i]!))),
    mean: medians,
    events: {
      'below-54': medians.map((m, i) => normalCdf((54 - m) / sds[i]!)),
      'below-70': medians.map((m, i) => normalCdf((70 - m) / sds[i]!)),
      'above-180': medians.map((m, i) => normalCdf((m - 180) / sds[i]!)),
    },
  };
  const mean = medians.reduce((sum, m) => sum + m, 0) / medians.length;
  const inRange = (100 * medians.filter((m) => m >= 70 && m <= 180).length) / medians.length;
  const low = medians.findIndex((m) => m < 78);
  return {
    kind: 'forecast',
    id: `forecast-${subject}-${now}`,
    subject,
    pack: { id: 'glucose', version: '0.1.0' },
    madeAt: instant(now),
    basis: { knownAt: instant(now), seq: 4711, lastObservation: instant(now) },
    horizon: { from: instant(now), to: times.at(-1)! },
    scenario,
    quantities: {
      glucose: trajectory,
      meanGlucose: scalar('meanGlucose', 'Mean glucose', 'mg/dL', mean, 9),
      timeInRange: scalar('timeInRange', 'Time in range 70–180', '%', inRange, 8, { 'below-70': 0.18 }),
      timeBelow: scalar('timeBelow', 'Time below 70', '%', Math.max(0, 8 - inRange / 20), 2.5),
      lbgi: scalar('lbgi', 'Low blood glucose index', '1', Math.max(0.2, (110 - mean) / 15), 0.4),
      peak: scalar('peak', 'Highest glucose', 'mg/dL', Math.max(...medians), 18, { 'above-250': 0.07 }),
    },
    outOfRange:
      low < 0
        ? []
        : [
            {
              code: 'glucose-below-60',
              message: 'Below 60 mg/dL the model lacks counter-regulation: the fan is widened.',
              from: times[low]!,
              to: times[Math.min(60, low + 14)]!,
            },
          ],
    belief: 'b3f1c5',
    modelHash: 'a94f0e61d2c7',
    seed: 1,
    members: 200,
    hash: 'f00d'.repeat(16),
  };
}
