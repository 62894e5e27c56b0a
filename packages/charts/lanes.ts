import { type Instant, MINUTE } from '@gemel/core';
import { type Scale, shown } from './scales.ts';
import { element, escapeXml, HALO, px, text, textWidth } from './svg.ts';
import { colour, type ThemeColour } from './theme.ts';

/** Something done, planned or proposed at a time or over a stretch. */
export interface LaneItem {
  readonly from: Instant;
  readonly to?: Instant;
  readonly value: number;
  readonly status: 'given' | 'planned' | 'proposed';
  readonly note?: string;
}

/** A row of events under the plot, on its time axis. 'marks' are amounts, 'steps' are rates held over time. */
export interface Lane {
  readonly title: string;
  readonly unit: string;
  readonly decimals: number;
  readonly colour: ThemeColour;
  readonly kind: 'marks' | 'steps';
  readonly items: readonly LaneItem[];
}

export const LANE_HEIGHT = 40;

/** One lane with its top at `top`; values share the lane's own scale from zero. */
export function drawLane(lane: Lane, x: Scale, top: number): string {
  const bottom = top + LANE_HEIGHT - 6;
  const [from, to] = x.domain;
  const items = lane.items.filter((i) => (i.to ?? i.from) >= from && i.from <= to).sort((a, b) => a.from - b.from);
  const largest = Math.max(...items.map((i) => i.value), 1e-9);
  const height = (value: number) => Math.max(2, (value / largest) * (LANE_HEIGHT - 20));
  const ink = colour(lane.colour);
  const parts = [
    text(x.range[0] - 6, bottom - 10, lane.title, {
      'text-anchor': 'end',
      'font-size': '11px',
      fill: colour('--gm-ink'),
    }),
    text(x.range[0] - 6, bottom + 2, lane.unit, {
      'text-anchor': 'end',
      'font-size': '10px',
      fill: colour('--gm-ink-soft'),
    }),
    element('line', { x1: x.range[0], x2: x.range[1], y1: bottom, y2: bottom, stroke: colour('--gm-grid') }),
  ];
  let labelEnd = Number.NEGATIVE_INFINITY;
  items.forEach((item, i) => {
    const left = Math.max(x.range[0], x(item.from));
    const until = item.to ?? (lane.kind === 'steps' ? (items[i + 1]?.from ?? to) : item.from);
    const right = Math.min(x.range[1], x(until));
    const h = item.value === 0 ? 0 : height(item.value);
    const style =
      item.status === 'given'
        ? { fill: ink, 'fill-opacity': lane.kind === 'steps' ? '.35' : '.9' }
        : { fill: ink, 'fill-opacity': '.12', 'stroke-dasharray': item.status === 'proposed' ? '3 2' : undefined };
    const label = shown(item.value, { factor: 1, decimals: lane.decimals });
    const name = `${lane.title} ${label} ${lane.unit}, ${item.status}${item.note === undefined ? '' : `: ${item.note}`}`;
    parts.push(
      lane.kind === 'steps'
        ? stepMark(left, right, bottom, h, ink, style, name)
        : amountMark(left, Math.max(right, left), bottom, h, ink, style, name),
    );
    const wide = textWidth(label, 10.5);
    const middle = lane.kind === 'steps' ? left + 2 + wide / 2 : (left + Math.max(right, left)) / 2;
    const room = lane.kind === 'steps' ? right - left > wide + 6 : true;
    const repeats = lane.kind === 'steps' && items[i - 1]?.value === item.value && items[i - 1]?.status === item.status;
    if (room && !repeats && middle - wide / 2 > labelEnd + 3 && middle + wide / 2 < x.range[1] + 12) {
      parts.push(
        text(middle, bottom - h - 3, label, {
          'text-anchor': 'middle',
          'font-size': '10.5px',
          fill: colour('--gm-ink'),
          ...HALO,
        }),
      );
      labelEnd = middle + wide / 2;
    }
  });
  return parts.join('');
}

type Style = Readonly<Record<string, string | undefined>>;

function amountMark(
  left: number,
  right: number,
  bottom: number,
  h: number,
  ink: string,
  style: Style,
  name: string,
): string {
  const wide = Math.max(5, right - left);
  const from = right - left > 5 ? left : (left + right) / 2 - 2.5;
  return element(
    'rect',
    { x: from, y: bottom - h, width: wide, height: h, rx: '1.5', stroke: ink, 'stroke-width': '1.2', ...style },
    [element('title', {}, escapeXml(name))],
  );
}

function stepMark(
  left: number,
  right: number,
  bottom: number,
  h: number,
  ink: string,
  style: Style,
  name: string,
): string {
  if (right <= left) return '';
  const { 'stroke-dasharray': dash, ...fill } = style;
  return (
    element('rect', { x: left, y: bottom - h, width: right - left, height: h, ...fill }, [
      element('title', {}, escapeXml(name)),
    ]) +
    `<path d="M${px(left)} ${px(bottom)}V${px(bottom - h)}H${px(right)}" fill="none" stroke="${ink}" stroke-width="1.6"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`}/>`
  );
}

/** Joins steps of one rate and status that follow one another within a minute: a pump reports every few minutes. */
export function joinSteps(items: readonly LaneItem[]): LaneItem[] {
  const joined: LaneItem[] = [];
  for (const item of [...items].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (
      last !== undefined &&
      last.value === item.value &&
      last.status === item.status &&
      last.to !== undefined &&
      item.to !== undefined &&
      item.from - last.to <= MINUTE
    )
      joined[joined.length - 1] = { ...last, to: item.to };
    else joined.push(item);
  }
  return joined;
}
