import { legend } from './axes.ts';
import {
  binCounts,
  type ChainDraws,
  drawable,
  parameterTitle,
  quantile,
  roomyRange,
  sortedFinite,
} from './chain-draws.ts';
import { heading, horizontalNumbers, verticalNumbers } from './number-axes.ts';
import { linearScale, niceTicks, type Scale, shown } from './scales.ts';
import { type Chart, chart, element, HALO, px, text, textWidth } from './svg.ts';
import { colour } from './theme.ts';

export interface PairPlot {
  readonly id: string;
  readonly title: string;
  /** Two or more; all of the same chains. */
  readonly parameters: readonly ChainDraws[];
  /** chains × length, not 0 where the sampler diverged: marked on top of the others. */
  readonly divergent?: ArrayLike<number>;
  readonly width?: number;
}

/** Dots in one square, evenly taken from all draws; divergent ones are never left out. */
const DOTS = 500;
const BINS = 24;

/**
 * Every two parameters against one another, each one's distribution on the diagonal. Divergent draws that gather in one
 * place show where the sampler cannot go.
 */
export function pairPlot(given: PairPlot): Chart {
  const { parameters, divergent } = given;
  const n = parameters.length;
  const width = given.width ?? Math.min(900, 60 + 190 * n);
  const total = parameters[0]?.values.length ?? 0;
  const diverged = Array.from({ length: total }, (_, k) => k).filter(
    (k) => divergent !== undefined && divergent[k] !== 0,
  );
  const step = Math.max(1, Math.ceil(total / DOTS));
  const shown = Array.from({ length: Math.ceil(total / step) }, (_, i) => i * step);
  const ink = colour('--gm-arm-1');
  const entries = [
    { label: `draw${step === 1 ? '' : ` (one in ${step})`}`, swatch: 'dots' as const, fill: ink },
    ...(diverged.length === 0
      ? []
      : [{ label: `divergent (${diverged.length})`, swatch: 'dots' as const, fill: colour('--gm-warning') }]),
  ];
  const key = legend(entries, { x: 52, y: 34, width: width - 52 });
  const from = 40 + key.height;
  const gap = 10;
  const left = 58;
  const cell = (width - left - 6 - gap * (n - 1)) / Math.max(1, n);
  const ticks = cell < 140 ? 2 : 3;
  const ranges = parameters.map((p) => {
    const sorted = sortedFinite(p.values);
    return roomyRange(sorted[0], sorted[sorted.length - 1], 0.06);
  });
  const box = (row: number, column: number) => {
    const [x0, y0] = [left + column * (cell + gap), from + row * (cell + gap)];
    return {
      x: linearScale(ranges[column], [x0, x0 + cell]),
      y: linearScale(ranges[row], [y0 + cell, y0]),
      frame: { x: x0, y: y0, width: cell, height: cell, fill: 'none', stroke: colour('--gm-grid') },
    };
  };
  const body = [heading(given.title), key.markup];
  const correlations: (readonly [string, string, number])[] = [];
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      const { x, y, frame } = box(row, column);
      body.push(element('rect', frame));
      if (row === column) {
        body.push(diagonal(parameters[row], x, [frame.y, frame.y + cell], ink));
      } else {
        const r = correlation(parameters[column].values, parameters[row].values);
        correlations.push([parameters[column].name, parameters[row].name, r]);
        body.push(
          grid(x, y, ticks),
          scatter(parameters[column], parameters[row], shown, x, y, { r: 1.5, fill: ink, opacity: '.4' }),
          scatter(parameters[column], parameters[row], diverged, x, y, {
            r: 2.6,
            fill: colour('--gm-warning'),
            opacity: '.95',
          }),
          text(frame.x + cell - 6, frame.y + 14, `r ${correlationText(r)}`, {
            'text-anchor': 'end',
            'font-size': '11px',
            fill: colour('--gm-ink-soft'),
            ...HALO,
          }),
        );
        if (column === 0) body.push(verticalNumbers(y, [x.range[0], x.range[1]], ticks, false));
      }
      if (row === n - 1) {
        body.push(
          horizontalNumbers(x, [y.range[0], y.range[0]], {
            title: fitting(parameters[column], cell, 11),
            count: ticks,
            grid: false,
          }),
        );
      }
    }
  }
  const strongest = [...correlations].sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]))[0];
  return chart({
    id: given.id,
    title: given.title,
    summary:
      `${total} draws of ${parameters.map((p) => p.name).join(', ')} against one another` +
      `${strongest === undefined ? '' : `; the strongest correlation is ${correlationText(strongest[2])}, of ${strongest[0]} with ${strongest[1]}`}. ` +
      `${diverged.length === 0 ? 'None' : diverged.length} diverged.`,
    width,
    height: from + n * (cell + gap) - gap + 42,
    body,
    table: {
      caption: `${given.title}: correlations of the draws`,
      columns: ['Parameter', 'With', 'Correlation'],
      rows: correlations.map(([a, b, r]) => [a, b, correlationText(r)]),
    },
  });
}

function correlationText(r: number): string {
  return shown(r, { factor: 1, decimals: 2 });
}

/** The parameter with its unit where that fits. */
function fitting(parameter: ChainDraws, width: number, size: number): string {
  const whole = parameterTitle(parameter);
  return textWidth(whole, size) > width ? parameter.name : whole;
}

function diagonal(parameter: ChainDraws, x: Scale, [top, bottom]: readonly [number, number], ink: string): string {
  const counts = binCounts(Array.from(parameter.values), x.domain, BINS);
  const most = Math.max(1, ...counts);
  const wide = (x.range[1] - x.range[0]) / BINS;
  const room = bottom - top - 24;
  const sorted = sortedFinite(parameter.values);
  return [
    ...counts.map((c, i) =>
      c === 0
        ? ''
        : element('rect', {
            x: x.range[0] + i * wide + 0.4,
            y: bottom - (c / most) * room,
            width: wide - 0.8,
            height: (c / most) * room,
            fill: ink,
            opacity: '.6',
          }),
    ),
    text(x.range[0] + 6, top + 15, fitting(parameter, x.range[1] - x.range[0] - 12, 12.5), {
      'font-weight': '600',
      fill: colour('--gm-ink'),
      ...HALO,
    }),
    sorted.length === 0
      ? ''
      : element('line', {
          x1: x(quantile(sorted, 0.5)),
          x2: x(quantile(sorted, 0.5)),
          y1: top + 24,
          y2: bottom,
          stroke: colour('--gm-ink'),
          'stroke-dasharray': '4 3',
        }),
  ].join('');
}

function grid(x: Scale, y: Scale, count: number): string {
  const stroke = colour('--gm-grid');
  return [
    ...niceTicks(x.domain[0], x.domain[1], count).map((t) =>
      element('line', { x1: x(t), x2: x(t), y1: y.range[1], y2: y.range[0], stroke }),
    ),
    ...niceTicks(y.domain[0], y.domain[1], count).map((t) =>
      element('line', { x1: x.range[0], x2: x.range[1], y1: y(t), y2: y(t), stroke }),
    ),
  ].join('');
}

/** Many dots as one path of round-capped points: a tenth of the size of as many circles. */
function scatter(
  a: ChainDraws,
  b: ChainDraws,
  draws: readonly number[],
  x: Scale,
  y: Scale,
  dot: { readonly r: number; readonly fill: string; readonly opacity: string },
): string {
  const seen = draws.filter((k) => drawable(a.values[k]) && drawable(b.values[k]));
  if (seen.length === 0) return '';
  return element('path', {
    d: seen.map((k) => `M${px(x(a.values[k]))} ${px(y(b.values[k]))}h0`).join(''),
    fill: 'none',
    stroke: dot.fill,
    'stroke-width': 2 * dot.r,
    'stroke-linecap': 'round',
    opacity: dot.opacity,
  });
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const seen = Array.from({ length: a.length }, (_, k) => k).filter((k) => drawable(a[k]) && drawable(b[k]));
  const mean = (of: ArrayLike<number>) => seen.reduce((s, k) => s + of[k] / seen.length, 0);
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const k of seen) {
    ab += (a[k] - ma) * (b[k] - mb);
    aa += (a[k] - ma) ** 2;
    bb += (b[k] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
