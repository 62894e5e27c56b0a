import type { Instant, OutOfRange, Trajectory } from '@gemel/core';
import { MINUTE } from '@gemel/core';
import { hatch, type LegendEntry, legend, timeAxis, valueAxis } from './axes.ts';
import { drawLane, LANE_HEIGHT, type Lane } from './lanes.ts';
import { type Display, linearScale, localTime, logScale, type Scale, shown } from './scales.ts';
import { areaPath, type Chart, type ChartTable, chart, element, HALO, linePath, px, text, textWidth } from './svg.ts';
import { colour, type ThemeColour } from './theme.ts';

/** One measured value. `bound`: the sensor said only "below" or "above" this. `poor`: drawn hollow. */
export interface ObservedPoint {
  readonly at: Instant;
  readonly value: number;
  readonly bound?: 'below' | 'above' | null;
  readonly poor?: boolean;
}

/** A forecast as median with central 50 and 90 percent intervals over the same times. */
export interface Fan {
  readonly title: string;
  readonly colour: ThemeColour;
  readonly times: readonly Instant[];
  readonly median: readonly number[];
  readonly inner: readonly [low: readonly number[], high: readonly number[]];
  readonly outer: readonly [low: readonly number[], high: readonly number[]];
  /** 'lines' draws the edges of the intervals and leaves them unfilled. Default 'fan'. */
  readonly style?: 'fan' | 'lines';
  /** False leaves it out of legend and summary: another of the same look explains it. */
  readonly explained?: boolean;
}

/** What a timeline shows. All values are in one base unit; `display` says how they are written. */
export interface Timeline {
  readonly id: string;
  readonly title: string;
  /** Left out: written from the data. */
  readonly summary?: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly now?: Instant;
  /** Local offset in minutes east of UTC. */
  readonly offset: number;
  readonly display: Display;
  /** What the value is, for words: `Glucose`. */
  readonly quantity: string;
  /** The value axis covers at least this. */
  readonly covers: readonly [low: number, high: number];
  readonly scale?: 'linear' | 'log';
  readonly observed: readonly ObservedPoint[];
  /** The longest silence, minutes, over which two measured values are joined by a line; 0: never, each is a mark of its own. Default 16. */
  readonly joinedMinutes?: number;
  readonly fans?: readonly Fan[];
  /** Earlier forecasts of the values since measured: median and 90 percent interval. */
  readonly past?: Omit<Fan, 'inner'>;
  readonly band?: { readonly from: number; readonly to: number; readonly label: string };
  /** Lines across the plot, labelled with their value. */
  readonly thresholds?: readonly { readonly value: number; readonly colour: ThemeColour }[];
  readonly outOfRange?: readonly OutOfRange[];
  readonly lanes?: readonly Lane[];
  readonly width?: number;
  /** False leaves the legend out, for small charts beside one that explains them. */
  readonly legend?: boolean;
  /** Height of the plot without lanes and axis. */
  readonly plotHeight?: number;
}

/** The fan of a forecast trajectory. */
export function fanOf(trajectory: Trajectory, title: string, ink: ThemeColour): Fan {
  const at = (level: number) => {
    const i = trajectory.levels.indexOf(level);
    return i < 0 ? trajectory.times.map(() => Number.NaN) : trajectory.quantiles[i]!;
  };
  return {
    title,
    colour: ink,
    times: trajectory.times,
    median: at(0.5),
    inner: [at(0.25), at(0.75)],
    outer: [at(0.05), at(0.95)],
  };
}

const JOINED_MINUTES = 16;
/** Radius of a measured value, px: one of many, and one of few. */
const DOT = 1.9;
const MARK = 4;

/** Measured past, now, forecast fans and an events lane over one time axis. */
export function timeline(given: Timeline): Chart {
  const width = given.width ?? 960;
  const plotHeight = given.plotHeight ?? 270;
  const lanes = given.lanes ?? [];
  const left = lanes.length > 0 ? 62 : 46;
  const x = linearScale([given.from, given.to], [left, width - 14]);
  // A long title leaves the unit a line of its own.
  const room = width - 14 - left - textWidth(given.title, 14) - textWidth(given.display.unit, 12);
  const titled = room < 12 ? 16 : 0;
  const head = legend(given.legend === false ? [] : legendOf(given), {
    x: left,
    y: 36 + titled,
    width: width - left - 14,
  });
  const top = titled + (given.legend === false ? 26 : 36) + head.height + 2;
  const bottom = top + plotHeight;
  const domain = valueDomain(given);
  const y = (given.scale === 'log' ? logScale : linearScale)(domain, [bottom, top]);
  const end = bottom + (lanes.length > 0 ? 8 + lanes.length * LANE_HEIGHT : 0);
  const clip = `${given.id}-plot`;
  const body = [
    element('defs', {}, [
      element('clipPath', { id: clip }, [
        element('rect', { x: left, y: top, width: width - 14 - left, height: plotHeight }),
      ]),
      hatch(`${given.id}-hatch`),
    ]),
    text(left, 16, given.title, { 'font-size': '14px', 'font-weight': '650', fill: colour('--gm-ink') }),
    text(width - 14, 16 + titled, given.display.unit, { 'text-anchor': 'end', fill: colour('--gm-ink-soft') }),
    head.markup,
    band(given, x, y),
    timeAxis(x, given.offset, top, end),
    valueAxis(y, x.range, given.display),
    element('g', { 'clip-path': `url(#${clip})` }, [
      ...zones(given, x, top, bottom),
      ...thresholds(given, x, y),
      ...(given.past === undefined ? [] : [pastBand(given.past, x, y)]),
      ...(given.fans ?? []).map((f) => fanAreas(f, x, y)),
      ...(given.fans ?? []).map((f) => fanLines(f, x, y)),
      observedLine(given, x, y),
    ]),
    observedPoints(given, x, y),
    nowLine(given, x, top, end),
    ...lanes.map((l, i) => drawLane(l, x, bottom + 8 + i * LANE_HEIGHT)),
  ];
  return chart({
    id: given.id,
    title: given.title,
    summary: given.summary ?? summaryOf(given),
    width,
    height: end + 36,
    body,
    table: tableOf(given),
  });
}

function valueDomain(given: Timeline): [number, number] {
  let [low, high] = given.covers;
  const see = (v: number) => {
    if (!Number.isFinite(v)) return;
    low = Math.min(low, v);
    high = Math.max(high, v);
  };
  for (const p of given.observed) if (p.at >= given.from && p.at <= given.to) see(p.value);
  for (const f of given.fans ?? [])
    for (const edge of f.outer)
      edge.forEach((value, i) => {
        if (f.times[i]! >= given.from && f.times[i]! <= given.to) see(value);
      });
  // Nothing to show, and nothing that must be covered: any axis will do.
  if (low > high) return [0, 1];
  const room = (high - low) * 0.04;
  return [low === given.covers[0] ? low : low - room, high === given.covers[1] ? high : high + room];
}

function legendOf(given: Timeline): LegendEntry[] {
  const entries: LegendEntry[] = [];
  if (given.observed.length > 0) entries.push({ label: 'measured', swatch: 'dots', fill: colour('--gm-observed') });
  const explained = (given.fans ?? []).filter((f) => f.explained !== false);
  const several = explained.length > 1;
  for (const f of explained) {
    const ink = colour(f.colour);
    entries.push({ label: several ? `${f.title}: median` : `${f.title} (median)`, swatch: 'line', fill: ink });
    entries.push({ label: '50 %', swatch: 'inner', fill: ink }, { label: '90 %', swatch: 'band', fill: ink });
  }
  if (given.past !== undefined)
    entries.push({ label: `${given.past.title} (90 %)`, swatch: 'band', fill: colour(given.past.colour) });
  if (given.band !== undefined) entries.push({ label: given.band.label, swatch: 'block', fill: colour('--gm-target') });
  if ((given.outOfRange?.length ?? 0) > 0)
    entries.push({ label: 'outside the model’s range', swatch: 'hatch', fill: `url(#${given.id}-hatch)` });
  const statuses = new Set((given.lanes ?? []).flatMap((l) => l.items.map((i) => i.status)));
  if (statuses.has('proposed'))
    entries.push({ label: 'dashed: proposed', swatch: 'dash', fill: colour('--gm-ink-soft') });
  return entries;
}

function band(given: Timeline, x: Scale, y: Scale): string {
  if (given.band === undefined) return '';
  const at = y(given.band.to);
  return element('rect', {
    x: x.range[0],
    y: at,
    width: x.range[1] - x.range[0],
    height: y(given.band.from) - at,
    fill: colour('--gm-target'),
  });
}

function zones(given: Timeline, x: Scale, top: number, bottom: number): string[] {
  return (given.outOfRange ?? []).map((zone) => {
    const left = Math.max(x.range[0], x(zone.from));
    const right = Math.min(x.range[1], x(zone.to));
    return element('rect', {
      x: left,
      y: top,
      width: Math.max(0, right - left),
      height: bottom - top,
      fill: `url(#${given.id}-hatch)`,
    });
  });
}

function thresholds(given: Timeline, x: Scale, y: Scale): string[] {
  return (given.thresholds ?? []).flatMap((t) => [
    element('line', {
      x1: x.range[0],
      x2: x.range[1],
      y1: y(t.value),
      y2: y(t.value),
      stroke: colour(t.colour),
      'stroke-width': '1.2',
      'stroke-dasharray': '5 3',
    }),
    text(x.range[1] - 4, y(t.value) - 4, shown(t.value, given.display), {
      'text-anchor': 'end',
      'font-size': '10.5px',
      fill: colour(t.colour),
      ...HALO,
    }),
  ]);
}

function fanAreas(of: Fan, x: Scale, y: Scale): string {
  if (of.style === 'lines') return '';
  const ink = colour(of.colour);
  const xs = of.times.map((t) => x(t));
  const area = ([low, high]: Fan['outer'], opacity: string) =>
    element('path', {
      d: areaPath(
        xs,
        low.map((v) => y(v)),
        high.map((v) => y(v)),
      ),
      fill: ink,
      opacity,
    });
  return area(of.outer, '.15') + area(of.inner, '.3');
}

function fanLines(of: Fan, x: Scale, y: Scale): string {
  const line = (values: readonly number[], wide: string, opacity: string, dash?: string) =>
    element('path', {
      d: linePath(of.times.map((t, i) => [x(t), y(values[i]!)] as const)),
      fill: 'none',
      stroke: colour(of.colour),
      'stroke-width': wide,
      opacity,
      'stroke-dasharray': dash,
    });
  const inner = of.style === 'lines' ? of.inner.map((edge) => line(edge, '1', '.9', '4 3')).join('') : '';
  return inner + line(of.outer[0], '1', '.75') + line(of.outer[1], '1', '.75') + line(of.median, '2.4', '1');
}

function pastBand(of: Omit<Fan, 'inner'>, x: Scale, y: Scale): string {
  const xs = of.times.map((t) => x(t));
  const ink = colour(of.colour);
  return element('g', {}, [
    element('path', {
      d: areaPath(
        xs,
        of.outer[0].map((v) => y(v)),
        of.outer[1].map((v) => y(v)),
      ),
      fill: ink,
      opacity: '.13',
    }),
    element('path', {
      d: linePath(xs.map((v, i) => [v, y(of.median[i]!)] as const)),
      fill: 'none',
      stroke: ink,
      'stroke-width': '1.2',
      'stroke-dasharray': '3 3',
    }),
  ]);
}

function observedLine({ observed: points, joinedMinutes = JOINED_MINUTES }: Timeline, x: Scale, y: Scale): string {
  if (joinedMinutes === 0) return '';
  const joined: [number, number][] = [];
  points.forEach((p, i) => {
    const gap = i > 0 && p.at - points[i - 1]!.at > joinedMinutes * MINUTE;
    if (gap || p.poor) joined.push([Number.NaN, Number.NaN]);
    if (!p.poor) joined.push([x(p.at), y(p.value)]);
  });
  return element('path', {
    d: linePath(joined),
    fill: 'none',
    stroke: colour('--gm-observed'),
    'stroke-width': '1',
    opacity: '.55',
  });
}

function observedPoints({ observed: points, joinedMinutes }: Timeline, x: Scale, y: Scale): string {
  const single = joinedMinutes === 0;
  const r = single ? MARK : DOT;
  const rim = single ? ` stroke="${colour('--gm-paper')}" stroke-width="1.5"` : '';
  const ink = colour('--gm-observed');
  const marks = points
    .filter((p) => p.at >= x.domain[0] && p.at <= x.domain[1])
    .map((p) => {
      const [cx, cy] = [x(p.at), y(p.value)];
      if (p.bound === 'below') return `<path d="M${px(cx - 4)} ${px(cy - 6)}h8l-4 7z"/>`;
      if (p.bound === 'above') return `<path d="M${px(cx - 4)} ${px(cy + 6)}h8l-4 -7z"/>`;
      return p.poor
        ? `<circle cx="${px(cx)}" cy="${px(cy)}" r="${r + 0.5}" fill="none" stroke="${ink}"/>`
        : `<circle cx="${px(cx)}" cy="${px(cy)}" r="${r}"${rim}/>`;
    });
  return element('g', { fill: ink }, marks);
}

function nowLine(given: Timeline, x: Scale, top: number, bottom: number): string {
  if (given.now === undefined || given.now < given.from || given.now > given.to) return '';
  const at = x(given.now);
  const wide = textWidth('now', 11) + 10;
  return element('g', {}, [
    element('line', { x1: at, x2: at, y1: top, y2: bottom, stroke: colour('--gm-now'), 'stroke-width': '1.4' }),
    element('rect', { x: at - wide / 2, y: top - 2, width: wide, height: 15, rx: '3', fill: colour('--gm-now') }),
    text(at, top + 9.5, 'now', {
      'text-anchor': 'middle',
      'font-size': '11px',
      'font-weight': '600',
      fill: colour('--gm-paper'),
    }),
  ]);
}

function summaryOf(given: Timeline): string {
  const say = (v: number) => `${shown(v, given.display)} ${given.display.unit}`;
  const parts: string[] = [];
  const last = given.observed.findLast((p) => p.at <= given.to && !p.poor);
  if (last !== undefined) {
    const word = last.bound === 'below' ? 'below ' : last.bound === 'above' ? 'above ' : '';
    parts.push(
      `${given.quantity} was last measured at ${localTime(last.at, given.offset)}: ${word}${say(last.value)}.`,
    );
  }
  for (const f of given.fans ?? []) {
    const end = f.times.length - 1;
    if (end < 0 || f.explained === false) continue;
    parts.push(
      `${f.title}: at ${localTime(f.times[end]!, given.offset)} the median is ${say(f.median[end]!)}, ` +
        `50 % interval ${shown(f.inner[0][end]!, given.display)} to ${shown(f.inner[1][end]!, given.display)}, ` +
        `90 % interval ${shown(f.outer[0][end]!, given.display)} to ${shown(f.outer[1][end]!, given.display)}.`,
    );
  }
  for (const z of given.outOfRange ?? [])
    parts.push(`From ${localTime(z.from, given.offset)} to ${localTime(z.to, given.offset)}: ${z.message}`);
  return parts.join(' ') || 'No values in this time span.';
}

/** At most this many rows of one forecast: the table is for reading, the forecast itself holds every step. */
const FAN_ROWS = 37;

function tableOf(given: Timeline): ChartTable {
  const say = (v: number) => shown(v, given.display);
  const rows: { at: Instant; cells: (string | number)[] }[] = [];
  for (const p of given.observed) {
    if (p.at < given.from || p.at > given.to) continue;
    const word = p.bound === 'below' ? '< ' : p.bound === 'above' ? '> ' : '';
    rows.push({ at: p.at, cells: [p.poor ? 'measured, poor' : 'measured', word + say(p.value), '', ''] });
  }
  for (const f of given.fans ?? []) {
    const every = Math.max(1, Math.ceil(f.times.length / FAN_ROWS));
    f.times.forEach((at, i) => {
      if (i % every !== 0 && i !== f.times.length - 1) return;
      const between = ([low, high]: Fan['outer']) => `${say(low[i]!)} to ${say(high[i]!)}`;
      rows.push({ at, cells: [f.title, say(f.median[i]!), between(f.inner), between(f.outer)] });
    });
  }
  for (const l of given.lanes ?? [])
    for (const i of l.items)
      if ((i.to ?? i.from) >= given.from && i.from <= given.to)
        rows.push({
          at: i.from,
          cells: [
            `${l.title}, ${i.status}`,
            `${shown(i.value, { factor: 1, decimals: l.decimals })} ${l.unit}`,
            '',
            '',
          ],
        });
  return {
    caption: `${given.title}: ${given.quantity.toLowerCase()} in ${given.display.unit}`,
    columns: ['Time', 'What', 'Value or median', '50 % interval', '90 % interval'],
    rows: rows.sort((a, b) => a.at - b.at).map((r) => [localTime(r.at, given.offset), ...r.cells]),
  };
}
