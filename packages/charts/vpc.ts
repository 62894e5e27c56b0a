import { legend } from './axes.ts';
import { heading, horizontalNumbers, significant, verticalNumbers } from './number-axes.ts';
import { linearScale, logScale, type Scale } from './scales.ts';
import { type Chart, chart, element, linePath, px, text } from './svg.ts';
import { colour, type ThemeColour } from './theme.ts';

/** One figure of a bin: that of the observations, and where simulations have it. −∞: below the limit; NaN: none. */
export interface VpcFigure {
  readonly observed: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface VpcBin {
  readonly low: number;
  readonly high: number;
  readonly centre: number;
  /** Observations. */
  readonly count: number;
  /** One for each level. */
  readonly quantiles: readonly VpcFigure[];
  /** Share below the limit of quantification. */
  readonly below: VpcFigure | null;
}

export interface VpcPanel {
  /** The stratum; empty where there is one. */
  readonly title: string;
  readonly bins: readonly VpcBin[];
  /** The observations; −∞ below the limit. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface VpcPlot {
  readonly id: string;
  readonly title: string;
  /** What is observed, with its unit where known. */
  readonly quantity: string;
  /** Title of the horizontal axis. */
  readonly axis: string;
  readonly levels: readonly number[];
  /** Share of simulations that a band holds. */
  readonly band: number;
  readonly limit: number | null;
  readonly panels: readonly VpcPanel[];
  /** Whether values stand on a logarithmic axis; those that are not positive are then put on its foot. */
  readonly logarithmic?: boolean;
  readonly width?: number;
}

const PANEL = { width: 420, height: 260, share: 110, left: 46, right: 10, top: 26, foot: 42 };
/** More points than this in a panel are thinned. */
const MOST_POINTS = 2000;

/**
 * Visual predictive check: observed quantiles in each bin as lines, the same of simulated data as boxes of their bin; under
 * it, where there is a limit of quantification, the share of observations below it. One panel for a stratum.
 */
export function vpcPlot(given: VpcPlot): Chart {
  const { panels, limit, levels } = given;
  const width = given.width ?? 840;
  const columns = Math.max(1, Math.min(panels.length, Math.floor(width / 300)));
  const each = panels.length === 0 ? width : Math.max(300, width / columns);
  const hasShare = panels.some(({ bins }) => bins.some(({ below }) => below !== null));
  const tall = PANEL.height + (hasShare ? PANEL.share : 0);
  const key = legend(
    [
      {
        label: `${levels.map((p) => percent(p)).join(', ')} % observed`,
        swatch: 'line',
        fill: colour('--gm-observed'),
      },
      { label: `the same simulated, ${percent(given.band)} %`, swatch: 'inner', fill: colour('--gm-arm-1') },
      { label: 'outside', swatch: 'dots', fill: colour('--gm-warning') },
      ...(limit === null
        ? []
        : [{ label: 'limit of quantification', swatch: 'dash', fill: colour('--gm-limit') } as const]),
    ],
    { x: PANEL.left, y: 34, width: width - 60 },
  );
  const top = 30 + key.height;
  const y = valueDomain(given);
  const figures = panels.flatMap(({ bins }) =>
    bins.flatMap(({ quantiles, below }) => [...quantiles, ...(below ? [below] : [])]),
  );
  const compared = figures.filter(({ observed, median }) => !Number.isNaN(observed) && !Number.isNaN(median));
  const out = compared.filter(isOut).length;
  const points = panels.reduce((sum, { y: values }) => sum + values.length, 0);
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  return chart({
    id: given.id,
    title: given.title,
    summary:
      `${points} observations of ${given.quantity}: ${compared.length - out} of ${compared.length} observed figures lie in the ` +
      `${percent(given.band)} % band of the simulations.`,
    width,
    height: top + rows * tall,
    body: [
      heading(given.title),
      key.markup,
      ...panels.map((panel, i) =>
        panelMarkup(given, panel, y, [(i % columns) * each, top + Math.floor(i / columns) * tall], each, hasShare),
      ),
    ],
    table: {
      caption: `${given.title}: ${given.quantity}`,
      columns: ['Part', given.axis, 'Observations', 'Figure', 'Observed', `Simulated, ${percent(given.band)} %`],
      rows: panels.flatMap((panel) =>
        panel.bins.flatMap((bin) => {
          const row = (name: string, figure: VpcFigure) => [
            panel.title,
            `${significant(bin.low)} to ${significant(bin.high)}`,
            bin.count,
            name,
            said(figure.observed),
            `${said(figure.low)} to ${said(figure.high)}`,
          ];
          return [
            ...bin.quantiles.map((figure, k) => row(`${percent(levels[k])} %`, figure)),
            ...(bin.below === null ? [] : [row('share below', bin.below)]),
          ];
        }),
      ),
    },
  });
}

/** A share as a number of hundredths. */
function percent(share: number): string {
  return String(Number((100 * share).toPrecision(6)));
}

function said(value: number): string {
  return value === -Infinity ? 'below' : significant(value);
}

function isOut({ observed, low, high }: VpcFigure): boolean {
  return observed < low || observed > high;
}

/** Below it a logarithmic axis has no room for the tick beneath. */
const LEAST_DRAWN = 1e-300;

function valueDomain({ panels, limit, logarithmic }: VpcPlot): readonly [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  const take = (value: number) => {
    if (!Number.isFinite(value) || (logarithmic && !(value >= LEAST_DRAWN))) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { bins, y } of panels) {
    for (const value of Array.from(y)) take(value);
    for (const { quantiles } of bins)
      for (const { observed, low: a, high: b } of quantiles) [observed, a, b].forEach(take);
  }
  if (limit !== null) take(limit);
  if (!(high >= low)) return logarithmic ? [0.1, 1] : [0, 1];
  if (logarithmic) return high > 1.1 * low ? [low / 1.1, high * 1.1] : [low / 2, high * 2];
  const [from, to] = opened(low, high);
  return [low >= 0 && low < 0.3 * high ? 0 : from - 0.04 * (to - from), to + 0.04 * (to - from)];
}

/** A stretch wide enough to be told in ticks. */
function opened(low: number, high: number): readonly [low: number, high: number] {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > 1e-6 * size) return [low, high];
  const half = 0.05 * size || 1;
  return [low - half, high + half];
}

function panelMarkup(
  given: VpcPlot,
  panel: VpcPanel,
  domain: readonly [number, number],
  [originX, originY]: readonly [number, number],
  each: number,
  hasShare: boolean,
): string {
  const { limit, logarithmic = false } = given;
  const [left, right] = [originX + PANEL.left, originX + each - PANEL.right];
  const top = originY + PANEL.top;
  const foot = originY + PANEL.height - PANEL.foot;
  const boxes = boxesOf(panel.bins);
  const x = linearScale(boxes.length === 0 ? [0, 1] : opened(boxes[0][0], boxes[boxes.length - 1][1]), [left, right]);

  const y = logarithmic ? logScale(domain, [foot, top]) : linearScale(domain, [foot, top]);
  const on = (value: number) => (Number.isNaN(value) ? Number.NaN : y(Math.max(domain[0], value)));
  const every = Math.max(1, Math.ceil(panel.y.length / MOST_POINTS));
  const dots = Array.from(panel.y, (value, i) =>
    i % every === 0 && Number.isFinite(value) && panel.x[i] >= x.domain[0] && panel.x[i] <= x.domain[1]
      ? `<circle cx="${px(x(panel.x[i]))}" cy="${px(on(value))}" r="1.5" fill="${colour('--gm-axis')}" opacity=".5"/>`
      : '',
  );
  const middle = given.levels.reduce(
    (best, p, k) => (Math.abs(p - 0.5) < Math.abs(given.levels[best] - 0.5) ? k : best),
    0,
  );
  const shareTop = originY + PANEL.height + 12;
  const shareFoot = originY + PANEL.height + PANEL.share - PANEL.foot;
  const share = linearScale([0, 1], [shareFoot, shareTop]);
  const onShare = (value: number) => share(Math.max(0, value));
  const note = every > 1 ? `, every ${every}th drawn` : '';
  return element('g', {}, [
    panel.title === '' ? '' : text(left, originY + 10, panel.title, { 'font-weight': '600', fill: colour('--gm-ink') }),
    text(left, originY + 21, `${given.quantity}${note}`, { 'font-size': '11px', fill: colour('--gm-ink-soft') }),
    logarithmic ? decades(y, domain, [left, right]) : verticalNumbers(y, [left, right], 5),
    horizontalNumbers(x, [top, foot], { title: hasShare ? undefined : given.axis, count: 6 }),
    ...given.levels.map((_, k) =>
      boxMarkup(
        panel.bins.map(({ quantiles }) => quantiles[k]),
        boxes,
        x,
        on,
        k === middle ? '--gm-arm-2' : '--gm-arm-1',
      ),
    ),
    ...dots,
    limit === null
      ? ''
      : element('line', {
          x1: left,
          x2: right,
          y1: on(limit),
          y2: on(limit),
          stroke: colour('--gm-limit'),
          'stroke-dasharray': '4 3',
        }),
    ...given.levels.map((_, k) =>
      lineMarkup(
        panel.bins,
        panel.bins.map(({ quantiles }) => quantiles[k]),
        x,
        on,
        k === middle ? undefined : '5 3',
      ),
    ),
    ...(hasShare
      ? [
          text(left, shareTop - 4, 'share below the limit', { 'font-size': '11px', fill: colour('--gm-ink-soft') }),
          verticalNumbers(share, [left, right], 2),
          horizontalNumbers(x, [shareTop, shareFoot], { title: given.axis, count: 6 }),
          boxMarkup(
            panel.bins.map(({ below }) => below),
            boxes,
            x,
            onShare,
            '--gm-arm-1',
          ),
          lineMarkup(
            panel.bins,
            panel.bins.map(({ below }) => below),
            x,
            onShare,
          ),
        ]
      : []),
  ]);
}

/** Bins touch halfway between their centres, so that bins of one value have a width. */
function boxesOf(bins: readonly VpcBin[]): readonly (readonly [from: number, to: number])[] {
  return bins.map(({ centre, low, high }, i) => {
    const before = bins[i - 1];
    const after = bins[i + 1];
    const half = before ? (centre - before.centre) / 2 : after ? (after.centre - centre) / 2 : 0;
    return [
      before ? (before.centre + centre) / 2 : Math.min(low, centre),
      after ? (after.centre + centre) / 2 : Math.max(high, centre + (high > centre ? 0 : half)),
    ];
  });
}

function boxMarkup(
  figures: readonly (VpcFigure | null)[],
  boxes: readonly (readonly [number, number])[],
  x: Scale,
  y: (value: number) => number,
  ink: ThemeColour,
): string {
  return element(
    'g',
    { fill: colour(ink) },
    figures.map((figure, i) => {
      if (figure === null || Number.isNaN(figure.low + figure.median + figure.high)) return '';
      const [from, to] = [x(boxes[i][0]), x(boxes[i][1])];
      const [low, high, median] = [y(figure.low), y(figure.high), y(figure.median)];
      // A band of one value, or one wholly below the limit, keeps a line.
      return (
        element('rect', {
          x: from,
          y: high,
          width: Math.max(1, to - from),
          height: Math.max(1, low - high),
          opacity: '.22',
        }) + element('line', { x1: from, x2: to, y1: median, y2: median, stroke: colour(ink), opacity: '.7' })
      );
    }),
  );
}

function lineMarkup(
  bins: readonly VpcBin[],
  figures: readonly (VpcFigure | null)[],
  x: Scale,
  y: (value: number) => number,
  dash?: string,
): string {
  const at = figures.map(
    (figure, i) => [x(bins[i].centre), figure === null ? Number.NaN : y(figure.observed)] as const,
  );
  return (
    element('path', {
      d: linePath(at),
      fill: 'none',
      stroke: colour('--gm-observed'),
      'stroke-width': '1.6',
      'stroke-dasharray': dash,
    }) +
    figures
      .map((figure, i) =>
        figure !== null && isOut(figure)
          ? `<circle cx="${px(at[i][0])}" cy="${px(at[i][1])}" r="3.4" fill="${colour('--gm-warning')}"/>`
          : '',
      )
      .join('')
  );
}

/** Powers of ten that a panel has room for. */
const MOST_POWERS = 12;

/** Grid lines at powers of ten, at 2 and 5 too where there are few, at every so many where there are too many. */
function decades(y: Scale, [low, high]: readonly [number, number], [left, right]: readonly [number, number]): string {
  const powers: number[] = [];
  const count = Math.log10(high) - Math.log10(low);
  const few = count < 2;
  for (let k = Math.floor(Math.log10(low)); 10 ** k <= high; k += Math.max(1, Math.ceil(count / MOST_POWERS))) {
    for (const m of few ? [1, 2, 5] : [1]) if (m * 10 ** k >= low && m * 10 ** k <= high) powers.push(m * 10 ** k);
  }
  return element(
    'g',
    { fill: colour('--gm-ink-soft'), 'font-size': '11px', 'text-anchor': 'end' },
    powers.flatMap((value) => [
      element('line', { x1: left, x2: right, y1: y(value), y2: y(value), stroke: colour('--gm-grid') }),
      text(left - 6, y(value) + 4, String(Number(value.toPrecision(3)))),
    ]),
  );
}
