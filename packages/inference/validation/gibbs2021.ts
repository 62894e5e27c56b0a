import { type RandomStream, randomStream } from '@gemel/numerics';
import * as adaptive from '../conformal/adaptive.ts';

const TURNS = 4000;
const problem = { level: 0.9, rate: 0.05, window: 200 };
/** Proposition 4.1. */
const BOUND = (Math.max(0.1, 0.9) + problem.rate) / (problem.rate * TURNS);

const SERIES: Readonly<Record<string, (t: number, random: RandomStream) => number>> = {
  steady: (_, random) => random.normal(),
  'SD growing a hundredfold': (t, random) => Math.exp((t / TURNS) * Math.log(100)) * random.normal(),
  'SD changing twentyfold every 400 turns': (t, random) => (Math.floor(t / 400) % 2 === 0 ? 1 : 20) * random.normal(),
  'each value double the last ten': (t) => 2 ** Math.min(1000, Math.floor(t / 10)),
};

export default {
  id: 'gibbs2021',
  title: 'Adaptive conformal inference: share of misses over series that change',
  citation: 'Gibbs, Candès. Adaptive conformal inference under distribution shift. NeurIPS, 2021, proposition 4.1',
  data: [],
  slow: false,
  rows: [
    ...Object.keys(SERIES).map((name) => ({
      name: `share of misses at 0.9: ${name}`,
      source: 'proposition 4.1, for any series',
      unit: '',
      expected: 0.1,
      tolerance: BOUND,
    })),
    {
      name: 'share of misses of the same window without adapting: SD growing a hundredfold',
      source: 'for comparison',
      unit: '',
      expected: null,
      atLeast: 0.1 + BOUND,
    },
  ],
  run() {
    const misses = (series: (t: number, random: RandomStream) => number, rate: number) => {
      const random = randomStream(2021, 'series');
      const given = { ...problem, rate };
      let state = adaptive.init(given);
      let count = 0;
      for (let t = 0; t < TURNS; t++) {
        const next = adaptive.step(given, state, { predicted: 0, observed: series(t, random) });
        state = next.state;
        if (next.info.missed) count++;
      }
      return count / TURNS;
    };
    const growing = SERIES['SD growing a hundredfold'];
    return {
      ...Object.fromEntries(
        Object.entries(SERIES).map(([name, series]) => [
          `share of misses at 0.9: ${name}`,
          misses(series, problem.rate),
        ]),
      ),
      'share of misses of the same window without adapting: SD growing a hundredfold': misses(growing, 1e-12),
    };
  },
};
