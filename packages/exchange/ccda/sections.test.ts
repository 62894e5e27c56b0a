import { describe, expect, test } from 'vitest';
import { codesOf, decoded, documentOf, itemsOf, made, ofType, resources, sectionOf, template } from './fixture.ts';

const SNOMED = '2.16.840.1.113883.6.96';
const LOINC = '2.16.840.1.113883.6.1';
const snomed = (code: string, display?: string) => ({
  system: 'http://snomed.info/sct',
  code,
  ...(display === undefined ? {} : { display }),
});

function allergy(observation: string, attributes = '', act = '<statusCode code="active"/>'): string {
  return `<act classCode="ACT" moodCode="EVN">${template('30')}<code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>${act}
    <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"${attributes}>${template('7')}<id root="4adc1020-7b14-11db-9fe1-0800200c9a66"/>${observation}</observation></entryRelationship></act>`;
}
const substance = (code: string) =>
  `<participant typeCode="CSM"><participantRole><playingEntity>${code}</playingEntity></participantRole></participant>`;
const value = (code: string) => `<value xsi:type="CD" code="${code}" codeSystem="${SNOMED}"/>`;
const inner = (typeCode: string, code: string, what: string, more = '') =>
  `<entryRelationship typeCode="${typeCode}"><observation classCode="OBS" moodCode="EVN"><code code="${code}" codeSystem="${LOINC}"/>${what}${more}</observation></entryRelationship>`;

describe('allergies', () => {
  test('substance, type, category, onset, reaction with its severity, criticality and status', () => {
    const entry = allergy(
      `<effectiveTime><low value="20080501"/></effectiveTime>${value('416098002')}
       <author><time value="20080601"/><assignedAuthor><id root="9.9" extension="doc"/></assignedAuthor></author>
       ${substance('<code code="7982" codeSystem="2.16.840.1.113883.6.88" displayName="Penicillin"/>')}
       ${inner('REFR', '33999-4', value('73425007'))}
       ${inner('MFST', 'ASSERTION', value('247472004'), inner('SUBJ', 'SEV', value('24484000')))}
       ${inner('SUBJ', '82606-5', '<value xsi:type="CD" code="CRITH" codeSystem="2.16.840.1.113883.5.1063"/>')}`,
    );
    const found = made('48765-2', entry, 'AllergyIntolerance');
    expect(found).toMatchObject({
      identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:4adc1020-7b14-11db-9fe1-0800200c9a66' }],
      type: 'allergy',
      category: ['medication'],
      criticality: 'high',
      clinicalStatus: { coding: [{ code: 'inactive' }] },
      code: {
        coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '7982', display: 'Penicillin' }],
      },
      onsetDateTime: '2008-05-01',
      recordedDate: '2008-06-01',
      reaction: [{ manifestation: [{ coding: [snomed('247472004')] }], severity: 'severe' }],
    });
    expect(found.id).toBe('4adc1020-7b14-11db-9fe1-0800200c9a66');
  });

  test.each([
    ['419199007', '<code nullFlavor="NA"/>', '716186003'],
    ['416098002', '<code nullFlavor="NA"/>', '409137002'],
    ['414285001', '<code nullFlavor="NA"/>', '429625007'],
    ['419199007', `<code code="111088007" codeSystem="${SNOMED}"/>`, '1003774007'],
  ])('negation of %s with %s is the code for none known', (finding, code, expected) => {
    const found = made(
      '48765-2',
      allergy(value(finding) + substance(code), ' negationInd="true"'),
      'AllergyIntolerance',
    );
    expect(found.code).toMatchObject({ coding: [{ code: expected }] });
  });

  test('a negated substance without such a code never stands as the allergy', () => {
    const code = `<code code="256349002" codeSystem="${SNOMED}" displayName="Peanut"/>`;
    const found = made(
      '48765-2',
      allergy(value('414285001') + substance(code), ' negationInd="true"'),
      'AllergyIntolerance',
    );
    expect(found.code).toEqual({ text: 'No known allergy to Peanut' });
    expect(JSON.stringify(found.extension)).toContain('no-known-reaction-risk');
  });
});

function problem(observation: string, attributes = '', status = 'active'): string {
  return `<act classCode="ACT" moodCode="EVN">${template('3')}<code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="${status}"/>
    <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"${attributes}>${template('4')}${observation}</observation></entryRelationship></act>`;
}

describe('problems', () => {
  test('onset, abatement and code become the condition and its fact', () => {
    const entry = problem(
      `<code code="55607006" codeSystem="${SNOMED}"/><effectiveTime><low value="20100304"/><high value="20120506"/></effectiveTime>${value('44054006')}`,
    );
    const found = made('11450-4', entry, 'Condition');
    expect(found).toMatchObject({
      onsetDateTime: '2010-03-04',
      abatementDateTime: '2012-05-06',
      clinicalStatus: { coding: [{ code: 'inactive' }] },
      code: { coding: [snomed('44054006')] },
    });
    const [item] = itemsOf(decoded(documentOf(sectionOf('11450-4', entry)))).filter(
      (each) => each.kind === 'fact' && each.fact === 'condition',
    );
    expect(item).toMatchObject({ subject: 'urn:oid:1.2.3.4|p-1' });
  });

  test('an end that is not known is over all the same', () => {
    const found = made(
      '11450-4',
      problem(
        `<effectiveTime><low value="2010"/><high nullFlavor="UNK"/></effectiveTime>${value('1')}`,
        '',
        'completed',
      ),
      'Condition',
    );
    expect(found._abatementDateTime).toEqual({
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
    });
    expect(found.clinicalStatus).toMatchObject({ coding: [{ code: 'inactive' }] });
  });

  test('a negated problem is refuted and never becomes a fact', () => {
    const text = documentOf(sectionOf('11450-4', problem(value('73211009'), ' negationInd="true"')));
    expect(ofType(resources(text), 'Condition')[0]?.verificationStatus).toMatchObject({
      coding: [{ code: 'refuted' }],
    });
    expect(itemsOf(decoded(text)).some((each) => each.kind === 'fact' && each.fact === 'condition')).toBe(false);
  });

  test('one problem in two sections is one condition with both categories', () => {
    const entry = problem(`<id root="11111111-2222-3333-4444-555555555555"/>${value('44054006')}`);
    const list = ofType(resources(documentOf(sectionOf('11450-4', entry) + sectionOf('46240-8', entry))), 'Condition');
    expect(list.length).toBe(1);
    expect(JSON.stringify(list[0]?.category)).toMatch(/problem-list-item.*encounter-diagnosis/);
  });

  test('two problems that carry one id are both taken, with a remark', () => {
    const id = '<id root="11111111-2222-3333-4444-555555555555"/>';
    const text = documentOf(sectionOf('11450-4', problem(id + value('44054006')), problem(id + value('38341003'))));
    expect(ofType(resources(text), 'Condition').length).toBe(2);
    expect(codesOf(decoded(text))).toContain('ccda-id-repeated');
  });
});

const drug =
  '<consumable><manufacturedProduct><manufacturedMaterial><code code="197361" codeSystem="2.16.840.1.113883.6.88"/></manufacturedMaterial></manufacturedProduct></consumable>';
const activity = (times: string, more = '', mood = 'EVN') =>
  `<substanceAdministration classCode="SBADM" moodCode="${mood}">${template('16')}<statusCode code="active"/>${times}${drug}${more}</substanceAdministration>`;
const repeatOf = (times: string) => {
  const found = made('10160-0', activity(times), 'MedicationRequest');
  return (found.dosageInstruction as { timing?: { repeat?: unknown; event?: unknown } }[] | undefined)?.[0]?.timing;
};

describe('medications', () => {
  test('bounds, dose, rate, route, reason and words', () => {
    const found = made(
      '10160-0',
      activity(
        '<effectiveTime xsi:type="IVL_TS"><low value="20240101"/><high value="20240131"/></effectiveTime>',
        `<routeCode code="C38288" codeSystem="2.16.840.1.113883.3.26.1.1"/><doseQuantity value="5" unit="mg"/><rateQuantity value="2" unit="mL/h"/>
         ${inner('RSON', 'X', value('38341003'))}
         <entryRelationship typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="EVN"><code code="76662-6" codeSystem="${LOINC}"/><text>once a day</text></substanceAdministration></entryRelationship>`,
        'INT',
      ),
      'MedicationRequest',
    );
    expect(found).toMatchObject({
      status: 'active',
      intent: 'order',
      reasonCode: [{ coding: [snomed('38341003')] }],
      dosageInstruction: [
        {
          text: 'once a day',
          timing: { repeat: { boundsPeriod: { start: '2024-01-01', end: '2024-01-31' } } },
          doseAndRate: [{ doseQuantity: { value: 5, code: 'mg' }, rateQuantity: { value: 2, code: 'mL/h' } }],
        },
      ],
    });
  });

  test.each([
    ['<effectiveTime xsi:type="TS" value="20240102"/>', { event: ['2024-01-02'] }],
    [
      '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="12" unit="h"/></effectiveTime>',
      { repeat: { frequency: 1, period: 12, periodUnit: 'h' } },
    ],
    [
      '<effectiveTime xsi:type="PIVL_TS" institutionSpecified="true" operator="A"><period value="6" unit="h"/></effectiveTime>',
      { repeat: { frequency: 4, period: 1, periodUnit: 'd' } },
    ],
    [
      '<effectiveTime xsi:type="PIVL_TS" operator="A"><period xsi:type="IVL_PQ"><low value="4" unit="h"/><high value="6" unit="h"/></period></effectiveTime>',
      { repeat: { frequency: 1, period: 4, periodMax: 6, periodUnit: 'h' } },
    ],
    [
      '<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="PCM"/><offset><low value="1" unit="h"/></offset></effectiveTime>',
      { repeat: { when: ['PCM'], offset: 60 } },
    ],
  ])('%s', (times, expected) => {
    expect(repeatOf(times)).toEqual(expected);
  });

  test('a medicine that is not to be taken says so', () => {
    const entry = activity('').replace('classCode="SBADM"', 'classCode="SBADM" negationInd="true"');
    expect(made('10160-0', entry, 'MedicationRequest').doNotPerform).toBe(true);
  });

  test('supply counts all fills, FHIR those after the first', () => {
    const order =
      '<entryRelationship typeCode="REFR"><supply classCode="SPLY" moodCode="INT"><repeatNumber value="3"/><quantity value="30"/></supply></entryRelationship>';
    expect(made('10160-0', activity('', order), 'MedicationRequest').dispenseRequest).toEqual({
      numberOfRepeatsAllowed: 2,
      quantity: { value: 30 },
    });
  });
});

describe('vital signs and results', () => {
  const sign = (code: string, number: string, unit: string, time = '20240301093000-0500') =>
    `<component><observation classCode="OBS" moodCode="EVN">${template('27')}<id root="2.25.${code.replace('-', '')}"/><code code="${code}" codeSystem="${LOINC}"/><statusCode code="completed"/><effectiveTime value="${time}"/><value xsi:type="PQ" value="${number}" unit="${unit}"/></observation></component>`;
  const organizer = (...signs: string[]) =>
    `<organizer classCode="CLUSTER" moodCode="EVN">${template('26')}<id root="2.25.99"/><code code="46680005" codeSystem="${SNOMED}"/><statusCode code="completed"/><effectiveTime value="20240301"/>${signs.join('')}</organizer>`;

  test('systolic and diastolic of one time are one blood pressure; the panel holds every sign', () => {
    const entry = organizer(
      sign('8480-6', '132', 'mm[Hg]'),
      sign('8462-4', '86', 'mm[Hg]'),
      sign('8867-4', '80', '/min'),
    );
    const list = ofType(resources(documentOf(sectionOf('8716-3', entry))), 'Observation');
    const pressure = list.find(({ code }) => JSON.stringify(code).includes('85354-9'));
    expect(pressure).toMatchObject({
      effectiveDateTime: '2024-03-01T09:30:00-05:00',
      component: [
        { code: { coding: [{ code: '8480-6' }] }, valueQuantity: { value: 132, code: 'mm[Hg]' } },
        { code: { coding: [{ code: '8462-4' }] }, valueQuantity: { value: 86, code: 'mm[Hg]' } },
      ],
    });
    const panel = list.find(({ code }) => JSON.stringify(code).includes('85353-1'));
    expect(panel?.hasMember).toHaveLength(2);
  });

  test('readings of two times are two blood pressures', () => {
    const entry = organizer(
      sign('8480-6', '132', 'mm[Hg]'),
      sign('8480-6', '120', 'mm[Hg]', '20240302'),
      sign('8462-4', '80', 'mm[Hg]', '20240302'),
      sign('8462-4', '86', 'mm[Hg]'),
    );
    const pairs = ofType(resources(documentOf(sectionOf('8716-3', entry))), 'Observation').flatMap(({ component }) =>
      component === undefined
        ? []
        : [(component as { valueQuantity: { value: number } }[]).map((each) => each.valueQuantity.value)],
    );
    expect(pairs).toEqual([
      [132, 86],
      [120, 80],
    ]);
  });

  const result = (body: string) =>
    `<organizer classCode="BATTERY" moodCode="EVN">${template('1')}<code code="57021-8" codeSystem="${LOINC}"/><statusCode code="completed"/><component><observation classCode="OBS" moodCode="EVN">${template('2')}<code code="2345-7" codeSystem="${LOINC}"/><statusCode code="completed"/><effectiveTime value="20240301093000-0500"/>${body}</observation></component></organizer>`;
  test.each([
    [
      '<value xsi:type="PQ" value="99.5" unit="mg/dL"/>',
      { valueQuantity: { value: 99.5, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' } },
    ],
    [
      '<value xsi:type="PQ" value="5" unit="tablets per day"/>',
      { valueQuantity: { value: 5, unit: 'tablets per day' } },
    ],
    [
      '<value xsi:type="IVL_PQ"><high value="5" unit="mg" inclusive="false"/></value>',
      { valueQuantity: { value: 5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg', comparator: '<' } },
    ],
    [
      '<value xsi:type="IVL_PQ"><low value="500" unit="mg"/></value>',
      { valueQuantity: { value: 500, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg', comparator: '>=' } },
    ],
    ['<value xsi:type="ST">yellow</value>', { valueString: 'yellow' }],
    ['<value xsi:type="INT" value="3"/>', { valueInteger: 3 }],
    ['<value xsi:type="BL" value="true"/>', { valueBoolean: true }],
    ['<value xsi:type="TS" value="20240101"/>', { valueDateTime: '2024-01-01' }],
    [value('260385009'), { valueCodeableConcept: { coding: [snomed('260385009')] } }],
    [
      '<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="128"/></value>',
      { valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } },
    ],
  ])('%s', (body, expected) => {
    const found = made('30954-2', result(body), 'Observation');
    const own = Object.fromEntries(Object.entries(found).filter(([name]) => /^value/.test(name)));
    expect(own).toEqual(expected);
  });

  test('a null flavour is a reason; what is no number is a reason and a note, never a number', () => {
    expect(
      made('30954-2', result('<value xsi:type="PQ" nullFlavor="ASKU"/>'), 'Observation').dataAbsentReason,
    ).toMatchObject({ coding: [{ code: 'asked-unknown' }] });
    const found = made('30954-2', result('<value xsi:type="PQ" value="high" unit="mg"/>'), 'Observation');
    expect(found.valueQuantity).toBeUndefined();
    expect(found.dataAbsentReason).toMatchObject({ coding: [{ code: 'error' }] });
    expect(found.note).toEqual([{ text: 'Value in the source: high mg' }]);
  });

  test('a negated result never gives its value as one', () => {
    const entry = result('<value xsi:type="PQ" value="5" unit="mg"/>').replace(
      '<observation classCode="OBS"',
      '<observation negationInd="true" classCode="OBS"',
    );
    const found = made('30954-2', entry, 'Observation');
    expect([found.status, found.valueQuantity]).toEqual(['cancelled', undefined]);
    expect(
      itemsOf(decoded(documentOf(sectionOf('30954-2', entry)))).filter(({ kind }) => kind === 'observation'),
    ).toEqual([]);
  });

  test('only the normal reference range is one', () => {
    const range = (code: string, low: number) =>
      `<referenceRange><observationRange><interpretationCode code="${code}" codeSystem="2.16.840.1.113883.5.83"/><value xsi:type="IVL_PQ"><low value="${low}" unit="mg/dL"/></value></observationRange></referenceRange>`;
    const found = made(
      '30954-2',
      result(`<value xsi:type="PQ" value="9" unit="mg/dL"/>${range('H', 100)}${range('N', 70)}`),
      'Observation',
    );
    expect(found.referenceRange).toEqual([
      { low: { value: 70, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' } },
    ]);
  });
});

describe('what was done, given and planned', () => {
  test('a procedure that was not done, and one with a device', () => {
    const entry = (attributes: string) =>
      `<procedure classCode="PROC" moodCode="EVN"${attributes}>${template('14')}<code code="73761001" codeSystem="${SNOMED}"/><statusCode code="completed"/><effectiveTime value="20240102"/>
       <participant typeCode="DEV"><participantRole>${template('37')}<playingDevice><code code="14106009" codeSystem="${SNOMED}"/></playingDevice></participantRole></participant></procedure>`;
    const done = documentOf(sectionOf('47519-4', entry('')));
    expect(ofType(resources(done), 'Device').length).toBe(1);
    const none = documentOf(sectionOf('47519-4', entry(' negationInd="true"')));
    expect(ofType(resources(none), 'Procedure')[0]?.status).toBe('not-done');
    expect(ofType(resources(none), 'Device')).toEqual([]);
  });

  test('an immunization, its refusal, its lot and dose', () => {
    const shot = (attributes: string, more = '') =>
      `<substanceAdministration classCode="SBADM" moodCode="EVN"${attributes}>${template('52')}<statusCode code="completed"/><effectiveTime value="20231001"/><repeatNumber value="2"/>
       <consumable><manufacturedProduct><manufacturedMaterial><code code="88" codeSystem="2.16.840.1.113883.12.292"/><lotNumberText>L7</lotNumberText></manufacturedMaterial></manufacturedProduct></consumable>${more}</substanceAdministration>`;
    expect(made('11369-6', shot(''), 'Immunization')).toMatchObject({
      status: 'completed',
      vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '88' }] },
      occurrenceDateTime: '2023-10-01',
      lotNumber: 'L7',
      protocolApplied: [{ doseNumberPositiveInt: 2 }],
    });
    const why = `<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN">${template('53')}<code code="PATOBJ" codeSystem="2.16.840.1.113883.5.8"/></observation></entryRelationship>`;
    expect(made('11369-6', shot(' negationInd="true"', why), 'Immunization')).toMatchObject({
      status: 'not-done',
      statusReason: { coding: [{ code: 'PATOBJ' }] },
    });
  });

  test('an encounter takes its class from the CPT code and its diagnosis as a condition', () => {
    const entry = `<encounter classCode="ENC" moodCode="EVN">${template('49')}<id root="2.25.5"/><code code="99213" codeSystem="2.16.840.1.113883.6.12"/><effectiveTime value="20240102"/>
      <entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN">${template('80')}<code code="29308-4" codeSystem="${LOINC}"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">${template('4')}${value('233604007')}</observation></entryRelationship></act></entryRelationship></encounter>`;
    const list = resources(documentOf(sectionOf('46240-8', entry)));
    const [condition] = ofType(list, 'Condition');
    expect(ofType(list, 'Encounter')[0]).toMatchObject({
      status: 'finished',
      class: { code: 'AMB' },
      diagnosis: [{ condition: { reference: `Condition/${condition?.id}` } }],
    });
  });

  test.each([
    [
      `<observation classCode="OBS" moodCode="RQO">${template('44')}<code code="2345-7" codeSystem="${LOINC}"/></observation>`,
      'ServiceRequest',
      { intent: 'order' },
    ],
    [
      `<procedure classCode="PROC" moodCode="INT">${template('41')}<code code="73761001" codeSystem="${SNOMED}"/></procedure>`,
      'ServiceRequest',
      { intent: 'order' },
    ],
    [
      `<observation classCode="OBS" moodCode="GOL">${template('121')}<code code="8302-2" codeSystem="${LOINC}"/><statusCode code="active"/></observation>`,
      'Goal',
      { lifecycleStatus: 'active' },
    ],
    [activity('', '', 'INT').replace(template('16'), template('42')), 'MedicationRequest', { intent: 'order' }],
  ])('%s', (entry, type, expected) => {
    expect(made('18776-5', entry, type)).toMatchObject(expected);
  });
});

describe('history, payers, care team and notes', () => {
  test('a relative with an illness that was fatal', () => {
    const entry = `<organizer classCode="CLUSTER" moodCode="EVN">${template('45')}<statusCode code="completed"/><subject><relatedSubject classCode="PRS"><code code="FTH" codeSystem="2.16.840.1.113883.5.111"/><subject><administrativeGenderCode code="M" codeSystem="2.16.840.1.113883.5.1"/></subject></relatedSubject></subject>
      <component><observation classCode="OBS" moodCode="EVN">${template('46')}${value('22298006')}
      <entryRelationship typeCode="CAUS"><observation classCode="OBS" moodCode="EVN">${template('47')}<value xsi:type="CD" code="419099009" codeSystem="${SNOMED}"/></observation></entryRelationship>
      <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">${template('31')}<value xsi:type="PQ" value="57" unit="a"/></observation></entryRelationship></observation></component></organizer>`;
    expect(made('10157-6', entry, 'FamilyMemberHistory')).toMatchObject({
      relationship: { coding: [{ code: 'FTH' }] },
      deceasedAge: { value: 57, code: 'a' },
      condition: [{ code: { coding: [snomed('22298006')] }, contributedToDeath: true }],
    });
  });

  test('smoking status and pregnancy', () => {
    const smoking = `<observation classCode="OBS" moodCode="EVN">${template('78')}<code code="72166-2" codeSystem="${LOINC}"/><statusCode code="completed"/><effectiveTime value="20240301"/>${value('8517006')}</observation>`;
    expect(made('29762-2', smoking, 'Observation')).toMatchObject({
      category: [{ coding: [{ code: 'social-history' }] }],
      effectiveDateTime: '2024-03-01',
    });
    const pregnant = `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.15.3.8"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><effectiveTime><low value="20240101"/></effectiveTime>${value('77386006')}
      <entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><code code="11778-8" codeSystem="${LOINC}"/><value xsi:type="TS" value="20240901"/></observation></entryRelationship></observation>`;
    expect(made('29762-2', pregnant, 'Observation')).toMatchObject({
      code: { coding: [{ code: '82810-3' }] },
      effectiveDateTime: '2024-01-01',
      component: [{ code: { coding: [{ code: '11778-8' }] }, valueDateTime: '2024-09-01' }],
    });
  });

  test('a policy with payer, member and order', () => {
    const entry = `<act classCode="ACT" moodCode="EVN">${template('60')}<entryRelationship typeCode="COMP"><sequenceNumber value="2"/><act classCode="ACT" moodCode="EVN">${template('61')}<code code="12" codeSystem="2.16.840.1.113883.3.221.5"/>
      <performer>${template('87')}<assignedEntity><id root="2.25.8"/><representedOrganization><name>Payer Inc</name></representedOrganization></assignedEntity></performer>
      <participant typeCode="COV"><participantRole><id root="2.25.9" extension="M1"/><code code="SELF" codeSystem="2.16.840.1.113883.5.111"/></participantRole></participant></act></entryRelationship></act>`;
    expect(made('48768-6', entry, 'Coverage')).toMatchObject({
      status: 'active',
      subscriberId: 'M1',
      order: 2,
      payor: [{ display: 'Payer Inc' }],
    });
  });

  test('a note keeps its bytes, and its author', () => {
    const entry = `<act classCode="ACT" moodCode="EVN">${template('202')}<code code="34109-9" codeSystem="${LOINC}"><translation code="11506-3" codeSystem="${LOINC}"/></code><text mediaType="application/rtf" representation="B64">e1xydGYx</text>
      <author><time value="20240301093000-0500"/><assignedAuthor><id root="2.25.10"/><assignedPerson><name><family>Writer</family></name></assignedPerson></assignedAuthor></author></act>`;
    expect(made('34109-9', entry, 'DocumentReference')).toMatchObject({
      type: { coding: [{ code: '11506-3' }] },
      date: '2024-03-01T09:30:00-05:00',
      author: [{ display: 'Writer' }],
      content: [{ attachment: { contentType: 'application/rtf', data: 'e1xydGYx' } }],
    });
  });

  test('a statement that nothing understands is kept whole', () => {
    const list = decoded(
      documentOf(
        sectionOf(
          '8716-3',
          '<regionOfInterest classCode="ROIOVL" moodCode="EVN"><id root="2.25.1"/></regionOfInterest>',
        ),
      ),
    );
    expect(JSON.stringify(list.map(({ kept }) => kept))).toContain('regionOfInterest');
  });
});
