import type { Scalar } from '@gemel/core';
import { type Display, linearScale, niceTicks, shown } from './scales.ts';
import { type Chart, chart, element, px, text } from './svg.ts';
import { colour, type ThemeColour } from './theme.ts';

export interface QuantileDots {
  readonly id: string;
  readonly title: string;
  readonly levels: readonly number[];
  readonly quantiles: readonly number[];
  readonly display: Display;
  /** Dots drawn: each stands for the same chance. */
  readonly dots?: number;
  readonly colour?: ThemeColour;
  /** Dots beyond are drawn in the colour of warnings, and counted in words. */
  readonly beyond?: { readonly below: number } | { readonly above: number };
  readonly covers?: readonly [low: number, high: number];
  readonly width?: number;
}

/** Value at probability p by linear interpolation of the stored quantiles; flat beyond the outermost. */
export function quantileAt(levels: readonly number[], quantiles: readonly number[], p: number): number {
  const i = levels.findIndex((l) => l >= p);
  if (i < 0) return quantiles.at(-1)!;
  if (i === 0) return quantiles[0]!;
  const share = (p - levels[i - 1]!) / (levels[i]! - levels[i - 1]!);
  return quantiles[i - 1]! + share * (quantiles[i]! - quantiles[i - 1]!);
}

/** A distribution as equally likely dots (Kay 2016, doi:10.1145/2858036.2858558): chances are counted, not judged by eye. */
export function quantileDots(given: QuantileDots): Chart {
  const n = given.dots ?? 20;
  const width = given.width ?? 320;
  const values = Array.from({ length: n }, (_, i) => quantileAt(given.levels, given.quantiles, (i + 0.5) / n));
  const low = Math.min(given.covers?.[0] ?? values[0]!, values[0]!);
  const high = Math.max(given.covers?.[1] ?? values[n - 1]!, values[n - 1]!);
  const room = (high - low || 1) * 0.04;
  const x = linearScale([low - room, high + room], [10, width - 10]);
  const r = Math.min(7, Math.max(3.5, (width - 20) / 44));
  const columns = new Map<number, number>();
  const isBeyond = (v: number) =>
    given.beyond !== undefined && ('below' in given.beyond ? v < given.beyond.below : v > given.beyond.above);
  const placed = values.map((v) => {
    const column = Math.round(x(v) / (2 * r));
    const stack = columns.get(column) ?? 0;
    columns.set(column, stack + 1);
    return { v, cx: column * 2 * r, stack };
  });
  const tallest = Math.max(...columns.values());
  const bottom = 26 + tallest * 2 * r + 4;
  const beyond = values.filter(isBeyond).length;
  const body = [
    text(0, 13, given.title, { 'font-size': '13px', 'font-weight': '650', fill: colour('--gm-ink') }),
    ...placed.map(({ v, cx, stack }) => {
      const ink = colour(isBeyond(v) ? '--gm-warning' : (given.colour ?? '--gm-arm-1'));
      return `<circle cx="${px(cx)}" cy="${px(bottom - r - stack * 2 * r)}" r="${px(r - 0.8)}" fill="${ink}"/>`;
    }),
    element('line', { x1: 4, x2: width - 4, y1: bottom + 1, y2: bottom + 1, stroke: colour('--gm-axis') }),
    ...niceTicks(low * given.display.factor, high * given.display.factor, 5).map((t) =>
      text(x(t / given.display.factor), bottom + 15, shown(t, { factor: 1, decimals: Number.isInteger(t) ? 0 : 1 }), {
        'text-anchor': 'middle',
        'font-size': '11px',
        fill: colour('--gm-ink-soft'),
      }),
    ),
  ];
  const say = (p: number) => shown(quantileAt(given.levels, given.quantiles, p), given.display);
  const chance =
    beyond === 0 ? '' : ` ${beyond} of ${n} dots lie ${'below' in given.beyond! ? 'below' : 'above'} the threshold.`;
  return chart({
    id: given.id,
    title: given.title,
    summary: `Median ${say(0.5)} ${given.display.unit}, 90 % interval ${say(0.05)} to ${say(0.95)}.${chance}`,
    width,
    height: bottom + 20,
    body,
    table: {
      caption: `${given.title}, ${given.display.unit}`,
      columns: ['Probability', 'Value'],
      rows: given.levels.map((l, i) => [`${l * 100} %`, shown(given.quantiles[i]!, given.display)]),
    },
  });
}

/** The dots of a scalar quantity of a forecast. */
export function dotsOf(scalar: Scalar, rest: Omit<QuantileDots, 'title' | 'levels' | 'quantiles'>): Chart {
  return quantileDots({ ...rest, title: scalar.title, levels: scalar.levels, quantiles: scalar.quantiles });
}
