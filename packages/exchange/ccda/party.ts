import { absent, clean, systemOf } from './datatype.ts';
import type { Draft } from './draft.ts';
import { compact, type Draftable } from './json.ts';
import { addressUse, type CodeTable, nameUse, telecomSystem, telecomUse } from './maps.data.ts';
import { period } from './time.ts';
import { all, one, plainText, type XmlElement } from './xml.ts';

const URI = 'urn:ietf:rfc:3986';

function listed<T>(made: T | undefined): T[] {
  return made === undefined ? [] : [made];
}

/** II as the map says: OID or UUID to system, root alone to a URI. */
export function identifier(draft: Draft, element: XmlElement): Draftable | undefined {
  draft.use(element);
  const root = clean(element.attributes.root);
  const extension = clean(element.attributes.extension);
  const assigner = clean(element.attributes.assigningAuthorityName);
  const by = assigner === undefined ? {} : { assigner: { display: assigner } };
  if (root === undefined) return extension === undefined ? undefined : { value: extension, ...by };
  const system = systemOf(root);
  if (extension === undefined) {
    if (element.attributes.nullFlavor !== undefined || !/^urn:(oid|uuid):/.test(system)) {
      const known = { system, _value: { extension: [absent(element.attributes.nullFlavor)] } };
      return element.attributes.nullFlavor === 'MSK' || !/^urn:/.test(system) ? { ...known, ...by } : undefined;
    }
    return { system: URI, value: system, ...by };
  }
  if (root === '2.16.840.1.113883.4.873') {
    const cut = extension.lastIndexOf(/^urn:/i.test(extension) ? ':' : '/');
    if (cut > 0 && cut < extension.length - 1) {
      return { system: extension.slice(0, cut).replace(/\s+/g, ''), value: extension.slice(cut + 1), ...by };
    }
    return { system: URI, value: extension, ...by };
  }
  return { system, value: extension, ...by };
}

export function identifiers(draft: Draft, element: XmlElement | undefined): Draftable[] {
  return all(element, 'id').flatMap((id) => listed(identifier(draft, id)));
}

/** TEL. */
export function telecom(draft: Draft, element: XmlElement): Draftable | undefined {
  draft.use(element);
  const value = clean(element.attributes.value);
  if (value === undefined) return undefined;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):(?!\d+$)/.exec(value)?.[1]?.toLowerCase();
  const system = scheme === undefined ? undefined : telecomSystem[scheme];
  const rest = system === undefined || system === 'url' ? value : value.slice(scheme!.length + 1).trim();
  const guessed =
    system ?? (/^[^\s@]+@[^\s@]+$/.test(value) ? 'email' : /^[+()\d][\d\s().+-]*\d/.test(value) ? 'phone' : 'other');
  if (rest === '') return undefined;
  for (const each of all(element, 'useablePeriod')) draft.use(each);
  return compact({
    system: guessed,
    value: rest,
    use: useOf(draft, element, telecomUse),
    period: period(draft, one(element, 'useablePeriod')),
  });
}

export function telecoms(draft: Draft, element: XmlElement | undefined): Draftable[] {
  return all(element, 'telecom').flatMap((each) => listed(telecom(draft, each)));
}

function useOf(draft: Draft, element: XmlElement, table: CodeTable): string | undefined {
  const uses = (element.attributes.use ?? '')
    .split(/\s+/)
    .flatMap((use) => (Object.hasOwn(table, use) ? table[use]! : []));
  if (draft.type !== 'Organization') return uses[0];
  const use = uses.find((each) => each !== 'home');
  // org-2 and org-3 of R4.
  if (use !== uses[0]) draft.note('ccda-code-unmapped', 'an organization has nothing of use "home"', element);
  return use;
}

const LINES = new Set(['streetAddressLine', 'deliveryAddressLine', 'additionalLocator', 'unitID', 'postBox', 'careOf']);
const STREET = new Set(['houseNumber', 'direction', 'streetName', 'streetNameBase', 'streetNameType']);

/** AD. */
export function address(draft: Draft, element: XmlElement | undefined): Draftable | undefined {
  if (element === undefined) return undefined;
  draft.use(element);
  const line: string[] = [];
  const street: string[] = [];
  const parts: Draftable = {};
  for (const child of element.children) {
    const words = clean(plainText(child));
    const target = { city: 'city', state: 'state', postalCode: 'postalCode', country: 'country', county: 'district' }[
      child.name
    ];
    if (LINES.has(child.name) || STREET.has(child.name) || target !== undefined || child.name === 'delimiter')
      draft.use(child);
    if (words === undefined) continue;
    if (LINES.has(child.name)) line.push(words);
    else if (STREET.has(child.name)) street.push(words);
    else if (target !== undefined) parts[target] ??= words;
  }
  if (street.length > 0) line.unshift(street.join(' '));
  const own = clean(element.content.filter((item) => typeof item === 'string').join(' '));
  if (line.length === 0 && Object.keys(parts).length === 0 && own === undefined) return undefined;
  const made = {
    use: useOf(draft, element, addressUse),
    text: own,
    line,
    ...parts,
    period: period(draft, one(element, 'useablePeriod')),
  };
  return compact(made);
}

export function addresses(draft: Draft, element: XmlElement | undefined): Draftable[] {
  return all(element, 'addr').flatMap((each) => listed(address(draft, each)));
}

/** PN, or the words of it where it has no parts. */
export function humanName(draft: Draft, element: XmlElement | undefined): Draftable | undefined {
  if (element === undefined) return undefined;
  draft.use(element);
  const parts = (name: string) =>
    all(element, name).flatMap((part) => {
      draft.use(part);
      return clean(plainText(part)) ?? [];
    });
  for (const part of all(element, 'delimiter')) draft.use(part);
  const [family, given, prefix, suffix] = [parts('family'), parts('given'), parts('prefix'), parts('suffix')];
  const whole = family.length + given.length === 0 ? clean(plainText(element)) : undefined;
  if (whole === undefined && family.length + given.length === 0) return undefined;
  const made = {
    use: useOf(draft, element, nameUse),
    text: whole,
    family: family.join(' '),
    given,
    prefix,
    suffix,
    period: period(draft, one(element, 'validTime')),
  };
  return compact(made);
}

export function humanNames(draft: Draft, element: XmlElement | undefined): Draftable[] {
  return all(element, 'name').flatMap((each) => listed(humanName(draft, each)));
}

/** A name as one line, for organizations and labels. */
export function nameText(draft: Draft, element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  draft.useAll(element);
  return clean(plainText(element));
}
