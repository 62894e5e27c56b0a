import type { RandomStream } from '../random/stream.ts';

/** An Itô equation dy = f(t, y) dt + g(t, y) dW. Arrays are not kept. */
export interface SdeSystem {
  readonly dimension: number;
  /** Independent Wiener processes; with diagonal noise as many as components. */
  readonly noises: number;
  /**
   * How noises meet: `diagonal`: noise i acts on component i alone, by a strength that depends on component i alone;
   * `commutative`: L^j g_k = L^k g_j for all noises j, k (Kloeden, Platen 1992, 10.3.13); `general`: neither is promised.
   */
  readonly noise: 'diagonal' | 'commutative' | 'general';
  /** Writes f(t, y). */
  drift(t: number, y: Float64Array, out: Float64Array): void;
  /** Writes g(t, y): dimension values where the noise is diagonal, else dimension × noises, row-major. */
  diffusion(t: number, y: Float64Array, out: Float64Array): void;
}

/** Increments of the Wiener processes over one step: writes one per noise. Steps are asked for in order of time. */
export type WienerIncrements = (t: number, step: number, out: Float64Array) => void;

/** A one-step method: from y at t to y at t + h under the increments dW, in place. */
export interface SdeMethod {
  readonly name: string;
  /** E|error at a fixed time| falls as h to this power. */
  readonly strongOrder: number;
  /** @throws RangeError where the method's order does not hold for the system's kind of noise */
  stepper(system: SdeSystem): (t: number, h: number, y: Float64Array, dW: Float64Array) => void;
}

/** Independent increments of variance `step`. */
export function wiener(random: RandomStream): WienerIncrements {
  return (_t, step, out) => {
    const root = Math.sqrt(step);
    for (let k = 0; k < out.length; k++) out[k] = root * random.normal();
  };
}
