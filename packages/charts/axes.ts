import type { Instant } from '@gemel/core';
import { type Display, dayName, niceTicks, type Scale, shown, timeTicks } from './scales.ts';
import { element, px, text } from './svg.ts';
import { colour } from './theme.ts';

/** Horizontal grid lines with their values left of the plot. */
export function valueAxis(y: Scale, x: readonly [number, number], display: Display, count = 6): string {
  const [low, high] = y.domain;
  const ticks = niceTicks(low * display.factor, high * display.factor, count);
  return element(
    'g',
    { fill: colour('--gm-ink-soft'), 'font-size': '11px' },
    ticks.flatMap((t) => {
      const at = y(t / display.factor);
      return [
        element('line', { x1: x[0], x2: x[1], y1: at, y2: at, stroke: colour('--gm-grid') }),
        text(x[0] - 6, at + 4, shown(t, { factor: 1, decimals: Number.isInteger(t) ? 0 : 1 }), {
          'text-anchor': 'end',
        }),
      ];
    }),
  );
}

/** Local clock times under the plot, with the date where a day begins; grid lines from `top` to `bottom`. */
export function timeAxis(x: Scale, offset: number, top: number, bottom: number): string {
  const ticks = timeTicks(x, offset);
  return element('g', { fill: colour('--gm-ink-soft'), 'font-size': '11px', 'text-anchor': 'middle' }, [
    element('line', { x1: x.range[0], x2: x.range[1], y1: bottom, y2: bottom, stroke: colour('--gm-axis') }),
    ticks.some((t) => t.day !== null && x(t.at) < x.range[0] + 108)
      ? ''
      : text(x.range[0], bottom + 30, dayName(x.domain[0] as Instant, offset), {
          'text-anchor': 'start',
          fill: colour('--gm-ink'),
          'font-weight': '600',
        }),
    ...ticks.flatMap((t) => {
      const at = x(t.at);
      return [
        element('line', {
          x1: at,
          x2: at,
          y1: top,
          y2: bottom + 4,
          stroke: colour(t.day === null ? '--gm-grid' : '--gm-axis'),
          'stroke-dasharray': t.day === null ? undefined : '2 3',
        }),
        t.label === ''
          ? ''
          : text(at, bottom + 16, t.label, { 'text-anchor': at > x.range[1] - 12 ? 'end' : undefined }),
        t.day === null
          ? ''
          : text(at, bottom + (t.label === '' ? 16 : 30), t.day, {
              fill: colour('--gm-ink'),
              'font-weight': '600',
              'text-anchor': at > x.range[1] - 30 ? 'end' : undefined,
            }),
      ];
    }),
  ]);
}

/** Diagonal hatching in the colour of warnings; use as `fill="url(#id)"`. */
export function hatch(id: string): string {
  return `<pattern id="${id}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" stroke="${colour('--gm-warning')}" stroke-width="1.3" opacity=".42"/></pattern>`;
}

/** One entry of a legend. */
export interface LegendEntry {
  readonly label: string;
  readonly swatch: 'line' | 'dash' | 'dots' | 'band' | 'inner' | 'hatch' | 'block';
  readonly fill: string;
}

/** Entries in a row from (x, y), wrapped at `width`; returns the markup and the height taken. */
export function legend(
  entries: readonly LegendEntry[],
  at: { readonly x: number; readonly y: number; readonly width: number },
): { markup: string; height: number } {
  const row = 18;
  let [x, y] = [at.x, at.y];
  const parts: string[] = [];
  for (const e of entries) {
    const wide = 24 + e.label.length * 6.3 + 16;
    if (x > at.x && x + wide > at.x + at.width) {
      x = at.x;
      y += row;
    }
    parts.push(swatch(e, x, y), text(x + 24, y + 4, e.label, { 'font-size': '11.5px', fill: colour('--gm-ink-soft') }));
    x += wide;
  }
  return { markup: parts.join(''), height: entries.length === 0 ? 0 : y - at.y + row };
}

function swatch(e: LegendEntry, x: number, y: number): string {
  const box = { x, y: y - 5, width: 18, height: 10 };
  switch (e.swatch) {
    case 'line':
      return element('line', { x1: x, x2: x + 18, y1: y, y2: y, stroke: e.fill, 'stroke-width': '2.4' });
    case 'dash':
      return element('line', {
        x1: x,
        x2: x + 18,
        y1: y,
        y2: y,
        stroke: e.fill,
        'stroke-width': '1.6',
        'stroke-dasharray': '4 3',
      });
    case 'dots':
      return [2, 9, 16].map((d) => `<circle cx="${px(x + d)}" cy="${px(y)}" r="2" fill="${e.fill}"/>`).join('');
    case 'band':
      return element('rect', { ...box, fill: e.fill, opacity: '.2', stroke: e.fill });
    case 'inner':
      return element('rect', { ...box, fill: e.fill, opacity: '.45' });
    case 'hatch':
      return element('rect', { ...box, fill: e.fill, stroke: colour('--gm-warning'), 'stroke-width': '.8' });
    case 'block':
      return element('rect', { ...box, fill: e.fill });
  }
}
