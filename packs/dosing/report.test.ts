import type { Trace, Trajectory } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Belief, ReportBasis } from '@gemel/runtime/pack';
import { retraced } from '@gemel/runtime/retrace';
import { expect, test } from 'vitest';
import { calibrated } from './calibrate.ts';
import { vancomycin } from './drugs/vancomycin/index.ts';
import type { DosingState } from './fed-dynamics.ts';
import { after, creatinine, dose, fact, history, level } from './fixtures/patient.ts';
import { modelsOf } from './models.ts';
import { dosingPack } from './pack.ts';
import { sectionsOf } from './report.ts';
import { viewOf } from './view.ts';

const pack = dosingPack(vancomycin);
const NOW = after(30);

function beliefOn(given = history({ knownAt: NOW })): Belief<DosingState> {
  return calibrated(vancomycin, given, NOW, randomStream(1));
}

const medianAt = (past: Trajectory, hours: number) => {
  const i = past.times.indexOf(after(hours));
  return past.quantiles[past.levels.indexOf(0.5)]![i]!;
};

test('R1 the past passes the levels it was told of, is nothing before the first dose, and ends where the belief stands', () => {
  const given = history({ knownAt: NOW });
  const belief = beliefOn(given);
  const past = retraced(pack, belief, given, after(-2), NOW)!;
  expect(medianAt(past, 0)).toBe(0);
  // Begin and end of each infusion are among the times.
  expect(past.times).toEqual(expect.arrayContaining([after(0), after(1.5), after(12), after(13)]));
  expect(medianAt(past, 1.5)).toBeGreaterThan(medianAt(past, 12));
  const states = belief.members.map(({ parameters, state }) =>
    pack.dynamics.observe(state, parameters, 'concentration'),
  );
  const ends = pack.retrace!(belief, given, [NOW]).values.concentration!;
  const apart = states.map((value, m) => Math.abs(ends[m]! / Number(value) - 1));
  expect(Math.max(...apart)).toBeLessThan(1e-6);
});

test('R2 the past follows the covariates as they were: a kidney that failed later cleared more before', () => {
  const rising = history({
    knownAt: NOW,
    observations: [creatinine(-2, 0.8), creatinine(20, 2.4), level(11.9, 9.5), level(23.8, 11.8)],
  });
  const belief = beliefOn(rising);
  const own = retraced(pack, belief, rising, after(0), NOW)!;
  const steady = { ...rising, observations: rising.observations.filter(({ id }) => id !== creatinine(-2, 1).id) };
  const slower = retraced(pack, belief, steady, after(0), NOW)!;
  const i = own.times.indexOf(after(12));
  const j = slower.times.indexOf(after(12));
  const at = (past: Trajectory, k: number) => past.quantiles[past.levels.indexOf(0.5)]![k]!;
  expect(at(own, i)).toBeLessThan(at(slower, j));
});

test('R3 every model stands in the comparison: those that speak with weights that add to one, the others with why', () => {
  const given = history({ knownAt: NOW });
  const rows = modelsOf(vancomycin)({
    now: NOW,
    history: given,
    belief: beliefOn(given),
    applicability: { applies: 'yes', reasons: [] },
  });
  expect(rows.map(({ id }) => id).sort()).toEqual(vancomycin.models.map(({ id }) => id).sort());
  const spoke = rows.filter(({ used }) => used);
  expect(spoke.reduce((sum, { weight }) => sum + weight!, 0)).toBeCloseTo(1, 9);
  expect(spoke.every(({ values }) => values.every(({ expected }) => expected > 0))).toBe(true);
  const silent = rows.filter(({ used }) => !used);
  expect(silent.length).toBeGreaterThan(0);
  expect(silent.every(({ weight, reasons }) => weight === null && reasons.length > 0)).toBe(true);
  expect(rows.findLastIndex(({ used }) => used)).toBeLessThan(rows.findIndex(({ used }) => !used));
});

test('R4 the report lists doses, levels and models, says what is withheld, and lets no name run as markup', () => {
  const given = history({
    knownAt: NOW,
    controls: [dose(0, 1500, 1.5), dose(12, 1000, 1)],
    facts: [fact('sex', 'male')],
  });
  const basis: ReportBasis = {
    subject: 'x',
    now: NOW,
    history: given,
    forecast: null,
    missing: [{ code: 'weight-missing', statement: 'Body weight: <b>not recorded</b>.' }],
    posterior: [],
    calibration: [],
    trace: null as Trace | null,
    past: null,
    models: modelsOf(vancomycin)({
      now: NOW,
      history: given,
      belief: null,
      applicability: { applies: 'yes', reasons: [] },
    }),
    zoneOffset: 60,
    unit: 'mg/L',
  };
  const html = sectionsOf(vancomycin)(basis)
    .map((part) => part.html)
    .join('');
  expect(html).toContain('1500 mg');
  expect(html).toContain('9.5');
  expect(html).toContain('Goti 2018 is not used');
  expect(html).toContain('&lt;b&gt;not recorded');
  expect(html).not.toContain('<b>not');
});

test('R5 a trough is drawn as a band, an area is said in words; a second unit is offered where laboratories use it', () => {
  expect(viewOf(vancomycin).band).toBeUndefined();
  expect(viewOf(vancomycin).aims?.[0]).toContain('400 to 600');
  const [target] = vancomycin.targets;
  const trough = {
    ...vancomycin,
    targets: [{ ...target!, quantity: 'trough' as const, low: 10, high: 15, unit: 'mg/L' }],
  };
  expect(viewOf(trough).band).toMatchObject({ from: 10, to: 15 });
  expect(viewOf({ ...vancomycin, reportedIn: { unit: 'umol/L', factor: 0.69 } }).units).toHaveLength(2);
});
