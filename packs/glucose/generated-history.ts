import { type Concept, type ControlInput, type Fact, type Instant, instant, type Observation } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import type { GeneratedPatient } from './generate.ts';
import { controls as CONTROLS, observes } from './observe.ts';

/**
 * The record a generated patient leaves, as the pack would be given it after admission: what was displayed, delivered and
 * announced up to `until`, the truth withheld. For studies and tests; files go through the doors instead.
 */
export function generatedHistory(patient: GeneratedPatient, until: Instant): History {
  const subject = `generated-${patient.seed}`;
  const provenance = { source: 'generated', element: 'generated' };
  const cgm = observes.find((b) => b.signal === 'glucose.interstitial')!;
  const code: Concept = { codings: [cgm.codings[0]] };
  const observations: Observation[] = [];
  for (const { at, reading, repeats } of patient.cgm) {
    if (at > until || repeats) continue;
    const value =
      'value' in reading
        ? { value: reading.value, unit: cgm.unit }
        : 'below' in reading
          ? ({ kind: 'below', bound: { value: reading.below, unit: cgm.unit } } as const)
          : ({ kind: 'above', bound: { value: reading.above, unit: cgm.unit } } as const);
    observations.push({
      kind: 'observation',
      id: `${subject}-cgm-${at}`,
      subject,
      code,
      signal: cgm.signal,
      value,
      trueAt: at,
      knownAt: at,
      offset: 0,
      grade: 'good',
      marks: [],
      provenance,
    });
  }
  const controls: ControlInput[] = [];
  const give = (control: string, value: number, from: Instant, to?: Instant) => {
    if (from > until) return;
    const spec = CONTROLS.find((c) => c.control === control)!;
    controls.push({
      kind: 'control',
      id: `${subject}-${control}-${from}`,
      subject,
      control,
      code: { codings: [spec.codings[0]] },
      value: { value, unit: spec.unit },
      from,
      ...(to === undefined ? {} : { to }),
      status: 'given',
      knownAt: from,
      offset: 0,
      grade: 'good',
      marks: [],
      provenance,
    });
  };
  for (const { from, to, rate } of patient.basal) give('insulin.basal', rate, from, to);
  for (const { at, to, units } of patient.boluses) give('insulin.bolus', units, at, to);
  for (const { at, to, announced } of patient.meals) {
    if (announced !== null) give('meal.carbohydrate', announced, at, to);
  }
  const fact = (name: string, value: Fact['value']): Fact => ({
    kind: 'fact',
    id: `${subject}-${name}`,
    subject,
    fact: name,
    code: null,
    value,
    trueAt: patient.start,
    knownAt: patient.start,
    provenance,
  });
  const birth = instant(patient.start - (patient.profile.age + 0.5) * 365.25 * 86_400_000);
  return {
    subject,
    observations,
    controls: controls.sort((a, b) => a.from - b.from),
    facts: [
      fact('birthDate', new Date(birth).toISOString().slice(0, 10)),
      fact('sex', patient.profile.sex),
      fact('body.weight', { value: patient.profile.weight, unit: 'kg' }),
    ],
    knownAt: until,
  };
}
