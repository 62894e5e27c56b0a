import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ForestRow, forestPlot } from './forest-plot.ts';
import { significant, tickTexts } from './number-axes.ts';
import { pairPlot } from './pair-plot.ts';
import { pitPlot } from './pit-plot.ts';
import { posteriorPlots } from './posterior-plots.ts';
import { type PredictivePlot, predictivePlot } from './predictive-plot.ts';
import { rankPlot } from './rank-plot.ts';
import { type Chart, escapeXml } from './svg.ts';
import { tracePlot } from './trace-plot.ts';
import { uniformCounts } from './uniform-bars.ts';
import { wellFormed } from './well-formed.fixture.ts';

/** Numbers in (0, 1) that fill it evenly, in no order (the golden ratio's multiples). */
const even = (count: number, from = 0) =>
  Array.from({ length: count }, (_, k) => ((k + from) * 0.6180339887498949) % 1);

const draws = (name: string, chains: number, length: number, values = even(chains * length)) => ({
  name,
  unit: 'L/h',
  chains,
  length,
  values,
});

const sound = (c: Chart) => {
  expect(wellFormed(c.svg), c.title).toBe(true);
  expect(c.svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(c.svg).toMatch(/^<svg [^>]*role="img"[^>]*>/);
  expect(c.svg).toContain(`<title id="${/aria-labelledby="(\S+) /.exec(c.svg)![1]}">${escapeXml(c.title)}</title>`);
  expect(c.svg).toContain(escapeXml(c.summary));
  expect(c.table.rows.length).toBeGreaterThan(0);
  for (const row of c.table.rows) expect(row).toHaveLength(c.table.columns.length);
};

const predictive = (more: Partial<PredictivePlot> = {}) => {
  const at = Array.from({ length: 40 }, (_, i) => i);
  const level = (v: number) => at.map(() => v);
  return predictivePlot({
    id: 'pp',
    title: 'Check',
    quantity: 'Concentration',
    unit: 'mg/L',
    at,
    axis: { title: 'hours' },
    median: level(5),
    inner: [level(4), level(6)],
    outer: [level(2), level(8)],
    observed: at.map((i) => (i === 0 ? 9 : i < 10 ? 7 : i % 2 === 0 ? 5 : Number.NaN)),
    ...more,
  });
};

const rows: readonly ForestRow[] = [
  { label: 'Alpha <1>', detail: 'n = 12', middle: 1.5, low: 0.5, high: 4, inner: [1, 2] },
  { label: 'Together', middle: 1.2, low: 0.9, high: 1.6, pooled: true },
];
const forest = (more = {}) => forestPlot({ id: 'f', title: 'Trials', axis: 'odds ratio', rows, ...more });

test('every chart of a posterior is sound, of few chains, of many, and of one parameter', () => {
  const divergent = Array.from({ length: 400 }, (_, k) => Number(k % 50 === 3));
  const few = posteriorPlots({
    id: 'a',
    of: 'a & b',
    parameters: [draws('CL', 4, 100), draws('V', 4, 100)],
    divergent,
  });
  expect(Object.keys(few)).toEqual(['trace', 'rank', 'pair']);
  const many = posteriorPlots({ id: 'm', of: 'walkers', parameters: [draws('CL', 40, 10), draws('V', 40, 10)] });
  const one = posteriorPlots({ id: 'o', of: 'one', parameters: [draws('CL', 4, 100)] });
  expect(Object.keys(one)).toEqual(['trace', 'rank']);
  const others = [
    forest(),
    forest({ scale: 'log', reference: 1, band: { label: 'none', low: 0.9, high: 1.1 } }),
    predictive(),
    predictive({ axis: { offset: 60 } }),
    pitPlot({ id: 'p', title: 'PIT', values: even(100) }),
  ];
  for (const c of [...Object.values(few), ...Object.values(many), ...Object.values(one), ...others]) sound(c);
  expect(new Set(Object.values(few).map((c) => /<title id="([^"]+)"/.exec(c.svg)![1])).size).toBe(3);
});

test('a trace has one line a chain and a mark for each divergent draw; a crowd is drawn as bands', () => {
  const divergent = Array.from({ length: 400 }, (_, k) => Number(k === 7 || k === 250));
  const few = tracePlot({ id: 't', title: 'T', parameters: [draws('CL', 4, 100)], divergent });
  expect(few.svg.match(/stroke-width="0.9"/g)).toHaveLength(4);
  expect(few.summary).toContain('2 draws diverged');
  const marks = /<path d="([^"]+)"[^>]*stroke-width="1.4"/.exec(few.svg)![1]!;
  expect(marks.match(/M/g)).toHaveLength(2);
  expect(few.table.rows).toHaveLength(4);
  const many = tracePlot({ id: 't', title: 'T', parameters: [draws('CL', 40, 10)] });
  expect(many.svg).toContain('central 90 %');
  expect(many.svg).not.toContain('chain 0');
});

test('no spike of a long chain is lost', () => {
  const values = even(40_000).map((v, k) => (k === 12_345 ? 1000 : v));
  const { svg } = tracePlot({ id: 't', title: 'T', parameters: [draws('CL', 1, 40_000, values)] });
  const ys = [.../<path d="([^"]+)"[^>]*stroke-width="0.9"/.exec(svg)![1]!.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((m) =>
    Number(m[1]),
  );
  expect(ys.length).toBeLessThan(2000);
  expect(Math.max(...ys) - Math.min(...ys)).toBeGreaterThan(80);
});

test('ranks of chains that agree are level, and a chain that lies apart is seen', () => {
  const level = rankPlot({ id: 'r', title: 'R', parameters: [draws('CL', 4, 500)] });
  expect(level.summary).toContain('CL 0 of 80');
  const apart = even(2000).map((v, k) => (k < 500 ? v + 0.5 : v));
  const away = rankPlot({ id: 'r', title: 'R', parameters: [draws('CL', 4, 500, apart)] });
  expect(Number(/CL (\d+) of 80/.exec(away.summary)![1])).toBeGreaterThan(15);
  expect(away.svg).toContain('chain 0, ');
  const worth = rankPlot({ id: 'r', title: 'R', parameters: [{ ...draws('CL', 4, 500, apart), effective: 4 }] });
  expect(worth.summary).toContain('CL 0 of 80');
  expect(rankPlot({ id: 'r', title: 'R', parameters: [draws('CL', 12, 50)] }).svg).toContain('group 3');
});

test('pairs show correlation, and never leave out a divergent draw', () => {
  const values = even(4000);
  const divergent = values.map((_, k) => Number(k % 1000 === 1));
  const c = pairPlot({
    id: 'p',
    title: 'P',
    parameters: [
      draws('CL', 4, 1000, values),
      draws(
        'V',
        4,
        1000,
        values.map((v) => 3 - 2 * v),
      ),
    ],
    divergent,
  });
  expect(c.table.rows).toEqual([['CL', 'V', '−1.00']]);
  expect(c.summary).toContain('4 diverged');
  const dots = [...c.svg.matchAll(/<path d="((?:M[\d.]+ [\d.]+h0)+)"/g)].map((m) => m[1]!.match(/h0/g)!.length);
  expect(dots).toEqual([500, 4]);
});

test('a forest says what it draws, with decimals that the interval is worth', () => {
  expect(forest().summary).toBe(
    'odds ratio, middle and 90 % interval: Alpha <1> 1.5 (0.5 to 4.0); Together 1.20 (0.90 to 1.60).',
  );
  const x = (svg: string) => [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map((m) => Number(m[1]))[0]!;
  expect(x(forest().svg)).not.toBeCloseTo(x(forest({ scale: 'log' }).svg), 0);
  const open = forest({ rows: [{ label: 'open', middle: 1, low: Number.NEGATIVE_INFINITY, high: Number.NaN }] });
  sound(open);
  expect(open.summary).toContain('open 1.00 (– to –)');
});

test('a predictive check counts what lies inside and marks what lies beyond', () => {
  const c = predictive();
  // Of 25 observed, 15 equal the median, 9 lie between the bands and one beyond.
  expect(c.summary).toBe(
    '25 observations of concentration: 60 % lie in the central 50 % of what the model predicts, 96 % in the central 90 %.',
  );
  expect(c.svg.match(/<circle [^>]*r="3"/g)).toHaveLength(1);
  sound(predictive({ observed: [] }));
});

test('a PIT histogram names the fault of forecasts', () => {
  const said = (values: readonly number[]) => pitPlot({ id: 'p', title: 'PIT', values }).summary;
  const u = even(400);
  expect(said(u)).toContain('no bias and no wrong width');
  expect(said(u.map((v) => (v < 0.5 ? 2 * v * v : 1 - 2 * (1 - v) ** 2)))).toContain('intervals too narrow');
  expect(said(u.map((v) => 0.5 + (v - 0.5) / 2))).toContain('intervals too wide');
  expect(said(u.map((v) => v * v))).toContain('forecasts too high');
  expect(said(u.map((v) => Math.sqrt(v)))).toContain('forecasts too low');
  expect(said([0.2, 0.4, Number.NaN, 7])).toContain('2 observations: too few to judge');
});

test('the band of chance is that of the binomial', () => {
  const { band, expected, outside } = uniformCounts([10, 12, 8, 30]);
  expect(expected).toBe(15);
  expect(band[1] - 15).toBeCloseTo(1.959964 * Math.sqrt(60 * 0.25 * 0.75), 9);
  expect(outside).toBe(2);
  expect(uniformCounts([10, 12, 8, 30], 0.04).outside).toBe(0);
});

test('numbers are written with the decimals they need', () => {
  expect(tickTexts([0, 0.25, 0.5])).toEqual(['0.00', '0.25', '0.50']);
  expect(tickTexts([0, 2.5, 5])).toEqual(['0.0', '2.5', '5.0']);
  expect(tickTexts([-10, 0, 10])).toEqual(['−10', '0', '10']);
  expect(tickTexts([0, 2e-5, 4e-5])).toEqual(['0', '2e−5', '4e−5']);
  expect([0, 1234.5, -0.01234, 3e7, Number.NaN].map((v) => significant(v))).toEqual([
    '0',
    '1235',
    '−0.0123',
    '3e7',
    '–',
  ]);
});

test('values and names from outside never break the markup', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1e300, -1e-300));
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(value),
      (name, chains, length, stream) => {
        const values = Array.from({ length: chains * length }, () => stream.next().value as number);
        const parameters = [draws(name, chains, length, values), draws('V', chains, length)];
        const given = { id: 'z', of: name, parameters };
        const others = [
          pitPlot({ id: 'p', title: name, values }),
          forestPlot({
            id: 'f',
            title: name,
            axis: name,
            rows: values.map((v, i) => ({ label: name, middle: v, low: v, high: values[(i + 1) % values.length]! })),
          }),
          predictive({ observed: values, median: values.concat(even(40)).slice(0, 40) }),
        ];
        for (const c of [...Object.values(posteriorPlots(given)), ...others]) {
          expect(wellFormed(c.svg)).toBe(true);
          expect(c.svg).not.toMatch(/="[^"]*(NaN|Infinity)/);
        }
      },
    ),
    { numRuns: 60 },
  );
});
