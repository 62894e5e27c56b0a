import type { Concept, Instant, Quantity } from '@gemel/core';
import { UCUM } from '@gemel/core/concept';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';
import { IDENTIFIERS, RESEARCH_USE } from '../codes.data.ts';
import { writeDateTime } from '../datetime.ts';

/** A UCUM quantity. @throws fhir-encode-value for a number JSON cannot hold */
export function quantityOf({ value, unit }: Quantity): fhir.Quantity {
  if (!Number.isFinite(value)) throw exchangeErrors.error('fhir-encode-value', `${value} ${unit} has no form in JSON.`);
  return { value, unit, system: UCUM, code: unit };
}

export function conceptOf({ codings, text }: Concept): fhir.CodeableConcept {
  return {
    ...(codings.length > 0 ? { coding: codings.map((coding) => ({ ...coding })) } : {}),
    ...(text === undefined ? {} : { text }),
  };
}

export function periodOf(from: Instant, to: Instant, offset: number | null): fhir.Period {
  return { start: writeDateTime(from, offset), end: writeDateTime(to, offset) };
}

/** An identifier of Gemel's own: `kind` is what it identifies (`trace`, `plan`, `input`). */
export function identifierOf(kind: string, value: string): fhir.Identifier {
  return { system: `${IDENTIFIERS}/${kind}`, value };
}

/**
 * A reference to the patient that records know as `subject`: literal for `Patient/123` and URLs, by identifier for
 * `system|value`, `Patient/…` put before a bare id.
 */
export function subjectOf(subject: string): fhir.Reference<fhir.Patient> {
  if (/^(https?:.*\/)?Patient\/[^/]+$/.test(subject) || subject.startsWith('urn:')) return { reference: subject };
  const bar = subject.indexOf('|');
  if (bar > 0) {
    return { type: 'Patient', identifier: { system: subject.slice(0, bar), value: subject.slice(bar + 1) } };
  }
  return { reference: `Patient/${resourceId(subject)}` };
}

/** The id checked. @throws fhir-encode-id where it is not 1 to 64 letters, digits, hyphens and points */
export function resourceId(id: string): string {
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw exchangeErrors.error('fhir-encode-id', `"${id}" is no FHIR id.`);
  return id;
}

/** The id under which a source gave an item (`Observation/a1` → `a1`), else the item's own. */
export function ownId(
  type: string,
  item: { readonly id: string; readonly provenance: { readonly sourceId?: string } },
) {
  const given = new RegExp(`^(?:.*/)?${type}/([A-Za-z0-9\\-.]{1,64})$`).exec(item.provenance.sourceId ?? '');
  return resourceId(given?.[1] ?? item.id);
}

/** The resource with the security labels of what it was written from. */
export function labelled<T extends fhir.Resource>(resource: T, { labels }: { readonly labels?: readonly string[] }): T {
  return labels === undefined ? resource : { ...resource, meta: { ...resource.meta, security: labels.map(codingOf) } };
}

/** A Coding of `system|code`. */
export function codingOf(key: string): fhir.Coding {
  const bar = key.indexOf('|');
  return { system: key.slice(0, bar), code: key.slice(bar + 1) };
}

export function researchNote(...more: readonly string[]): fhir.Annotation[] {
  return [RESEARCH_USE, ...more].map((text) => ({ text }));
}

/** Generated narrative with the research-use line and these paragraphs. */
export function narrativeOf(...paragraphs: readonly string[]): fhir.Narrative {
  const body = [RESEARCH_USE, ...paragraphs].map((text) => `<p>${escaped(text)}</p>`).join('');
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${body}</div>` };
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
