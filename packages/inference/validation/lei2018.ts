import { type RandomStream, randomStream } from '@gemel/numerics';
import {
  conformalInterval,
  conformalisedInterval,
  conformalisedQuantiles,
  splitConformal,
} from '../conformal/split.ts';

const TRIALS = 20_000;
const CASES = [
  { count: 9, level: 0.9 },
  { count: 19, level: 0.8 },
  { count: 50, level: 0.95 },
  { count: 100, level: 0.9 },
] as const;

/** y = x² with errors that grow with |x|; the model thinks it a line. */
function point(random: RandomStream): readonly [x: number, y: number] {
  const x = random.normal();
  return [x, x * x + (0.2 + Math.abs(x)) * random.normal()];
}
const model = (x: number) => 0.5 + x;
const low = (x: number) => x - 1;
const high = (x: number) => x + 0.2;

const METHODS = ['absolute residuals', 'quantiles'] as const;
const name = (method: string, { count, level }: (typeof CASES)[number]) =>
  `${method}: coverage of ${count} points at ${level}`;
/** Exact coverage of continuous scores, from level to level + 1/(count + 1). */
const exact = ({ count, level }: (typeof CASES)[number]) => Math.ceil((count + 1) * level - 1e-9) / (count + 1);

export default {
  id: 'lei2018',
  title: 'Split conformal intervals around a wrong model: coverage from level to level + 1/(n + 1)',
  citation:
    "Lei, G'Sell, Rinaldo, Tibshirani, Wasserman. Distribution-free predictive inference for regression. J Am Stat Assoc, 2018, theorem 2. doi 10.1080/01621459.2017.1307116; Romano, Patterson, Candès. Conformalized quantile regression. NeurIPS, 2019, theorem 1",
  data: [],
  slow: false,
  rows: METHODS.flatMap((method) =>
    CASES.map((each) => ({
      name: name(method, each),
      source: 'theorem: rank/(n + 1), four binomial SEs',
      unit: '',
      expected: exact(each),
      tolerance: 4 * Math.sqrt((exact(each) * (1 - exact(each))) / TRIALS),
    })),
  ),
  run() {
    const found: Record<string, number> = {};
    for (const each of CASES) {
      let [plain, moved] = [0, 0];
      for (let trial = 0; trial < TRIALS; trial++) {
        const random = randomStream(2018, each.count, trial);
        const points = Array.from({ length: each.count }, () => point(random));
        const observed = points.map(([, y]) => y);
        const [x, y] = point(random);
        const residual = splitConformal({ predicted: points.map(([at]) => model(at)), observed }, each.level);
        const one = conformalInterval(residual, model(x));
        if (y >= one.low && y <= one.high) plain++;
        const quantile = conformalisedQuantiles(
          { low: points.map(([at]) => low(at)), high: points.map(([at]) => high(at)), observed },
          each.level,
        );
        const other = conformalisedInterval(quantile, low(x), high(x));
        if (y >= other.low && y <= other.high) moved++;
      }
      found[name('absolute residuals', each)] = plain / TRIALS;
      found[name('quantiles', each)] = moved / TRIALS;
    }
    return found;
  },
};
