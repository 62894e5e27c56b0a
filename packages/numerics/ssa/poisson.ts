import type { RandomStream } from '../random/stream.ts';
import { logExcess, STIRLING_FROM, stirlingCorrection } from '../special/stirling.ts';

const LOG_FACTORIALS = Float64Array.from({ length: STIRLING_FROM }, () => 0);
for (let k = 2; k < STIRLING_FROM; k++) LOG_FACTORIALS[k] = LOG_FACTORIALS[k - 1] + Math.log(k);

/** log of the probability of k happenings where μ are expected, without the cancellation of large terms. */
function logProbability(k: number, mean: number): number {
  if (k < STIRLING_FROM) return k * Math.log(mean) - mean - LOG_FACTORIALS[k];
  return -k * logExcess((mean - k) / k) - 0.5 * Math.log(2 * Math.PI * k) - stirlingCorrection(k);
}

/**
 * A Poisson number of mean from 0 to 2⁵². Below 10 by adding up probabilities; from there on by transformed rejection: W. Hörmann,
 * Insurance: Mathematics and Economics 12 (1993) 39, algorithm PTRS, doi:10.1016/0167-6687(93)90997-4.
 */
export function poisson(mean: number, random: RandomStream): number {
  if (!(mean > 0)) return 0;
  if (mean < 10) {
    const u = random.uniform();
    let probability = Math.exp(-mean);
    let sum = probability;
    let k = 0;
    while (u > sum && k < 200) {
      k++;
      probability *= mean / k;
      sum += probability;
    }
    return k;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    if (Math.log((v * inverseAlpha) / (a / (edge * edge) + b)) <= logProbability(k, mean)) return k;
  }
}
