import { createHash } from 'node:crypto';
import { type Consent, type ConsentProvision, instant } from '@gemel/core';
import { describe, expect, it } from 'vitest';
import { DATA_CLASSES } from './data-classes.data.ts';
import { classesOf } from './data-kind.ts';
import {
  createGovernor,
  DEFAULT_SETTINGS,
  type DecisionRequest,
  type GovernedAction,
  type SubjectWill,
} from './decide.ts';
import { DEFAULT_POLICIES, openPolicies } from './node/cedar.ts';
import { GEMEL_PURPOSE, HL7_PURPOSE, HL7_PURPOSES, TEFCA_PURPOSE } from './purposes.data.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const engine = openPolicies([DEFAULT_POLICIES], sha256);
const governor = createGovernor(engine, DEFAULT_SETTINGS, sha256);

const says = (type: 'permit' | 'deny', part: Partial<Consent> = {}, rule: Partial<ConsentProvision> = {}): Consent => ({
  reference: 'Consent/1',
  status: 'active',
  scope: 'patient-privacy',
  dateTime: instant(1),
  root: { type, provisions: [], ...rule },
  ...part,
});
const will = (part: Partial<SubjectWill> = {}): SubjectWill => ({
  subject: 'p|1',
  consents: [],
  restricted: false,
  ...part,
});
const clinician = { id: 'person|dr', kind: 'person', roles: ['clinician'] } as const;
const ask = (part: Partial<DecisionRequest> & { readonly purpose?: string; readonly breakGlass?: string } = {}) => {
  const { purpose = 'TREAT', breakGlass, use, ...rest } = part;
  return governor.decide({
    use: use ?? { agent: clinician, purpose, ...(breakGlass === undefined ? {} : { breakGlass }) },
    action: 'read',
    data: { type: 'Observation', labels: [] },
    will: will(),
    at: instant(100),
    ...rest,
  });
};
const revoked = will({ consents: [says('permit', { status: 'inactive' })] });
const refused = will({ consents: [says('deny')] });

describe('the default policies', () => {
  it('P1 treatment rests on implied consent until the person refuses; other purposes need the person’s word', () => {
    expect(ask()).toMatchObject({ permit: true, code: 'permitted', policies: ['consent-implied'], consent: null });
    for (const code of Object.keys(HL7_PURPOSES)) {
      if (code === 'BTG') continue;
      let kind: string | null = code;
      while (HL7_PURPOSES[kind]![0] !== null) kind = HL7_PURPOSES[kind]![0]!;
      expect([code, ask({ purpose: code }).permit]).toEqual([code, kind === 'TREAT']);
    }
    expect(ask({ purpose: 'HRESCH' })).toMatchObject({ code: 'consent-missing', policies: [] });
    const permitted = will({ consents: [says('permit', {}, { purposes: [`${HL7_PURPOSE}|HRESCH`] })] });
    expect(ask({ purpose: 'CLINTRCH', will: permitted })).toMatchObject({ permit: true, consent: 'Consent/1' });
    expect(ask({ purpose: 'PUBHLTH', will: permitted }).permit).toBe(false);
  });

  it('P2 refusal and withdrawal go before everything but what is written down, the person itself and a broken glass', () => {
    for (const action of ['read', 'search', 'operate', 'simulate', 'release', 'export'] as const) {
      expect(ask({ will: refused, action })).toMatchObject({
        permit: false,
        code: 'consent-refused',
        consent: 'Consent/1',
      });
      expect(ask({ will: revoked, action })).toMatchObject({ permit: false, code: 'consent-revoked' });
    }
    for (const action of ['create', 'update'] as const) expect(ask({ will: refused, action }).permit).toBe(true);
    expect(ask({ will: revoked }).reason).toContain('withdrawn the consent (Consent/1)');
  });

  it('P3 a broken glass opens treatment to a person with a reason, and nothing else', () => {
    const breakGlass = 'Unconscious, no relatives';
    expect(ask({ will: revoked, breakGlass, action: 'simulate' })).toMatchObject({ permit: true, breakGlass: true });
    expect(ask({ will: revoked, breakGlass, purpose: 'BTG' }).permit).toBe(true);
    expect(ask({ will: revoked, breakGlass, purpose: 'HRESCH' }).permit).toBe(false);
    expect(ask({ will: revoked, breakGlass, action: 'export' }).permit).toBe(false);
    const program = { agent: { ...clinician, kind: 'system' as const }, purpose: 'TREAT', breakGlass };
    expect(ask({ will: revoked, use: program }).permit).toBe(false);
    expect(() => ask({ breakGlass: ' ' })).toThrow(/No reason/);
    expect(() => ask({ purpose: 'BTG' })).toThrow(/No reason/);
  });

  it('P4 restricted data are kept and not used', () => {
    const restricted = will({ restricted: true, consents: [says('permit')] });
    for (const action of ['read', 'search', 'operate', 'simulate', 'release'] as const) {
      expect(ask({ will: restricted, action })).toMatchObject({ permit: false, code: 'restricted' });
    }
    const breakGlass = 'Emergency';
    expect([
      ask({ will: restricted, breakGlass }),
      ask({ will: restricted, breakGlass, action: 'simulate' }),
    ]).toMatchObject([{ permit: true }, { permit: false }]);
    expect(ask({ will: restricted, action: 'create' }).permit).toBe(true);
  });

  it('P5 payment covers claims for care given; underwriting, pricing, lifestyle and marketing are refused whatever is consented to', () => {
    const all = will({ consents: [says('permit')] });
    const pay = (type: string, action: GovernedAction = 'read', purpose = 'HPAYMT', labels: readonly string[] = []) =>
      ask({ purpose, will: all, data: { type, labels }, action });
    for (const type of ['Claim', 'Encounter', 'Procedure', 'Condition', 'MedicationAdministration']) {
      expect(pay(type).permit).toBe(true);
      expect(pay(type, 'simulate')).toMatchObject({ permit: false, code: 'purpose-refused' });
      for (const purpose of ['COVERAGE', 'ELIGDTRM', 'ENROLLM', 'PMTDS', 'HMARKT', `${TEFCA_PURPOSE}|T-GOVDTRM-X`]) {
        if (purpose.endsWith('X')) expect(() => pay(type, 'read', purpose)).toThrow(/no purpose/);
        else expect(pay(type, 'read', purpose)).toMatchObject({ permit: false, code: 'purpose-refused' });
      }
      for (const code of ['underwriting', 'pricing', 'lifestyle-monitoring']) {
        expect(pay(type, 'read', `${GEMEL_PURPOSE}|${code}`)).toMatchObject({ permit: false, code: 'purpose-refused' });
      }
    }
    for (const type of ['Twin', 'NutritionOrder', 'DeviceUseStatement', 'Observation', 'MolecularSequence']) {
      expect(pay(type).permit).toBe(false);
    }
    const laboratory = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
    const activity = 'http://terminology.hl7.org/CodeSystem/observation-category|activity';
    expect(pay('Observation', 'read', 'HPAYMT', [laboratory]).permit).toBe(true);
    expect(pay('Observation', 'read', 'HPAYMT', [laboratory, activity]).permit).toBe(false);
    expect(pay('Claim', 'read', `${TEFCA_PURPOSE}|T-PYMNT`).permit).toBe(true);
  });

  it('P6 a person gets at the own data, and at nobody else’s', () => {
    const self = (patient: string) =>
      ({ agent: { id: 'person|1', kind: 'person', roles: ['patient'] }, purpose: 'PATRQT', patient }) as const;
    for (const action of ['read', 'search', 'export', 'erase', 'simulate'] as const) {
      expect(ask({ use: self('p|1'), will: refused, action }).permit).toBe(true);
      expect(ask({ use: self('p|2'), action }).permit).toBe(false);
    }
    expect(ask({ use: self('p|1'), will: will({ restricted: true }), action: 'export' }).permit).toBe(true);
    const consent = { data: { type: 'Consent', labels: [] }, will: refused };
    for (const action of ['read', 'create', 'update'] as const) {
      expect(ask({ use: self('p|1'), action, ...consent }).permit).toBe(true);
      expect(ask({ use: self('p|2'), action, ...consent }).permit).toBe(false);
    }
    const desk = { agent: { id: 'person|a', kind: 'person', roles: ['administrator'] }, purpose: 'PATRQT' } as const;
    for (const action of ['export', 'erase'] as const) {
      expect(ask({ use: desk, will: refused, action })).toMatchObject({
        permit: true,
        policies: ['rights-of-the-person'],
      });
      expect(ask({ use: { ...desk, agent: clinician }, will: refused, action }).permit).toBe(false);
    }
  });

  it('P7 consents can be read and written whatever they say; what is nobody’s is open', () => {
    const data = { type: 'Consent', labels: [] };
    expect([
      ask({ data, will: refused }).permit,
      ask({ data, will: will({ restricted: true }), action: 'update' }).permit,
    ]).toEqual([true, true]);
    expect(ask({ data: { type: 'Organization', labels: [] }, will: null, purpose: 'HRESCH' }).permit).toBe(true);
  });

  it('P8 names the classes of data it is about', () => {
    expect(ask().classes).toEqual(['observation']);
    expect(
      classesOf({ type: 'Observation', labels: ['http://loinc.org|8867-4', 'https://gemel.example.org/codes|meal.x'] }),
    ).toEqual(['nutrition', 'vital-signs']);
    expect(classesOf({ type: 'Basic', labels: [] })).toEqual(['other']);
    expect(Object.keys(DATA_CLASSES)).toContain('other');
  });

  it('P9 settings take consent for granted for other purposes too, and unknown ones are refused', () => {
    const wider = createGovernor(engine, { implied: ['TREAT', 'HOPERAT'] }, sha256);
    const use = { agent: clinician, purpose: 'HQUALIMP' };
    const request = {
      use,
      action: 'read',
      data: { type: 'Observation', labels: [] },
      will: will(),
      at: instant(1),
    } as const;
    expect([governor.decide(request).permit, wider.decide(request).permit]).toEqual([false, true]);
    expect(wider.hash).not.toBe(governor.hash);
    expect(() => createGovernor(engine, { implied: ['CARE'] }, sha256)).toThrow(/no purpose/);
  });
});

describe('policies of an operator', () => {
  const open = (text: string, name = 'own.cedar') => openPolicies([DEFAULT_POLICIES, { name, text }], sha256);

  it('P10 stand beside the default ones: a forbid goes before every permit', () => {
    const own = open(
      '@id("no-genes") @code("own-rule") @reason("No genes here.") forbid (principal, action, resource) when { resource.classes.contains("genomics") };',
    );
    const strict = createGovernor(own, DEFAULT_SETTINGS, sha256);
    const use = { agent: clinician, purpose: 'TREAT' };
    const request = {
      use,
      action: 'read',
      data: { type: 'MolecularSequence', labels: [] },
      will: will(),
      at: instant(1),
    } as const;
    expect(governor.decide(request).permit).toBe(true);
    expect(strict.decide(request)).toMatchObject({
      permit: false,
      code: 'own-rule',
      reason: 'No genes here.',
      policies: ['no-genes'],
    });
    expect(own.ids).toContain('no-genes');
  });

  it.each([
    [
      'a bracket left open',
      '// ä\npermit (principal, action, resource)\nwhen { context.purposes.contains("TREAT" };',
      3,
      42,
    ],
    [
      'an attribute the schema lacks',
      '// ä\n\n  permit (principal, action, resource) when { context.porpuses.contains("x") };',
      3,
      47,
    ],
    ['a type the schema lacks', 'permit (principal is Gemel::Nobody, action, resource);', 1, 22],
    ['an action the schema lacks', 'permit (principal, action == Gemel::Action::"sell", resource);', 1, null],
    ['nonsense', 'allow everything', 1, 7],
    ['a template', 'permit (principal == ?principal, action, resource);', 1, 1],
  ])('P11 %s is refused with its place', (_name, text, line, column) => {
    let error: unknown;
    try {
      open(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: 'govern-policy-invalid', where: { file: 'own.cedar', line } });
    if (column !== null) expect(error).toMatchObject({ where: { field: `column ${column}` } });
  });

  it('P14 the default policies fit the schema, and each says why in words', () => {
    const checked = open('', 'none.cedar');
    expect(checked.ids).toEqual(engine.ids);
    expect(checked.hash).toBe(engine.hash);
    for (const id of engine.ids)
      expect(DEFAULT_POLICIES.text).toMatch(new RegExp(`@id\\("${id}"\\)(\\s*@code.*)?\\s*@reason\\("\\w.*\\."\\)`));
  });

  it('P15 a policy about a label, or about one person, is asked with it', () => {
    const own = open(
      '@id("psy") forbid (principal, action, resource) when { resource.labels.contains("urn:s|PSY") };\n' +
        '@id("him") forbid (principal == Gemel::Agent::"person|him", action, resource);',
    );
    const strict = createGovernor(own, DEFAULT_SETTINGS, sha256);
    const may = (id: string, labels: readonly string[]) =>
      strict.decide({
        use: { agent: { ...clinician, id }, purpose: 'TREAT' },
        action: 'read',
        data: { type: 'Observation', labels },
        will: will(),
        at: instant(1),
      }).permit;
    expect([
      may('person|dr', []),
      may('person|dr', ['urn:s|PSY']),
      may('person|him', []),
      may('person|dr', []),
    ]).toEqual([true, false, false, true]);
  });

  it('P12 two of one id are refused', () => {
    expect(() => open('@id("restriction") permit (principal, action, resource);')).toThrow(
      /stands in default.cedar and in own.cedar/,
    );
  });

  it('P13 a policy that fails while it is evaluated permits nothing', () => {
    const own = open('permit (principal, action, resource) when { 9223372036854775807 + 1 > 0 };');
    expect(
      createGovernor(own, DEFAULT_SETTINGS, sha256).decide({
        use: { agent: clinician, purpose: 'TREAT' },
        action: 'read',
        data: { type: 'Observation', labels: [] },
        will: will(),
        at: instant(1),
      }),
    ).toMatchObject({ permit: false, code: 'policy-failed' });
  });
});
