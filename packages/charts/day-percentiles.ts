import { valueAxis } from './axes.ts';
import { type Display, linearScale, shown } from './scales.ts';
import { areaPath, type Chart, chart, element, HALO, linePath, text } from './svg.ts';
import { colour, type ThemeColour } from './theme.ts';

/** Percentiles of a value over the time of day. */
export interface DayPercentiles {
  readonly id: string;
  readonly title: string;
  readonly quantity: string;
  /** Minutes since local midnight, ascending, within [0, 1440]. */
  readonly minutes: readonly number[];
  readonly p05: readonly number[];
  readonly p25: readonly number[];
  readonly p50: readonly number[];
  readonly p75: readonly number[];
  readonly p95: readonly number[];
  readonly target: readonly [low: number, high: number];
  readonly thresholds: readonly { readonly value: number; readonly colour: ThemeColour }[];
  readonly covers: readonly [low: number, high: number];
  readonly display: Display;
  readonly width?: number;
  readonly height?: number;
}

const hour = (minute: number) => `${String(minute / 60).padStart(2, '0')}:00`;

/** The modal day: median, middle half and 5th to 95th percentile by time of day, as in an ambulatory glucose profile. */
export function dayPercentiles(given: DayPercentiles): Chart {
  const width = given.width ?? 840;
  const height = given.height ?? 300;
  const [left, right, top, bottom] = [46, width - 44, 28, height - 24];
  const x = linearScale([0, 1440], [left, right]);
  const high = Math.max(given.covers[1], ...given.p95.filter((v) => Number.isFinite(v))) * 1.02;
  const y = linearScale([given.covers[0], high], [bottom, top]);
  const xs = given.minutes.map((m) => x(m));
  const ys = (values: readonly number[]) => values.map((v) => y(v));
  const ink = colour('--gm-arm-1');
  const band = (low: readonly number[], upper: readonly number[], opacity: string) =>
    element('path', { d: areaPath(xs, ys(low), ys(upper)), fill: ink, opacity });
  const edge = (values: readonly number[], attributes: Record<string, string>) =>
    element('path', {
      d: linePath(xs.map((v, i) => [v, y(values[i]!)] as const)),
      fill: 'none',
      stroke: ink,
      ...attributes,
    });
  const [low, top180] = given.target;
  const end = given.minutes.findLastIndex((_, i) => Number.isFinite(given.p50[i]!));
  const names = [
    ['95 %', given.p95],
    ['75 %', given.p75],
    ['50 %', given.p50],
    ['25 %', given.p25],
    ['5 %', given.p05],
  ] as const;
  const wanted = names.map(([, v]) => (end < 0 ? top : y(v[end]!)));
  for (let i = 1; i < wanted.length; i++) wanted[i] = Math.max(wanted[i]!, wanted[i - 1]! + 11);
  const body = [
    text(0, 14, given.title, { 'font-size': '14px', 'font-weight': '650', fill: colour('--gm-ink') }),
    text(right, 14, given.display.unit, { 'text-anchor': 'end', fill: colour('--gm-ink-soft') }),
    element('rect', {
      x: left,
      y: y(top180),
      width: right - left,
      height: y(low) - y(top180),
      fill: colour('--gm-target'),
    }),
    valueAxis(y, [left, right], given.display),
    ...[0, 180, 360, 540, 720, 900, 1080, 1260, 1440].flatMap((m) => [
      element('line', { x1: x(m), x2: x(m), y1: top, y2: bottom + 4, stroke: colour('--gm-grid') }),
      text(x(m), bottom + 17, hour(m), { 'text-anchor': 'middle', 'font-size': '11px', fill: colour('--gm-ink-soft') }),
    ]),
    band(given.p05, given.p95, '.14'),
    band(given.p25, given.p75, '.32'),
    edge(given.p05, { 'stroke-width': '1', 'stroke-dasharray': '4 3' }),
    edge(given.p95, { 'stroke-width': '1', 'stroke-dasharray': '4 3' }),
    edge(given.p50, { 'stroke-width': '2.6' }),
    ...given.thresholds.flatMap((t) => [
      element('line', {
        x1: left,
        x2: right,
        y1: y(t.value),
        y2: y(t.value),
        stroke: colour(t.colour),
        'stroke-width': t.value === low || t.value === top180 ? '1.6' : '1',
        'stroke-dasharray': t.value === low || t.value === top180 ? undefined : '5 3',
      }),
      text(left + 4, y(t.value) - 4, shown(t.value, given.display), {
        'font-size': '11px',
        fill: colour(t.colour),
        ...HALO,
      }),
    ]),
    ...(end < 0
      ? []
      : names.map(([name], i) =>
          text(right + 6, wanted[i]! + 4, name, {
            'font-size': '10.5px',
            'font-weight': name === '50 %' ? '700' : '400',
            fill: colour('--gm-ink-soft'),
          }),
        )),
  ];
  const say = (v: number) => shown(v, given.display);
  const hourly = Array.from({ length: 24 }, (_, h) => given.minutes.findIndex((m) => m >= h * 60)).filter(
    (i) => i >= 0,
  );
  const peak = extreme(given.p50, Math.max);
  const trough = extreme(given.p50, Math.min);
  const when = (i: number) => clockOf(given.minutes[i]!);
  return chart({
    id: given.id,
    title: given.title,
    summary:
      peak < 0
        ? 'No values.'
        : `Median ${given.quantity.toLowerCase()} by time of day is highest, ${say(given.p50[peak]!)} ${given.display.unit}, at ${when(peak)} and lowest, ${say(given.p50[trough]!)}, at ${when(trough)}. ` +
          `The 5th to 95th percentiles span ${say(Math.min(...given.p05.filter(Number.isFinite)))} to ${say(Math.max(...given.p95.filter(Number.isFinite)))}.`,
    width,
    height,
    body,
    table: {
      caption: `${given.title}, ${given.display.unit}`,
      columns: ['Local time', '5 %', '25 %', '50 %', '75 %', '95 %'],
      rows: hourly.map((i) => [
        when(i),
        ...[given.p05, given.p25, given.p50, given.p75, given.p95].map((p) => say(p[i]!)),
      ]),
    },
  });
}

function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(Math.round(minute % 60)).padStart(2, '0')}`;
}

function extreme(values: readonly number[], pick: (...v: number[]) => number): number {
  return values.indexOf(pick(...values.filter(Number.isFinite)));
}
