import { niceTicks, type Scale } from './scales.ts';
import { element, text } from './svg.ts';
import { colour } from './theme.ts';

/** Ticks as text with the decimals their step needs; powers of ten where they are very large or small. */
export function tickTexts(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : Math.abs(ticks[0]) || 1;
  const minus = (value: string) => value.replaceAll('-', '−');
  if (largest >= 1e6 || (largest > 0 && largest < 1e-3)) return ticks.map((t) => minus(t === 0 ? '0' : shortPower(t)));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const own = ticks.some((t) => Math.abs(t * 10 ** decimals - Math.round(t * 10 ** decimals)) > 1e-6) ? 1 : 0;
  return ticks.map((t) => minus(t.toFixed(Math.min(6, decimals + own))));
}

/** `2.5e−5` without padding. */
function shortPower(value: number): string {
  return Number(value.toPrecision(3)).toExponential().replace('e+', 'e');
}

/** A number in a sentence or table: `digits` significant ones, with a true minus sign; `–` where it is not finite. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) return shortPower(value).replaceAll('-', '−');
  const decimals = value === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals).replaceAll('-', '−');
}

/** Horizontal grid lines with their numbers on the left. */
export function verticalNumbers(y: Scale, x: readonly [number, number], count = 4, grid = true): string {
  const ticks = niceTicks(y.domain[0], y.domain[1], count);
  const words = tickTexts(ticks);
  return element(
    'g',
    { fill: colour('--gm-ink-soft'), 'font-size': '11px', 'text-anchor': 'end' },
    ticks.flatMap((t, i) => [
      grid ? element('line', { x1: x[0], x2: x[1], y1: y(t), y2: y(t), stroke: colour('--gm-grid') }) : '',
      text(x[0] - 6, y(t) + 4, words[i]),
    ]),
  );
}

/** Numbers under the plot from `top` to `bottom`, with grid lines and a title. */
export function horizontalNumbers(
  x: Scale,
  [top, bottom]: readonly [number, number],
  given: {
    readonly title?: string;
    readonly count?: number;
    readonly grid?: boolean;
    readonly ticks?: readonly number[];
  } = {},
): string {
  const ticks = given.ticks ?? niceTicks(x.domain[0], x.domain[1], given.count ?? 6);
  const words = tickTexts(ticks);
  return element('g', { fill: colour('--gm-ink-soft'), 'font-size': '11px', 'text-anchor': 'middle' }, [
    element('line', { x1: x.range[0], x2: x.range[1], y1: bottom, y2: bottom, stroke: colour('--gm-axis') }),
    ...ticks.flatMap((t, i) => [
      given.grid === false
        ? element('line', { x1: x(t), x2: x(t), y1: bottom, y2: bottom + 4, stroke: colour('--gm-axis') })
        : element('line', { x1: x(t), x2: x(t), y1: top, y2: bottom + 4, stroke: colour('--gm-grid') }),
      text(x(t), bottom + 16, words[i]),
    ]),
    given.title === undefined ? '' : text((x.range[0] + x.range[1]) / 2, bottom + 32, given.title),
  ]);
}

/** The heading of a chart. */
export function heading(title: string): string {
  return text(0, 14, title, { 'font-size': '14px', 'font-weight': '650', fill: colour('--gm-ink') });
}
