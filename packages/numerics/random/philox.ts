import { BLOCKS, philoxKernel } from './philox-kernel.ts';
import type { IndexedDraws, RandomStream } from './stream.ts';

/**
 * Philox4x32-10, a counter-based generator: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011, doi:10.1145/2063384.2063405. Known-answer vectors of the authors' Random123 are in the test.
 */
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/**
 * High 32 bits of a 32 × 32 bit product; a is given by its halves. No partial sum reaches 2³², so that integer arithmetic
 * modulo 2³² holds each of them.
 */
function mulhi(a1: number, a0: number, b: number): number {
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const mid = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const low = (Math.imul(a0, b1) + (mid & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (mid >>> 16) + (low >>> 16)) | 0;
}

/** Ten rounds over the counter `c` (4 words) in place, with key (k0, k1). */
export function philox4x32(c: Uint32Array, k0: number, k1: number): void {
  let c0 = c[0] | 0;
  let c1 = c[1] | 0;
  let c2 = c[2] | 0;
  let c3 = c[3] | 0;
  for (let round = 0; round < 10; round++) {
    const h0 = mulhi(M0 >>> 16, M0 & 0xffff, c0);
    const l0 = Math.imul(M0, c0);
    const h1 = mulhi(M1 >>> 16, M1 & 0xffff, c2);
    const l1 = Math.imul(M1, c2);
    c0 = h1 ^ c1 ^ k0;
    c1 = l1;
    c2 = h0 ^ c3 ^ k1;
    c3 = l0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  c[0] = c0;
  c[1] = c1;
  c[2] = c2;
  c[3] = c3;
}

/** 53 bits of two words, in (0, 1). */
function fraction(high: number, low: number): number {
  return ((high >>> 5) * 67108864 + (low >>> 6) + 0.5) / 9007199254740992;
}

/** Scratch space of forks. */
const ABSORBED = new Uint32Array(4);
const BITS = new DataView(new ArrayBuffer(8));

class PhiloxStream implements RandomStream {
  readonly #k0: number;
  readonly #k1: number;
  readonly #p0: number;
  readonly #p1: number;
  readonly #block = new Uint32Array(4);
  #counter = 0;
  #used = 4;
  #spare = Number.NaN;

  constructor(k0: number, k1: number, p0: number, p1: number) {
    this.#k0 = k0;
    this.#k1 = k1;
    this.#p0 = p0;
    this.#p1 = p1;
  }

  #fill(): void {
    const b = this.#block;
    const counter = this.#counter;
    b[0] = counter >>> 0;
    b[1] = Math.floor(counter / 4294967296) >>> 0;
    b[2] = this.#p0;
    b[3] = this.#p1;
    philox4x32(b, this.#k0, this.#k1);
    this.#counter = counter + 1;
    this.#used = 0;
  }

  uint32(): number {
    if (this.#used === 4) this.#fill();
    return this.#block[this.#used++];
  }

  uniform(): number {
    const high = this.uint32();
    return fraction(high, this.uint32());
  }

  /** Box–Muller, both values used. */
  normal(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    let first: number;
    let second: number;
    if (this.#used === 4) {
      // The usual case, both uniforms from one block at once.
      this.#fill();
      this.#used = 4;
      const b = this.#block;
      first = fraction(b[0], b[1]);
      second = fraction(b[2], b[3]);
    } else {
      first = this.uniform();
      second = this.uniform();
    }
    const r = Math.sqrt(-2 * Math.log(first));
    const angle = 2 * Math.PI * second;
    this.#spare = r * Math.sin(angle);
    return r * Math.cos(angle);
  }

  indexed(): IndexedDraws {
    return new PhiloxDraws(this.#k0, this.#k1, this.#p0, this.#p1);
  }

  /** The path is absorbed word by word by Philox itself, so that different paths give independent counters. */
  fork(...path: readonly (string | number)[]): RandomStream {
    const b = ABSORBED;
    let p0 = this.#p0;
    let p1 = this.#p1;
    const absorb = (word: number, tag: number) => {
      b[0] = word >>> 0;
      b[1] = tag;
      b[2] = p0;
      b[3] = p1;
      philox4x32(b, this.#k0 ^ 0x5bf03635, this.#k1 ^ 0x8f1bbcdc);
      p0 = b[0];
      p1 = b[1];
    };
    for (const part of path) {
      if (typeof part === 'number') {
        BITS.setFloat64(0, part);
        absorb(BITS.getUint32(0), 1);
        absorb(BITS.getUint32(4), 2);
      } else {
        for (let i = 0; i < part.length; i++) absorb(part.charCodeAt(i), 3);
        absorb(part.length, 4);
      }
    }
    return new PhiloxStream(this.#k0, this.#k1, p0, p1);
  }
}

/** A stream for a seed (any finite number; its 64 bits are the key) and a path of names and numbers. */
export function randomStream(seed: number, ...path: readonly (string | number)[]): RandomStream {
  BITS.setFloat64(0, seed);
  const root = new PhiloxStream(BITS.getUint32(0), BITS.getUint32(4), 0, 0);
  return path.length === 0 ? root : root.fork(...path);
}

/** Numbers of one j, 128 in a row, made together once two of them were asked for. */
interface Stretch {
  j: number;
  number: number;
  asked: number;
  readonly values: Float64Array;
}

/** Stretches kept at once: a step that several sources pass has one for each. */
const MOST_STRETCHES = 8;

class PhiloxDraws implements IndexedDraws {
  readonly #k0: number;
  readonly #k1: number;
  readonly #p0: number;
  readonly #p1: number;
  readonly #block = new Uint32Array(4);
  readonly #stretches: Stretch[] = [];
  #last: Stretch | null = null;

  constructor(k0: number, k1: number, p0: number, p1: number) {
    this.#k0 = k0;
    this.#k1 = k1;
    this.#p0 = p0;
    this.#p1 = p1;
  }

  /** Neighbours are mostly asked for one soon after the other: they are made together and kept. */
  uniform(i: number, j: number): number {
    const last = this.#last;
    if (last !== null && last.j === j && last.number === i >>> 7) return last.values[i & 127];
    return this.#look(i, j);
  }

  #look(i: number, j: number): number {
    const stretches = this.#stretches;
    const number = i >>> 7;
    let at = stretches.findIndex((stretch) => stretch.j === j);
    if (at < 0 && stretches.length < MOST_STRETCHES) {
      at = stretches.push({ j, number: -1, asked: 0, values: new Float64Array(2 * BLOCKS) }) - 1;
    }
    // The one asked for longest ago makes room.
    const stretch = at < 0 ? stretches[0] : stretches[at];
    stretches.splice(Math.max(at, 0), 1);
    stretches.push(stretch);
    if (stretch.j !== j || stretch.number !== number) {
      stretch.asked = stretch.j === j && stretch.asked > 1 && stretch.number === number - 1 ? 2 : 1;
      stretch.j = j;
      stretch.number = number;
      if (stretch.asked > 1) this.#fill(stretch);
    } else if (++stretch.asked === 2) this.#fill(stretch);
    if (stretch.asked > 1) {
      this.#last = stretch;
      return stretch.values[i & 127];
    }
    if (stretch === this.#last) this.#last = null;
    return this.#single(i, j);
  }

  #fill({ values, number, j }: Stretch): void {
    philoxKernel()(values, number * BLOCKS, j, this.#p0, this.#p1, this.#k0, this.#k1);
  }

  #single(i: number, j: number): number {
    const b = this.#block;
    b[0] = i >>> 1;
    b[1] = j;
    b[2] = this.#p0;
    b[3] = this.#p1;
    philox4x32(b, this.#k0, this.#k1);
    return (i & 1) === 0 ? fraction(b[0], b[1]) : fraction(b[2], b[3]);
  }
}

/** Draws by index, for a seed and a path as `randomStream` has them; the two share no numbers. */
export function indexedDraws(seed: number, ...path: readonly (string | number)[]): IndexedDraws {
  return (randomStream(seed, ...path, 'indexed') as PhiloxStream).indexed();
}
