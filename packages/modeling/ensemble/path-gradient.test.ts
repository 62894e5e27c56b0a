import { describe, expect, it } from 'vitest';
import { parse } from '../expression/parse.ts';
import { defineModel } from '../model/define-model.ts';
import { ensemble } from './ensemble.ts';
import { pathGradient } from './path-gradient.ts';
import type { EnsembleDesign } from './plan.ts';

const model = defineModel({
  id: 'absorbed',
  title: 'Absorption, saturable loss, and a dose that is remembered',
  time: 'h',
  parameters: {
    ka: '0.9 : /h : absorption : assumed',
    V: '8 : L : volume : assumed',
    Vmax: '3 : mg/h : largest loss : assumed',
    Km: '0.7 : mg/L : half of it : assumed',
    start: '4 : mg : amount at first : assumed',
    slow: '0.3 : /h : wave : assumed',
  },
  inputs: { feed: '0 step : mg/h : given : assumed' },
  definitions: {
    halved: 'exp(-ka*1 [h])/(1 + exp(-ka*1 [h])) : 1 : of parameters alone : assumed',
    C: 'central/V : mg/L : concentration : definition',
    rate: 'C > 0.2 [mg/L] ? Vmax*C/(Km + C): Vmax*C/(Km + 0.2 [mg/L]) : mg/h : loss : assumed',
  },
  states: {
    gut: '0 : mg : in the gut : assumed',
    central: 'start*halved positive : mg : in the blood : assumed',
    kept: '0 : mg : largest so far : assumed',
  },
  equations: {
    gut: 'feed - ka*gut',
    central: 'ka*gut*(1 + 0.3*sin(slow*time)) - rate - 0.01 [/h]*kept',
    kept: '0',
  },
  outputs: ['C', 'gut'],
});
const design = {
  step: 0.5,
  substeps: 3,
  updates: { kept: parse('max(kept, gut*halved)') },
} satisfies EnsembleDesign;
const intervals = 20;
const request = {
  intervals,
  start: 1,
  inputs: { feed: Float64Array.from({ length: intervals }, (_, i) => (i % 7 === 2 ? 6 : 0)) },
};
const by = ['ka', 'Vmax', 'start', 'V', 'slow'];
const at = Float64Array.of(0.8, 2.5, 5, 7, 0.4);
const weights = Float64Array.from({ length: 2 * intervals }, (_, i) => Math.sin(i));

const dot = (a: Float64Array, b: Float64Array) => a.reduce((s, x, i) => s + x * b[i], 0);

describe('the gradient of a path', () => {
  it('the path is that of the ensemble', () => {
    const parameters = Object.fromEntries(by.map((name, i) => [name, at[i]]));
    const { values } = ensemble(model, { ...design, backend: 'javascript' }).run({
      ...request,
      members: 1,
      parameters,
    });
    const path = pathGradient(model, design, request, by).run(at);
    for (let i = 0; i < intervals; i++) {
      for (let o = 0; o < 2; o++) expect(path[2 * i + o]).toBeCloseTo(values[o * intervals + i], 12);
    }
  });

  it('agrees with central differences of the path to 1e-8, through updates, conditions and initial values', () => {
    const path = pathGradient(model, design, request, by);
    const gradient = new Float64Array(by.length);
    path.run(at);
    path.walkBack(weights, gradient);
    const again = new Float64Array(by.length);
    path.walkBack(weights, again);
    expect(again).toEqual(gradient);
    by.forEach((name, i) => {
      const slope = (h: number) => {
        const [up, down] = [h, -h].map((move) => dot(path.run(at.map((x, j) => (i === j ? x + move : x))), weights));
        return (up - down) / (2 * h);
      };
      const expected = (4 * slope(5e-4) - slope(1e-3)) / 3;
      expect(expected, name).not.toBe(0);
      expect(Math.abs(gradient[i] - expected), name).toBeLessThan(1e-8 * Math.max(1, Math.abs(expected)));
    });
  });

  it.each([
    ['ensemble-unsupported', { ...design, substeps: parse('2') }, by],
    ['ensemble-unsupported', { ...design, method: 'tsit5' as const }, by],
    ['ensemble-name', design, ['nothing']],
  ])('%s: what has none is named', (code, wrong: EnsembleDesign, names) => {
    expect(() => pathGradient(model, wrong, request, names)).toThrow(expect.objectContaining({ code }));
  });
});
