/**
 * Writes packages/exchange/fhir/r4-structure.data.ts from the StructureDefinitions of R4 (4.0.1), CC0:
 * `node tools/node/r4-structure.ts FOLDER`, where FOLDER holds profiles-resources.json, profiles-types.json and valuesets.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './repository.ts';

/** Resources that are written or checked, and the data types they do not themselves lead to. */
const WANTED =
  'Account AllergyIntolerance Appointment AuditEvent Basic Bundle CarePlan CareTeam ChargeItem Composition Condition Consent Coverage Device DeviceRequest DeviceUseStatement DiagnosticReport DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Goal Immunization Location Medication MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MessageHeader NutritionOrder Observation Organization Patient Practitioner PractitionerRole Procedure Provenance RelatedPerson RiskAssessment ServiceRequest Specimen SupplyDelivery SupplyRequest Task Extension'.split(
    ' ',
  );

/** Elements that every resource or every type may have; the check knows them without a rule. */
const EVERYWHERE = new Set(['implicitRules', 'language', 'contained', 'modifierExtension']);

interface ElementDefinition {
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly type?: readonly { readonly code: string; readonly targetProfile?: readonly string[] }[];
  readonly contentReference?: string;
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
}
interface Definition {
  readonly resourceType: string;
  readonly id: string;
  readonly url: string;
  readonly kind: string;
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
}
interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}
interface ValueSet {
  readonly resourceType: string;
  readonly url: string;
  readonly concept?: readonly Concept[];
  readonly compose?: {
    readonly include: readonly { readonly system?: string; readonly concept?: readonly Concept[] }[];
  };
}

const folder = process.argv[2] ?? '.';
const entries = <T>(file: string): T[] =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')).entry.map((entry: { resource: T }) => entry.resource);
const definitions = new Map(
  [...entries<Definition>('profiles-types.json'), ...entries<Definition>('profiles-resources.json')]
    .filter(({ resourceType }) => resourceType === 'StructureDefinition')
    .map((definition) => [definition.id, definition]),
);
const sets = new Map(entries<ValueSet>('valuesets.json').map((set) => [set.url, set]));

function codesOf(url: string): readonly string[] {
  const flat = (concepts: readonly Concept[]): string[] =>
    concepts.flatMap(({ code, concept }) => [code, ...flat(concept ?? [])]);
  const includes = sets.get(url.split('|')[0]!)?.compose?.include ?? [];
  const lists = includes.map(({ system, concept }) => concept ?? sets.get(system ?? '')?.concept ?? []);
  return lists.some((list) => list.length === 0) ? [] : lists.flatMap(flat);
}

const table = new Map<string, Record<string, string>>();
const waiting = [...WANTED];
for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
  const definition = definitions.get(name);
  if (definition === undefined || table.has(name)) continue;
  for (const element of definition.snapshot.element) add(definition, element);
}

function add(definition: Definition, element: ElementDefinition): void {
  const { path, min, max, type = [], contentReference, binding } = element;
  const cut = path.lastIndexOf('.');
  if (cut < 0) {
    table.set(path, {});
    return;
  }
  const [holder, name] = [path.slice(0, cut), path.slice(cut + 1)];
  const top = holder === definition.id && definition.kind === 'resource';
  if ((top || name === 'modifierExtension') && EVERYWHERE.has(name)) return;
  if (!top && holder !== 'Extension' && (name === 'id' || name === 'extension')) return;
  const types = [...new Set(type.map((each) => typeText(each, path)))];
  if (types.some((each) => each === 'BackboneElement' || each === 'Element')) table.set(path, table.get(path) ?? {});
  const backbone = types.some((each) => each === 'BackboneElement' || each === 'Element');
  const kinds =
    contentReference?.slice(contentReference.indexOf('#') + 1) ??
    (backbone ? path : types.length > 20 ? '*' : types.join('|'));
  const codes = binding?.strength === 'required' && types.join() === 'code' ? codesOf(binding.valueSet ?? '') : [];
  const listed = codes.length > 0 && codes.length <= 60 ? ` ${codes.join(' ')}` : '';
  const holderTable = table.get(holder) ?? {};
  holderTable[name] = `${min}..${max} ${kinds}${listed}`;
  table.set(holder, holderTable);
  for (const { code } of type) if (/^[A-Z]/.test(code) && code !== 'Resource' && !backbone) waiting.push(code);
}

function typeText(
  { code, targetProfile }: { readonly code: string; readonly targetProfile?: readonly string[] },
  path: string,
): string {
  if (code.startsWith('http://hl7.org/fhirpath/')) return path === 'Extension.url' ? 'uri' : 'string';
  if (code !== 'Reference') return code;
  const targets = (targetProfile ?? [])
    .map((url) => url.slice(url.lastIndexOf('/') + 1))
    .filter((each) => each !== 'Resource');
  return targets.length === 0 ? 'Reference' : `Reference(${targets.join(',')})`;
}

const lines = [...table.keys()].sort().map((name) => {
  const rules = Object.entries(table.get(name)!).map(
    ([key, rule]) => `    ${/^\w+$/.test(key) ? key : `'${key}'`}: '${rule}',`,
  );
  return `  ${/^\w+$/.test(name) ? name : `'${name}'`}: {\n${rules.join('\n')}\n  },`;
});
const head = `/**
 * Structure of the R4 (4.0.1) resources and data types that are written: element → cardinality, types, and the codes of a
 * required binding. Facts of the specification's StructureDefinitions, for the making and checking of what leaves. \`*\` is any
 * type. Written by tools/node/r4-structure.ts.
 */
export const r4Structure: Readonly<Record<string, Readonly<Record<string, string>>>> = {
`;
writeFileSync(join(ROOT, 'packages/exchange/fhir/r4-structure.data.ts'), `${head}${lines.join('\n')}\n};\n`);
