import { instant, type LimitVerdict, type Plan, type Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  abstentionCard,
  advisoryCard,
  type CardFrame,
  limitCard,
  markdownText,
  ordersOf,
  proposalCard,
  summaryOf,
} from './cards.ts';

const frame: CardFrame = {
  title: 'Vancomycin dosing',
  base: 'https://twins.example',
  patient: 'Patient/77',
  subject: 'Patient/anna',
  pack: 'dosing-vancomycin',
};
const order = {
  reference: 'MedicationRequest/1',
  control: 'vancomycin',
  words: 'Vancomycin 5000 mg',
  value: 5000,
  unit: 'mg',
  everyMinutes: 720,
};

describe('a summary', () => {
  test('is below 140 characters, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        const summary = summaryOf(text);
        expect(summary.length).toBeLessThan(140);
        expect(summary).not.toMatch(/\n/);
      }),
    );
  });
  test('is cut at a word, and says so', () => {
    expect(summaryOf('word '.repeat(60))).toMatch(/^(word )+word…$/);
    expect(summaryOf('  It   holds.\n')).toBe('It holds.');
  });
});

test('text of records is no Markdown: it forms no link, no picture and no heading', () => {
  expect(markdownText('[see](https://evil.example) <img src=x> # *a*')).toBe(
    '\\[see\\]\\(https://evil.example\\) \\<img src=x\\> \\# \\*a\\*',
  );
});

const plan = (id: string, allowed: boolean, limits: readonly LimitVerdict[] = []): Plan =>
  ({
    scenario: { id, title: `${id} mg every 12 h`, controls: [] },
    probabilityBest: 0.8,
    allowed,
    limits,
    rewards: [],
    total: 1,
  }) as unknown as Plan;
const trace = (advice: object): Trace =>
  ({
    id: 'trace-1',
    at: instant(Date.parse('2026-03-02T10:00:00Z')),
    inputs: [{}, {}],
    advice: { reasons: [{ code: 'x', statement: 'The trough is low.' }], ...advice },
  }) as unknown as Trace;
const advise = (...plans: readonly Plan[]) =>
  trace({
    kind: 'advise',
    statement: 'Give 1000 mg every 12 h.',
    plans,
    expires: instant(Date.parse('2026-03-02T12:00:00Z')),
  });
const draft = {
  resourceType: 'MedicationRequest',
  id: 'x',
  status: 'draft',
  intent: 'proposal',
  subject: { reference: 'urn:uuid:1' },
  requester: { reference: 'urn:uuid:2' },
  medicationCodeableConcept: { text: 'vancomycin' },
} as fhir.MedicationRequest;

describe('a proposal', () => {
  test('is a card with its options, and a draft of the calling record’s own patient', () => {
    const card = proposalCard(advise(plan('1000', true), plan('9000', false)), [draft], frame)!;
    expect(card).toMatchObject({
      uuid: 'trace-1',
      summary: 'Give 1000 mg every 12 h.',
      indicator: 'info',
      selectionBehavior: 'at-most-one',
    });
    expect(card.detail).toContain('1000 mg every 12 h: best with a probability of 80 %');
    expect(card.detail).not.toContain('9000');
    expect(card.detail).toContain('Research use. Not for clinical use.');
    expect(card.suggestions![0]!.actions[0]!.resource).toEqual({
      resourceType: 'MedicationRequest',
      status: 'draft',
      intent: 'proposal',
      medicationCodeableConcept: { text: 'vancomycin' },
      subject: { reference: 'Patient/77' },
    });
    expect(card.links![0]).toMatchObject({ type: 'smart', url: 'https://twins.example/launch' });
    expect(card.overrideReasons!.length).toBeGreaterThan(2);
  });
  test('that is none, or of which nothing is allowed, is no card', () => {
    expect(proposalCard(advise(plan('9000', false)), [draft], frame)).toBeNull();
    expect(proposalCard(trace({ kind: 'abstain', code: 'x', statement: 'No.', plans: [] }), [], frame)).toBeNull();
  });
  test('without orders suggests nothing to be taken over', () => {
    expect(proposalCard(advise(plan('1000', true)), [], frame)).not.toHaveProperty('suggestions');
  });
});

describe('warnings', () => {
  const advisory = (priority: 'high' | 'medium' | 'low' | 'information') => ({
    code: priority,
    priority,
    statement: `It is ${priority}.`,
  });
  test('are one card, the first of them its summary; never an alarm', () => {
    const card = advisoryCard([advisory('low'), advisory('high'), advisory('medium')], 'u', frame)!;
    expect(card).toMatchObject({ summary: 'It is high.', indicator: 'warning' });
    expect(card.detail).not.toContain('It is low');
    expect(advisoryCard([advisory('medium')], 'u', frame)!.indicator).toBe('info');
  });
  test('that can wait are no card', () => {
    expect(advisoryCard([advisory('low'), advisory('information')], 'u', frame)).toBeNull();
    expect(advisoryCard([], 'u', frame)).toBeNull();
  });
});

describe('an order', () => {
  const limit = (verdict: LimitVerdict['verdict']): LimitVerdict => ({
    limit: 'daily',
    title: 'Daily dose',
    verdict,
    message: 'above 4 g a day',
    source: 'label',
  });
  test('past a limit is warned of; one within is not', () => {
    const card = limitCard(order, plan('5000', false, [limit('within'), limit('forbidden')]), 'u', frame)!;
    expect(card).toMatchObject({ indicator: 'warning', summary: 'Vancomycin 5000 mg: above 4 g a day' });
    expect(limitCard(order, plan('5000', true, [limit('within')]), 'u', frame)).toBeNull();
  });
  test('on which the twin is silent is told with its reasons', () => {
    expect(abstentionCard(order, [{ statement: 'No level was measured.' }], 'u', frame).detail).toContain(
      'No level was measured',
    );
  });

  const controls = [
    {
      control: 'vancomycin',
      title: 'Vancomycin',
      unit: 'mg',
      plausible: [0, 1e4] as const,
      codings: [{ system: 'rx', code: '11124' }],
    },
  ];
  const request = (id: string, more: object): fhir.MedicationRequest =>
    ({
      resourceType: 'MedicationRequest',
      id,
      status: 'draft',
      intent: 'order',
      subject: { reference: 'Patient/77' },
      ...more,
    }) as fhir.MedicationRequest;
  const dosage = {
    dosageInstruction: [
      {
        timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 1000, unit: 'milligram', code: 'mg' } }],
      },
    ],
  };
  const coded = { medicationCodeableConcept: { coding: [{ system: 'rx', code: '11124' }] } };
  const bundle = (...resources: fhir.Resource[]) =>
    ({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) }) as fhir.Bundle;

  test('of what a twin doses is read with its dose and interval', () => {
    expect(ordersOf(bundle(request('1', { ...coded, ...dosage })), undefined, controls)).toEqual([
      {
        reference: 'MedicationRequest/1',
        control: 'vancomycin',
        words: 'Vancomycin 1000 mg',
        value: 1000,
        unit: 'mg',
        everyMinutes: 720,
      },
    ]);
  });
  test('names its medication by reference too', () => {
    const medication = {
      resourceType: 'Medication',
      id: 'm',
      code: { coding: [{ system: 'rx', code: '11124' }] },
    } as fhir.Medication;
    const inBundle = request('1', { medicationReference: { reference: 'Medication/m' }, ...dosage });
    expect(ordersOf(bundle(inBundle, medication), undefined, controls)).toHaveLength(1);
    const contained = request('1', { medicationReference: { reference: '#m' }, contained: [medication], ...dosage });
    expect(ordersOf(bundle(contained), undefined, controls)).toHaveLength(1);
  });
  test('that is not selected, of something else, or without a dose is left out', () => {
    const all = bundle(
      request('1', { ...coded, ...dosage }),
      request('2', { medicationCodeableConcept: { coding: [{ system: 'other', code: '11124' }] }, ...dosage }),
      request('3', coded),
    );
    expect(ordersOf(all, ['MedicationRequest/9'], controls)).toEqual([]);
    expect(ordersOf(all, ['MedicationRequest/2', 'MedicationRequest/3'], controls)).toEqual([]);
    expect(ordersOf(undefined, undefined, controls)).toEqual([]);
  });
});
