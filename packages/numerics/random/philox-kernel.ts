import { Bytes } from '../wasm/bytes.ts';
import { TYPE, WasmModule } from '../wasm/module.ts';

/** Blocks that one call makes, two numbers each. */
export const BLOCKS = 64;

/** Writes the numbers of blocks `first` to `first + 63` at counter (block, j, p0, p1) into `into`. */
export type PhiloxKernel = (
  into: Float64Array,
  first: number,
  j: number,
  p0: number,
  p1: number,
  k0: number,
  k1: number,
) => void;

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** Instructions used here (WebAssembly core specification 5.4). */
const I = {
  loop: [0x03, 0x40],
  end: [0x0b],
  branchIf: [0x0d, 0],
  get: [0x20],
  set: [0x21],
  tee: [0x22],
  storeDouble: [0x39, 3],
  i32: [0x41],
  i64: [0x42],
  f64: [0x44],
  below: [0x49],
  add: [0x6a],
  xor: [0x73],
  shiftRight: [0x76],
  timesLong: [0x7e],
  shiftRightLong: [0x88],
  plus: [0xa0],
  times: [0xa2],
  wrap: [0xa7],
  long: [0xad],
  double: [0xb8],
} as const;

let kernel: PhiloxKernel | null = null;

/**
 * Philox4x32-10 for many counters at once in WebAssembly, which has the 64-bit product that JavaScript lacks. The numbers are
 * those of `PhiloxDraws`, bit for bit.
 */
export function philoxKernel(): PhiloxKernel {
  kernel ??= build();
  return kernel;
}

function build(): PhiloxKernel {
  const module = new WasmModule();
  const fill = module.declare();
  const code = new Bytes();
  const [first, j, p0, p1, k0, k1] = [0, 1, 2, 3, 4, 5];
  const [n, c0, c1, c2, c3, a, b] = [6, 7, 8, 9, 10, 11, 12];
  const get = (local: number) => code.raw(...I.get).unsigned(local);
  const set = (local: number) => code.raw(...I.set).unsigned(local);
  /** product = counter × multiplier, 64 bits. */
  const product = (counter: number, multiplier: number, into: number) => {
    get(counter).raw(...I.long, ...I.i64);
    code.signedLong(BigInt(multiplier)).raw(...I.timesLong);
    set(into);
  };
  /** counter = high half of the product ^ neighbour ^ (key + round · weyl). */
  const mix = (counter: number, of: number, neighbour: number, key: number, weyl: number, round: number) => {
    get(of).raw(...I.i64);
    code.signedLong(32n).raw(...I.shiftRightLong, ...I.wrap);
    get(neighbour).raw(...I.xor);
    get(key).raw(...I.i32);
    code.signed(Math.imul(weyl, round)).raw(...I.add, ...I.xor);
    set(counter);
  };
  const low = (of: number, into: number) => {
    get(of).raw(...I.wrap);
    set(into);
  };
  /** ((high >>> 5) · 2²⁶ + (low >>> 6) + ½) / 2⁵³ */
  const store = (high: number, lower: number, offset: number) => {
    get(n).raw(...I.i32);
    code.signed(4).raw(0x74);
    get(high).raw(...I.i32);
    code.signed(5).raw(...I.shiftRight, ...I.double, ...I.f64);
    code.float64(67108864).raw(...I.times);
    get(lower).raw(...I.i32);
    code.signed(6).raw(...I.shiftRight, ...I.double, ...I.plus, ...I.f64);
    code.float64(0.5).raw(...I.plus, ...I.f64);
    code.float64(2 ** -53).raw(...I.times, ...I.storeDouble);
    code.unsigned(offset);
  };
  code.raw(...I.loop);
  get(first);
  get(n).raw(...I.add);
  set(c0);
  for (const [from, to] of [
    [j, c1],
    [p0, c2],
    [p1, c3],
  ]) {
    get(from);
    set(to);
  }
  for (let round = 0; round < 10; round++) {
    product(c0, M0, a);
    product(c2, M1, b);
    mix(c0, b, c1, k0, W0, round);
    mix(c2, a, c3, k1, W1, round);
    low(b, c1);
    low(a, c3);
  }
  store(c0, c1, 0);
  store(c2, c3, 8);
  get(n).raw(...I.i32);
  code.signed(1).raw(...I.add, ...I.tee);
  code.unsigned(n).raw(...I.i32);
  code.signed(BLOCKS).raw(...I.below, ...I.branchIf, ...I.end);
  const { i32, i64 } = TYPE;
  module.define(
    fill,
    { parameters: [i32, i32, i32, i32, i32, i32], results: [] },
    [i32, i32, i32, i32, i32, i64, i64],
    code,
  );
  module.export('fill', fill);
  const made = new WebAssembly.Instance(new WebAssembly.Module(module.encode(1)), {}).exports as {
    readonly memory: WebAssembly.Memory;
    fill(first: number, j: number, p0: number, p1: number, k0: number, k1: number): void;
  };
  const numbers = new Float64Array(made.memory.buffer, 0, 2 * BLOCKS);
  return (into, ...counter) => {
    made.fill(...counter);
    into.set(numbers);
  };
}
