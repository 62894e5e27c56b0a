import type { Fact } from '@gemel/core';
import { isConcept } from '@gemel/core/guards';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { resourceId } from './elements.ts';

/** Facts that live in Patient. */
export const patientFacts: readonly string[] = ['name', 'sex', 'birthDate', 'identifier', 'deceased'];

/** A Patient from facts; the others are left to their own resources. @throws fhir-encode-id */
export function encodePatient(id: string, facts: readonly Fact[]): fhir.Patient {
  const named = (name: string) => facts.find((fact) => fact.fact === name)?.value;
  const name = named('name');
  const sex = named('sex');
  const birthDate = named('birthDate');
  const death = facts.find((fact) => fact.fact === 'deceased');
  const identifiers = facts.filter((fact) => fact.fact === 'identifier' && typeof fact.value === 'string');
  const gender = typeof sex === 'object' && isConcept(sex) ? sex.codings[0]?.code : sex;
  return {
    resourceType: 'Patient',
    id: resourceId(id),
    ...(identifiers.length > 0 ? { identifier: identifiers.map(identifier) } : {}),
    ...(typeof name === 'string' ? { name: [{ text: name }] } : {}),
    ...(typeof gender === 'string' ? { gender: gender as NonNullable<fhir.Patient['gender']> } : {}),
    ...(typeof birthDate === 'string' ? { birthDate } : {}),
    ...(death?.value === true ? { deceasedDateTime: writeDateTime(death.trueAt, null) } : {}),
    ...(death?.value === false ? { deceasedBoolean: false } : {}),
  };
}

function identifier({ value, code }: Fact): fhir.Identifier {
  const [system, ...rest] = String(value).split('|');
  const type = code === null ? {} : { type: { coding: code.codings.map((coding) => ({ ...coding })) } };
  return { ...type, system: system as string, value: rest.join('|') };
}
