import { differentiable } from '@gemel/inference/differentiable-log-density';
import { constrained } from '@gemel/inference/mcmc/constrained';
import { real } from '@gemel/inference/mcmc/transform';
import { pathGradient } from '@gemel/modeling/ensemble/path-gradient';
import { randomStream } from '@gemel/numerics';
import { basalRate, deriveConstants } from '@gemel/pack-glucose/model';
import { namedParameters } from '@gemel/pack-glucose/parameters';
import { populationPrior, samplingScale, typicalPatient, VARIED } from '@gemel/pack-glucose/population';
import { PERSONAL } from '@gemel/pack-glucose/priors';
import { minutewise, uvaPadova } from '@gemel/pack-glucose/uva-padova';
import type { SampledDensity } from './sampling-workload.ts';

/** Minutes between readings, over which inputs are held, and steps of each: enough for 0.01 mg/dL. */
const INTERVAL = 15;
const STEPS = 6;
const INTERVALS = 1440 / INTERVAL;
/** Minute of the day, g, and U, over a quarter of an hour. */
const MEALS = [
  [450, 45, 3.75],
  [750, 60, 5],
  [1140, 65, 5.5],
] as const;
/** SD of the log of kabs. */
const NARROWED = 0.3;
/** Log of the SD of the readings around the path: sensor, and what the model leaves out. */
const NOISE = { mean: Math.log(20), sd: 0.5 };

/**
 * Personal parameters of the UVA/Padova model, the others those of a typical adult, from a day of CGM: standard normal
 * coordinates on the population's sampling scale, and the log of the SD of independent noise, whitened.
 */
export function glucosePosterior(): {
  readonly data: Readonly<Record<string, unknown>>;
  readonly dimension: number;
  make(): SampledDensity;
} {
  const typical = typicalPatient('adult');
  const parameters = namedParameters(typical);
  const names = PERSONAL as readonly (typeof VARIED)[number][];
  const prior = populationPrior('adult');
  const places = names.map((name) => VARIED.indexOf(name));
  const mean = places.map((place) => prior.mean[place]);
  // Absorption as fast as the population's prior allows would ask for shorter steps.
  const sd = places.map((place, i) => (names[i] === 'kabs' ? NARROWED : prior.sd[place]));
  const logit = names.map((name) => samplingScale(name) !== 'log');
  const inputs = day(basalRate(deriveConstants(typical)));
  const n = names.length;
  const { updates } = minutewise();
  const path = () =>
    pathGradient(
      uvaPadova(),
      { step: INTERVAL, substeps: STEPS, updates },
      { intervals: INTERVALS, parameters: { ...parameters, counting: 0, minute: INTERVAL }, inputs },
      names,
    );
  const by = new Float64Array(n);
  const slope = new Float64Array(n);
  /** Values of the parameters, and their derivatives by the coordinates. */
  const place = (x: Float64Array) => {
    for (let i = 0; i < n; i++) {
      const scaled = mean[i] + sd[i] * x[i];
      by[i] = logit[i] ? 1 / (1 + Math.exp(-scaled)) : Math.exp(scaled);
      slope[i] = sd[i] * by[i] * (logit[i] ? 1 - by[i] : 1);
    }
  };
  const random = randomStream(24, 'cgm');
  place(Float64Array.from({ length: n }, () => 0.7 * random.normal()));
  const y = path()
    .run(by)
    .map((g) => g + 20 * random.normal());

  return {
    data: {
      parameters,
      ...{
        names,
        mean,
        sd,
        logit: logit.map(Number),
        noise: [NOISE.mean, NOISE.sd],
        step: INTERVAL / STEPS,
        steps: STEPS,
      },
      ...Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [...values]])),
      y: [...y],
    },
    dimension: n + 1,
    make() {
      const run = path();
      const weights = new Float64Array(INTERVALS);
      const byParameter = new Float64Array(n);
      const density = differentiable(n + 1, (x, gradient) => {
        place(x);
        const glucose = run.run(by);
        const logNoise = NOISE.mean + NOISE.sd * x[n];
        const precision = Math.exp(-2 * logNoise);
        let squares = 0;
        for (let i = 0; i < INTERVALS; i++) {
          const misfit = y[i] - glucose[i];
          squares += misfit * misfit;
          weights[i] = misfit * precision;
        }
        run.walkBack(weights, byParameter);
        let value = -0.5 * squares * precision - INTERVALS * logNoise - 0.5 * x[n] * x[n];
        for (let i = 0; i < n; i++) {
          value -= 0.5 * x[i] * x[i];
          gradient[i] = byParameter[i] * slope[i] - x[i];
        }
        gradient[n] = NOISE.sd * (squares * precision - INTERVALS) - x[n];
        return value;
      });
      return constrained(density, [real(n + 1)]);
    },
  };
}

/** Inputs of a day, each held over an interval. Food counts whole in D as a meal begins (the model's `announced`). */
function day(basal: number) {
  const insulin = new Float64Array(INTERVALS).fill(basal);
  const [carbs, announced] = [new Float64Array(INTERVALS), new Float64Array(INTERVALS)];
  for (const [minute, grams, units] of MEALS) {
    const at = minute / INTERVAL;
    carbs[at] = grams / INTERVAL;
    announced[at] = grams;
    insulin[at] += units / INTERVAL;
  }
  return { insulin, carbs, announced };
}
