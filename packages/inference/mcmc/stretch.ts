import type { EnsembleMove } from './ensemble.ts';

/**
 * The affine-invariant stretch move (Goodman and Weare, Commun. Appl. Math. Comput. Sci. 5 (2010) 65, equations 7 to 10):
 * a particle moves along the line through another one by a factor z with density ∝ 1/√z on [1/a, a], a = 1 + stride; the
 * usual a = 2 is stride 1. Needs at least twice as many particles as dimensions.
 */
export function stretchMove(name = 'stretch'): EnsembleMove {
  return {
    name,
    stride: 1,
    propose(own, others, count, _beta, stride, random) {
      const n = own.length / count;
      const a = 1 + stride;
      const points = Float64Array.from(own);
      const logRatio = new Float64Array(count);
      for (let c = 0; c < count; c++) {
        const o = Math.floor(random.uniform() * count);
        const root = (1 + (a - 1) * random.uniform()) / Math.sqrt(a);
        const z = root * root;
        for (let i = 0; i < n; i++) points[c * n + i] = others[o * n + i] + z * (own[c * n + i] - others[o * n + i]);
        logRatio[c] = (n - 1) * Math.log(z);
      }
      return { points, logRatio };
    },
  };
}
