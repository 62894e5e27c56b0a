import { type Coding, codingKey } from '@gemel/core';
import type { Ages } from './age.ts';
import { measures } from './measures.data.ts';

/** Values usual at an age, and those believable at all, in the measure's unit. */
export interface AgeBand {
  /** Years; the band reaches to the next one's `from`. */
  readonly from: number;
  readonly sex?: 'male' | 'female';
  /** Low centile, median and high centile of a reference population. */
  readonly usual: readonly [low: number, median: number, high: number];
  /** Where absent: three times as far from the median as the low and the high centile, on the measure's scale. */
  readonly plausible?: readonly [low: number, high: number];
}

/** What the quality gate knows of a quantity that many signals may measure. Durations in minutes, values in `unit`. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly codings: readonly Coding[];
  readonly unit: string;
  readonly molarMass?: number;
  readonly unitAliases?: Readonly<Record<string, string>>;
  /** Outside, no living person's value and no working sensor's. */
  readonly possible: readonly [low: number, high: number];
  /** Ascending by `from`. */
  readonly bands: readonly AgeBand[];
  /** Scale on which values spread evenly about their median. */
  readonly scale: 'log' | 'linear';
  /** Units this quantity is commonly written in, and mistaken for one another. */
  readonly units: readonly string[];
  /** SD of one person's values on `scale`, where the person's own history is too short to tell. */
  readonly within: number;
  /** A larger change on `scale` within `minutes` is hardly the body's (delta check). */
  readonly delta?: { readonly minutes: number; readonly change: number };
  /** This many equal values in a row over at least `minutes` are hardly a living sensor's. */
  readonly stuck?: { readonly count: number; readonly minutes: number };
  /** Two sources measure the same moment when this near; they agree where bias and SD of their differences stay within, on `scale`. */
  readonly agree?: { readonly minutes: number; readonly bias: number; readonly sd: number };
  /** Where the figures come from. */
  readonly source: string;
}

/** Centiles of the healthy are no limits of the ill: how much farther from the median a value may lie. */
const WIDER = 3;

const byCode = new Map(measures.flatMap((measure) => measure.codings.map((code) => [codingKey(code), measure])));
const byId = new Map(measures.map((measure) => [measure.id, measure]));

/** The measure of the first coding that names one. */
export function measureOf(codings: readonly Coding[]): Measure | null {
  for (const code of codings) {
    const found = byCode.get(codingKey(code));
    if (found !== undefined) return found;
  }
  return null;
}

/** The measure a fact states (`body.weight`). */
export function measureOfFact(fact: string): Measure | null {
  return byId.get(fact) ?? null;
}

/** What a person of this age and sex may show; what is not known widens it. */
export interface Expected {
  readonly usual: readonly [low: number, median: number, high: number];
  readonly plausible: readonly [low: number, high: number];
}

/** Ranges over all bands the person may be in. `ages` null: any age. */
export function expectedOf(measure: Measure, ages: Ages | null, sex: 'male' | 'female' | null): Expected {
  const [least, most] = measure.possible;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let usualLow = low;
  let usualHigh = high;
  let median = Number.NaN;
  const { bands } = measure;
  for (let i = 0; i < bands.length; i++) {
    const band = bands[i]!;
    if (sex !== null && band.sex !== undefined && band.sex !== sex) continue;
    if (ages !== null && (band.from > ages.most || untilOf(bands, i) <= ages.least)) continue;
    const [a, b] = band.plausible ?? widened(band.usual, measure.scale);
    low = Math.min(low, a);
    high = Math.max(high, b);
    usualLow = Math.min(usualLow, band.usual[0]);
    usualHigh = Math.max(usualHigh, band.usual[2]);
    // The oldest band that may apply: of the unknown, most are adults.
    median = band.usual[1];
  }
  if (Number.isNaN(median)) return { usual: [least, (least + most) / 2, most], plausible: measure.possible };
  return { usual: [usualLow, median, usualHigh], plausible: [Math.max(low, least), Math.min(high, most)] };
}

/** A value on the measure's scale; −Infinity for zero and less where that is logarithmic. */
export function onScale(measure: Pick<Measure, 'scale'>, value: number): number {
  if (measure.scale === 'linear') return value;
  return value > 0 ? Math.log(value) : Number.NEGATIVE_INFINITY;
}

function untilOf(bands: readonly AgeBand[], i: number): number {
  const { from } = bands[i]!;
  for (let j = i + 1; j < bands.length; j++) if (bands[j]!.from > from) return bands[j]!.from;
  return Number.POSITIVE_INFINITY;
}

function widened([low, median, high]: AgeBand['usual'], scale: Measure['scale']): readonly [number, number] {
  return scale === 'log'
    ? [median * (low / median) ** WIDER, median * (high / median) ** WIDER]
    : [median - WIDER * (median - low), median + WIDER * (high - median)];
}
