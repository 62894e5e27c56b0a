import type { Instant } from '@gemel/core';
import { legend, timeAxis } from './axes.ts';
import { drawable, roomyRange } from './chain-draws.ts';
import { heading, horizontalNumbers, significant, verticalNumbers } from './number-axes.ts';
import { linearScale, localTime } from './scales.ts';
import { areaPath, type Chart, chart, element, linePath, px, text } from './svg.ts';
import { colour } from './theme.ts';

export interface PredictivePlot {
  readonly id: string;
  readonly title: string;
  /** What is observed, and its unit. */
  readonly quantity: string;
  readonly unit: string;
  /** Where it was observed, ascending: numbers of an axis with a title, or instants in local time. */
  readonly at: ArrayLike<number>;
  readonly axis: { readonly title: string } | { readonly offset: number };
  /** Quantiles of what the posterior predicts there, each as many as `at`. */
  readonly median: ArrayLike<number>;
  readonly inner: readonly [low: ArrayLike<number>, high: ArrayLike<number>];
  readonly outer: readonly [low: ArrayLike<number>, high: ArrayLike<number>];
  /** NaN where nothing was observed. */
  readonly observed: ArrayLike<number>;
  readonly width?: number;
  readonly height?: number;
}

/** Posterior predictive check: the central 50 % and 90 % of what the model predicts, and what was observed. */
export function predictivePlot(given: PredictivePlot): Chart {
  const width = given.width ?? 840;
  const height = given.height ?? 320;
  const at = Array.from(given.at);
  const [median, low50, high50, low90, high90, observed] = [
    given.median,
    ...given.inner,
    ...given.outer,
    given.observed,
  ].map((values) => Array.from(values, (v) => (drawable(v) ? v : Number.NaN)));
  const time = 'offset' in given.axis;
  const ink = colour('--gm-arm-1');
  const warning = colour('--gm-warning');
  const key = legend(
    [
      { label: 'median', swatch: 'line', fill: ink },
      { label: 'central 50 %', swatch: 'inner', fill: ink },
      { label: 'central 90 %', swatch: 'band', fill: ink },
      { label: 'observed', swatch: 'dots', fill: colour('--gm-observed') },
      { label: 'beyond 90 %', swatch: 'dots', fill: warning },
    ],
    { x: 46, y: 34, width: width - 60 },
  );
  const [left, right, top, bottom] = [46, width - 12, 50 + key.height, height - (time ? 34 : 38)];
  const values = [...low90, ...high90, ...observed].filter(Number.isFinite);
  const x = linearScale(roomyRange(Math.min(...at), Math.max(...at), 0.01), [left, right]);
  const y = linearScale(
    roomyRange(
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ),
    [bottom, top],
  );
  const xs = at.map((v) => x(v));
  const ys = (of: readonly number[]) => of.map((v) => y(v));
  const seen = at.map((_, i) => i).filter((i) => Number.isFinite(observed[i]));
  const beyond = (i: number, low: readonly number[], high: readonly number[]) =>
    observed[i] < low[i] || observed[i] > high[i];
  const out = seen.filter((i) => beyond(i, low90, high90));
  const inside = (low: readonly number[], high: readonly number[]) =>
    seen.length === 0 ? '–' : `${Math.round((100 * seen.filter((i) => !beyond(i, low, high)).length) / seen.length)} %`;
  const dot = (i: number) =>
    `<circle cx="${px(xs[i])}" cy="${px(y(observed[i]))}" r="${out.includes(i) ? 3 : seen.length > 200 ? 1.6 : 2.2}" fill="${out.includes(i) ? warning : colour('--gm-observed')}"/>`;
  const summary =
    `${seen.length} observations of ${given.quantity.toLowerCase()}: ${inside(low50, high50)} lie in the central 50 % of what the ` +
    `model predicts, ${inside(low90, high90)} in the central 90 %.`;
  const say = (v: number) => significant(v);
  const when = (i: number) => ('offset' in given.axis ? localTime(at[i] as Instant, given.axis.offset) : say(at[i]));
  const every = Math.max(1, Math.ceil(at.length / 60));
  return chart({
    id: given.id,
    title: given.title,
    summary,
    width,
    height,
    body: [
      heading(given.title),
      text(right, 14, `in 50 %: ${inside(low50, high50)}, in 90 %: ${inside(low90, high90)} of ${seen.length}`, {
        'text-anchor': 'end',
        fill: colour('--gm-ink-soft'),
      }),
      key.markup,
      verticalNumbers(y, [left, right], 5),
      'offset' in given.axis
        ? timeAxis(x, given.axis.offset, top, bottom)
        : horizontalNumbers(x, [top, bottom], { title: given.axis.title, count: 8 }),
      text(left, top - 6, `${given.quantity}, ${given.unit}`, { 'font-size': '11px', fill: colour('--gm-ink-soft') }),
      element('path', { d: areaPath(xs, ys(low90), ys(high90)), fill: ink, opacity: '.16' }),
      element('path', { d: areaPath(xs, ys(low50), ys(high50)), fill: ink, opacity: '.32' }),
      element('path', {
        d: linePath(xs.map((v, i) => [v, y(median[i])] as const)),
        fill: 'none',
        stroke: ink,
        'stroke-width': '1.8',
      }),
      ...seen.map(dot),
    ],
    table: {
      caption: `${given.title}, ${given.unit}${every === 1 ? '' : `: every ${every}th of ${at.length}`}`,
      columns: ['At', 'Observed', 'Median', 'Central 50 %', 'Central 90 %'],
      rows: at
        .map((_, i) => i)
        .filter((i) => i % every === 0)
        .map((i) => [
          when(i),
          say(observed[i]),
          say(median[i]),
          `${say(low50[i])} to ${say(high50[i])}`,
          `${say(low90[i])} to ${say(high90[i])}`,
        ]),
    },
  });
}
