import type { RandomStream } from '@gemel/numerics';
import { inferenceErrors } from '../errors.data.ts';
import type { LogDensity } from '../log-density.ts';
import type { ChainDraw } from './draws.ts';

/** What the next sweep needs. */
export interface SliceState {
  readonly point: Float64Array;
  readonly logDensity: number;
  /** Width of the first bracket in each coordinate. */
  readonly widths: Float64Array;
}

export interface SliceInfo {
  readonly evaluations: number;
  /** Length of the last slice bracket found in each coordinate. */
  readonly brackets: Float64Array;
}

/** Widths that a bracket spans at most after stepping out. */
const OUTWARD = 50;

/** Length of a bracket at which the density is said not to fall off. */
const LONGEST = 1e20;

/** Starts at `point` with the same first width in every coordinate. @throws inference-density-not-finite */
export function init(target: LogDensity, point: Float64Array, width = 1): SliceState {
  const logDensity = target.evaluate(point, 1)[0];
  if (!Number.isFinite(logDensity)) {
    throw inferenceErrors.error('inference-density-not-finite', `The log density at the start is ${logDensity}.`);
  }
  return { point: Float64Array.from(point), logDensity, widths: new Float64Array(point.length).fill(width) };
}

/**
 * One sweep of univariate slice sampling, coordinate by coordinate, with stepping out and shrinkage (Neal, Ann. Stat. 31
 * (2003) 705, figures 3 and 5). Needs no gradient and no tuning; leaves the target invariant. With `adapt` the widths
 * turn towards the brackets found; what is kept as a sample should be drawn without.
 * @throws inference-improper-posterior where adapted brackets grow without end, inference-density-not-finite at +Infinity
 */
export function step(
  target: LogDensity,
  state: SliceState,
  random: RandomStream,
  adapt = false,
): { readonly state: SliceState; readonly info: SliceInfo } {
  const n = target.dimension;
  const point = Float64Array.from(state.point);
  const widths = Float64Array.from(state.widths);
  const brackets = new Float64Array(n);
  let logDensity = state.logDensity;
  let evaluations = 0;
  for (let i = 0; i < n; i++) {
    const here = point[i];
    const level = logDensity + Math.log(random.uniform());
    const at = (x: number) => {
      point[i] = x;
      evaluations++;
      const f = target.evaluate(point, 1)[0];
      if (f === Infinity) {
        const message = `The log density is infinite where coordinate ${i} is ${x}.`;
        throw inferenceErrors.error('inference-density-not-finite', message, `parameter ${i}`);
      }
      return Number.isNaN(f) ? -Infinity : f;
    };
    let low = here - state.widths[i] * random.uniform();
    let high = low + state.widths[i];
    let left = Math.floor(OUTWARD * random.uniform());
    let right = OUTWARD - 1 - left;
    while (left-- > 0 && at(low) > level) low -= state.widths[i];
    while (right-- > 0 && at(high) > level) high += state.widths[i];
    brackets[i] = high - low;
    if (!(brackets[i] < LONGEST)) {
      throw inferenceErrors.error(
        'inference-improper-posterior',
        `The slice of coordinate ${i} is ${brackets[i].toExponential(1)} long: the density does not fall off.`,
        `parameter ${i}`,
      );
    }
    for (;;) {
      const x = low + random.uniform() * (high - low);
      const f = at(x);
      if (f > level || x === here) {
        logDensity = x === here ? logDensity : f;
        break;
      }
      if (x < here) low = x;
      else high = x;
    }
    if (adapt) widths[i] = 0.9 * widths[i] + 0.1 * brackets[i];
  }
  return { state: { point, logDensity, widths }, info: { evaluations, brackets } };
}

/** One chain as a generator; a function of the target, the start and the stream alone. */
export function* sliceChain(
  target: LogDensity,
  start: Float64Array,
  random: RandomStream,
  options: { readonly warmUp?: number; readonly draws?: number; readonly width?: number } = {},
): Generator<ChainDraw<SliceInfo>, void, undefined> {
  const { warmUp = 500, draws = 1000, width = 1 } = options;
  let state = init(target, start, width);
  for (let t = 0; t < warmUp + draws; t++) {
    const next = step(target, state, random, t < warmUp);
    state = next.state;
    const phase = t < warmUp ? 'warm-up' : 'sampling';
    yield { phase, point: state.point, logDensity: state.logDensity, info: next.info };
  }
}
