import type { SdeMethod } from './sde-system.ts';

/** Euler–Maruyama: strong order ½ (1 where the noise does not depend on the state). Kloeden, Platen 1992, 10.2.4. */
export const eulerMaruyama = {
  name: 'euler-maruyama',
  strongOrder: 0.5,
  stepper(system) {
    const { dimension, noises } = system;
    const diagonal = system.noise === 'diagonal';
    const f = new Float64Array(dimension);
    const g = new Float64Array(diagonal ? dimension : dimension * noises);
    return (t, h, y, dW) => {
      system.drift(t, y, f);
      system.diffusion(t, y, g);
      for (let i = 0; i < dimension; i++) {
        let jump = diagonal ? g[i] * dW[i] : 0;
        if (!diagonal) for (let k = 0; k < noises; k++) jump += g[i * noises + k] * dW[k];
        y[i] += f[i] * h + jump;
      }
    };
  },
} satisfies SdeMethod;
