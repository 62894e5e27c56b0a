import { LOINC, SNOMED } from '@gemel/core/concept';
import type { ConceptMap } from './concept-map.ts';
import { MEMBER_OF } from './ecl-rule.ts';
import type { Terminology } from './terminology.ts';
import type { Filter, Include, ValueSet } from './value-set.ts';

/**
 * Value sets that exist by their code system alone: all its codes (CodeSystem.valueSet), those of SNOMED CT by subsumption,
 * reference set and expression constraint, those of LOINC by answer list and part
 * (FHIR R4: terminologies-systems, "Using SNOMED CT", "Using LOINC"). Null where the URI is none of these.
 */
export function implicitValueSet(uri: string, terminology: Terminology): ValueSet | null {
  const all = terminology.systems.find(({ head }) => head.valueSet !== null && head.valueSet === uri);
  if (all !== undefined) return made(uri, all.head.url, [], all.head.version);
  if (uri.startsWith(SNOMED)) return ofSnomed(uri);
  if (uri.startsWith(`${LOINC}/vs/`)) return ofLoinc(uri, terminology);
  return null;
}

function ofSnomed(uri: string): ValueSet | null {
  const parts = /^http:\/\/snomed\.info\/sct(?:\/(\d+(?:\/version\/\d+)?))?\?fhir_vs(?:=(.*))?$/s.exec(uri);
  if (parts === null) return null;
  const version = parts[1] === undefined ? null : `${SNOMED}/${parts[1]}`;
  const asked = parts[2] ?? '';
  const [kind, ...rest] = asked.split('/');
  const value = rest.join('/');
  const filter = (property: string, op: string, what: string): Filter => ({ property, op, value: what });
  if (asked === '') return made(uri, SNOMED, [], version);
  if (asked === 'refset') return made(uri, SNOMED, [filter('constraint', '=', '<< 900000000000455006')], version);
  if (kind === 'isa') return made(uri, SNOMED, [filter('concept', 'is-a', value)], version);
  if (kind === 'refset') return made(uri, SNOMED, [filter('concept', 'in', value)], version);
  if (kind === 'ecl') return made(uri, SNOMED, [filter('constraint', '=', decoded(value))], version);
  return null;
}

function ofLoinc(uri: string, terminology: Terminology): ValueSet | null {
  const code = uri.slice(`${LOINC}/vs/`.length);
  if (!terminology.hasSystem(LOINC)) return null;
  const system = terminology.system(LOINC);
  if (system.find(code) < 0) return null;
  if (code.startsWith('LL')) return made(uri, LOINC, [{ property: MEMBER_OF, op: '=', value: code }]);
  return code.startsWith('LP') ? made(uri, LOINC, [{ property: 'ancestor', op: '=', value: code }]) : null;
}

/** The map of a SNOMED CT reference set, asked as `http://snomed.info/sct?fhir_cm=<id>`. */
export function implicitMap(uri: string, terminology: Terminology): ConceptMap | null {
  const id = /^http:\/\/snomed\.info\/sct(?:\/[^?]*)?\?fhir_cm=(\d+)$/.exec(uri)?.[1];
  if (id === undefined) return null;
  return terminology.maps.find(({ head }) => head.url === `${SNOMED}?fhir_cm=${id}`) ?? null;
}

function made(url: string, system: string, filters: readonly Filter[], version: string | null = null): ValueSet {
  const include: Include = { system, version, codes: null, filters, valueSets: [] };
  return { id: null, url, version: null, name: url, title: null, inactive: null, include: [include], exclude: [] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
