import { type Context, type Json, note, type Outcome, REFUSED } from './context.ts';
import { isObject, textAt, wrongType } from './datatype.ts';
import type { EntrySpan } from './layout.ts';

/** `Patient/123`, and where a service base stands before it. */
const LITERAL = /^(?:(https?:\/\/.*)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** What a reference leads to. */
export type Target =
  /** An entry of the same source. */
  | { readonly kind: 'entry'; readonly span: EntrySpan }
  | { readonly kind: 'contained'; readonly resource: Json }
  /** A literal reference to something outside the source. */
  | { readonly kind: 'outside'; readonly type: string; readonly key: string }
  | {
      readonly kind: 'nowhere';
      readonly code:
        | 'fhir-reference-conditional'
        | 'fhir-reference-unresolved'
        | 'fhir-reference-ambiguous'
        | 'fhir-reference-invalid';
      readonly message: string;
    };

/** The entries of one source by the names that references use. Resources are parsed when first asked for, and kept. */
export class References {
  private readonly byUrl = new Map<string, EntrySpan>();
  private readonly byTypeAndId = new Map<string, EntrySpan | 'several'>();
  private readonly patients: EntrySpan[] = [];
  private readonly parsed = new Map<EntrySpan, Json | null>();
  private byIdentifier: Map<string, string | 'several'> | null = null;
  private readonly parse: (span: EntrySpan) => Json | null;

  /** `parse` gives the resource of an entry, or null where it is not readable. */
  constructor(entries: readonly EntrySpan[], parse: (span: EntrySpan) => Json | null) {
    this.parse = parse;
    for (const span of entries) {
      if (span.type === null) continue;
      if (span.fullUrl !== null) this.byUrl.set(withoutVersion(span.fullUrl), span);
      if (span.id !== null) {
        const key = `${span.type}/${span.id}`;
        const other = this.byTypeAndId.get(key);
        const same = other === undefined || (other !== 'several' && keyOf(other) === keyOf(span));
        this.byTypeAndId.set(key, same ? span : 'several');
      }
      if (span.type === 'Patient') this.patients.push(span);
    }
  }

  /** Resolves a literal reference as R4 says: contained, by fullUrl, relative to the service base, by type and id. */
  resolve(reference: string, base: string | null, contained: ReadonlyMap<string, Json>): Target {
    if (reference.startsWith('#')) {
      const resource = contained.get(reference.slice(1));
      if (resource) return { kind: 'contained', resource };
      return nowhere('fhir-reference-unresolved', `no contained resource has the id "${reference.slice(1)}"`);
    }
    if (reference.includes('?')) {
      return nowhere(
        'fhir-reference-conditional',
        `"${reference}" is a conditional reference, which only a server can resolve`,
      );
    }
    const exact = this.byUrl.get(withoutVersion(reference));
    if (exact) return { kind: 'entry', span: exact };
    if (reference.startsWith('urn:')) {
      return nowhere('fhir-reference-unresolved', `"${reference}" is not the fullUrl of any entry in this source`);
    }
    const match = LITERAL.exec(reference);
    if (!match) return nowhere('fhir-reference-invalid', `"${reference}" is not a literal reference`);
    const [, service, type, id] = match as unknown as [string, string | undefined, string, string];
    if (service !== undefined) return { kind: 'outside', type, key: `${service}/${type}/${id}` };
    const besides = base === null ? undefined : this.byUrl.get(`${base}/${type}/${id}`);
    if (besides) return { kind: 'entry', span: besides };
    const here = this.byTypeAndId.get(`${type}/${id}`);
    if (here === 'several') {
      return nowhere('fhir-reference-ambiguous', `"${reference}" fits several entries of this source`);
    }
    if (here) return { kind: 'entry', span: here };
    return { kind: 'outside', type, key: base === null ? `${type}/${id}` : `${base}/${type}/${id}` };
  }

  /** The resource of an entry, parsed once. */
  resource(span: EntrySpan): Json | null {
    let resource = this.parsed.get(span);
    if (resource === undefined) {
      resource = this.parse(span);
      this.parsed.set(span, resource);
    }
    return resource;
  }

  /** Key of the patient in this source that carries the identifier `system|value`. */
  patientWith(identifier: string): string | 'several' | undefined {
    if (this.byIdentifier === null) {
      this.byIdentifier = new Map();
      for (const span of this.patients) {
        const key = keyOf(span);
        const identifiers = this.resource(span)?.identifier;
        if (key === undefined || !Array.isArray(identifiers)) continue;
        for (const item of identifiers) {
          const name = isObject(item) ? identifierKey(item) : undefined;
          if (name === undefined) continue;
          const other = this.byIdentifier.get(name);
          this.byIdentifier.set(name, other === undefined || other === key ? key : 'several');
        }
      }
    }
    return this.byIdentifier.get(identifier);
  }
}

/** The name a source gives one of its resources: its URL on a server, else type and id, else its urn. */
export function keyOf(span: { fullUrl: string | null; type: string | null; id: string | null }): string | undefined {
  if (span.fullUrl !== null && /^https?:/.test(span.fullUrl)) return withoutVersion(span.fullUrl);
  if (span.type !== null && span.id !== null) return `${span.type}/${span.id}`;
  return span.fullUrl ?? undefined;
}

/** Service base of an absolute fullUrl (`https://server/fhir` of `https://server/fhir/Patient/1`). */
export function baseOf(fullUrl: string | null): string | null {
  return fullUrl === null ? null : (LITERAL.exec(fullUrl)?.[1] ?? null);
}

/**
 * Key of the patient a reference names, the same for every resource of the source that means this patient. Falls back on
 * `options.subject` where the reference is absent; gives an outcome where the resource cannot be decoded.
 */
export function patientKey(reference: unknown, context: Context, path: string): string | Outcome {
  if (reference === undefined || (isObject(reference) && isBare(reference))) {
    if (context.options.subject !== undefined) return context.options.subject;
    note(context, 'fhir-subject-missing', `${path} names nobody`, path);
    return REFUSED;
  }
  if (!isObject(reference)) {
    wrongType(context, path, 'a Reference', reference);
    return REFUSED;
  }
  const literal = textAt(reference, 'reference', context, `${path}.reference`);
  if (literal === undefined) return logical(reference, context, path);
  const target = context.references.resolve(literal, context.base, context.contained);
  if (target.kind === 'nowhere') {
    note(context, target.code, target.message, path);
    return REFUSED;
  }
  if (target.kind === 'outside') return target.type === 'Patient' ? target.key : notPatient(context, path, target.type);
  if (target.kind === 'entry') {
    const key = keyOf(target.span) ?? firstIdentifier(context.references.resource(target.span));
    if (target.span.type !== 'Patient') return notPatient(context, path, target.span.type ?? 'an unknown type');
    if (key !== undefined) return key;
  } else {
    const { resourceType } = target.resource;
    if (resourceType !== 'Patient') return notPatient(context, path, String(resourceType));
    const key = firstIdentifier(target.resource) ?? context.options.subject;
    if (key !== undefined) return key;
  }
  note(context, 'fhir-subject-missing', `the patient that ${path} leads to has neither id nor identifier`, path);
  return REFUSED;
}

/** The resource a reference leads to within the source, for its name and codes; undefined where it lies elsewhere. */
export function resolved(reference: unknown, context: Context): Json | undefined {
  const literal = isObject(reference) ? reference.reference : undefined;
  if (typeof literal !== 'string') return undefined;
  const target = context.references.resolve(literal, context.base, context.contained);
  if (target.kind === 'contained') return target.resource;
  return target.kind === 'entry' ? (context.references.resource(target.span) ?? undefined) : undefined;
}

/** `system|value` of an identifier that has both. */
export function identifierKey(identifier: Json): string | undefined {
  const { system, value } = identifier;
  return typeof system === 'string' && typeof value === 'string' ? `${system}|${value}` : undefined;
}

/** First identifier of a resource that names its system. */
export function firstIdentifier(resource: Json | null): string | undefined {
  const list = Array.isArray(resource?.identifier) ? resource.identifier : [resource?.identifier];
  for (const item of list) {
    const key = isObject(item) ? identifierKey(item) : undefined;
    if (key !== undefined) return key;
  }
  return undefined;
}

/** The contained resources of a resource by their ids. */
export function containedOf(resource: Json): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  if (!Array.isArray(resource.contained)) return found;
  for (const item of resource.contained) {
    if (isObject(item) && typeof item.id === 'string') found.set(item.id, item);
  }
  return found;
}

function logical(reference: Json, context: Context, path: string): string | Outcome {
  const identifier = isObject(reference.identifier) ? identifierKey(reference.identifier) : undefined;
  if (identifier === undefined) {
    note(context, 'fhir-reference-invalid', `${path} has neither a reference nor an identifier with a system`, path);
    return REFUSED;
  }
  const { type } = reference;
  if (typeof type === 'string' && type !== 'Patient') return notPatient(context, path, type);
  const patient = context.references.patientWith(identifier);
  if (patient !== 'several') return patient ?? identifier;
  note(context, 'fhir-reference-ambiguous', `several patients carry the identifier ${identifier}`, path);
  return REFUSED;
}

function notPatient(context: Context, path: string, type: string): Outcome {
  note(context, 'fhir-subject-other', `${path} leads to ${type}, not to a patient`, path);
  return { fate: 'kept', items: [] };
}

function isBare(reference: Json): boolean {
  return reference.reference === undefined && reference.identifier === undefined;
}

function withoutVersion(url: string): string {
  const at = url.indexOf('/_history/');
  return at < 0 ? url : url.slice(0, at);
}

function nowhere(code: (Target & { kind: 'nowhere' })['code'], message: string): Target {
  return { kind: 'nowhere', code, message };
}
