import type { SdeMethod, SdeSystem } from './sde-system.ts';

/**
 * Milstein's scheme for diagonal and commutative noise, strong order 1, with differences along the noise in place of derivatives:
 * Kloeden, Platen, Numerical Solution of Stochastic Differential Equations (1992), 10.3.16 and 11.1.12 (Platen).
 */
export const milstein = {
  name: 'milstein',
  strongOrder: 1,
  stepper(system) {
    if (system.noise === 'diagonal') return diagonalStep(system);
    if (system.noise === 'commutative') return commutativeStep(system);
    throw new RangeError('Milstein needs diagonal or commutative noise: its order does not hold for general noise.');
  },
} satisfies SdeMethod;

function diagonalStep(system: SdeSystem): ReturnType<SdeMethod['stepper']> {
  const n = system.dimension;
  const f = new Float64Array(n);
  const g = new Float64Array(n);
  const support = new Float64Array(n);
  const moved = new Float64Array(n);
  return (t, h, y, dW) => {
    const root = Math.sqrt(h);
    system.drift(t, y, f);
    system.diffusion(t, y, g);
    for (let i = 0; i < n; i++) support[i] = y[i] + f[i] * h + g[i] * root;
    system.diffusion(t, support, moved);
    for (let i = 0; i < n; i++) {
      y[i] += f[i] * h + g[i] * dW[i] + ((moved[i] - g[i]) / (2 * root)) * (dW[i] * dW[i] - h);
    }
  };
}

/** ½ Σ_jk L^j g_k (dW_j dW_k − δ_jk h): in commutative noise the double integrals are needed only as these products. */
function commutativeStep(system: SdeSystem): ReturnType<SdeMethod['stepper']> {
  const { dimension: n, noises: m } = system;
  const f = new Float64Array(n);
  const g = new Float64Array(n * m);
  const support = new Float64Array(n);
  const moved = new Float64Array(n * m);
  const sum = new Float64Array(n);
  return (t, h, y, dW) => {
    const root = Math.sqrt(h);
    system.drift(t, y, f);
    system.diffusion(t, y, g);
    for (let i = 0; i < n; i++) {
      sum[i] = f[i] * h;
      for (let k = 0; k < m; k++) sum[i] += g[i * m + k] * dW[k];
    }
    for (let j = 0; j < m; j++) {
      for (let i = 0; i < n; i++) support[i] = y[i] + f[i] * h + g[i * m + j] * root;
      system.diffusion(t, support, moved);
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < m; k++) {
          const product = dW[j] * dW[k] - (j === k ? h : 0);
          sum[i] += ((moved[i * m + k] - g[i * m + k]) / (2 * root)) * product;
        }
      }
    }
    for (let i = 0; i < n; i++) y[i] += sum[i];
  };
}
