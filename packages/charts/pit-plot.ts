import { binCounts } from './chain-draws.ts';
import { heading, horizontalNumbers, significant, verticalNumbers } from './number-axes.ts';
import { linearScale } from './scales.ts';
import { type Chart, chart, text } from './svg.ts';
import { colour } from './theme.ts';
import { uniformBars, uniformCounts } from './uniform-bars.ts';

export interface PitPlot {
  readonly id: string;
  readonly title: string;
  /** Probability integral transforms: the share of the forecast that lay below what was observed, in [0, 1]. */
  readonly values: ArrayLike<number>;
  readonly bins?: number;
  readonly width?: number;
  readonly height?: number;
}

/**
 * Probability integral transforms as a histogram (Gneiting, Balabdaoui, Raftery, J. R. Stat. Soc. B 69 (2007) 243): level
 * where forecasts are calibrated, a U where they are too narrow, a hump where too wide, a slope where they are biased.
 */
export function pitPlot(given: PitPlot): Chart {
  const width = given.width ?? 420;
  const height = given.height ?? 240;
  const values = Array.from(given.values).filter((v) => v >= 0 && v <= 1);
  // Fewer than five expected a bin say nothing.
  const bins = given.bins ?? Math.max(2, Math.min(20, Math.floor(values.length / 5)));
  const uniform = uniformCounts(binCounts(values, [0, 1], bins));
  const [left, right, top, bottom] = [40, width - 16, 44, height - 42];
  const x = linearScale([0, 1], [left, right]);
  const y = linearScale([0, Math.max(1, uniform.band[1], ...uniform.counts) * 1.08], [bottom, top]);
  const verdict = words(values);
  return chart({
    id: given.id,
    title: given.title,
    summary: `${values.length} observations: ${verdict}. ${uniform.outside} of ${bins} bars lie beyond chance, where one in twenty is expected.`,
    width,
    height,
    body: [
      heading(given.title),
      text(0, 31, `${values.length} observations: ${verdict}`, {
        fill: colour('--gm-ink-soft'),
        'font-size': '11.5px',
      }),
      verticalNumbers(y, [left, right], 3),
      uniformBars(uniform, x, y, colour('--gm-arm-1')),
      horizontalNumbers(x, [bottom, bottom], {
        title: 'share of the forecast below the observation',
        ticks: [0, 0.25, 0.5, 0.75, 1],
        grid: false,
      }),
    ],
    table: {
      caption: `${given.title}: ${values.length} observations`,
      columns: ['Forecast share below', 'Observations', 'Expected', 'Chance, 95 %'],
      rows: uniform.counts.map((n, i) => [
        `${significant(i / bins, 2)} to ${significant((i + 1) / bins, 2)}`,
        n,
        significant(uniform.expected),
        `${Math.ceil(uniform.band[0])} to ${Math.floor(uniform.band[1])}`,
      ]),
    },
  });
}

/** What mean and spread say, where they stray by more than three standard errors of independent uniform values. */
function words(values: readonly number[]): string {
  const n = values.length;
  if (n < 20) return 'too few to judge';
  const mean = values.reduce((s, v) => s + v / n, 0);
  const spread = values.reduce((s, v) => s + (v - 0.5) ** 2 / n, 0);
  const said: string[] = [];
  if (Math.abs(mean - 0.5) > 3 / Math.sqrt(12 * n)) said.push(`forecasts too ${mean > 0.5 ? 'low' : 'high'}`);
  // Of a uniform value the squared distance from ½ has mean 1/12 and variance 1/180.
  if (Math.abs(spread - 1 / 12) > 3 / Math.sqrt(180 * n))
    said.push(`intervals too ${spread > 1 / 12 ? 'narrow' : 'wide'}`);
  return said.length === 0 ? 'no bias and no wrong width is seen' : said.join(', ');
}
