import type { Problem } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import { type CcdaCode, ccdaErrors } from '../errors.data.ts';
import { addr, cd, ids, personName, telecom, time } from './datatypes.ts';
import { tag, words, type Xml } from './xml-writer.ts';

/** What is written of one patient: the resources by the references that lead to them, and what could not be written. */
export class Writer {
  readonly problems: Problem[] = [];
  readonly patient: fhir.Patient;
  /** Resources that stand in an entry, or within one. */
  readonly written = new Set<fhir.Resource>();
  readonly #byReference = new Map<string, fhir.Resource>();
  #rows = 0;

  constructor(resources: readonly fhir.Resource[], patient: fhir.Patient) {
    this.patient = patient;
    this.written.add(patient);
    for (const resource of resources) {
      if (resource.id !== undefined) this.#byReference.set(`${resource.resourceType}/${resource.id}`, resource);
    }
  }

  /** A row of narrative, and the reference of its entry to it. */
  row(...cells: readonly (string | undefined)[]): { readonly row: string; readonly text: string } {
    const id = `row${++this.#rows}`;
    const row = tag(
      'tr',
      { ID: id },
      cells.map((cell) => tag('td', {}, words(cell ?? ''))),
    );
    return { row, text: tag('text', {}, tag('reference', { value: `#${id}` })) };
  }

  problem(code: CcdaCode, message: string, element: string): void {
    this.problems.push(ccdaErrors.problem(code, message, { element }));
  }

  find<T extends fhir.Resource>(reference: fhir.Reference | undefined, type: T['resourceType']): T | undefined {
    const found = reference?.reference === undefined ? undefined : this.#byReference.get(reference.reference);
    if (found?.resourceType !== type) return undefined;
    this.written.add(found);
    return found as T;
  }

  organization(reference: fhir.Reference | undefined, name: string): Xml {
    const found = this.find<fhir.Organization>(reference, 'Organization');
    if (found === undefined) {
      return reference?.display === undefined ? undefined : tag(name, {}, tag('name', {}, words(reference.display)));
    }
    return tag(
      name,
      {},
      ids(found),
      found.name === undefined ? undefined : tag('name', {}, words(found.name)),
      (found.telecom ?? []).map(telecom),
      (found.address ?? []).map(addr),
    );
  }

  /** The inside of assignedAuthor or assignedEntity for a Practitioner, PractitionerRole or Organization. */
  party(reference: fhir.Reference | undefined): Xml[] {
    if (reference?.reference === `Patient/${this.patient.id}`) return ids(this.patient);
    const role = this.find<fhir.PractitionerRole>(reference, 'PractitionerRole');
    const person = this.find<fhir.Practitioner>(role?.practitioner ?? reference, 'Practitioner');
    const place = this.organization(
      role?.organization ?? (reference?.reference?.startsWith('Organization/') ? reference : undefined),
      'representedOrganization',
    );
    if (person === undefined) return [tag('id', { nullFlavor: 'UNK' }), place];
    return [
      ...ids(person),
      cd('code', role?.code?.[0]),
      ...(person.address ?? []).map(addr),
      ...(person.telecom ?? []).map(telecom),
      person.name === undefined ? undefined : tag('assignedPerson', {}, person.name.map(personName)),
      place,
    ];
  }

  author(reference: fhir.Reference | undefined, at: string | undefined): Xml {
    if (reference === undefined && at === undefined) return undefined;
    return tag(
      'author',
      {},
      tag('templateId', { root: '2.16.840.1.113883.10.20.22.4.119' }),
      time('time', at) ?? tag('time', { nullFlavor: 'UNK' }),
      tag('assignedAuthor', {}, this.party(reference)),
    );
  }

  /** Who said so; a person who is neither the patient nor a practitioner is left to the record in FHIR. */
  informant(reference: fhir.Reference | undefined): Xml {
    if (reference?.reference === undefined || reference.reference.startsWith('RelatedPerson/')) return undefined;
    return tag('informant', {}, tag('assignedEntity', {}, this.party(reference)));
  }

  performers(list: readonly (fhir.Reference | undefined)[], typeCode?: string): Xml[] {
    return list.map((each) =>
      each === undefined ? undefined : tag('performer', { typeCode }, tag('assignedEntity', {}, this.party(each))),
    );
  }

  /** A service delivery location. */
  place(reference: fhir.Reference | undefined): Xml {
    const found = this.find<fhir.Location>(reference, 'Location');
    if (found === undefined) return undefined;
    return tag(
      'participant',
      { typeCode: 'LOC' },
      tag(
        'participantRole',
        { classCode: 'SDLOC' },
        tag('templateId', { root: '2.16.840.1.113883.10.20.22.4.32' }),
        found.identifier === undefined ? undefined : ids(found),
        cd('code', found.type?.[0]),
        found.address === undefined ? undefined : addr(found.address),
        (found.telecom ?? []).map(telecom),
        found.name === undefined
          ? undefined
          : tag('playingEntity', { classCode: 'PLC' }, tag('name', {}, words(found.name))),
      ),
    );
  }
}

/** The words of a concept, for narrative. */
export function label(concept: fhir.CodeableConcept | undefined): string {
  const { text, coding = [] } = concept ?? {};
  return text ?? coding.find(({ display }) => display !== undefined)?.display ?? coding[0]?.code ?? '';
}
