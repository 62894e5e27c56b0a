import { drawable, roomyRange } from './chain-draws.ts';
import { heading, horizontalNumbers, significant } from './number-axes.ts';
import { linearScale, logScale, niceTicks, shown } from './scales.ts';
import { type Chart, chart, element, px, text, textWidth } from './svg.ts';
import { colour } from './theme.ts';

/** One interval. */
export interface ForestRow {
  readonly label: string;
  /** A few words after the label: an R-hat, a number of patients. */
  readonly detail?: string;
  readonly middle: number;
  readonly low: number;
  readonly high: number;
  /** The inner interval, drawn thick. */
  readonly inner?: readonly [low: number, high: number];
  /** Drawn as a diamond: what the rows above add up to. */
  readonly pooled?: boolean;
}

export interface ForestPlot {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly ForestRow[];
  /** What the axis shows, with its unit. */
  readonly axis: string;
  /** What `low` to `high` is: `90 %`. */
  readonly interval?: string;
  readonly scale?: 'linear' | 'log';
  /** A value to compare with, such as no effect; and a range behind the rows, such as a population's. */
  readonly reference?: number;
  readonly band?: { readonly label: string; readonly low: number; readonly high: number };
  readonly width?: number;
}

const ROW = 26;

/** Intervals one under the other: of parameters, or of studies and what they add up to. */
export function forestPlot(given: ForestPlot): Chart {
  const width = given.width ?? 720;
  const { rows, band, reference } = given;
  const interval = given.interval ?? '90 %';
  const labels = Math.min(
    width * 0.4,
    Math.max(
      60,
      ...rows.map((r) => textWidth(r.label, 12) + (r.detail === undefined ? 0 : textWidth(r.detail, 10.5) + 16)),
    ),
  );
  const says = rows.map((r) => {
    const [middle, low, high] = alike(r);
    return `${middle} (${low} to ${high})`;
  });
  const [left, right] = [labels + 14, width - Math.max(90, ...says.map((s) => textWidth(s, 11))) - 14];
  const top = 44;
  const bottom = top + rows.length * ROW + 6;
  const ends = [
    ...rows.flatMap((r) => [r.low, r.high, r.middle]),
    reference ?? Number.NaN,
    band?.low ?? Number.NaN,
    band?.high ?? Number.NaN,
  ].filter((v) => drawable(v) && (given.scale !== 'log' || v > 0));
  const [low, high] = ends.length === 0 ? [0, 1] : [Math.min(...ends), Math.max(...ends)];
  const x =
    given.scale === 'log'
      ? logScale([(low || 1) / 1.15, (high || 1) * 1.15], [left, right])
      : linearScale(roomyRange(low, high, 0.05), [left, right]);
  const within = (v: number) => Math.max(left, Math.min(right, x(v)));
  const ink = colour('--gm-arm-1');
  const body = [
    heading(given.title),
    text(width - 4, 34, `middle (${interval})`, {
      'text-anchor': 'end',
      'font-size': '11px',
      fill: colour('--gm-ink-soft'),
    }),
    band === undefined
      ? ''
      : element('rect', {
          x: within(band.low),
          y: top - 4,
          width: within(band.high) - within(band.low),
          height: bottom - top + 4,
          fill: colour('--gm-axis'),
          opacity: '.18',
        }) +
        text((within(band.low) + within(band.high)) / 2, 34, band.label, {
          'text-anchor': 'middle',
          'font-size': '11px',
          fill: colour('--gm-ink-soft'),
        }),
    horizontalNumbers(x, [top - 4, bottom], {
      title: given.axis,
      ...(given.scale === 'log' ? { ticks: logTicks(x.domain[0], x.domain[1]) } : {}),
    }),
    reference === undefined
      ? ''
      : element('line', {
          x1: x(reference),
          x2: x(reference),
          y1: top - 4,
          y2: bottom,
          stroke: colour('--gm-ink-soft'),
          'stroke-dasharray': '4 3',
        }),
    ...rows.flatMap((row, i) => {
      const y = top + i * ROW + ROW / 2;
      const bold = row.pooled ? { 'font-weight': '650' } : {};
      const known = [row.low, row.middle, row.high].every((v) => drawable(v) && (given.scale !== 'log' || v > 0));
      return [
        text(0, y + 4, row.label, { fill: colour('--gm-ink'), ...bold }),
        row.detail === undefined
          ? ''
          : text(labels, y + 4, row.detail, {
              'text-anchor': 'end',
              'font-size': '10.5px',
              fill: colour('--gm-ink-soft'),
            }),
        known ? (row.pooled ? diamond(row, within, y) : whiskers(row, within, y, ink)) : '',
        text(width - 4, y + 4, says[i], {
          'text-anchor': 'end',
          'font-size': '11px',
          fill: colour('--gm-ink'),
          ...bold,
        }),
      ];
    }),
  ];
  return chart({
    id: given.id,
    title: given.title,
    summary: `${given.axis}, middle and ${interval} interval: ${rows.map((r, i) => `${r.label} ${says[i]}`).join('; ')}.`,
    width,
    height: bottom + 40,
    body,
    table: {
      caption: `${given.title}: ${given.axis}`,
      columns: ['', 'Middle', `${interval} from`, 'to', 'Note'],
      rows: rows.map((r) => [r.label, ...alike(r), r.detail ?? '']),
    },
  });
}

/** Middle and ends with the decimals that the width of the interval is worth. */
function alike({ middle, low, high }: ForestRow): readonly [string, string, string] {
  const wide = Math.floor(Math.log10((high - low) / 2));
  const text = (v: number) =>
    Number.isFinite(wide) && wide > -5 && wide < 6
      ? shown(v, { factor: 1, decimals: Math.max(0, 1 - wide) })
      : significant(v);
  return [text(middle), text(low), text(high)];
}

function whiskers(row: ForestRow, x: (v: number) => number, y: number, ink: string): string {
  const line = ([from, to]: readonly [number, number], thick: string) =>
    element('line', {
      x1: x(from),
      x2: x(to),
      y1: y,
      y2: y,
      stroke: ink,
      'stroke-width': thick,
      'stroke-linecap': 'round',
    });
  return (
    line([row.low, row.high], '1.6') +
    (row.inner === undefined ? '' : line(row.inner, '5')) +
    `<circle cx="${px(x(row.middle))}" cy="${px(y)}" r="4.4" fill="${colour('--gm-paper')}" stroke="${ink}" stroke-width="2.2"/>`
  );
}

function diamond(row: ForestRow, x: (v: number) => number, y: number): string {
  const d = `M${px(x(row.low))} ${px(y)}L${px(x(row.middle))} ${px(y - 7)}L${px(x(row.high))} ${px(y)}L${px(x(row.middle))} ${px(y + 7)}Z`;
  return element('path', { d, fill: colour('--gm-arm-2'), stroke: colour('--gm-arm-2') });
}

/** Powers of ten with 2 and 5 between; round steps where the range is short. */
function logTicks(low: number, high: number): number[] {
  if (high / low < 4) return niceTicks(low, high, 5);
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const m of high / low < 300 ? [1, 2, 5] : [1]) {
      const t = Number((m * 10 ** power).toPrecision(12));
      if (t >= low && t <= high) ticks.push(t);
    }
  }
  return ticks;
}
