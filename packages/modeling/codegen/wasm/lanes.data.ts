import { TYPE } from '@gemel/numerics/wasm/module';
import type { GraphOperator } from '../graph.ts';

export type LaneKind = 'f64' | 'f64x2' | 'f32x4';

/** How numbers lie in a variable, and the instructions of each operation that is one instruction. */
export interface Lanes {
  readonly kind: LaneKind;
  readonly count: number;
  readonly precision: 'double' | 'single';
  readonly type: number;
  /** Bytes of one variable, and of one lane. */
  readonly size: number;
  readonly laneSize: number;
  readonly load: readonly number[];
  readonly store: readonly number[];
  readonly single: Readonly<Partial<Record<GraphOperator, readonly number[]>>>;
}

const simd = (code: number): readonly number[] => (code < 128 ? [0xfd, code] : [0xfd, (code & 127) | 128, code >> 7]);

/** Instructions used here, as bytes (core specification 5.4). */
export const SIMD = {
  const: simd(0x0c),
  not: simd(0x4d),
  and: simd(0x4e),
  or: simd(0x50),
  bitselect: simd(0x52),
  anyTrue: simd(0x53),
  f64x2: { splat: simd(0x14), extract: simd(0x21), replace: simd(0x22), pmin: simd(0xf6), pmax: simd(0xf7) },
  f32x4: { splat: simd(0x13), extract: simd(0x1f), replace: simd(0x20), pmin: simd(0xea), pmax: simd(0xeb) },
  i64x2: { shl: simd(0xcb), shiftRight: simd(0xcd), allTrue: simd(0xc3) },
  i32x4: { shl: simd(0xab), shiftRight: simd(0xad), allTrue: simd(0xa3) },
} as const;

export const LANES: Readonly<Record<LaneKind, Lanes>> = {
  f64: {
    kind: 'f64',
    count: 1,
    precision: 'double',
    type: TYPE.f64,
    size: 8,
    laneSize: 8,
    load: [0x2b, 3],
    store: [0x39, 3],
    single: {
      add: [0xa0],
      sub: [0xa1],
      mul: [0xa2],
      div: [0xa3],
      min: [0xa4],
      max: [0xa5],
      neg: [0x9a],
      abs: [0x99],
      sqrt: [0x9f],
      floor: [0x9c],
      ceil: [0x9b],
      lt: [0x63],
      le: [0x65],
      eq: [0x61],
      and: [0x71],
      or: [0x72],
      not: [0x45],
    },
  },
  f64x2: {
    kind: 'f64x2',
    count: 2,
    precision: 'double',
    type: TYPE.v128,
    size: 16,
    laneSize: 8,
    load: [0xfd, 0x00, 4],
    store: [0xfd, 0x0b, 4],
    single: {
      add: simd(0xf0),
      sub: simd(0xf1),
      mul: simd(0xf2),
      div: simd(0xf3),
      min: simd(0xf4),
      max: simd(0xf5),
      neg: simd(0xed),
      abs: simd(0xec),
      sqrt: simd(0xef),
      floor: simd(0x75),
      ceil: simd(0x74),
      lt: simd(0x49),
      le: simd(0x4b),
      eq: simd(0x47),
      and: simd(0x4e),
      or: simd(0x50),
      not: simd(0x4d),
    },
  },
  f32x4: {
    kind: 'f32x4',
    count: 4,
    precision: 'single',
    type: TYPE.v128,
    size: 16,
    laneSize: 4,
    load: [0xfd, 0x00, 4],
    store: [0xfd, 0x0b, 4],
    single: {
      add: simd(0xe4),
      sub: simd(0xe5),
      mul: simd(0xe6),
      div: simd(0xe7),
      min: simd(0xe8),
      max: simd(0xe9),
      neg: simd(0xe1),
      abs: simd(0xe0),
      sqrt: simd(0xe3),
      floor: simd(0x68),
      ceil: simd(0x67),
      lt: simd(0x43),
      le: simd(0x45),
      eq: simd(0x41),
      and: simd(0x4e),
      or: simd(0x50),
      not: simd(0x4d),
    },
  },
};
