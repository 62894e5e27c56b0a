/**
 * Writes packages/exchange/fhir/validate/r4-*.data.ts from the published definitions of FHIR R4 (4.0.1) and of the FHIR
 * extensions pack for R4, both CC0: `node tools/node/fhir-definitions.ts R4 EXTENSIONS TERMINOLOGY`. R4 holds profiles-types.json,
 * profiles-resources.json, profiles-others.json, extension-definitions.json, valuesets.json, v3-codesystems.json,
 * v2-tables.json and search-parameters.json; EXTENSIONS and TERMINOLOGY are the unpacked packages hl7.fhir.uv.extensions.r4
 * and hl7.terminology.r4, of which the codes that R4's code systems have gained since are taken.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { deflateRawSync } from 'node:zlib';
import {
  type CodeSystemRule,
  codeSystemOf,
  type Structure,
  searchRuleOf,
  structureOf,
  type ValueSetRule,
  valueSetOf,
} from '@gemel/exchange/fhir/validate/definition';
import { ROOT } from './repository.ts';

type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };

const [r4 = '.', extensions = '.', terminology = '.'] = process.argv.slice(2);

const entries = (file: string): Resource[] =>
  JSON.parse(readFileSync(join(r4, file), 'utf8')).entry.map((entry: { resource: Resource }) => entry.resource);
const of = (type: string, resources: readonly Resource[]) => resources.filter((each) => each.resourceType === type);

// The files also hold a resource of R4B.
const structures = [...entries('profiles-types.json'), ...entries('profiles-resources.json')].filter(
  ({ version }) => version === '4.0.1',
);
const profiles = new Map<string, Structure>();
for (const each of of('StructureDefinition', [
  ...entries('profiles-others.json'),
  ...entries('extension-definitions.json'),
]))
  profiles.set(String(each.url), structureOf(each));

// Units of components are bound as in R5 (extensible); R4's "required" leaves out L/min of inhaled oxygen, which its own table asks for.
const vitals = profiles.get('http://hl7.org/fhir/StructureDefinition/vitalsigns')!;
profiles.set(vitals.url, {
  ...vitals,
  elements: vitals.elements.map((element) =>
    element.path === 'Observation.component.value[x]' && element.binding !== undefined
      ? { ...element, binding: { ...element.binding, strength: 'extensible' } }
      : element,
  ),
});

const packaged = (folder: string, types: RegExp) =>
  readdirSync(folder)
    .filter((name) => types.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Resource);
const pack = packaged(extensions, /^(StructureDefinition|ValueSet|CodeSystem)-.*\.json$/);
for (const each of of('StructureDefinition', pack)) profiles.set(String(each.url), structureOf(each));

const terms = [...pack, ...entries('valuesets.json'), ...entries('v3-codesystems.json'), ...entries('v2-tables.json')];
const valueSets = new Map<string, ValueSetRule>(
  of('ValueSet', terms).map((each) => [String(each.url), valueSetOf(each)]),
);
const codeSystems = new Map<string, CodeSystemRule>(
  of('CodeSystem', terms).map((each) => [String(each.url), codeSystemOf(each)]),
);
for (const each of packaged(terminology, /^CodeSystem-.*\.json$/)) {
  const newer = codeSystemOf(each);
  const known = codeSystems.get(newer.url);
  if (known === undefined || known.content !== 'complete') continue;
  const codes = new Set(known.concepts.split('\n').map((line) => line.trim().split('\t')[0]));
  const gained = flatLines(newer.concepts).filter((line) => !codes.has(line.split('\t')[0]));
  const concepts = [...(known.concepts === '' ? [] : [known.concepts]), ...gained].join('\n');
  codeSystems.set(newer.url, { ...known, concepts });
}
const searches = of('SearchParameter', entries('search-parameters.json')).map(searchRuleOf);

write('structures', 'types and resources of R4', of('StructureDefinition', structures).map(structureOf));
write('profiles', "R4's profiles and extensions, and those of the extensions pack", [...profiles.values()]);
write('terms', 'value sets and code systems of R4', {
  valueSets: [...valueSets.values()],
  codeSystems: [...codeSystems.values()],
});
write('searches', 'search parameters of R4', searches);

/** Lines of concepts without nesting, each with its parents. */
function flatLines(concepts: string): string[] {
  const above: string[] = [];
  return concepts
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const depth = line.search(/[^\t]/);
      const own = line.slice(depth);
      above.length = depth;
      const parent = above[depth - 1];
      above.push(own.split('\t')[0]!);
      return parent === undefined ? own : `${own}\t${parent}`;
    });
}

function write(name: string, what: string, value: unknown): void {
  const packed = deflateRawSync(JSON.stringify(value), { level: 9 }).toString('base64');
  const path = join(ROOT, 'packages/exchange/fhir/validate', `r4-${name}.data.ts`);
  const source = 'From the published definitions (CC0), by tools/node/fhir-definitions.ts: deflated JSON in base64';
  writeFileSync(path, `/** The ${what}. ${source}. */\nexport const packed =\n  '${packed}';\n`);
  process.stdout.write(`${path}: ${packed.length} characters, ${JSON.stringify(value).length} of JSON\n`);
}
