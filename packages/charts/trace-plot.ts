import { legend } from './axes.ts';
import {
  binCounts,
  type ChainDraws,
  chainColour,
  chainOf,
  drawable,
  FEW_CHAINS,
  parameterTitle,
  quantile,
  roomyRange,
  sortedFinite,
} from './chain-draws.ts';
import { heading, horizontalNumbers, significant, verticalNumbers } from './number-axes.ts';
import { linearScale, type Scale } from './scales.ts';
import { areaPath, type Chart, chart, element, linePath, text } from './svg.ts';
import { colour } from './theme.ts';

export interface TracePlot {
  readonly id: string;
  readonly title: string;
  /** One panel each; all of the same chains. */
  readonly parameters: readonly ChainDraws[];
  /** chains × length, not 0 where the sampler diverged: marked under the draws. */
  readonly divergent?: ArrayLike<number>;
  readonly width?: number;
}

const PANEL = 104;
const GAP = 30;
const BINS = 40;
/** Room under the draws for the marks of divergent ones. */
const MARKS = 11;

/**
 * The draws of each chain in the order they were made, with their distribution beside them. Chains that stand for one
 * posterior look like one band; of more than eight chains the middle, the central half and the central 90 % are drawn.
 */
export function tracePlot(given: TracePlot): Chart {
  const width = given.width ?? 840;
  const [first] = given.parameters;
  const crowd = (first?.chains ?? 0) > FEW_CHAINS;
  const [left, right] = [56, width - 150];
  const entries = crowd
    ? [
        { label: 'median over chains', swatch: 'line' as const, fill: colour('--gm-arm-1') },
        { label: 'central 50 %', swatch: 'inner' as const, fill: colour('--gm-arm-1') },
        { label: 'central 90 %', swatch: 'band' as const, fill: colour('--gm-arm-1') },
      ]
    : Array.from({ length: first?.chains ?? 0 }, (_, c) => ({
        label: `chain ${c}`,
        swatch: 'line' as const,
        fill: chainColour(c),
      }));
  const diverged = Array.from(given.divergent ?? [], Number).filter((d) => d !== 0).length;
  if (diverged > 0) entries.push({ label: 'divergent', swatch: 'line', fill: colour('--gm-warning') });
  const key = legend(entries, { x: left, y: 34, width: width - left });
  const from = 34 + key.height + 10;
  const body = [heading(given.title), key.markup];
  given.parameters.forEach((parameter, p) => {
    const top = from + 8 + p * (PANEL + GAP);
    const bottom = top + PANEL;
    const sorted = sortedFinite(parameter.values);
    const y = linearScale(roomyRange(sorted[0], sorted[sorted.length - 1]), [
      diverged === 0 ? bottom : bottom - MARKS,
      top,
    ]);
    const x = linearScale([1, Math.max(2, parameter.length)], [left, right]);
    const last = p === given.parameters.length - 1;
    body.push(
      text(left, top - 5, parameterTitle(parameter), { 'font-weight': '600', fill: colour('--gm-ink') }),
      verticalNumbers(y, [left, right], 4),
      element('line', { x1: left, x2: right, y1: bottom, y2: bottom, stroke: colour('--gm-axis') }),
      ...(crowd ? crowdOf(parameter, x, y) : linesOf(parameter, x, y)),
      marks(parameter, given.divergent, x, bottom),
      ...beside(parameter, y, [right + 12, width - 8], crowd),
      last ? horizontalNumbers(x, [bottom, bottom], { title: 'draw', grid: false }) : '',
    );
  });
  const height = from + 8 + given.parameters.length * (PANEL + GAP) - GAP + 40;
  return chart({
    id: given.id,
    title: given.title,
    summary:
      `${first?.chains ?? 0} chains of ${first?.length ?? 0} draws of ${given.parameters.map((p) => p.name).join(', ')}. ` +
      (diverged === 0 ? '' : `${diverged} draws diverged. `) +
      'Chains that agree overlap along their whole length.',
    width,
    height,
    body,
    table: {
      caption: `${given.title}: by chain`,
      columns: ['Parameter', 'Chain', 'Median', '5 %', '95 %'],
      rows: given.parameters.flatMap((parameter) =>
        (crowd ? ['all'] : Array.from({ length: parameter.chains }, (_, c) => c)).map((c) => {
          const own = sortedFinite(c === 'all' ? parameter.values : chainOf(parameter, Number(c)));
          const cell = (p: number) => significant(quantile(own, p));
          return [parameterTitle(parameter), c, cell(0.5), cell(0.05), cell(0.95)];
        }),
      ),
    },
  });
}

/** Lines of at most two points a pixel: the lowest and highest draw of each stretch, so that no spike is lost. */
function linesOf(parameter: ChainDraws, x: Scale, y: Scale): string[] {
  const pixels = Math.max(1, Math.floor(x.range[1] - x.range[0]));
  const stretch = Math.max(1, Math.ceil((2 * parameter.length) / pixels));
  return Array.from({ length: parameter.chains }, (_, c) => {
    const own = chainOf(parameter, c).map((v) => (drawable(v) ? v : Number.NaN));
    const points: (readonly [number, number])[] = [];
    for (let t = 0; t < own.length; t += stretch) {
      let [lowest, highest] = [t, t];
      for (let k = t; k < Math.min(own.length, t + stretch); k++) {
        if (!(own[k] >= own[lowest])) lowest = k;
        if (!(own[k] <= own[highest])) highest = k;
      }
      for (const k of lowest === highest ? [lowest] : [Math.min(lowest, highest), Math.max(lowest, highest)]) {
        points.push([x(k + 1), y(own[k])]);
      }
    }
    return element('path', {
      d: linePath(points),
      fill: 'none',
      stroke: chainColour(c),
      'stroke-width': '0.9',
      'stroke-linejoin': 'round',
      opacity: '.72',
    });
  });
}

function crowdOf(parameter: ChainDraws, x: Scale, y: Scale): string[] {
  const at = Array.from({ length: parameter.length }, (_, t) => {
    const sorted = sortedFinite(
      Array.from({ length: parameter.chains }, (_, c) => parameter.values[c * parameter.length + t]),
    );
    return [0.05, 0.25, 0.5, 0.75, 0.95].map((p) => y(quantile(sorted, p)));
  });
  const xs = at.map((_, t) => x(t + 1));
  const level = (i: number) => at.map((q) => q[i]);
  const ink = colour('--gm-arm-1');
  return [
    element('path', { d: areaPath(xs, level(0), level(4)), fill: ink, opacity: '.16' }),
    element('path', { d: areaPath(xs, level(1), level(3)), fill: ink, opacity: '.32' }),
    element('path', {
      d: linePath(xs.map((v, t) => [v, at[t][2]] as const)),
      fill: 'none',
      stroke: ink,
      'stroke-width': '1.8',
    }),
  ];
}

function marks(
  { chains, length }: ChainDraws,
  divergent: ArrayLike<number> | undefined,
  x: Scale,
  bottom: number,
): string {
  if (divergent === undefined) return '';
  let d = '';
  for (let t = 0; t < length; t++) {
    for (let c = 0; c < chains; c++) {
      if (!divergent[c * length + t]) continue;
      d += `M${(Math.round(10 * x(t + 1)) / 10).toString()} ${bottom - 7}V${bottom}`;
      break;
    }
  }
  return d === '' ? '' : element('path', { d, fill: 'none', stroke: colour('--gm-warning'), 'stroke-width': '1.4' });
}

/** The distribution of each chain as an outline, lying on its side; of a crowd that of all draws. */
function beside(parameter: ChainDraws, y: Scale, [from, to]: readonly [number, number], crowd: boolean): string[] {
  const groups = crowd
    ? [Array.from(parameter.values)]
    : Array.from({ length: parameter.chains }, (_, c) => chainOf(parameter, c));
  const counts = groups.map((own) => binCounts(own, y.domain, BINS));
  const most = Math.max(1, ...counts.flat());
  const step = (y.domain[1] - y.domain[0]) / BINS;
  return counts.map((bins, c) => {
    const points = bins.flatMap((n, i): (readonly [number, number])[] => {
      const at = from + (n / most) * (to - from);
      return [
        [at, y(y.domain[0] + i * step)],
        [at, y(y.domain[0] + (i + 1) * step)],
      ];
    });
    const outline = linePath([[from, y(y.domain[0])], ...points, [from, y(y.domain[1])]]);
    const ink = crowd ? colour('--gm-arm-1') : chainColour(c);
    return element('path', { d: outline, fill: ink, 'fill-opacity': '.08', stroke: ink, 'stroke-width': '1.1' });
  });
}
