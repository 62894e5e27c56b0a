import type { RandomStream } from '@gemel/numerics';
import { momentsOf } from '../diagnose/convergence.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import type { UncertainInputs } from './inputs.ts';

/** Elementary effects of one input: change of the output for a change of the input's probability by 1. */
export interface MorrisEffect {
  readonly name: string;
  /** Mean effect. */
  readonly mean: number;
  /** Mean absolute effect (Campolongo, Cariboni, Saltelli 2007): the screening measure. */
  readonly meanAbsolute: number;
  /** SD of the effects: of a nonlinear input, or one that interacts. */
  readonly sd: number;
  /** Effects that were finite; without any the others are NaN. */
  readonly count: number;
}

export interface MorrisScreening {
  readonly effects: readonly MorrisEffect[];
  readonly evaluations: number;
  readonly problems: readonly InferenceProblem[];
}

/**
 * Morris screening (Technometrics 33 (1991) 161) by `trajectories` random walks over a grid of `levels` (even) levels of
 * probability, each input changed once in a walk by half of the levels; trajectories · (dimension + 1) runs. The levels
 * are the middles of equal cells, so that unbounded inputs stay finite: a step is a probability of ½.
 */
export function morrisScreening(
  inputs: UncertainInputs,
  output: (points: Float64Array, count: number) => Float64Array,
  trajectories: number,
  random: RandomStream,
  levels = 4,
): MorrisScreening {
  const n = inputs.quantiles.length;
  if (!(Number.isInteger(levels) && levels >= 2 && levels % 2 === 0)) {
    throw inferenceErrors.error('inference-shape', `Morris screening needs an even number of levels, not ${levels}.`);
  }
  const jump = levels / 2;
  const probability = (level: number) => (level + 0.5) / levels;
  const points = new Float64Array(trajectories * (n + 1) * n);
  const walks = Array.from({ length: trajectories }, (_, t) => {
    const stream = random.fork('trajectory', t);
    const level = Array.from({ length: n }, () => Math.floor(stream.uniform() * levels));
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(stream.uniform() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    const signs: number[] = [];
    for (let s = 0; s <= n; s++) {
      for (let i = 0; i < n; i++) points[(t * (n + 1) + s) * n + i] = inputs.quantiles[i](probability(level[i]));
      if (s === n) break;
      const i = order[s];
      signs[i] = level[i] < jump ? 1 : -1;
      level[i] += signs[i] * jump;
    }
    return { order, signs };
  });
  const f = output(points, trajectories * (n + 1));
  const effects: number[][] = Array.from({ length: n }, () => []);
  let lost = 0;
  walks.forEach(({ order, signs }, t) => {
    order.forEach((i, s) => {
      const effect = (signs[i] * (f[t * (n + 1) + s + 1] - f[t * (n + 1) + s]) * levels) / jump;
      if (Number.isFinite(effect)) effects[i].push(effect);
      else lost++;
    });
  });
  return {
    effects: effects.map((values, i) => {
      const name = inputs.names?.[i] ?? `x[${i}]`;
      const count = values.length;
      if (count === 0) return { name, mean: Number.NaN, meanAbsolute: Number.NaN, sd: Number.NaN, count };
      const { mean, sd } = momentsOf(Float64Array.from(values));
      return { name, mean, meanAbsolute: values.reduce((s, v) => s + Math.abs(v) / count, 0), sd, count };
    }),
    evaluations: trajectories * (n + 1),
    problems:
      lost === 0
        ? []
        : [
            inferenceErrors.problem(
              'inference-output-not-finite',
              `${lost} of ${trajectories * n} elementary effects are not finite; they are left out.`,
            ),
          ],
  };
}
