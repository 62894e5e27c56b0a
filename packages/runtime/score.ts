import type { Forecast, Instant } from '@gemel/core';
import { MINUTE } from '@gemel/core';
import type { Pack } from './pack.ts';

/** The parts of a standing forecast that observations will be held against; the rest is recomputed from its basis. */
export interface ForecastNote {
  readonly id: string;
  readonly hash: string;
  readonly pack: string;
  readonly version: string;
  readonly madeAt: Instant;
  /** Position of the last thing it rested on. */
  readonly seq: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly belief: string;
  readonly modelHash: string;
  readonly seed: number;
  readonly leads: readonly LeadNote[];
}

/** Quantiles around one lead time, so that an observation between grid times can be met. */
export interface LeadNote {
  readonly quantity: string;
  readonly unit: string;
  readonly leadMinutes: number;
  readonly times: readonly Instant[];
  readonly levels: readonly number[];
  /** quantiles[level][time] */
  readonly quantiles: readonly (readonly number[])[];
}

/** How a forecast made before an observation was known compares with it. */
export interface Score {
  readonly pack: string;
  readonly quantity: string;
  readonly unit: string;
  readonly leadMinutes: number;
  /** The forecast's id and the observation's. */
  readonly forecast: string;
  readonly observation: string;
  readonly at: Instant;
  readonly observed: number;
  readonly median: number;
  readonly low50: number;
  readonly high50: number;
  readonly low90: number;
  readonly high90: number;
  readonly crps: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the state is opaque here
export function forecastNote(forecast: Forecast, pack: Pack<any>): ForecastNote {
  const leads: LeadNote[] = [];
  for (const spec of pack.scores) {
    const quantity = forecast.quantities[spec.quantity];
    if (quantity?.kind !== 'trajectory') continue;
    for (const leadMinutes of spec.leadsMinutes) {
      const at = forecast.horizon.from + leadMinutes * MINUTE;
      const near = quantity.times
        .map((_, k) => k)
        .filter((k) => Math.abs(quantity.times[k]! - at) <= pack.forecast.stepMinutes * MINUTE);
      if (near.length === 0) continue;
      leads.push({
        quantity: spec.quantity,
        unit: quantity.unit,
        leadMinutes,
        times: near.map((k) => quantity.times[k]!),
        levels: quantity.levels,
        quantiles: quantity.quantiles.map((row) => near.map((k) => row[k]!)),
      });
    }
  }
  return {
    id: forecast.id,
    hash: forecast.hash,
    pack: forecast.pack.id,
    version: forecast.pack.version,
    madeAt: forecast.madeAt,
    seq: forecast.basis.seq,
    from: forecast.horizon.from,
    to: forecast.horizon.to,
    belief: forecast.belief,
    modelHash: forecast.modelHash,
    seed: forecast.seed,
    leads,
  };
}

/** The quantiles at an instant, linear between grid times; null outside them. */
export function quantilesAt(note: LeadNote, at: Instant): readonly number[] | null {
  const { times } = note;
  const next = times.findIndex((time) => time >= at);
  if (next === -1 || (next === 0 && times[0] !== at)) return null;
  if (times[next] === at) return note.quantiles.map((row) => row[next]!);
  const share = (at - times[next - 1]!) / (times[next]! - times[next - 1]!);
  return note.quantiles.map((row) => row[next - 1]! + (row[next]! - row[next - 1]!) * share);
}

/**
 * Continuous ranked probability score (Matheson and Winkler 1976, Management Science 22, 1087), in the unit of the value, of the
 * distribution whose CDF is linear between the given quantiles, with what lies beyond the outer ones put on them.
 */
export function crpsOfQuantiles(levels: readonly number[], quantiles: readonly number[], observed: number): number {
  const n = levels.length;
  let sum = Math.max(0, quantiles[0]! - observed) + Math.max(0, observed - quantiles[n - 1]!);
  /** ∫ (F − c)² over a stretch of width w on which F runs linearly from a to b. */
  const stretch = (w: number, a: number, b: number, c: number) =>
    (w * ((a - c) ** 2 + (a - c) * (b - c) + (b - c) ** 2)) / 3;
  for (let i = 1; i < n; i++) {
    const [x0, x1, p0, p1] = [quantiles[i - 1]!, quantiles[i]!, levels[i - 1]!, levels[i]!];
    if (!(x1 > x0)) continue;
    if (observed >= x1) sum += stretch(x1 - x0, p0, p1, 0);
    else if (observed <= x0) sum += stretch(x1 - x0, p0, p1, 1);
    else {
      const p = p0 + ((p1 - p0) * (observed - x0)) / (x1 - x0);
      sum += stretch(observed - x0, p0, p, 0) + stretch(x1 - observed, p, p1, 1);
    }
  }
  return sum;
}

/** The value at a level the table holds, else linear between its neighbours. */
export function atLevel(levels: readonly number[], values: readonly number[], level: number): number {
  const next = levels.findIndex((each) => each >= level);
  if (next === -1) return values.at(-1)!;
  if (levels[next] === level || next === 0) return values[next]!;
  const share = (level - levels[next - 1]!) / (levels[next]! - levels[next - 1]!);
  return values[next - 1]! + (values[next]! - values[next - 1]!) * share;
}
