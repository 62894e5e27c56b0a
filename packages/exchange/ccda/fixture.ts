import type { Decoded, RawItem } from '@gemel/core';
import type { DoorOptions, FieldLoss } from '../door.ts';
import { ccdaDoor } from './decode.ts';

/** A JSON object of unknown form, for looking into. */
export type Found = { readonly [name: string]: unknown; readonly resourceType: string; readonly id: string };

const PERSON = `<recordTarget><patientRole><id root="1.2.3.4" extension="p-1"/><patient>
  <name use="L"><given>Ada</given><family>Example</family></name>
  <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19500102"/>
</patient></patientRole></recordTarget>`;

/** A document around sections. */
export function documentOf(sections: string, header = PERSON): string {
  const body = sections === '' ? '' : `<component><structuredBody>${sections}</structuredBody></component>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="2.25.77"/>
<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Summary</title><effectiveTime value="20240301120000-0500"/>
${header}${body}</ClinicalDocument>`;
}

/** A section with entries. */
export function sectionOf(loinc: string, ...entries: readonly string[]): string {
  const inner = entries.map((entry) => `<entry>${entry}</entry>`).join('');
  return `<component><section><code code="${loinc}" codeSystem="2.16.840.1.113883.6.1"/><title>S</title><text><paragraph ID="n1">words</paragraph></text>${inner}</section></component>`;
}

/** `templateId` of an entry template by the last part of its OID. */
export function template(ending: string): string {
  return `<templateId root="2.16.840.1.113883.10.20.22.4.${ending}"/>`;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function decoded(source: string | Uint8Array, options: Partial<DoorOptions> = {}): readonly Decoded[] {
  return [...ccdaDoor.decode(typeof source === 'string' ? bytesOf(source) : source, { name: 'test.xml', ...options })];
}

export function resources(source: string | Uint8Array, options: Partial<DoorOptions> = {}): readonly Found[] {
  const bytes = typeof source === 'string' ? bytesOf(source) : source;
  return [...ccdaDoor.resources!(bytes, { name: 'test.xml', ...options })] as Found[];
}

/** The resources of one type. */
export function ofType(list: readonly Found[], type: string): readonly Found[] {
  return list.filter(({ resourceType }) => resourceType === type);
}

/** The one resource of a type that an entry in a section becomes. */
export function made(loinc: string, entry: string, type: string, options: Partial<DoorOptions> = {}): Found {
  const found = ofType(resources(documentOf(sectionOf(loinc, entry)), options), type);
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}, where one was expected`);
  return found[0]!;
}

export function itemsOf(list: readonly Decoded[]): readonly RawItem[] {
  return list.flatMap(({ items }) => items);
}

export function codesOf(list: readonly Decoded[]): readonly string[] {
  return list.flatMap(({ problems }) => problems.map(({ code }) => code));
}

/** The account of every element. */
export function fieldsOf(source: string): readonly FieldLoss[] {
  return [...ccdaDoor.fields!(bytesOf(source), { name: 'test.xml' })];
}
