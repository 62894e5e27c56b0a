import { readdirSync, readFileSync } from 'node:fs';
import { DAY, instant, type Plan } from '@gemel/core';
import type { Member } from '@gemel/runtime/dynamics';
import type { Belief, Diagnostics, Situation } from '@gemel/runtime/pack';
import { packContract } from '@gemel/runtime/pack-contract';
import { describe, expect, it, test } from 'vitest';
import { decide } from './decide.ts';
import type { GlucoseState } from './dynamics.ts';
import { EVERYDAY, generatePatient } from './generate.ts';
import { generatedHistory } from './generated-history.ts';
import { createGlucosePack, pack } from './pack.ts';
import type { GlucosePolicy } from './safety.ts';

const start = instant(Date.UTC(2024, 2, 4));
// The shortest record that is enough: every calibration of the contract takes seconds.
const patient = generatePatient({ seed: 11, start, days: 1, group: 'adult', perturbation: EVERYDAY });
const now = instant(start + 0.8 * DAY);

packContract(pack, { history: generatedHistory(patient, now), now }, { describe, it });

test('S3 a site may call readings stale from 1 to 30 minutes, nothing else', () => {
  for (const staleMinutes of [0, 31, Number.NaN])
    expect(() => createGlucosePack({ staleMinutes })).toThrow(
      expect.objectContaining({ code: 'glucose-policy-invalid' }),
    );
  expect(createGlucosePack({ staleMinutes: 30 }).id).toBe('glucose');
});

/** A decision as a file: what was known and weighed. Members of the belief are given by their number. */
interface DecisionInput {
  readonly about: string;
  readonly policy: GlucosePolicy;
  readonly situation: Omit<Situation<GlucoseState>, 'belief'> & {
    readonly belief: { readonly members: number; readonly diagnostics: Diagnostics };
  };
  readonly plans: readonly Plan[];
}

const folder = new URL('./fixtures/', import.meta.url);
const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.input.json'))
  .map((name) => name.replace('.input.json', ''));

test('every decision kept as a file has its expected answer beside it', () => {
  expect(cases.length).toBeGreaterThanOrEqual(6);
});

test.each(cases)('D5 the decision %s replays as it was', (name) => {
  const { situation, plans, policy } = readJson(`${name}.input.json`) as DecisionInput;
  const members = Array.from({ length: situation.belief.members }) as Member<GlucoseState>[];
  const belief = { ...situation.belief, members } as unknown as Belief<GlucoseState>;
  const advice = decide({ ...situation, belief }, plans, policy);
  const told = { ...advice, plans: advice.plans.map((p) => p.scenario.id) };
  expect(JSON.parse(JSON.stringify(told))).toEqual(readJson(`${name}.expected.json`));
});
