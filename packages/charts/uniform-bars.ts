import type { Scale } from './scales.ts';
import { element } from './svg.ts';
import { colour } from './theme.ts';

/** Counts in equal bins that should be alike, and how far chance lets them stray. */
export interface UniformCounts {
  readonly counts: readonly number[];
  readonly expected: number;
  /** Within which 95 % of the counts lie by chance alone (normal approximation of the binomial). */
  readonly band: readonly [low: number, high: number];
  readonly outside: number;
}

/** Counts against uniformity. @param share independent values for each one counted */
export function uniformCounts(counts: readonly number[], share = 1): UniformCounts {
  const total = counts.reduce((s, n) => s + n, 0);
  const p = 1 / counts.length;
  const reach = 1.959964 * Math.sqrt((total * p * (1 - p)) / share);
  const band = [Math.max(0, total * p - reach), total * p + reach] as const;
  return { counts, expected: total * p, band, outside: counts.filter((n) => n < band[0] || n > band[1]).length };
}

/** The bars in a box, the band of chance behind them; bars that leave it wear the colour of warnings. */
export function uniformBars({ counts, expected, band }: UniformCounts, x: Scale, y: Scale, ink: string): string {
  const width = (x.range[1] - x.range[0]) / counts.length;
  return [
    element('rect', {
      x: x.range[0],
      y: y(band[1]),
      width: x.range[1] - x.range[0],
      height: y(band[0]) - y(band[1]),
      fill: colour('--gm-axis'),
      opacity: '.2',
    }),
    ...counts.map((n, i) => {
      const out = n < band[0] || n > band[1];
      return element('rect', {
        x: x.range[0] + i * width + 0.5,
        y: y(n),
        width: Math.max(1, width - 1),
        height: Math.max(0, y(0) - y(n)),
        fill: out ? colour('--gm-warning') : ink,
        opacity: out ? '.85' : '.62',
      });
    }),
    element('line', {
      x1: x.range[0],
      x2: x.range[1],
      y1: y(expected),
      y2: y(expected),
      stroke: colour('--gm-ink'),
      'stroke-dasharray': '4 3',
      'stroke-width': '1.2',
    }),
    element('line', { x1: x.range[0], x2: x.range[1], y1: y(0), y2: y(0), stroke: colour('--gm-axis') }),
  ].join('');
}
