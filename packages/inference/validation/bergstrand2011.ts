import { randomStream } from '@gemel/numerics';
import type { PopulationValues, Subject } from '../population/population.ts';
import { simulatePopulation } from '../population/simulation.ts';
import { type VisualCheckOptions, visualPredictiveCheck } from '../population/visual-check.ts';

const STUDIES = 100;
const REPLICATES = 399;
const SUBJECTS = 24;
const TIMES = [0.5, 1, 2, 4, 8, 12];
const DOSES = [50, 100, 200, 400];

const values: PopulationValues = {
  theta: Float64Array.of(4, 40, 1.2),
  omega: Float64Array.of(0.09, 0.02, 0, 0.02, 0.09, 0, 0, 0, 0.25),
  sigma: { proportional: 0.02, additive: 0.01 },
};

/** One compartment with first-order absorption, the dose one of four. */
function design(id: number, observed: Float64Array): Subject {
  const dose = DOSES[id % DOSES.length];
  return {
    id: String(id),
    observed,
    predict: (theta, eta, out) => {
      const [cl, v, ka] = [0, 1, 2].map((k) => theta[k] * Math.exp(eta[k]));
      const ke = cl / v;
      TIMES.forEach((t, i) => {
        out[i] = ((dose * ka) / (v * (ka - ke))) * (Math.exp(-ke * t) - Math.exp(-ka * t));
      });
      return true;
    },
  };
}

const CHECKS: readonly { readonly name: string; readonly options: VisualCheckOptions; readonly limit?: number }[] = [
  { name: 'plain', options: { binning: { kind: 'nominal' } } },
  { name: 'prediction-corrected', options: { binning: { kind: 'count', count: 3 }, correction: 'ratio' } },
  { name: 'values below a limit', options: { binning: { kind: 'nominal' } }, limit: 1.5 },
];
/** Share of ranks 1 … 400 whose value lies within the type-7 quantiles 2.5 % and 97.5 % of the 399 others, for continuous figures. */
const NOMINAL = 1 - (2 * (0.025 * (REPLICATES - 1) + 1)) / (REPLICATES + 1);

export default {
  id: 'bergstrand2011',
  title: 'Visual predictive checks under the model itself: how often bands hold the observed figures',
  citation:
    'Bergstrand, Hooker, Wallin, Karlsson. Prediction-corrected visual predictive checks for diagnosing nonlinear mixed-effects models. AAPS J, 2011. doi 10.1208/s12248-011-9255-z',
  data: [],
  slow: false,
  rows: [
    ...CHECKS.slice(0, 2).map(({ name }) => ({
      name: `${name}: share of figures within 95 % bands`,
      source: 'exchangeability of data and replicates',
      unit: '',
      expected: NOMINAL,
      tolerance: 0.015,
    })),
    // Ties of shares, and quantiles below the limit, count as within.
    {
      name: `${CHECKS[2].name}: share of figures within 95 % bands`,
      source: 'exchangeability of data and replicates',
      unit: '',
      expected: null,
      atLeast: NOMINAL - 0.015,
    },
    {
      name: 'spread of the middle figure by dose: corrected over plain',
      source: 'the correction takes the doses away',
      unit: '',
      expected: null,
      atMost: 0.5,
    },
  ],
  run() {
    const within = CHECKS.map(() => 0);
    const compared = CHECKS.map(() => 0);
    let wide = 0;
    let narrow = 0;
    const empty = Array.from({ length: SUBJECTS }, (_, id) => design(id, new Float64Array(TIMES.length)));
    for (let study = 0; study < STUDIES; study++) {
      const truth = simulatePopulation(empty, values, 1, randomStream(2011, 'truth', study)).subjects;
      const subjects = truth.map(({ simulated }, id) => design(id, simulated));
      const drawn = simulatePopulation(subjects, values, REPLICATES, randomStream(2011, 'check', study)).subjects;
      CHECKS.forEach(({ options, limit }, k) => {
        const check = visualPredictiveCheck(
          drawn.map((one) => {
            const below = limit === undefined ? undefined : Uint8Array.from(one.observed, (y) => (y < limit ? 1 : 0));
            const observed = limit === undefined ? one.observed : one.observed.map((y) => Math.max(y, limit));
            return { ...one, observed, ...(below && { censored: below }), x: Float64Array.from(TIMES) };
          }),
          limit === undefined ? options : { ...options, limit },
        );
        within[k] += check.within;
        compared[k] += check.compared;
        const [bin] = check.strata[0].bins;
        const relative = (bin.quantiles[2].median - bin.quantiles[0].median) / bin.quantiles[1].median;
        if (k === 0) wide += relative;
        if (k === 1) narrow += relative;
      });
    }
    return {
      ...Object.fromEntries(
        CHECKS.map(({ name }, k) => [`${name}: share of figures within 95 % bands`, within[k] / compared[k]]),
      ),
      'spread of the middle figure by dose: corrected over plain': narrow / wide,
    };
  },
};
