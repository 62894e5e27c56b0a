import { type ChainDraws, chainColour, drawable, FEW_CHAINS, parameterTitle } from './chain-draws.ts';
import { heading } from './number-axes.ts';
import { linearScale } from './scales.ts';
import { type Chart, chart, text } from './svg.ts';
import { colour } from './theme.ts';
import { uniformBars, uniformCounts } from './uniform-bars.ts';

export interface RankPlot {
  readonly id: string;
  readonly title: string;
  /** One row each; all of the same chains. */
  readonly parameters: readonly ChainDraws[];
  readonly bins?: number;
  readonly width?: number;
}

const PANEL = 72;
const GAP = 40;

/**
 * Where the draws of each chain rank among those of all chains (Vehtari et al., Bayesian Anal. 16 (2021) 667, section 4.5): level
 * bars where the chains agree, a slope where one lies apart, a hump or a hollow where one is narrower or wider. More than
 * eight chains are taken in groups of neighbours.
 */
export function rankPlot(given: RankPlot): Chart {
  const width = given.width ?? 840;
  const bins = given.bins ?? 20;
  const chains = given.parameters[0]?.chains ?? 0;
  const groups = chains > FEW_CHAINS ? ([4, 3, 2].find((g) => chains % g === 0) ?? 1) : chains;
  const word = groups === chains ? 'chain' : 'group';
  const left = 4;
  const cell = (width - left - 4) / Math.max(1, groups);
  const counted = given.parameters.map((parameter) => {
    const { effective = parameter.values.length } = parameter;
    const share = Math.min(1, Math.max(0, effective) / parameter.values.length) || 1;
    return ranksOf(parameter, groups, bins).map((counts) => uniformCounts(counts, share));
  });
  const body = [
    heading(given.title),
    text(width - 4, 14, 'dashed: equal shares; grey: chance, 95 %', {
      'text-anchor': 'end',
      'font-size': '11px',
      fill: colour('--gm-ink-soft'),
    }),
  ];
  counted.forEach((row, p) => {
    const top = 62 + p * (PANEL + GAP);
    const most = Math.max(1, ...row.flatMap((c) => [c.band[1], ...c.counts]));
    const y = linearScale([0, most * 1.05], [top + PANEL, top]);
    body.push(
      text(left, top - 20, parameterTitle(given.parameters[p]), { 'font-weight': '600', fill: colour('--gm-ink') }),
    );
    row.forEach((c, g) => {
      const x = linearScale([0, 1], [left + g * cell, left + (g + 1) * cell - 12]);
      const count = c.outside === 0 ? '' : `, ${c.outside} of ${bins} outside`;
      body.push(
        text(x.range[0], top - 5, `${word} ${g}${count}`, { 'font-size': '11px', fill: colour('--gm-ink-soft') }),
        uniformBars(c, x, y, chainColour(g)),
      );
    });
  });
  const height = 62 + counted.length * (PANEL + GAP) - GAP + 24;
  body.push(
    text(width / 2, height - 6, 'rank among all draws, low to high', {
      'text-anchor': 'middle',
      'font-size': '11px',
      fill: colour('--gm-ink-soft'),
    }),
  );
  const sum = (row: (typeof counted)[number]) => row.reduce((s, c) => s + c.outside, 0);
  const worst = counted.map((row, p) => ({ name: given.parameters[p].name, outside: sum(row) }));
  const share = bins * groups;
  return chart({
    id: given.id,
    title: given.title,
    summary: `Ranks of the draws of ${groups} ${word}s among all. Bars beyond chance, where one in twenty is expected: ${worst
      .map((w) => `${w.name} ${w.outside} of ${share}`)
      .join(', ')}.`,
    width,
    height,
    body,
    table: {
      caption: `${given.title}: counts in ${bins} bins`,
      columns: ['Parameter', word === 'chain' ? 'Chain' : 'Group', 'Least', 'Most', 'Expected', 'Beyond chance'],
      rows: counted.flatMap((row, p) =>
        row.map((c, g) => [
          parameterTitle(given.parameters[p]),
          g,
          Math.min(...c.counts),
          Math.max(...c.counts),
          Math.round(c.expected),
          c.outside,
        ]),
      ),
    },
  });
}

/** Counts of ranks in equal bins, by group of chains; ties by the order of the draws, values that are not finite left out. */
function ranksOf({ values, chains, length }: ChainDraws, groups: number, bins: number): number[][] {
  const order = Array.from({ length: chains * length }, (_, k) => k).filter((k) => drawable(values[k]));
  order.sort((a, b) => values[a] - values[b] || a - b);
  const counts = Array.from({ length: groups }, () => new Array<number>(bins).fill(0));
  const size = chains / groups;
  order.forEach((k, rank) => {
    counts[Math.floor(Math.floor(k / length) / size)][Math.floor((rank / order.length) * bins)]++;
  });
  return counts;
}
