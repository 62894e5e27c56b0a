import type { PersonAction } from '@gemel/core';
import { coding, LOINC } from '@gemel/core/concept';
import { after, instant, MINUTE } from '@gemel/core/time';
import type * as fhir from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { RESEARCH_USE } from './codes.data.ts';
import { encodePatient, encodeProposal, encodeRelease, type Release } from './encode.ts';
import { decodedOf } from './fixture.ts';
import { ADDED_PROVENANCE, OBSERVATION_VALUE } from './labels.data.ts';
import { action, expires, forecast, now, plan, proposed, trace } from './release.fixture.ts';
import { structureFaults } from './structure.ts';

const agreed: Release = { trace, plan, at: now, offset: 60 };
const changed: Release = { ...agreed, action: { ...action, kind: 'change' } };
const rejected: Release = { ...agreed, plan: null, action: { ...action, kind: 'reject' } };

function of<T extends fhir.Resource['resourceType']>(bundle: fhir.Bundle, type: T) {
  return (bundle.entry ?? [])
    .filter(({ resource }) => resource?.resourceType === type)
    .map((entry) => entry.resource as Extract<fhir.Resource, { resourceType: T }>);
}
const labels = (resource: fhir.Resource) =>
  resource.meta?.security?.map((label) => `${label.system}|${label.code}`) ?? [];
const AIAST = `${OBSERVATION_VALUE}|AIAST`;
const CLINAST = `${ADDED_PROVENANCE}|CLINAST_AIRPT`;
const orders = (bundle: fhir.Bundle) => [
  ...of(bundle, 'MedicationRequest'),
  ...of(bundle, 'ServiceRequest'),
  ...of(bundle, 'NutritionOrder'),
];
const when = '2024-01-15T13:00:00+01:00';
const until = '2024-01-15T13:15:00+01:00';

describe('a release', () => {
  test.each([
    ['agreed', agreed],
    ['agreed, with forecast observations', { ...agreed, forecastObservations: true }],
    [
      'agreed, in UTC, by a known person',
      { trace, plan, at: now, personReference: 'Practitioner/7', subjectReference: 'Patient/9' },
    ],
    ['changed', changed],
    ['rejected', rejected],
  ])('%s: every resource has the structure of R4, and every reference within leads somewhere', (_, release) => {
    const bundle = encodeRelease(release);
    expect(structureFaults(bundle)).toEqual([]);
    const urls = new Set(bundle.entry?.map(({ fullUrl }) => fullUrl));
    expect(urls.size).toBe(bundle.entry?.length);
    const referenced =
      JSON.stringify(bundle)
        .match(/"reference":"urn:uuid:[^"]+"/g)
        ?.map((text) => text.slice(13, -1)) ?? [];
    expect(referenced.length).toBeGreaterThan(0);
    for (const reference of referenced) expect(urls).toContain(reference);
    for (const url of urls)
      expect(url).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('D1 drafts and proposals for ever: an approval activates nothing', () => {
    for (const release of [agreed, changed]) {
      const bundle = encodeRelease(release);
      const acted = [...orders(bundle), ...of(bundle, 'CarePlan')];
      expect(acted.length).toBe(4);
      for (const resource of acted) expect([resource.status, resource.intent]).toEqual(['draft', 'proposal']);
    }
    expect(JSON.stringify(encodeRelease(agreed))).not.toMatch(/"status":"(active|completed)","intent"/);
  });

  test('D1 a measurement that is proposed with the plan is a draft ServiceRequest of its own, and is part of the plan', () => {
    const vancomycin = { codings: [coding(LOINC, '20578-1', 'Vancomycin [Mass/volume] in Serum or Plasma')] };
    const measurement = {
      code: vancomycin,
      title: 'Vancomycin, level',
      from: now,
      to: after(now, 60 * MINUTE),
      scenario: plan.scenario.id,
      reason: 'It halves what is not known of AUC24.',
    };
    const measurements = [measurement, { ...measurement, scenario: 'another plan' }];
    const release = { ...agreed, trace: { ...trace, advice: { ...trace.advice, measurements } } };
    const bundle = encodeRelease(release);
    expect(structureFaults(bundle)).toEqual([]);
    const [before, requests] = [encodeRelease(agreed), bundle].map((each) => of(each, 'ServiceRequest'));
    expect(requests!.length).toBe(before!.length + 1);
    const [request] = requests!.filter(({ code }) => code?.coding?.[0]?.code === '20578-1');
    expect(request).toMatchObject({
      status: 'draft',
      intent: 'proposal',
      occurrencePeriod: { start: when, end: '2024-01-15T14:00:00+01:00' },
      category: [{ coding: [{ code: '108252007' }] }],
      note: [{ text: RESEARCH_USE }, { text: measurement.reason }],
    });
    const [entry] = bundle.entry!.filter(({ resource }) => resource === request);
    expect(of(bundle, 'CarePlan')[0]?.activity?.map(({ reference }) => reference?.reference)).toContain(entry?.fullUrl);
    const carePlan = bundle.entry!.find(({ resource }) => resource?.resourceType === 'CarePlan');
    expect(request?.basedOn).toEqual([{ reference: carePlan?.fullUrl }]);
    expect(
      of(encodeRelease({ ...release, plan: null, action: { ...action, kind: 'reject' } }), 'ServiceRequest'),
    ).toEqual([]);
  });

  test('D2 a rejection leaves no plan and no order, and is on record', () => {
    const bundle = encodeRelease(rejected);
    expect([...orders(bundle), ...of(bundle, 'CarePlan')]).toEqual([]);
    expect(of(bundle, 'AuditEvent')[0]?.outcomeDesc).toBe(`reject: ${action.reason}`);
    expect(JSON.stringify(bundle)).not.toContain('CLINAST_AIRPT');
  });

  test('D3 expiry is stated on the plan and on every order', () => {
    const bundle = encodeRelease(agreed);
    for (const resource of [...orders(bundle), ...of(bundle, 'CarePlan')]) {
      expect(resource.extension).toEqual([
        { url: 'https://gemel.example.org/fhir/StructureDefinition/expires', valueDateTime: until },
      ]);
    }
    expect(of(bundle, 'MedicationRequest')[0]?.dispenseRequest?.validityPeriod).toEqual({ start: when, end: until });
    expect(of(bundle, 'CarePlan')[0]?.period).toEqual({ start: when, end: until });
    expect(Date.parse(until)).toBe(expires);
  });

  test('D4 a suspend is a request not to give, over its stretch; what was given already is no order', () => {
    const [suspend, ...others] = of(encodeRelease(agreed), 'MedicationRequest');
    expect(others).toEqual([]);
    expect(suspend).toMatchObject({
      doNotPerform: true,
      medicationCodeableConcept: { coding: [{ code: '51428' }] },
      dosageInstruction: [
        {
          timing: { repeat: { boundsPeriod: { start: when, end: '2024-01-15T13:30:00+01:00' } } },
          doseAndRate: [{ rateQuantity: { value: 0, code: 'U/h' } }],
        },
      ],
    });
    const bolus = { ...plan, scenario: { ...plan.scenario, controls: [proposed('insulin.bolus', 2, 'U')] } };
    const [request] = of(encodeRelease({ ...agreed, plan: bolus }), 'MedicationRequest');
    expect(request?.doNotPerform).toBeUndefined();
    expect(request?.dosageInstruction).toEqual([
      {
        timing: { event: [when] },
        doseAndRate: [{ doseQuantity: { value: 2, unit: 'U', system: 'http://unitsofmeasure.org', code: 'U' } }],
      },
    ]);
  });

  test('L1 AIAST on what the twin asserts; CLINAST_AIRPT only, and always, on what the person reviewed', () => {
    const bundle = encodeRelease({ ...agreed, forecastObservations: true });
    for (const { resource } of bundle.entry ?? []) {
      const reviewed = ['MedicationRequest', 'ServiceRequest', 'NutritionOrder', 'CarePlan'].includes(
        resource!.resourceType,
      );
      const asserted = ['RiskAssessment', 'Observation'].includes(resource!.resourceType);
      expect([resource!.resourceType, labels(resource!)]).toEqual([
        resource!.resourceType,
        reviewed ? [AIAST, CLINAST] : asserted ? [AIAST] : [],
      ]);
    }
    const own = encodeRelease(changed);
    for (const resource of [...orders(own), ...of(own, 'CarePlan')]) expect(labels(resource)).toEqual([CLINAST]);
    expect(labels(of(own, 'RiskAssessment')[0]!)).toEqual([AIAST]);
  });

  test('L2 the code systems are those of the pinned ballot version', () => {
    expect(AIAST).toBe('http://terminology.hl7.org/CodeSystem/v3-ObservationValue|AIAST');
    expect(CLINAST).toBe('http://hl7.org/fhir/uv/aitransparency/CodeSystem/AddedProvenanceCS|CLINAST_AIRPT');
    const [device] = of(encodeRelease(agreed), 'Device');
    expect(device).toMatchObject({
      meta: { profile: ['http://hl7.org/fhir/uv/aitransparency/StructureDefinition/AI-Device|1.0.0-ballot'] },
      type: {
        coding: [
          {
            system: 'http://hl7.org/fhir/uv/aitransparency/CodeSystem/AIdeviceTypeCS',
            code: 'Artificial-Intelligence',
          },
        ],
      },
    });
  });

  test('P1 provenance: the software assembled from these inputs, the person verified; nothing is signed', () => {
    const bundle = encodeRelease(agreed);
    const [assembly, review] = of(bundle, 'Provenance');
    const [software] = bundle
      .entry!.filter(({ resource }) => resource?.resourceType === 'Device')
      .map(({ fullUrl }) => fullUrl);
    expect(assembly?.agent).toMatchObject([
      { type: { coding: [{ code: 'assembler' }] }, who: { reference: software } },
    ]);
    expect(assembly?.entity?.map(({ what }) => what?.identifier?.value)).toEqual(['trace-1', 'obs-1', 'ctl-1']);
    expect(assembly?.reason).toMatchObject([{ coding: [{ code: 'AIAST' }] }]);
    expect(assembly?.target.length).toBe(5);
    expect(review?.agent).toMatchObject([{ type: { coding: [{ code: 'verifier' }] }, who: { display: 'Dr Ada' } }]);
    expect(review?.reason).toEqual([{ text: action.reason }]);
    expect(review?.target.length).toBe(4);
    expect([assembly?.signature, review?.signature]).toEqual([undefined, undefined]);
    const own = of(encodeRelease(changed), 'Provenance');
    expect(own[0]?.target.length).toBe(1);
    expect(own[1]?.agent.map(({ type }) => type?.coding?.[0]?.code)).toEqual(['verifier', 'author']);
  });

  test('F1 the forecast is a preliminary RiskAssessment: probabilities in per cent, each with its time', () => {
    const [risk] = of(encodeRelease(agreed), 'RiskAssessment');
    expect(risk).toMatchObject({
      status: 'preliminary',
      occurrenceDateTime: when,
      basis: [{ identifier: { value: 'obs-1' } }, { identifier: { value: 'ctl-1' } }],
    });
    const later = '2024-01-15T13:10:00+01:00';
    expect(
      risk?.prediction?.map(({ outcome, probabilityDecimal, whenPeriod }) => [
        outcome?.coding?.[0]?.code,
        probabilityDecimal,
        whenPeriod?.start,
        whenPeriod?.end,
      ]),
    ).toEqual([
      ['glucose.below-70', 12.34, later, later],
      ['glucose.above-180', 0, when, when],
      ['lowest.below-54', 2, when, later],
    ]);
    expect(risk?.method?.text).toContain('glucose 0.1.0, model m1');
    expect(risk?.note?.map(({ text }) => text).join(' ')).toContain('counter-regulation');
  });

  test('F2 a forecast as Observation has its own code and tag, is preliminary, and is refused under a measured code', () => {
    const [predicted] = of(encodeRelease({ ...agreed, forecastObservations: true }), 'Observation');
    expect(predicted).toMatchObject({
      status: 'preliminary',
      meta: { tag: [{ system: 'https://gemel.example.org/codes', code: 'predicted' }] },
      code: { coding: [{ system: 'https://gemel.example.org/codes', code: 'predicted.glucose' }] },
    });
    expect(predicted?.component?.map(({ valueSampledData }) => valueSampledData?.data)).toEqual([
      '80 70 60',
      '100 95 90.1235',
      '120 121 122',
    ]);
    expect(of(encodeRelease(agreed), 'Observation')).toEqual([]);
    const glucose = forecast.quantities.glucose!;
    const measured = { ...glucose, code: { codings: [{ system: 'http://loinc.org', code: '99504-3' }] } };
    const wrong = { ...forecast, quantities: { glucose: measured } };
    expect(() => encodeRelease({ ...agreed, forecast: wrong, forecastObservations: true })).toThrow(
      expect.objectContaining({ code: 'fhir-encode-value' }),
    );
  });

  test('W1 every plan, order, forecast and the software says what it is for', () => {
    const bundle = encodeRelease({ ...agreed, forecastObservations: true });
    for (const { resource } of bundle.entry ?? []) {
      if (resource?.resourceType !== 'Provenance') expect(JSON.stringify(resource)).toContain(RESEARCH_USE);
    }
  });

  test('W2 words in narratives are escaped', () => {
    const [care] = of(encodeRelease(agreed), 'CarePlan');
    expect(care?.text?.div).toContain('insulin &#60;30 minutes&#62; &#38; eat');
    expect(care?.description).toBe('Suspend basal insulin <30 minutes> & eat 15 g.');
  });

  test('T1 one transaction: created once only where there is an identifier, plan and orders tied together', () => {
    const bundle = encodeRelease(agreed);
    expect(bundle).toMatchObject({ type: 'transaction', timestamp: when });
    const conditions = bundle.entry?.map(({ resource, request }) => [
      resource?.resourceType,
      request?.method,
      request?.ifNoneExist !== undefined,
    ]);
    for (const [type, method, once] of conditions ?? []) {
      expect([type, method, once]).toEqual([type, 'POST', type !== 'Provenance' && type !== 'AuditEvent']);
    }
    const care = bundle.entry?.find(({ resource }) => resource?.resourceType === 'CarePlan');
    expect(of(bundle, 'MedicationRequest')[0]?.basedOn).toEqual([{ reference: care?.fullUrl }]);
    expect(care?.resource?.resourceType === 'CarePlan' && care.resource.activity?.length).toBe(3);
    expect(care?.request?.ifNoneExist).toBe(
      'identifier=https%3A%2F%2Fgemel.example.org%2Fidentifiers%2Fplan%7Ctrace-1%2Fsuspend',
    );
  });

  test('T2 the same release gives the same bundle', () => {
    expect(encodeRelease(agreed)).toEqual(encodeRelease(agreed));
  });

  test('R1 read back, nothing of a release is taken as measured, given or planned', () => {
    const decoded = decodedOf(encodeRelease({ ...agreed, forecastObservations: true }));
    expect(decoded.flatMap(({ items }) => items)).toEqual([]);
    expect(decoded.every(({ fate }) => fate === 'kept')).toBe(true);
    expect(decodedOf(encodeRelease(changed)).flatMap(({ items }) => items)).toEqual([]);
  });

  test.each<[string, Release]>([
    ['nobody acted', { ...agreed, trace: { ...trace, action: null } }],
    ['no reason is given', { ...agreed, action: { ...action, reason: ' ' } as PersonAction }],
    ['a rejected plan is to be written', { ...rejected, plan }],
    ['an agreed plan is missing', { ...agreed, plan: null }],
    ['a limit forbids the plan', { ...agreed, plan: { ...plan, allowed: false } }],
  ])('N1 refused where %s', (_, release) => {
    expect(() => encodeRelease(release)).toThrow(expect.objectContaining({ code: 'fhir-encode-unreviewed' }));
  });

  test('N2 without an expiry of its own the plan holds no longer than its forecast', () => {
    const { expires: _, ...rest } = trace.advice as Extract<typeof trace.advice, { kind: 'advise' }>;
    const abstained = { ...trace, advice: { ...rest, kind: 'abstain' as const, code: 'x' } };
    const bundle = encodeRelease({ ...changed, trace: abstained });
    expect(of(bundle, 'CarePlan')[0]?.period?.end).toBe('2024-01-15T13:10:00+01:00');
    expect(instant(Date.parse('2024-01-15T13:10:00+01:00'))).toBe(plan.forecast.horizon.to);
  });
});

describe('a proposal nobody has acted on', () => {
  const patient = encodePatient('p1', []);
  const open = { ...trace, action: null };
  const abstained = {
    ...open,
    advice: {
      kind: 'abstain' as const,
      code: 'no-insulin',
      statement: 'Abstains.',
      reasons: [{ code: 'r', statement: 'No insulin history.' }],
      advisories: [],
      plans: [],
    },
  };

  test.each([
    ['advised', { trace: open, forecast: null, at: now }],
    [
      'advised, with patient and observations',
      { trace: open, forecast: null, at: now, patient, forecastObservations: true },
    ],
    ['abstained with a forecast', { trace: abstained, forecast, at: now }],
    ['abstained without', { trace: abstained, forecast: null, at: now }],
  ])('%s: R4 in structure, a collection to be posted by nobody, labelled as software alone', (_, proposal) => {
    const bundle = encodeProposal(proposal);
    expect(structureFaults(bundle)).toEqual([]);
    expect(bundle.type).toBe('collection');
    expect(JSON.stringify(bundle)).not.toMatch(/"request"|CLINAST_AIRPT|verifier/);
    for (const resource of [
      ...orders(bundle),
      ...of(bundle, 'CarePlan'),
      ...of(bundle, 'RiskAssessment'),
      ...of(bundle, 'Observation'),
    ]) {
      expect(labels(resource)).toEqual([AIAST]);
    }
    expect(decodedOf(bundle).flatMap(({ items }) => items)).toEqual([]);
  });

  test('the best allowed plan is written; an abstention writes none and states its reasons', () => {
    const forbidden = { ...plan, allowed: false, scenario: { ...plan.scenario, id: 'first', title: 'First' } };
    const advice = { ...trace.advice, plans: [forbidden, plan] };
    expect(
      of(encodeProposal({ trace: { ...open, advice }, forecast: null, at: now }), 'CarePlan').map(({ title }) => title),
    ).toEqual([plan.scenario.title]);
    const silent = encodeProposal({ trace: abstained, forecast: null, at: now });
    expect(of(silent, 'CarePlan')).toEqual([]);
    expect(of(silent, 'RiskAssessment')[0]?.prediction).toBeUndefined();
    expect(JSON.stringify(of(silent, 'RiskAssessment')[0]?.note)).toContain('No insulin history.');
  });
});

describe('structureFaults', () => {
  test.each([
    [
      { resourceType: 'RiskAssessment', status: 'preliminary' },
      'RiskAssessment: RiskAssessment.subject is missing: at least 1 must be there',
    ],
    [{ resourceType: 'Provenance', target: [], recorded: now, agent: [{}] }, 'Provenance.target: an empty array'],
    [
      {
        resourceType: 'AuditEvent',
        type: {},
        recorded: 'x',
        agent: [{ requestor: 'yes' }],
        source: { observer: { display: 'x' } },
      },
      'AuditEvent.agent[0].requestor: the string yes where true or false belongs (boolean)',
    ],
    [
      { resourceType: 'CarePlan', status: 'proposed', intent: 'proposal', subject: { reference: 'Patient/1' } },
      'CarePlan.status: proposed is not of http://hl7.org/fhir/ValueSet/request-status|4.0.1',
    ],
    [
      {
        resourceType: 'MedicationRequest',
        status: 'draft',
        intent: 'proposal',
        subject: { reference: 'Device/1' },
        medicationCodeableConcept: { text: 'x' },
      },
      'MedicationRequest.subject: leads to Device, where Patient, Group belong',
    ],
    [
      {
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        valueQuantity: { value: 1 },
        valueString: 'x',
      },
      'Observation.value: valueQuantity and valueString are both given',
    ],
    [
      { resourceType: 'Observation', status: 'final', code: { text: 'x' }, colour: 'red' },
      'Observation.colour: Observation has no element "colour"',
    ],
    [
      { resourceType: 'Observation', status: 'final', code: { text: 'x' }, valueFrequency: {} },
      'Observation.valueFrequency: Observation has no element "valueFrequency"',
    ],
    [{ resourceType: 'Nothing' }, 'Nothing: R4 has no resource "Nothing"'],
  ])('finds what is wrong in %j', (resource, fault) => {
    expect(structureFaults(resource)).toContain(fault);
  });
});
