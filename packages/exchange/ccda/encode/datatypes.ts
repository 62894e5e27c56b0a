import type * as fhir from '@medplum/fhirtypes';
import { idOf, uuid } from '../identity.ts';
import { addressUse, type CodeTable, nameUse, telecomUse } from '../maps.data.ts';
import { systems } from '../oid.data.ts';
import { type Attributes, tag, words, type Xml } from './xml-writer.ts';

/** A table read the other way; where several codes have one counterpart, the first. */
export function inverse(table: CodeTable, preferred: CodeTable = {}): CodeTable {
  const made: Record<string, string> = {};
  for (const [from, to] of Object.entries(table)) made[to] ??= from;
  return { ...made, ...preferred };
}

const oidOfUri = new Map<string, string>();
for (const [oid, uri] of systems) if (!oidOfUri.has(uri)) oidOfUri.set(uri, oid);

/** OID or UUID of a FHIR system; undefined where it has none. */
export function oidOf(system: string | undefined): string | undefined {
  if (system === undefined) return undefined;
  const known = oidOfUri.get(system);
  if (known !== undefined) return known;
  const urn = /^urn:(oid|uuid):(.+)$/i.exec(system);
  return urn === null ? undefined : urn[2]!;
}

const URI_ROOT = '2.16.840.1.113883.4.873';

/** Identifier → II. */
export function ii(identifier: fhir.Identifier | undefined, name = 'id'): Xml {
  const { system, value, assigner } = identifier ?? {};
  if (value === undefined) return undefined;
  const by = { assigningAuthorityName: assigner?.display };
  if (system === 'urn:ietf:rfc:3986') {
    const urn = /^urn:(?:oid|uuid):(.+)$/i.exec(value);
    return tag(name, urn === null ? { root: URI_ROOT, extension: value, ...by } : { root: urn[1]!, ...by });
  }
  const root = oidOf(system);
  if (root !== undefined) return tag(name, { root, extension: value, ...by });
  if (system === undefined) return tag(name, { extension: value, nullFlavor: 'UNK', ...by });
  return tag(name, { root: URI_ROOT, extension: `${system}${/^urn:/.test(system) ? ':' : '/'}${value}`, ...by });
}

/** Ids of a resource: its identifiers, else its own id, else a UUID made of its content, so that the same gives the same. */
export function ids(resource: { readonly id?: string; readonly identifier?: readonly fhir.Identifier[] }): Xml[] {
  const written = (resource.identifier ?? []).map((each) => ii(each)).filter((each) => each !== undefined);
  if (written.length > 0) return written;
  const own = resource.id === undefined ? undefined : uuid(resource.id);
  return [tag('id', { root: own ?? madeUuid(JSON.stringify(resource)) })];
}

/** A UUID (version 8, made of the content). */
export function madeUuid(text: string): string {
  const hex = idOf(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** CodeableConcept → CD: the first coding that has an OID, the rest as translations, the words as original text. */
export function cd(name: string, concept: fhir.CodeableConcept | undefined, attributes: Attributes = {}): Xml {
  if (concept === undefined) return undefined;
  const nulls = concept.coding?.find(({ system }) => system?.endsWith('v3-NullFlavor'));
  const [first, ...rest] = (concept.coding ?? []).filter(
    (each) => each !== nulls && (each.system === undefined || oidOf(each.system) !== undefined),
  );
  // "unknown" is what the null flavour already says.
  const said = nulls !== undefined && concept.text === 'unknown' ? undefined : concept.text;
  const original = said === undefined ? undefined : tag('originalText', {}, words(said));
  if (first === undefined) return tag(name, { ...attributes, nullFlavor: nulls?.code ?? 'OTH' }, original);
  const translations = rest.map((each) => tag('translation', codeAttributes(each)));
  return tag(name, { ...attributes, ...codeAttributes(first) }, original, translations);
}

function codeAttributes({ code, system, version, display }: fhir.Coding): Attributes {
  return { code, codeSystem: oidOf(system), codeSystemVersion: version, displayName: display };
}

/** A code of a known system. */
export function code(
  name: string,
  value: string,
  codeSystem: string,
  displayName?: string,
  attributes: Attributes = {},
): Xml {
  return tag(name, { ...attributes, code: value, codeSystem, displayName });
}

/** FHIR date, dateTime or instant → HL7's digits. */
export function ts(time: string): string {
  const part = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T(\d{2}):(\d{2}):(\d{2}))?(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(
    time,
  );
  if (part === null) return '';
  const zone = part[8] === 'Z' ? '+0000' : (part[8] ?? '').replace(':', '');
  return part.slice(1, 7).join('') + (part[7] ?? '') + zone;
}

export function time(name: string, at: string | undefined, attributes: Attributes = {}): Xml {
  return at === undefined ? undefined : tag(name, { ...attributes, value: ts(at) });
}

/** Period or point → effectiveTime and its kind; without either a null flavour. */
export function interval(
  name: string,
  {
    point,
    start,
    end,
    endFlavor,
  }: {
    point?: string | undefined;
    start?: string | undefined;
    end?: string | undefined;
    endFlavor?: string | undefined;
  },
  attributes: Attributes = {},
): string {
  if (point !== undefined) return tag(name, { ...attributes, value: ts(point) });
  if (start === undefined && end === undefined && endFlavor === undefined)
    return tag(name, { ...attributes, nullFlavor: 'UNK' });
  const low = start === undefined ? tag('low', { nullFlavor: 'UNK' }) : time('low', start);
  const high =
    end === undefined
      ? endFlavor === undefined
        ? undefined
        : tag('high', { nullFlavor: endFlavor })
      : time('high', end);
  return tag(name, attributes, low, high);
}

/** effectiveTime of `stem`DateTime or `stem`Period. */
export function choice(resource: object, stem: string, name = 'effectiveTime'): string {
  const holder = resource as Record<string, unknown>;
  const period = holder[`${stem}Period`] as fhir.Period | undefined;
  return interval(name, {
    point: holder[`${stem}DateTime`] as string | undefined,
    start: period?.start,
    end: period?.end,
  });
}

/** Quantity → PQ attributes; a unit outside UCUM goes into a translation. */
export function pq(name: string, quantity: fhir.Quantity | undefined, attributes: Attributes = {}): Xml {
  if (quantity?.value === undefined) return undefined;
  const { value, unit, system, code: unitCode } = quantity;
  if (system === 'http://unitsofmeasure.org') return tag(name, { ...attributes, value, unit: unitCode ?? unit });
  if (unit === undefined && unitCode === undefined) return tag(name, { ...attributes, value });
  const codeSystem = oidOf(system);
  const coded = codeSystem === undefined ? { nullFlavor: 'OTH' } : { code: unitCode, codeSystem };
  const original = unit === undefined ? undefined : tag('originalText', {}, words(unit));
  return tag(name, { ...attributes, nullFlavor: 'OTH' }, tag('translation', { value, ...coded }, original));
}

/** Quantity with a comparator, or Range → IVL_PQ. */
export function ivlPq(
  name: string,
  low: fhir.Quantity | undefined,
  high: fhir.Quantity | undefined,
  open: Attributes,
  attributes: Attributes = {},
): string {
  return tag(name, attributes, pq('low', low, { inclusive: open.low }), pq('high', high, { inclusive: open.high }));
}

const USES = inverse(addressUse, { home: 'HP' });
const TELECOM_USES = inverse(telecomUse, { home: 'HP', mobile: 'MC' });
const SCHEMES: Readonly<Record<string, string>> = {
  phone: 'tel:',
  pager: 'tel:',
  email: 'mailto:',
  fax: 'fax:',
  sms: 'sms:',
};

export function telecom(each: fhir.ContactPoint): Xml {
  if (each.value === undefined) return undefined;
  const value = (SCHEMES[each.system ?? ''] ?? '') + each.value;
  const period =
    each.period === undefined ? undefined : interval('useablePeriod', each.period, { 'xsi:type': 'IVL_TS' });
  return tag('telecom', { value, use: TELECOM_USES[each.use ?? ''] }, period);
}

export function addr(each: fhir.Address): Xml {
  const part = (name: string, text: string | undefined) =>
    text === undefined ? undefined : tag(name, {}, words(text));
  const bare =
    each.line === undefined && each.city === undefined && each.state === undefined && each.postalCode === undefined;
  return tag(
    'addr',
    { use: USES[each.use ?? ''] },
    bare ? words(each.text) : undefined,
    (each.line ?? []).map((line) => part('streetAddressLine', line)),
    part('city', each.city),
    part('county', each.district),
    part('state', each.state),
    part('postalCode', each.postalCode),
    part('country', each.country),
    each.period === undefined ? undefined : interval('useablePeriod', each.period, { 'xsi:type': 'IVL_TS' }),
  );
}

const NAME_USES = inverse(nameUse);

export function personName(each: fhir.HumanName): Xml {
  const part = (name: string) => (text: string) => tag(name, {}, words(text));
  const bare = each.family === undefined && (each.given ?? []).length === 0;
  return tag(
    'name',
    { use: NAME_USES[each.use ?? ''] },
    bare ? words(each.text) : undefined,
    (each.prefix ?? []).map(part('prefix')),
    (each.given ?? []).map(part('given')),
    each.family === undefined ? undefined : part('family')(each.family),
    (each.suffix ?? []).map(part('suffix')),
    each.period === undefined ? undefined : interval('validTime', each.period),
  );
}
