import { instant, MINUTE, type Observation } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Belief } from '@gemel/runtime/pack';
import { expect, test } from 'vitest';
import { assimilate } from './assimilate.ts';
import { dynamics, type GlucoseState } from './dynamics.ts';
import { AGE_GROUPS, drawPatient } from './population.ts';

const START = instant(Date.UTC(2024, 0, 1));
const AT = instant(START + 5 * MINUTE);
const people = Array.from({ length: 60 }, (_, i) => drawPatient(AGE_GROUPS[1], randomStream(5, i)).parameters);

const belief: Belief<GlucoseState> = {
  at: START,
  knownAt: START,
  members: people.map((parameters) => ({ parameters, state: dynamics.init(parameters, START) })),
  weights: new Float64Array(people.length).fill(1 / people.length),
  diagnostics: { method: 'test', ess: people.length, warnings: [], numbers: {} },
  modelHash: '',
  seed: 1,
};

/** Mean glucose of the members after one value of a signal. */
function glucoseAfter(signal: string, grade: Observation['grade'] | null): number {
  const value: Observation = {
    kind: 'observation',
    id: 'o',
    subject: 'p',
    code: { codings: [] },
    signal,
    value: { value: 160, unit: 'mg/dL' },
    trueAt: AT,
    knownAt: AT,
    offset: 0,
    grade: grade ?? 'good',
    marks: [],
    provenance: { source: 's', element: 'e' },
  };
  const fresh = grade === null ? [] : [value];
  const history = { subject: 'p', observations: fresh, controls: [], facts: [], knownAt: AT };
  const { members } = assimilate(belief, history, fresh, AT, randomStream(1));
  return (
    members.reduce((sum, m) => sum + (dynamics.observe(m.state, m.parameters, 'glucose.interstitial') as number), 0) /
    members.length
  );
}

test.each(['glucose.interstitial', 'glucose.capillary', 'glucose.plasma'])(
  'U1 an uncertain %s value moves the belief less than a good one, and more than none',
  (signal) => {
    const [none, good, uncertain] = [null, 'good', 'uncertain'].map((grade) =>
      glucoseAfter(signal, grade as Observation['grade']),
    );
    expect(uncertain).toBeGreaterThan(none + 1);
    expect(uncertain).toBeLessThan(good - 1);
    expect(glucoseAfter(signal, 'poor')).toBe(none);
  },
);
