/** Samples a block of the finest level sums up. */
export const FINEST = 64;
/** Blocks of one level that a block of the next sums up. */
export const FACTOR = 4;

/** One level: least and greatest value of each block of `size` samples. A block without a sample has least > greatest. */
export interface PyramidLevel {
  readonly size: number;
  readonly least: Int32Array;
  readonly greatest: Int32Array;
}

/** Levels from fine to coarse over one run of samples; the coarsest has at most `FACTOR` blocks. */
export interface MinMaxPyramid {
  readonly count: number;
  readonly levels: readonly PyramidLevel[];
}

/** What a block without samples holds. */
export const EMPTY_LEAST = 2_147_483_647;
export const EMPTY_GREATEST = -2_147_483_648;

/** Builds a pyramid from samples that come bit by bit; `missing` is the stored number that stands for no sample. */
export class PyramidBuilder {
  readonly #missing: number | null;
  #least = new Int32Array(1024);
  #greatest = new Int32Array(1024);
  #count = 0;

  constructor(missing: number | null = null) {
    this.#missing = missing;
  }

  add(samples: Int32Array): void {
    const blocks = Math.ceil((this.#count + samples.length) / FINEST);
    if (blocks > this.#least.length) {
      this.#least = grown(this.#least, blocks);
      this.#greatest = grown(this.#greatest, blocks);
    }
    let i = 0;
    while (i < samples.length) {
      const block = Math.floor(this.#count / FINEST);
      const end = Math.min(samples.length, i + (block + 1) * FINEST - this.#count);
      let least = this.#count % FINEST === 0 ? EMPTY_LEAST : this.#least[block]!;
      let greatest = this.#count % FINEST === 0 ? EMPTY_GREATEST : this.#greatest[block]!;
      this.#count += end - i;
      for (; i < end; i++) {
        const value = samples[i]!;
        if (value === this.#missing) continue;
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      }
      this.#least[block] = least;
      this.#greatest[block] = greatest;
    }
  }

  finish(): MinMaxPyramid {
    const blocks = Math.ceil(this.#count / FINEST);
    return pyramidOf(this.#count, this.#least.slice(0, blocks), this.#greatest.slice(0, blocks));
  }
}

/** A pyramid over `count` samples from the blocks of its finest level. */
export function pyramidOf(count: number, least: Int32Array, greatest: Int32Array): MinMaxPyramid {
  const levels: PyramidLevel[] = [{ size: FINEST, least, greatest }];
  for (let last = levels[0]!; last.least.length > FACTOR; last = levels.at(-1)!) levels.push(coarser(last));
  return { count, levels };
}

function grown(values: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(atLeast, 2 * values.length));
  larger.set(values);
  return larger;
}

function coarser({ size, least, greatest }: PyramidLevel): PyramidLevel {
  const blocks = Math.ceil(least.length / FACTOR);
  const low = new Int32Array(blocks).fill(EMPTY_LEAST);
  const high = new Int32Array(blocks).fill(EMPTY_GREATEST);
  for (let i = 0; i < least.length; i++) {
    const block = Math.floor(i / FACTOR);
    if (least[i]! < low[block]!) low[block] = least[i]!;
    if (greatest[i]! > high[block]!) high[block] = greatest[i]!;
  }
  return { size: size * FACTOR, least: low, greatest: high };
}

/** Least and greatest stored number for each pixel; a pixel without a sample has least > greatest. */
export interface Envelope {
  readonly least: Int32Array;
  readonly greatest: Int32Array;
}

/**
 * The envelope of samples [from, to) over `pixels` columns of equal width, exact: edges that fall within blocks are read from the
 * samples. Without `samples`, edges are moved to the nearest blocks of the finest level: at most half of 64 samples.
 * `from` and `to` may lie beyond the ends; there is nothing there.
 */
export function envelope(
  pyramid: MinMaxPyramid,
  from: number,
  to: number,
  pixels: number,
  samples: Int32Array | null = null,
  missing: number | null = null,
): Envelope {
  const least = new Int32Array(pixels).fill(EMPTY_LEAST);
  const greatest = new Int32Array(pixels).fill(EMPTY_GREATEST);
  const edge = (pixel: number) => {
    const at = from + ((to - from) * pixel) / pixels;
    if (at >= pyramid.count) return pyramid.count;
    const whole = samples === null ? Math.round(at / FINEST) * FINEST : Math.round(at);
    return Math.max(0, Math.min(pyramid.count, whole));
  };
  for (let pixel = 0; pixel < pixels; pixel++) {
    let at = edge(pixel);
    const end = edge(pixel + 1);
    let low = EMPTY_LEAST;
    let high = EMPTY_GREATEST;
    while (at < end) {
      // The largest block that begins here and ends within the pixel; the last block of all may be a short one.
      let level = -1;
      for (let k = 0; k < pyramid.levels.length; k++) {
        const { size } = pyramid.levels[k]!;
        if (at % size !== 0 || (at + size > end && end !== pyramid.count)) break;
        level = k;
      }
      if (level >= 0) {
        const { size, least: lows, greatest: highs } = pyramid.levels[level]!;
        const block = at / size;
        if (lows[block]! < low) low = lows[block]!;
        if (highs[block]! > high) high = highs[block]!;
        at += size;
      } else {
        const stop = Math.min(end, (Math.floor(at / FINEST) + 1) * FINEST);
        for (; at < stop; at++) {
          const value = samples![at]!;
          if (value === missing) continue;
          if (value < low) low = value;
          if (value > high) high = value;
        }
      }
    }
    least[pixel] = low;
    greatest[pixel] = high;
  }
  return { least, greatest };
}
