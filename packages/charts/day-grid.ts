import { type Display, linearScale, shown } from './scales.ts';
import { areaPath, type Chart, chart, element, linePath, text } from './svg.ts';
import { colour } from './theme.ts';

/** One day of values for a thumbnail. */
export interface DayPanel {
  /** ISO date. */
  readonly date: string;
  /** `Mon 4 Mar`. */
  readonly label: string;
  readonly points: readonly { readonly minute: number; readonly value: number }[];
  /** Percent of values within the target, for the table. */
  readonly inTarget: number;
}

export interface DayGrid {
  readonly id: string;
  readonly title: string;
  readonly days: readonly DayPanel[];
  readonly target: readonly [low: number, high: number];
  readonly covers: readonly [low: number, high: number];
  readonly display: Display;
  readonly columns?: number;
  readonly width?: number;
  readonly panelHeight?: number;
}

/** Small multiples, one per day, on common scales: what is above and below the target is filled. */
export function dayGrid(given: DayGrid): Chart {
  const width = given.width ?? 840;
  const columns = given.columns ?? 7;
  const panel = given.panelHeight ?? 92;
  const [left, top] = [30, 22];
  const wide = (width - left) / columns;
  const rows = Math.max(1, Math.ceil(given.days.length / columns));
  const high = Math.max(given.covers[1], ...given.days.flatMap((d) => d.points.map((p) => p.value)));
  const body: string[] = [
    text(0, 13, given.title, { 'font-size': '14px', 'font-weight': '650', fill: colour('--gm-ink') }),
    text(width, 13, given.display.unit, { 'text-anchor': 'end', fill: colour('--gm-ink-soft') }),
  ];
  given.days.forEach((day, i) => {
    const x0 = left + (i % columns) * wide;
    const y0 = top + Math.floor(i / columns) * panel;
    const x = linearScale([0, 1440], [x0, x0 + wide]);
    const y = linearScale([given.covers[0], high], [y0 + panel - 4, y0 + 14]);
    body.push(drawDay(given, day, x, y));
    if (i % columns === 0)
      for (const limit of given.target)
        body.push(
          text(x0 - 4, y(limit) + 3.5, shown(limit, given.display), {
            'text-anchor': 'end',
            'font-size': '9.5px',
            fill: colour('--gm-ink-soft'),
          }),
        );
  });
  return chart({
    id: given.id,
    title: given.title,
    summary: given.days
      .map((d) => `${d.label}: ${shown(d.inTarget, { factor: 1, decimals: 0 })} percent in target`)
      .join('; '),
    width,
    height: top + rows * panel + 4,
    body,
    table: {
      caption: given.title,
      columns: ['Date', 'Values', 'In target (%)', `Lowest (${given.display.unit})`, `Highest (${given.display.unit})`],
      rows: given.days.map((d) => {
        const values = d.points.map((p) => p.value);
        return [
          d.date,
          values.length,
          shown(d.inTarget, { factor: 1, decimals: 0 }),
          shown(Math.min(...values), given.display),
          shown(Math.max(...values), given.display),
        ];
      }),
    },
  });
}

type DrawnScale = ReturnType<typeof linearScale>;

function drawDay(given: DayGrid, day: DayPanel, x: DrawnScale, y: DrawnScale): string {
  const [low, high] = given.target;
  const [x0, x1] = x.range;
  const [bottom, top] = y.range;
  const trace: [number, number][] = [];
  day.points.forEach((p, i) => {
    const before = day.points[i - 1];
    if (before !== undefined && p.minute - before.minute > 45) trace.push([Number.NaN, Number.NaN]);
    trace.push([x(p.minute), y(p.value)]);
  });
  const beyond = (limit: number, clamp: (v: number) => number, fill: string) => {
    const xs = trace.map(([at]) => at);
    const edge = trace.map(([at, v]) => (Number.isNaN(at) ? Number.NaN : clamp(v)));
    const flat = xs.map((at) => (Number.isNaN(at) ? Number.NaN : y(limit)));
    return element('path', { d: areaPath(xs, flat, edge), fill, opacity: '.6' });
  };
  return element('g', {}, [
    element('rect', { x: x0, y: y(high), width: x1 - x0, height: y(low) - y(high), fill: colour('--gm-target') }),
    beyond(high, (v) => Math.min(v, y(high)), colour('--gm-high')),
    beyond(low, (v) => Math.max(v, y(low)), colour('--gm-low')),
    element('path', { d: linePath(trace), fill: 'none', stroke: colour('--gm-observed'), 'stroke-width': '1.1' }),
    element('rect', { x: x0, y: top, width: x1 - x0, height: bottom - top, fill: 'none', stroke: colour('--gm-grid') }),
    element('line', {
      x1: x(720),
      x2: x(720),
      y1: top,
      y2: bottom,
      stroke: colour('--gm-grid'),
      'stroke-dasharray': '2 2',
    }),
    text((x0 + x1) / 2, top - 3, day.label, {
      'text-anchor': 'middle',
      'font-size': '9.5px',
      fill: colour('--gm-ink-soft'),
    }),
  ]);
}
