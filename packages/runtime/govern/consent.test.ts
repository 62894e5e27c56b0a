import type { Consent, ConsentProvision } from '@gemel/core';
import { instant } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsentRequest, permits } from './consent.ts';
import { purposeOf } from './purpose.ts';
import { HL7_PURPOSE, HL7_PURPOSES, TEFCA_PURPOSE, TEFCA_PURPOSES } from './purposes.data.ts';

const NOW = instant(1_000_000);
const hl7 = (code: string) => `${HL7_PURPOSE}|${code}`;
const PSY = 'http://terminology.hl7.org/CodeSystem/v3-ActCode|PSY';
const mark = (code: string) => `http://terminology.hl7.org/CodeSystem/v3-Confidentiality|${code}`;

const rule = (type: 'permit' | 'deny' | null, part: Partial<ConsentProvision> = {}): ConsentProvision => ({
  type,
  provisions: [],
  ...part,
});
const consent = (root: ConsentProvision, part: Partial<Consent> = {}): Consent => ({
  reference: 'Consent/1',
  status: 'active',
  scope: 'patient-privacy',
  dateTime: instant(1000),
  root,
  ...part,
});
const request = (part: Partial<ConsentRequest> = {}): ConsentRequest => ({
  purpose: purposeOf('TREAT'),
  actors: ['person|dr', 'dr'],
  roles: ['clinician'],
  action: 'use',
  type: 'Observation',
  labels: [],
  at: NOW,
  ...part,
});
const effect = (consents: readonly Consent[], part: Partial<ConsentRequest> = {}) =>
  permits(consents, request(part)).effect;

describe('consent', () => {
  it('N1 says nothing where there is none, and what its root says where there is one', () => {
    expect(permits([], request())).toEqual({ effect: 'silent', code: 'consent-silent', consent: null, until: null });
    expect(permits([consent(rule('permit'))], request())).toMatchObject({ effect: 'permit', consent: 'Consent/1' });
    expect(effect([consent(rule('deny'))])).toBe('deny');
    expect(effect([consent(rule(null))])).toBe('silent');
  });

  it('N2 the latest that speaks of the request wins; one that does not is passed over', () => {
    const old = consent(rule('permit'), { reference: 'Consent/old' });
    const later = (root: ConsentProvision) => consent(root, { reference: 'Consent/new', dateTime: instant(2000) });
    expect(effect([old, later(rule('deny'))])).toBe('deny');
    expect(effect([later(rule('deny')), old])).toBe('deny');
    expect(effect([old, later(rule('deny', { purposes: [hl7('HRESCH')] }))])).toBe('permit');
    expect(effect([old, later(rule('permit', { actors: [{ role: null, reference: 'other' }] }))])).toBe('permit');
  });

  it.each([
    ['active', 'permit', 'permit', 'consent-permits'],
    ['active', 'deny', 'deny', 'consent-refused'],
    ['inactive', 'permit', 'deny', 'consent-revoked'],
    ['inactive', 'deny', 'silent', 'consent-silent'],
    ['rejected', 'permit', 'deny', 'consent-declined'],
    ['rejected', 'deny', 'silent', 'consent-silent'],
    ['draft', 'permit', 'silent', 'consent-silent'],
    ['proposed', 'deny', 'silent', 'consent-silent'],
  ] as const)('N3 %s %s is %s', (status, type, expected, code) => {
    expect(permits([consent(rule(type), { status })], request())).toMatchObject({ effect: expected, code });
  });

  it('N4 consents of other scopes: research speaks of research alone, a treatment and its end of no use of data', () => {
    const research = consent(rule('permit'), { scope: 'research' });
    expect([effect([research]), effect([research], { purpose: purposeOf('CLINTRCH') })]).toEqual(['silent', 'permit']);
    for (const scope of ['treatment', 'adr'] as const)
      expect(effect([consent(rule('deny'), { scope })])).toBe('silent');
  });

  it('N5 a purpose includes its kinds, and not what it is a kind of', () => {
    for (const [code, [parent]] of Object.entries(HL7_PURPOSES)) {
      const own = [consent(rule('permit', { purposes: [hl7(code)] }))];
      expect(effect(own, { purpose: purposeOf(code) })).toBe('permit');
      if (parent === null) continue;
      expect(effect(own, { purpose: purposeOf(parent) })).toBe('silent');
      expect(effect([consent(rule('deny', { purposes: [hl7(parent)] }))], { purpose: purposeOf(code) })).toBe('deny');
    }
  });

  it('N6 TEFCA codes stand in a system of their own and meet HL7 purposes only through the table', () => {
    for (const [code, [meant]] of Object.entries(TEFCA_PURPOSES)) {
      for (const text of [`${TEFCA_PURPOSE}|${code}`, `${TEFCA_PURPOSE}#${code}`]) {
        expect(purposeOf(text).hl7[0] ?? null).toBe(meant);
      }
      expect(() => purposeOf(code)).toThrow(/no purpose known/);
      expect(() => purposeOf(hl7(code))).toThrow(/no purpose known/);
    }
    const own = [consent(rule('permit', { purposes: [`${TEFCA_PURPOSE}|T-GOVDTRM`] }))];
    expect(effect(own, { purpose: purposeOf(`${TEFCA_PURPOSE}|T-GOVDTRM`) })).toBe('permit');
    expect(effect(own, { purpose: purposeOf('GOV') })).toBe('silent');
    expect(() => purposeOf(`${TEFCA_PURPOSE}|TREAT`)).toThrow(/no purpose known/);
    for (const junk of ['', '|', 'toString', 'treat', `${HL7_PURPOSE}|__proto__`])
      expect(() => purposeOf(junk)).toThrow();
  });

  it('N7 criteria: every one must hold, one of each list is enough', () => {
    const both = rule('permit', {
      actions: ['use', 'access'],
      classes: ['http://hl7.org/fhir/resource-types|Observation'],
    });
    expect(effect([consent(both)])).toBe('permit');
    expect(effect([consent(both)], { action: 'disclose' })).toBe('silent');
    expect(effect([consent(both)], { type: 'Condition' })).toBe('silent');
    const coded = [consent(rule('deny', { codes: ['urn:c|a'] }))];
    expect([effect(coded, { labels: ['urn:c|a'] }), effect(coded)]).toEqual(['deny', 'silent']);
    const role = [consent(rule('deny', { actors: [{ role: 'clinician', reference: null }] }))];
    expect([effect(role), effect(role, { roles: ['researcher'] })]).toEqual(['deny', 'silent']);
    const named = [consent(rule('deny', { actors: [{ role: 'clinician', reference: 'dr' }] }))];
    expect([effect(named), effect(named, { actors: ['else'] })]).toEqual(['deny', 'silent']);
    const dated = [consent(rule('deny', { dataPeriod: { from: instant(5), to: instant(9) } }))];
    expect([4, 5, 9, 10].map((at) => effect(dated, { dataAt: instant(at) }))).toEqual([
      'silent',
      'deny',
      'deny',
      'silent',
    ]);
    expect(effect(dated)).toBe('silent');
    const very = [consent(rule('deny', { data: ['Observation/7'] }))];
    expect([effect(very, { reference: 'Observation/7' }), effect(very)]).toEqual(['deny', 'silent']);
  });

  it('N8 marks of confidentiality are high-water marks; other labels are themselves', () => {
    const upTo = [consent(rule('permit', { labels: [mark('N')] }))];
    const from = [consent(rule('deny', { labels: [mark('R')] }))];
    const at = (own: readonly Consent[]) => ['U', 'N', 'R', 'V'].map((code) => effect(own, { labels: [mark(code)] }));
    expect(at(upTo)).toEqual(['permit', 'permit', 'silent', 'silent']);
    expect(at(from)).toEqual(['silent', 'silent', 'deny', 'deny']);
    expect([effect(upTo), effect(from)]).toEqual(['permit', 'silent']);
    const psychiatry = [consent(rule('permit', { provisions: [rule('deny', { labels: [PSY] })] }))];
    expect([effect(psychiatry), effect(psychiatry, { labels: [PSY] })]).toEqual(['permit', 'deny']);
  });

  it('N9 a period ends: what it held then holds no more, and until when is told', () => {
    const own = [consent(rule('permit', { period: { from: instant(10), to: instant(20) } }))];
    expect([9, 10, 20, 21].map((at) => effect(own, { at: instant(at) }))).toEqual([
      'silent',
      'permit',
      'permit',
      'silent',
    ]);
    expect([5, 15, 30].map((at) => permits(own, request({ at: instant(at) })).until)).toEqual([10, 21, null]);
  });

  it('N10 what was not read whole permits nothing and refuses all it might', () => {
    expect(effect([consent(rule('permit', { unread: 'x' }))])).toBe('silent');
    expect(effect([consent(rule('deny', { unread: 'x' }))])).toBe('deny');
    expect(effect([consent(rule('deny', { provisions: [rule('permit', { unread: 'x' })] }))])).toBe('deny');
  });
});

describe('provisions, whatever they are', () => {
  const criteria = {
    period: fc.constantFrom({ from: instant(0), to: NOW }, { from: instant(NOW + 1), to: null }),
    purposes: fc.constantFrom([hl7('TREAT')], [hl7('HRESCH')]),
    labels: fc.constantFrom([PSY], [mark('N')]),
    actions: fc.constantFrom(['use'], ['disclose']),
    unread: fc.constant('x'),
  };
  const tree = (depth: number): fc.Arbitrary<ConsentProvision> =>
    fc.record(
      {
        type: fc.constantFrom('permit' as const, 'deny' as const),
        ...criteria,
        provisions: depth === 0 ? fc.constant([]) : fc.array(tree(depth - 1), { maxLength: 3 }),
      },
      { requiredKeys: ['type', 'provisions'] },
    );
  const asked = fc.record({
    labels: fc.constantFrom([], [PSY], [mark('R')]),
    action: fc.constantFrom('use', 'disclose'),
  });

  it('N11 an exception that refuses goes before all beside it', () => {
    fc.assert(
      fc.property(tree(2), asked, (root, part) => {
        const before = effect([consent(root)], part);
        const after = effect([consent({ ...root, provisions: [...root.provisions, rule('deny')] })], part);
        expect(after).toBe(before === 'silent' ? 'silent' : 'deny');
      }),
    );
  });

  it('N12 the order of exceptions says nothing', () => {
    fc.assert(
      fc.property(tree(2), asked, (root, part) => {
        const turned = { ...root, provisions: root.provisions.toReversed() };
        expect(effect([consent(turned)], part)).toBe(effect([consent(root)], part));
      }),
    );
  });

  it('N13 criteria only narrow: a rule with one more speaks of nothing that the rule without does not', () => {
    fc.assert(
      fc.property(tree(1), asked, (root, part) => {
        const narrower = { ...root, purposes: [hl7('HMARKT')] };
        expect(effect([consent(narrower)], part)).toBe('silent');
        const { unread: _unread, ...whole } = root;
        if (effect([consent(whole)], part) === 'silent') expect(effect([consent(root)], part)).toBe('silent');
      }),
    );
  });

  it('N14 a later consent to everything, or refusal of everything, settles it', () => {
    fc.assert(
      fc.property(
        fc.array(tree(1), { maxLength: 3 }),
        asked,
        fc.constantFrom('permit' as const, 'deny' as const),
        (roots, part, type) => {
          const older = roots.map((root, i) => consent(root, { reference: `Consent/${i}`, dateTime: instant(i) }));
          const last = consent(rule(type), { reference: 'Consent/last', dateTime: instant(999) });
          expect(permits([last, ...older], request(part))).toMatchObject({ effect: type, consent: 'Consent/last' });
        },
      ),
    );
  });
});
