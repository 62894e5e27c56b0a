import type { EnsembleMove } from './ensemble.ts';

/** Share of proposals that jump the whole difference, from one mode to another. */
const JUMPS = 0.05;

/**
 * Differential evolution within a block of coordinates: a particle moves along the difference of two others. Ter Braak,
 * Stat. Comput. 16 (2006) 239; its best scale 2.38/√(2 block length), varied, times the stride. Normal noise of SD 0.01 is
 * added, so that coordinates should have a size of about 1.
 */
export function differentialMove(name: string, block: readonly number[]): EnsembleMove {
  const scale = 2.38 / Math.sqrt(2 * block.length);
  return {
    name,
    stride: 0.8,
    propose(own, others, count, _beta, stride, random) {
      const n = own.length / count;
      const points = Float64Array.from(own);
      for (let c = 0; c < count; c++) {
        const a = Math.floor(random.uniform() * count);
        let b = Math.floor(random.uniform() * (count - 1));
        if (b >= a) b++;
        const gamma = random.uniform() < JUMPS ? 1 : stride * scale * (0.4 + 1.2 * random.uniform());
        for (const i of block)
          points[c * n + i] += gamma * (others[a * n + i] - others[b * n + i]) + 0.01 * random.normal();
      }
      return { points, logRatio: new Float64Array(count) };
    },
  };
}

/**
 * The linearised posterior under a standard normal prior, by directions: along orthonormal direction q the likelihood has
 * curvature `informations[q]` and the mode the coordinate `mode[q]`.
 */
export interface InformedDirections {
  /** dimension × dimension, row-major; column q is direction q. */
  readonly vectors: Float64Array;
  readonly informations: Float64Array;
  readonly mode: Float64Array;
}

/**
 * Crank–Nicolson along chosen directions, reversible with respect to the linearised posterior tempered by β: Cui, Law,
 * Marzouk, J. Comput. Phys. 304 (2016) 109. Every proposal moves `atMost` of the directions, drawn anew for the sweep.
 * The base must be standard normal.
 */
export function directionMove(
  name: string,
  directions: InformedDirections,
  chosen: (information: number) => boolean,
  atMost = Number.POSITIVE_INFINITY,
): EnsembleMove {
  const { vectors, informations, mode } = directions;
  return {
    name,
    stride: 0.6,
    propose(own, _others, count, beta, stride, random) {
      const n = informations.length;
      const moving = [...informations.keys()].filter((q) => chosen(beta * informations[q]));
      for (let i = moving.length - 1; i > 0; i--) {
        const j = Math.floor(random.uniform() * (i + 1));
        [moving[i], moving[j]] = [moving[j], moving[i]];
      }
      const keep = Math.sqrt(1 - stride * stride);
      const points = Float64Array.from(own);
      const logRatio = new Float64Array(count);
      for (const q of moving.slice(0, atMost)) {
        const sd = 1 / Math.sqrt(1 + beta * informations[q]);
        const mean = (beta * (1 + informations[q]) * mode[q]) / (1 + beta * informations[q]);
        for (let c = 0; c < count; c++) {
          let here = 0;
          for (let i = 0; i < n; i++) here += vectors[i * n + q] * own[c * n + i];
          const there = mean + keep * (here - mean) + stride * sd * random.normal();
          logRatio[c] += 0.5 * (((there - mean) / sd) ** 2 - ((here - mean) / sd) ** 2);
          for (let i = 0; i < n; i++) points[c * n + i] += vectors[i * n + q] * (there - here);
        }
      }
      return { points, logRatio };
    },
  };
}
