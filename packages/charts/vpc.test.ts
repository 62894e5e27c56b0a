import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type VpcBin, type VpcPlot, vpcPlot } from './vpc.ts';
import { wellFormed } from './well-formed.fixture.ts';

/** Well formed, and no number is missing. */
const drawn = (svg: string) => wellFormed(svg) && !/NaN|Infinity|undefined/.test(svg);

const figure = (observed: number, low = 1, high = 3) => ({ observed, low, median: (low + high) / 2, high });
const bin = (centre: number, ...observed: readonly number[]): VpcBin => ({
  low: centre - 0.5,
  high: centre + 0.5,
  centre,
  count: 7,
  quantiles: observed.map((y) => figure(y)),
  below: null,
});
const plot = (more: Partial<VpcPlot> = {}): VpcPlot => ({
  id: 'vpc',
  title: 'Concentration <1>',
  quantity: 'C, mg/L',
  axis: 'Time, h',
  levels: [0.05, 0.5, 0.95],
  band: 0.95,
  limit: null,
  panels: [{ title: 'men', bins: [bin(1, 2, 2, 5), bin(2, 2, 2, 2)], x: [1, 1, 2], y: [1, 2, 5] }],
  ...more,
});

describe('a visual predictive check', () => {
  test('a figure outside its band is marked and counted', () => {
    const { svg, summary, table } = vpcPlot(plot());
    expect(drawn(svg)).toBe(true);
    expect(summary).toContain('5 of 6 observed figures lie in the 95 % band');
    expect(svg.match(/r="3.4"/g)?.length).toBe(1);
    expect(table.rows.length).toBe(6);
    expect(table.rows[2]).toEqual(['men', '0.500 to 1.50', 7, '95 %', '5.00', '1.00 to 3.00']);
  });

  test('shares below the limit have a panel of their own; a quantile below the limit stands on the foot', () => {
    const below = { ...bin(1, -Infinity, 2, 3), below: figure(0.4, 0.3, 0.6) };
    const flat = vpcPlot(plot());
    const { svg, height, table } = vpcPlot(
      plot({ limit: 0.5, panels: [{ title: '', bins: [below], x: [1], y: [-Infinity] }] }),
    );
    expect(drawn(svg)).toBe(true);
    expect(height).toBeGreaterThan(flat.height);
    expect(svg).toContain('share below the limit');
    expect(table.rows.map((row) => row[4])).toEqual(['below', '2.00', '3.00', '0.400']);
  });

  test('many observations are thinned, and it says so', () => {
    const y = Array.from({ length: 5000 }, (_, i) => 1 + (i % 3));
    const { svg } = vpcPlot(plot({ panels: [{ ...plot().panels[0]!, x: y, y }] }));
    expect(svg).toContain('every 3th drawn');
    expect(svg.match(/r="1.5"/g)?.length).toBe(1667);
  });

  test('is well formed whatever the numbers', () => {
    const number = fc.oneof(
      fc.double({ min: -1e12, max: 1e12 }),
      fc.constantFrom(Number.NaN, -Infinity, 0, 5e-324, 1e-299),
    );
    const figures = fc.record({ observed: number, low: number, median: number, high: number });
    const bins = fc.array(
      fc.record({
        low: fc.double({ min: 0, max: 10, noNaN: true }),
        high: fc.double({ min: 0, max: 10, noNaN: true }),
        centre: fc.double({ min: 0, max: 10, noNaN: true }),
        count: fc.nat(),
        quantiles: fc.tuple(figures, figures, figures),
        below: fc.option(figures),
      }),
      { maxLength: 4 },
    );
    const panel = fc.record({ title: fc.string(), bins, x: fc.constant([1, 2]), y: fc.tuple(number, number) });
    fc.assert(
      fc.property(
        fc.array(panel, { maxLength: 3 }),
        fc.boolean(),
        fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
        (panels, logarithmic, limit) => {
          const sane = panels.map((each) => ({ ...each, bins: [...each.bins].sort((a, b) => a.centre - b.centre) }));
          expect(drawn(vpcPlot(plot({ panels: sane, logarithmic, limit })).svg)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
