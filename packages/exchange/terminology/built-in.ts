import { type Coding, GEMEL, LOINC, RXNORM, SNOMED } from '@gemel/core/concept';
import { MDC, MDC_CODES, MDC_GLUCOSE } from '../device/mdc/codes.data.ts';
import { GLUCOSE } from '../device/measures.data.ts';
import { BOUND_CODES } from './bound-codes.data.ts';
import type { CodeSystemHead, ConceptEntry } from './code-system.ts';
import { type Equivalence, type Mapping, mapping } from './concept-map.ts';
import { MemoryLibrary } from './memory-library.ts';
import { codeProperty, synonym } from './release.ts';
import type { Library } from './terminology.ts';
import { UcumCodeSystem } from './ucum-code-system.ts';

const NAMES: Readonly<Record<string, string>> = {
  [LOINC]: 'LOINC',
  [SNOMED]: 'SNOMED CT',
  [RXNORM]: 'RxNorm',
  [GEMEL]: 'Gemel',
  'http://www.whocc.no/atc': 'ATC',
};

/** The map from ISO/IEEE 11073 to LOINC for vital signs. */
export const MDC_TO_LOINC = `${GEMEL}/mdc-loinc`;

/**
 * What is there without any release: UCUM, the codes that packs bind (fragments of their systems, see NOTICE), and the vital
 * signs of ISO/IEEE 11073 with their map to LOINC.
 */
export function builtIn(): Library {
  const library = new MemoryLibrary();
  for (const [url, rows] of Object.entries(BOUND_CODES)) {
    const system = library.system(fragment(url, NAMES[url] ?? url));
    for (const [code, display] of rows) system.add(entry(code, display));
    system.finish();
  }
  addMdc(library);
  return { ...library, systems: [...library.systems, new UcumCodeSystem()] };
}

function fragment(url: string, name: string): CodeSystemHead {
  const plain = { version: null, hierarchy: null, valueSet: null, notice: null } as const;
  return { url, name, caseSensitive: url !== LOINC, complete: false, ...plain };
}

function entry(code: string, display: string | null): ConceptEntry {
  return { code, display, definition: null, inactive: false, abstract: false };
}

/** Oxygen saturation of arterial blood however it was measured. */
const ANY_SATURATION = '2708-6';

/** Codes go by number, as FHIR has them, and by reference id, as HL7 v2 and devices send them. */
function addMdc(library: MemoryLibrary): void {
  const system = library.system(fragment(MDC, 'ISO/IEEE 11073-10101'));
  const map = library.map({
    id: 'mdc-loinc',
    url: MDC_TO_LOINC,
    version: null,
    name: 'MdcToLoinc',
    source: null,
    target: null,
    unmapped: [],
  });
  const counts = new Map<string, number>();
  for (const { loinc } of Object.values(MDC_CODES)) {
    for (const { code } of loinc) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const put = (number: string, id: string, rows: (code: string) => readonly Mapping[]) => {
    const n = system.add(entry(number, id));
    const byId = system.add(entry(id, id));
    system.designate(n, synonym(id));
    system.describe(byId, codeProperty('number', number));
    for (const code of [number, id]) for (const row of rows(code)) map.add(row);
  };
  // Where several codes of the one share a code of the other, that says less than they do.
  const equivalence = ({ code }: Coding): Equivalence =>
    code === ANY_SATURATION || (counts.get(code) ?? 0) > 1 ? 'wider' : 'equivalent';
  for (const [number, { id, loinc }] of Object.entries(MDC_CODES)) {
    put(number, id, (code) => loinc.map((target) => mapping({ system: MDC, code }, target, equivalence(target))));
  }
  for (const [number, { id, kind }] of Object.entries(MDC_GLUCOSE)) {
    put(number, id, (code) =>
      Object.entries(GLUCOSE[kind]!).flatMap(([unit, targets]) =>
        targets.map((target) => ({
          ...mapping({ system: MDC, code }, target, 'narrower', `where the unit is ${unit}`),
          dependsOn: [{ property: 'unit', system: null, value: unit, display: null }],
        })),
      ),
    );
  }
  system.finish();
}
