import { compile } from '@gemel/modeling/codegen/compile';
import { randomStream } from '@gemel/numerics';
import { expect, test } from 'vitest';
import { equations } from './equations.ts';
import { CONSTANT, deriveConstants } from './model.ts';
import { drawPatient } from './population.ts';
import { uvaPadova } from './uva-padova.ts';

test('its rates are the equations as the papers print them', () => {
  const constants = deriveConstants(drawPatient('adult', randomStream(4)).parameters);
  const compiled = compile(uvaPadova());
  const p = compiled.parameters();
  uvaPadova().parameters.forEach(({ name }, i) => {
    if (name in CONSTANT) p[i] = constants[CONSTANT[name as keyof typeof CONSTANT]];
  });
  const none = new Float64Array(0);
  const u = Float64Array.of(0.03, 4, 0);
  const y = new Float64Array(uvaPadova().states.length);
  compiled.initial(0, p, u, y, none);
  const dose = 30_000;
  y.set([9000, 8000, 4000]);
  y.set([dose, 1, 0.2, 0.1, 0, 1], 13);
  const dy = new Float64Array(y.length);
  compiled.rates({ t: 0, y, p, u, w: none, delayed: none }, dy);
  const expected = new Float64Array(13);
  const influence = { insulin: 0.03, carbs: 4, dose, sensitivity: Math.exp(0.2), absorption: 1, drive: 0.1 };
  equations(y, expected, constants, 0, influence);
  for (const [i, rate] of expected.entries()) expect(dy[i]).toBeCloseTo(rate, 9);
});
