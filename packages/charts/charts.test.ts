import { type Instant, instant, MINUTE } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayGrid } from './day-grid.ts';
import { dayPercentiles } from './day-percentiles.ts';
import { figure, htmlReport, paragraph, RESEARCH_STRIP } from './html-report.ts';
import { joinSteps } from './lanes.ts';
import { quantileAt, quantileDots } from './quantile-dots.ts';
import { clock, dayName, linearScale, localTime, logScale, niceTicks, shown, timeTicks } from './scales.ts';
import { stackBar } from './stack-bar.ts';
import { areaPath, type Chart, escapeXml, linePath, standaloneSvg, tableHtml } from './svg.ts';
import { CHART_CSS, THEME } from './theme.ts';
import { timeline } from './timeline.ts';
import { wellFormed } from './well-formed.fixture.ts';

const NOW = instant(Date.UTC(2024, 2, 4, 11, 35));
const at = (minutes: number): Instant => instant(NOW + minutes * MINUTE);
const MGDL = { unit: 'mg/dL', factor: 1, decimals: 0 };
const MMOL = { unit: 'mmol/L', factor: 1 / 18.0156, decimals: 1 };

const line = () =>
  timeline({
    id: 'test',
    title: 'Glucose <1>',
    from: at(-120),
    to: at(120),
    now: NOW,
    offset: 60,
    display: MGDL,
    quantity: 'Glucose',
    covers: [40, 250],
    observed: [-60, -55, -50, -10, -5].map((m) => ({ at: at(m), value: 120 + m })),
    fans: [
      {
        title: 'Forecast',
        colour: '--gm-arm-1',
        times: [at(0), at(60), at(120)],
        median: [115, 130, 125],
        inner: [
          [110, 120, 110],
          [120, 140, 140],
        ],
        outer: [
          [105, 95, 75],
          [125, 165, 190],
        ],
      },
    ],
    outOfRange: [{ code: 'x', message: 'No counter-regulation.', from: at(90), to: at(120) }],
    thresholds: [{ value: 70, colour: '--gm-low' }],
    lanes: [
      {
        title: 'Bolus',
        unit: 'U',
        decimals: 2,
        colour: '--gm-bolus',
        kind: 'marks',
        items: [
          { from: at(-60), value: 4, status: 'given' },
          { from: at(0), value: 2, status: 'proposed' },
        ],
      },
    ],
  });

const bar = (shares: number[]): Chart =>
  stackBar({
    id: 'bar',
    title: 'Time in ranges',
    parts: shares.map((share, i) => ({ label: `part ${i}`, detail: `${i}`, share, colour: '--gm-in-range' })),
  });

const dots = () =>
  quantileDots({
    id: 'dots',
    title: 'Lowest',
    levels: [0.05, 0.5, 0.95],
    quantiles: [50, 80, 110],
    display: MGDL,
    beyond: { below: 70 },
  });

const grid = () =>
  dayGrid({
    id: 'days',
    title: 'Days',
    days: [
      {
        date: '2024-03-04',
        label: 'Mon 4 Mar',
        inTarget: 50,
        points: [0, 5, 10, 400].map((minute) => ({ minute, value: 60 + minute })),
      },
    ],
    target: [70, 180],
    covers: [40, 300],
    display: MGDL,
  });

const profile = () => {
  const minutes = [0, 360, 720, 1080, 1440];
  const of = (shift: number) => minutes.map((m) => 120 + shift + m / 60);
  return dayPercentiles({
    id: 'profile',
    title: 'Profile',
    quantity: 'Glucose',
    minutes,
    p05: of(-40),
    p25: of(-15),
    p50: of(0),
    p75: of(15),
    p95: of(40),
    target: [70, 180],
    thresholds: [{ value: 70, colour: '--gm-low' }],
    covers: [40, 300],
    display: MMOL,
  });
};

describe('charts', () => {
  test('every chart is well-formed, has a role, a title, a description and a table', () => {
    for (const c of [line(), bar([1, 2, 97]), dots(), grid(), profile()]) {
      expect(wellFormed(c.svg), c.title).toBe(true);
      expect(c.svg).toMatch(/^<svg [^>]*role="img"[^>]*>/);
      const [, titleId, descId] = /aria-labelledby="(\S+) (\S+)"/.exec(c.svg)!;
      expect(c.svg).toContain(`<title id="${titleId}">${escapeXml(c.title)}</title>`);
      expect(c.svg).toContain(`<desc id="${descId}">`);
      expect(c.summary.length).toBeGreaterThan(10);
      expect(c.table.rows.length).toBeGreaterThan(0);
      for (const row of c.table.rows) expect(row).toHaveLength(c.table.columns.length);
      expect(c.svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test('a timeline says in words what it draws', () => {
    const { summary, table } = line();
    expect(summary).toBe(
      'Glucose was last measured at 2024-03-04 12:30 +01:00: 115 mg/dL. ' +
        'Forecast: at 2024-03-04 14:35 +01:00 the median is 125 mg/dL, 50 % interval 110 to 140, 90 % interval 75 to 190. ' +
        'From 2024-03-04 14:05 +01:00 to 2024-03-04 14:35 +01:00: No counter-regulation.',
    );
    expect(table.rows).toContainEqual(['2024-03-04 13:35 +01:00', 'Forecast', '130', '120 to 140', '95 to 165']);
    expect(table.rows).toContainEqual(['2024-03-04 12:35 +01:00', 'Bolus, proposed', '2.00 U', '', '']);
  });

  test('a timeline with nothing in it has an axis all the same', () => {
    const covers = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;
    const empty = { id: 'none', title: 'None', from: at(-60), to: at(0), offset: 0, display: MGDL, quantity: 'Level' };
    expect(timeline({ ...empty, covers, observed: [] }).svg).not.toContain('NaN');
  });

  test('points from outside never break the markup', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.oneof(fc.double(), fc.constant(Number.NaN)), { maxLength: 12 }),
        (title, values) => {
          const c = timeline({
            id: 'fuzz',
            title,
            from: at(-60),
            to: at(60),
            offset: 0,
            display: MGDL,
            quantity: 'Glucose',
            covers: [40, 250],
            observed: values
              .filter((v) => Math.abs(v) < 1e6 || Number.isNaN(v))
              .map((value, i) => ({ at: at(i - 10), value })),
          });
          expect(wellFormed(c.svg)).toBe(true);
          expect(wellFormed(tableHtml(c.table))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('the parts of a stack fill it, a small part is seen, none is not', () => {
    const heights = (c: Chart) => [...c.svg.matchAll(/<rect x="4"[^>]*height="([\d.]+)"/g)].map((m) => Number(m[1]));
    expect(heights(bar([0, 0.1, 99.9]))).toHaveLength(2);
    expect(heights(bar([0, 0.1, 99.9]))[0]).toBeGreaterThanOrEqual(2);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 6 }), (shares) => {
        fc.pre(shares.some((s) => s > 1));
        const total = heights(bar(shares)).reduce((s, h) => s + h, 0);
        expect(total).toBeCloseTo(184 - 2 * (shares.length - 1), 0);
      }),
    );
    expect(bar([0.02, 99.98]).table.rows[0]![2]).toBe('<0.1');
  });

  test('quantile dots are equally likely, and those beyond the threshold are counted', () => {
    expect(dots().svg.match(/<circle/g)).toHaveLength(20);
    expect(dots().summary).toContain('dots lie below the threshold');
    expect(quantileAt([0.1, 0.5, 0.9], [10, 50, 90], 0.3)).toBeCloseTo(30, 9);
    expect(quantileAt([0.1, 0.5, 0.9], [10, 50, 90], 0.99)).toBe(90);
  });

  test('steps of one rate are drawn as one', () => {
    const step = (from: number, value: number) => ({
      from: at(from),
      to: at(from + 5),
      value,
      status: 'given' as const,
    });
    expect(joinSteps([step(0, 1), step(5, 1), step(10, 2), step(30, 2)])).toHaveLength(3);
  });
});

describe('scales', () => {
  test('ticks end on a range narrower than rounding, and on one wider than numbers', () => {
    expect(niceTicks(1e17, 1e17 + 16, 5)).toEqual([1e17]);
    expect(niceTicks(1, 1 + 2 ** -52, 5)).toEqual([1]);
    expect(niceTicks(-1e308, 1e308, 5).length).toBeLessThan(10);
    expect(niceTicks(0, 5e-324, 5).length).toBeLessThan(10);
  });

  test('linear and logarithmic scales meet their ends', () => {
    for (const s of [linearScale([40, 400], [300, 20]), logScale([40, 400], [300, 20])]) {
      expect(s(40)).toBeCloseTo(300, 9);
      expect(s(400)).toBeCloseTo(20, 9);
    }
    expect(logScale([1, 100], [0, 1])(10)).toBeCloseTo(0.5, 12);
  });

  test('ticks are round, within the domain, and about as many as asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
        (low, span) => {
          const ticks = niceTicks(low, low + span, 6);
          expect(ticks.length).toBeGreaterThan(1);
          expect(ticks.length).toBeLessThanOrEqual(8);
          for (const t of ticks) expect(t).toBeGreaterThanOrEqual(low - span * 1e-6);
          for (const t of ticks) expect(t).toBeLessThanOrEqual(low + span * (1 + 1e-6));
        },
      ),
    );
  });

  test('time ticks stand on whole local hours, also half an hour off UTC, and name the day at midnight', () => {
    const ticks = timeTicks(linearScale([at(-720), at(720)], [0, 960]), 330);
    for (const t of ticks) expect((t.at / MINUTE + 330) % 60).toBe(0);
    expect(ticks.find((t) => t.day !== null)).toMatchObject({ day: 'Tue 5 Mar', label: '00:00' });
    expect(clock(NOW, 330)).toBe('17:05');
    expect(dayName(NOW, 330)).toBe('Mon 4 Mar');
    expect(localTime(NOW, -210)).toBe('2024-03-04 08:05 -03:30');
  });

  test('numbers are shown in the unit asked for, with a true minus and no minus zero', () => {
    expect(shown(180, MMOL)).toBe('10.0');
    expect(shown(-3, { factor: 1, decimals: 1 })).toBe('−3.0');
    expect(shown(-0.001, { factor: 1, decimals: 1 })).toBe('0.0');
    expect(shown(Number.NaN, MGDL)).toBe('–');
  });

  test('a gap lifts the pen', () => {
    expect(
      linePath([
        [0, 0],
        [1, 1],
        [Number.NaN, 2],
        [3, 3],
        [4, 4],
      ]),
    ).toBe('M0 0L1 1M3 3L4 4');
    expect(areaPath([0, 1, 2, 3, 4], [0, 0, Number.NaN, 0, 0], [1, 1, 1, 1, 1]).match(/Z/g)).toHaveLength(2);
  });
});

describe('theme', () => {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const v = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x! + 0.05) / (y! + 0.05);
  };

  test('text reaches 4.5:1 and marks 3:1 against the paper in both schemes (WCAG 2.2)', () => {
    const text = new Set(['--gm-ink', '--gm-ink-soft', '--gm-warning']);
    const ground = new Set(['--gm-paper', '--gm-grid', '--gm-panel', '--gm-target']);
    for (const [name, value] of Object.entries(THEME)) {
      if (ground.has(name)) continue;
      for (const scheme of ['light', 'dark'] as const)
        expect(contrast(value[scheme], THEME['--gm-paper'][scheme]), `${name} ${scheme}`).toBeGreaterThanOrEqual(
          text.has(name) ? 4.5 : 3,
        );
    }
  });

  test('the stylesheet holds every colour in both schemes, and paper in print stays light', () => {
    for (const [name, value] of Object.entries(THEME)) {
      expect(CHART_CSS).toContain(`${name}:${value.light}`);
      expect(CHART_CSS).toContain(`${name}:${value.dark}`);
    }
    for (const rule of CHART_CSS.split('\n').slice(1)) expect(rule).toMatch(/^@media screen/);
  });
});

describe('html report', () => {
  const report = htmlReport({
    title: 'A & B',
    subtitle: '<now>',
    sections: [{ title: 'One', html: paragraph('5 < 6') + figure(line()), newPage: true }],
    provenance: [['Source', 'a "file".csv']],
    contentHash: 'ab'.repeat(32),
  });

  test('it stands alone: no script, no outside address, and the strip is on screen, in print and at the end', () => {
    expect(report).not.toMatch(/<script|<link|<img|url\((?!#)/);
    expect(report).not.toMatch(/(?:src|href)="/);
    expect(report.match(new RegExp(RESEARCH_STRIP, 'g'))!.length).toBe(3);
    expect(report).toMatch(/@bottom-center\{content:'Research use\. Not for clinical use\.'/);
    expect(report).toContain("default-src 'none'");
  });

  test('what comes from data is escaped', () => {
    expect(report).toContain('<title>A &amp; B</title>');
    expect(report).toContain('5 &lt; 6');
    expect(report).toContain('a &quot;file&quot;.csv');
  });

  test('a chart as a file of its own carries its colours', () => {
    const svg = standaloneSvg(line(), CHART_CSS);
    expect(wellFormed(svg)).toBe(true);
    expect(svg.indexOf('<style>')).toBeGreaterThan(svg.indexOf('<title'));
    expect(svg).toContain('--gm-paper');
  });
});
