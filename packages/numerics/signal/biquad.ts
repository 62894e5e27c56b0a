/** A second-order section, normalised to a0 = 1: y = b0 x + b1 x₋₁ + b2 x₋₂ − a1 y₋₁ − a2 y₋₂. */
export interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/** Second-order Butterworth low-pass by the bilinear transform with prewarping; `cutoff` in (0, rate/2). */
export function lowPass(cutoff: number, rate: number): Biquad {
  const k = Math.tan((Math.PI * cutoff) / rate);
  const scale = 1 / (1 + Math.SQRT2 * k + k * k);
  const b0 = k * k * scale;
  return { b0, b1: 2 * b0, b2: b0, a1: 2 * (k * k - 1) * scale, a2: (1 - Math.SQRT2 * k + k * k) * scale };
}

/** Second-order Butterworth high-pass, likewise. */
export function highPass(cutoff: number, rate: number): Biquad {
  const k = Math.tan((Math.PI * cutoff) / rate);
  const scale = 1 / (1 + Math.SQRT2 * k + k * k);
  return {
    b0: scale,
    b1: -2 * scale,
    b2: scale,
    a1: 2 * (k * k - 1) * scale,
    a2: (1 - Math.SQRT2 * k + k * k) * scale,
  };
}

/** A section over `values` in place, begun as if the first value had always stood. */
function run(section: Biquad, values: Float64Array): void {
  const { b0, b1, b2, a1, a2 } = section;
  const first = values[0] ?? 0;
  const steady = (first * (b0 + b1 + b2)) / (1 + a1 + a2);
  let [x1, x2, y1, y2] = [first, first, steady, steady];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    values[i] = y;
  }
}

/** Runs the sections forwards and backwards: no delay, the squared response. Values must be finite. */
export function zeroPhase(sections: readonly Biquad[], values: Float64Array): Float64Array {
  const out = Float64Array.from(values);
  for (const section of sections) run(section, out);
  out.reverse();
  for (const section of sections) run(section, out);
  return out.reverse();
}

/** The signal between two frequencies, without delay. `high` is kept below 0.45 of the rate. */
export function bandPass(values: Float64Array, rate: number, low: number, high: number): Float64Array {
  return zeroPhase([highPass(low, rate), lowPass(Math.min(high, 0.45 * rate), rate)], values);
}

/** Mean over a window of `width` samples centred on each; shorter at the ends. */
export function movingMean(values: Float64Array, width: number): Float64Array {
  const half = Math.floor(Math.max(1, width) / 2);
  const out = new Float64Array(values.length);
  let sum = 0;
  for (let i = 0; i < Math.min(half, values.length); i++) sum += values[i]!;
  for (let i = 0; i < values.length; i++) {
    if (i + half < values.length) sum += values[i + half]!;
    if (i - half - 1 >= 0) sum -= values[i - half - 1]!;
    out[i] = sum / (Math.min(i + half, values.length - 1) - Math.max(i - half, 0) + 1);
  }
  return out;
}

/** Gaps (NaN) filled with the value before them, those at the start with the first after. */
export function filled(values: Float64Array): Float64Array {
  const out = Float64Array.from(values);
  const first = out.find((value) => !Number.isNaN(value)) ?? 0;
  let last = first;
  for (let i = 0; i < out.length; i++) {
    if (Number.isNaN(out[i]!)) out[i] = last;
    else last = out[i]!;
  }
  return out;
}
