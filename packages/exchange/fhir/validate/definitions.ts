import { inflateSync } from 'fflate';
import { bytesOfBase64 } from './base64.ts';
import {
  type CodeSystemRule,
  codeSystemOf,
  type SearchRule,
  type Structure,
  searchRuleOf,
  structureOf,
  type ValueSetRule,
  valueSetOf,
} from './definition.ts';
import { packed as packedProfiles } from './r4-profiles.data.ts';
import { packed as packedSearches } from './r4-searches.data.ts';
import { packed as packedStructures } from './r4-structures.data.ts';
import { packed as packedTerms } from './r4-terms.data.ts';

/** Where the validator finds what is defined. Names are canonical URLs; a version behind `|` is set aside. */
export interface Definitions {
  structure(url: string): Structure | undefined;
  /** Of a type or resource of R4 itself: `Patient`, `HumanName`, `code`. */
  type(name: string): Structure | undefined;
  valueSet(url: string): ValueSetRule | undefined;
  codeSystem(url: string): CodeSystemRule | undefined;
  /** Codes and displays that supplement a code system. */
  supplement(url: string): CodeSystemRule | undefined;
  search(url: string): SearchRule | undefined;
}

const BASE = 'http://hl7.org/fhir/StructureDefinition/';

/** The URL without its version. */
export function withoutVersion(url: string): string {
  const bar = url.indexOf('|');
  return bar < 0 ? url : url.slice(0, bar);
}

function unpack<T>(packed: string): T {
  return JSON.parse(new TextDecoder().decode(inflateSync(bytesOfBase64(packed)!)));
}

/** Computed at the first call, kept afterwards. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const byUrl = <T extends { readonly url: string }>(rules: readonly T[]) =>
  new Map(rules.map((each) => [each.url, each]));

const structures = once(() => byUrl(unpack<readonly Structure[]>(packedStructures)));
const profiles = once(() => byUrl(unpack<readonly Structure[]>(packedProfiles)));
const searches = once(() => byUrl(unpack<readonly SearchRule[]>(packedSearches)));
const terms = once(() => {
  const { valueSets, codeSystems } = unpack<{
    valueSets: readonly ValueSetRule[];
    codeSystems: readonly CodeSystemRule[];
  }>(packedTerms);
  return {
    valueSets: byUrl(valueSets),
    codeSystems: byUrl(codeSystems),
    supplements: new Map(
      codeSystems.flatMap((each) =>
        each.supplements === undefined ? [] : [[withoutVersion(each.supplements), each] as const],
      ),
    ),
  };
});

/** Definitions of FHIR R4 (4.0.1) and of the extensions pack, unpacked part by part when first asked for. */
export const r4Definitions: Definitions = {
  structure: (url) => structures().get(withoutVersion(url)) ?? profiles().get(withoutVersion(url)),
  type: (name) => structures().get(BASE + name),
  valueSet: (url) => terms().valueSets.get(withoutVersion(url)),
  codeSystem: (url) => terms().codeSystems.get(withoutVersion(url)),
  supplement: (url) => terms().supplements.get(withoutVersion(url)),
  search: (url) => searches().get(withoutVersion(url)),
};

/** Definitions with a user's own before them: StructureDefinition, ValueSet, CodeSystem and SearchParameter resources. */
export function definitionsWith(
  resources: readonly Readonly<Record<string, unknown>>[],
  under: Definitions = r4Definitions,
): Definitions {
  const of = <T extends { readonly url: string }>(
    type: string,
    rule: (resource: Readonly<Record<string, unknown>>) => T,
  ) => byUrl(resources.filter(({ resourceType }) => resourceType === type).map(rule));
  const own = of('StructureDefinition', structureOf);
  const valueSets = of('ValueSet', valueSetOf);
  const codeSystems = of('CodeSystem', codeSystemOf);
  const found = of('SearchParameter', searchRuleOf);
  const supplements = new Map(
    [...codeSystems.values()].flatMap((each) =>
      each.supplements === undefined ? [] : [[withoutVersion(each.supplements), each] as const],
    ),
  );
  return {
    structure: (url) => own.get(withoutVersion(url)) ?? under.structure(url),
    type: (name) => under.type(name),
    valueSet: (url) => valueSets.get(withoutVersion(url)) ?? under.valueSet(url),
    codeSystem: (url) => codeSystems.get(withoutVersion(url)) ?? under.codeSystem(url),
    supplement: (url) => supplements.get(withoutVersion(url)) ?? under.supplement(url),
    search: (url) => found.get(withoutVersion(url)) ?? under.search(url),
  };
}
