import { describe, expect, test } from 'vitest';
import { isError } from '../fhir/validate/issue.ts';
import { validateResource } from '../fhir/validate/validate.ts';
import {
  codesOf,
  decoded,
  documentOf,
  type Found,
  itemsOf,
  ofType,
  resources,
  sectionOf,
  template,
} from './fixture.ts';

/** The resources of a type, all of the document being valid R4. */
function valid(type: string, source: string): readonly Found[] {
  const list = resources(source);
  for (const each of list) expect(validateResource(each).filter(isError), each.resourceType).toEqual([]);
  return ofType(list, type);
}
const vital = (loinc: string, value: string, unit: string, time: string) =>
  documentOf(
    sectionOf(
      '8716-3',
      `<observation classCode="OBS" moodCode="EVN">${template('27')}<code code="${loinc}" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime>${time}</effectiveTime><value xsi:type="PQ" value="${value}" unit="${unit}"/></observation>`,
    ),
  );
const DAY = '<low value="20240101"/>';

describe('what R4 cannot say as it was written', () => {
  test.each([
    ['202401011800-0500', '20240101', '2024-01-01', '2024-01-01'],
    ['20240101', '202401011800-0500', '2024-01-01', '2024-01-01'],
    ['202401', '20240131', '2024-01', '2024-01'],
    ['20240101', '202401021800-0500', '2024-01-01', '2024-01-02T18:00:00-05:00'],
    ['202401', '20240201', '2024-01', '2024-02-01'],
  ])('a period from %s to %s is from %s to %s', (low, high, start, end) => {
    const source = vital('3141-9', '70', 'kg', `<low value="${low}"/><high value="${high}"/>`);
    const [made] = valid('Observation', source);
    expect(made!.effectivePeriod ?? made!.effectiveDateTime).toEqual({ start, end });
    const undecided = start.length === end.length;
    expect(codesOf(decoded(source)).includes('ccda-period-undecided')).toBe(undecided);
  });

  test('items keep the time of day that a period in the resource has lost', () => {
    const source = vital('8302-2', '70', 'cm', '<low value="202401011800-0500"/><high value="20240101"/>');
    expect(itemsOf(decoded(source))).toContainEqual(
      expect.objectContaining({
        fact: 'body.height',
        time: expect.objectContaining({ start: Date.parse('2024-01-01T18:00:00-05:00') }),
      }),
    );
  });

  test('a vital sign in a unit that its profile lacks is converted, and stands beside as written', () => {
    const source = vital('8302-2', '70', '[in_us]', DAY);
    const [made] = valid('Observation', source);
    const { value, unit, code, extension } = made!.valueQuantity as Found & { value: number };
    expect(value).toBeCloseTo((70 * 100) / 39.37, 9);
    expect({ unit, code }).toEqual({ unit: 'cm', code: 'cm' });
    expect(extension).toMatchObject([{ valueQuantity: { value: 70, code: '[in_us]' } }]);
    expect(itemsOf(decoded(source))).toContainEqual(
      expect.objectContaining({
        fact: 'body.height',
        value: expect.objectContaining({ value: 70, unit: '[in_us]' }),
      }),
    );
  });

  test('one in a unit that its profile has is left alone', () => {
    const [made] = valid('Observation', vital('8302-2', '70', '[in_i]', DAY));
    expect(made!.valueQuantity).toEqual({
      value: 70,
      unit: '[in_i]',
      system: 'http://unitsofmeasure.org',
      code: '[in_i]',
    });
  });

  test.each([
    ['code="75323-6" displayName="Condition"', { text: 'Condition' }, true],
    ['code="75323-6"', { text: '75323-6' }, true],
    ['code="ACT"', { coding: [{ code: 'ACT' }] }, false],
  ])('the code of a version 3 system, %s', (attributes, expected, said) => {
    const source = documentOf(
      sectionOf(
        '30954-2',
        `<observation classCode="OBS" moodCode="EVN"><code code="1-8" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="20240101"/><value xsi:type="CD" ${attributes} codeSystem="2.16.840.1.113883.5.6"/></observation>`,
      ),
    );
    const [made] = valid('Observation', source);
    expect(made!.valueCodeableConcept).toMatchObject(expected);
    expect('coding' in (made!.valueCodeableConcept as object)).toBe(!said);
    expect(codesOf(decoded(source)).includes('ccda-code-unknown')).toBe(said);
  });

  test.each([
    ['HP', undefined],
    ['HP WP', 'work'],
    ['WP', 'work'],
  ])('an organization has nothing of use home: %s', (use, expected) => {
    const header = `<recordTarget><patientRole><id root="1.2.3.4" extension="p"/><patient><name>A</name></patient></patientRole></recordTarget>
      <custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.3"/><name>House</name><telecom value="tel:1" use="${use}"/><addr use="${use}"><city>X</city></addr></representedCustodianOrganization></assignedCustodian></custodian>`;
    const source = documentOf('', header);
    const [made] = valid('Organization', source);
    const { telecom, address } = made as unknown as Record<string, { use?: string }[]>;
    expect([telecom![0]!.use, address![0]!.use]).toEqual([expected, expected]);
    expect(codesOf(decoded(source)).includes('ccda-code-unmapped')).toBe(use !== 'WP');
  });
});
