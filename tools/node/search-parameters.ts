/**
 * Writes packages/exchange/fhir/search/parameters.data.ts from the SearchParameters, StructureDefinitions, value sets and the
 * patient compartment of R4 (4.0.1), CC0, and the search parameters that US Core 6.1 adds:
 * `node tools/node/search-parameters.ts FOLDER`, where FOLDER holds search-parameters.json, search-parameters-uscore.json,
 * profiles-resources.json, profiles-types.json, valuesets.json and compartmentdefinition-patient.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './repository.ts';

interface TypeRef {
  readonly code: string;
  readonly targetProfile?: readonly string[];
}
interface ElementDefinition {
  readonly path: string;
  readonly min: number;
  readonly isSummary?: boolean;
  readonly type?: readonly TypeRef[];
  readonly contentReference?: string;
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
}
interface Definition {
  readonly resourceType: string;
  readonly id: string;
  readonly url: string;
  readonly kind: string;
  readonly derivation?: string;
  readonly snapshot?: { readonly element: readonly ElementDefinition[] };
}
interface SearchParameter {
  readonly url: string;
  readonly code: string;
  readonly base: readonly string[];
  readonly type: string;
  readonly expression?: string;
  readonly target?: readonly string[];
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
}
interface ValueSet {
  readonly url: string;
  readonly compose?: { readonly include: readonly { readonly system?: string }[] };
}

const folder = process.argv[2] ?? '.';
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const entries = <T>(file: string): T[] => read(file).entry.map((entry: { resource: T }) => entry.resource);

const elements = new Map<string, ElementDefinition>();
const resources: string[] = [];
for (const definition of [
  ...entries<Definition>('profiles-types.json'),
  ...entries<Definition>('profiles-resources.json'),
]) {
  if (definition.resourceType !== 'StructureDefinition' || definition.derivation === 'constraint') continue;
  if (definition.kind === 'resource' && !/^(Resource|DomainResource)$/.test(definition.id))
    resources.push(definition.id);
  for (const element of definition.snapshot?.element ?? []) elements.set(element.path, element);
}
const sets = new Map(
  entries<ValueSet & Definition>('valuesets.json')
    .filter(({ resourceType }) => resourceType === 'ValueSet')
    .map((set) => [set.url, set]),
);
const parameters = [
  ...entries<SearchParameter>('search-parameters.json'),
  ...entries<SearchParameter>('search-parameters-uscore.json'),
];
const byUrl = new Map(parameters.map((parameter) => [parameter.url, parameter]));

/** A place an expression has come to: the JSON names that lead there, and the type found there. */
interface Way {
  readonly steps: string;
  readonly type: string;
  /** The code system that a required binding implies. */
  readonly system?: string;
  /** Only references to this type. */
  readonly only?: string;
}

/** Where the children of a type are described: a data type by its name, a part of a resource by its path. */
function child(type: string, name: string): Way[] {
  const plain = elements.get(`${type}.${name}`);
  if (plain !== undefined) return typesOf(plain, `${type}.${name}`, name, false);
  const choice = elements.get(`${type}.${name}[x]`);
  if (choice !== undefined) return typesOf(choice, `${type}.${name}[x]`, name, true);
  const [, stem, chosen] = /^([a-z]+?)([A-Z]\w*)$/.exec(name) ?? [];
  const typed = stem === undefined ? undefined : elements.get(`${type}.${stem}[x]`);
  if (typed !== undefined) {
    const wanted = typed.type?.find(({ code }) => code.toLowerCase() === chosen!.toLowerCase());
    if (wanted !== undefined) return [{ steps: name, type: wanted.code }];
  }
  return [];
}

function typesOf(element: ElementDefinition, path: string, name: string, choice: boolean): Way[] {
  if (element.contentReference !== undefined)
    return [{ steps: name, type: element.contentReference.slice(element.contentReference.indexOf('#') + 1) }];
  const codes = [...new Set((element.type ?? []).map(({ code }) => code))];
  return codes.map((code) => {
    const backbone = code === 'BackboneElement' || code === 'Element';
    const type = backbone ? path : code.startsWith('http://hl7.org/fhirpath/') ? 'string' : code;
    const steps = choice ? name + code.charAt(0).toUpperCase() + code.slice(1) : name;
    const bound =
      code === 'code' && element.binding?.strength === 'required' ? systemOf(element.binding.valueSet) : undefined;
    return bound === undefined ? { steps, type } : { steps, type, system: bound };
  });
}

function systemOf(valueSet: string | undefined): string | undefined {
  const systems = new Set(
    (sets.get(valueSet?.split('|')[0] ?? '')?.compose?.include ?? []).map(({ system }) => system),
  );
  return systems.size === 1 ? [...systems][0] : undefined;
}

/** Cuts at a separator that stands outside of brackets and texts. */
function cut(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "'") quoted = !quoted;
    if (quoted) continue;
    if (c === '(') depth++;
    if (c === ')') depth--;
    if (depth === 0 && text.startsWith(separator, i)) {
      parts.push(text.slice(from, i));
      from = i + separator.length;
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim()).filter((part) => part !== '');
}

/** The ways of one branch of an expression from an element of the given type; empty where the branch is of another resource. */
function ways(branch: string, root: string, from: readonly Way[]): Way[] {
  let text = branch.trim();
  while (text.startsWith('(') && text.endsWith(')') && cut(text, '.').length === 1) text = text.slice(1, -1).trim();
  const as = / as (\w+)$/.exec(text);
  if (as !== null) text = `${text.slice(0, as.index)}.ofType(${as[1]})`;
  const existence = /^(.*)\.exists\(\) and .* != false$/.exec(text);
  if (existence !== null) return ways(existence[1]!, root, from).map(({ steps }) => ({ steps, type: 'exists' }));
  let at: Way[] = [...from];
  cut(text, '.').forEach((step, i) => {
    const inner = /^\((.*)\)$/.exec(step);
    if (inner !== null) {
      at = ways(inner[1]!, root, from);
      return;
    }
    if (i === 0 && (step === root || step === 'Resource' || step === 'DomainResource')) return;
    if (/^[A-Z]/.test(step)) {
      at = [];
      return;
    }
    const call = /^(\w+)\((.*)\)$/.exec(step);
    if (call !== null) at = called(call[1]!, call[2]!, at);
    else {
      const [, name, place] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? fail(`${branch}: ${step}`);
      at = at.flatMap((way) => child(way.type, name!).map((next) => joined(way, next, place)));
    }
  });
  return at;
}

function joined(way: Way, next: Way, place: string | undefined): Way {
  const steps = place === undefined ? next.steps : `${next.steps}[${place}]`;
  return { ...next, steps: way.steps === '' ? steps : `${way.steps}.${steps}` };
}

function called(name: string, argument: string, at: Way[]): Way[] {
  const resolves = /^resolve\(\) is (\w+)$/.exec(argument);
  const equal = /^(\w+)\s*=\s*'([^']*)'$/.exec(argument);
  if (name === 'ofType' || name === 'as') return at.filter(({ type }) => type.toLowerCase() === argument.toLowerCase());
  if (name === 'where' && resolves !== null) return at.map((way) => ({ ...way, only: resolves[1]! }));
  if (name === 'where' && equal !== null)
    return at.map((way) => ({ ...way, steps: `${way.steps}[${equal[1]}=${equal[2]}]` }));
  return fail(`${name}(${argument})`);
}

function fail(what: string): never {
  throw new Error(`not understood: ${what}`);
}

function written({ steps, type, system, only }: Way): string {
  return `${steps}:${type.includes('.') ? 'Part' : type}${system === undefined ? '' : `@${system}`}${only === undefined ? '' : `>${only}`}`;
}

/** Types a parameter can use; what a union also names for it (a Reference under a token) is left out. */
const USABLE: Readonly<Record<string, RegExp>> = {
  token: /^(boolean|exists|code|id|string|uri|canonical|Coding|CodeableConcept|Identifier|ContactPoint)$/,
  string: /^(string|markdown|code|HumanName|Address|Annotation)$/,
  date: /^(date|dateTime|instant|Period|Timing)$/,
  number: /^(integer|positiveInt|unsignedInt|decimal|Range)$/,
  quantity: /^(Quantity|Age|Duration|Count|Distance|SimpleQuantity|MoneyQuantity|Money|Range|SampledData)$/,
  reference: /^(Reference|canonical|uri|CodeableReference|url|Resource|DocumentReference)$/,
  uri: /^(uri|url|canonical|oid|uuid)$/,
};

/** Those ways whose end the parameter's type can use; a code within a coding gives way to the coding, which has the system. */
function usable(type: string, found: readonly Way[]): Way[] {
  const coded = found.filter(({ steps }) => /(valueCoding|valueCodeableConcept\.coding)\.code$/.test(steps));
  if (coded.length > 0) {
    return coded.map(({ steps }) =>
      steps.endsWith('.coding.code')
        ? { steps: steps.slice(0, -12), type: 'CodeableConcept' }
        : { steps: steps.slice(0, -5), type: 'Coding' },
    );
  }
  return found.filter((way) => USABLE[type]?.test(way.type) === true);
}

const left: string[] = [];

function line(parameter: SearchParameter, root: string): string | null {
  const { type, code, target } = parameter;
  const branches = cut(parameter.expression ?? '', '|');
  const start: Way[] = [{ steps: '', type: root }];
  if (type === 'composite') {
    const bases = branches.flatMap((branch) => ways(branch, root, start)).map(({ steps, type: at }) => ({ steps, at }));
    const variants = bases.map(({ steps, at }) => {
      const parts = parameter.component!.map(({ definition }, i) => {
        const meant = byUrl.get(definition) ?? fail(definition);
        const { expression } = parameter.component![code === 'relationship' ? 1 - i : i]!;
        const inner = cut(expression.replaceAll('ofType(DateTime)', 'ofType(dateTime)'), '|').flatMap((branch) =>
          branch.startsWith('%resource.')
            ? ways(branch.slice(10), root, start).map((way) => ({ ...way, steps: `^${way.steps}` }))
            : ways(branch, root, [{ steps: '', type: at }]),
        );
        const used = usable(meant.type, inner);
        return used.length === 0 ? null : `${meant.type}=${used.map(written).join(',')}`;
      });
      return parts.includes(null) ? null : `${steps === '' ? '.' : steps}{${parts.join(';')}}`;
    });
    const given = variants.filter((variant) => variant !== null);
    if (given.length === 0) left.push(`${root} ${code}`);
    return given.length === 0 ? null : `composite ${given.join(' ')}`;
  }
  const found = branches.flatMap((branch) => ways(branch, root, start));
  const used = usable(type, found);
  if (used.length === 0) {
    if (found.length > 0) left.push(`${root} ${code}: ${found.map(written).join(' ')}`);
    else left.push(`${root} ${code}: ${parameter.expression}`);
    return null;
  }
  const led = (target ?? []).filter((one) => resources.includes(one));
  const targets = type === 'reference' ? `>${led.length > 100 ? '*' : led.join(',')}` : '';
  return `${type}${targets} ${[...new Set(used.map(written))].join(' ')}`;
}

const table: Record<string, Record<string, string>> = {};
for (const root of resources.sort()) {
  const own = parameters.filter(
    ({ base, type, code }) => base.includes(root) && type !== 'special' && !code.startsWith('_') && code !== 'phonetic',
  );
  const rows: Record<string, string> = {};
  for (const parameter of own.sort((a, b) => (a.code < b.code ? -1 : 1))) {
    const written = line(parameter, root);
    if (written !== null) rows[parameter.code] = written;
  }
  table[root] = rows;
}
const compartment: Record<string, readonly string[]> = {};
for (const { code, param } of read('compartmentdefinition-patient.json').resource)
  if (param !== undefined) compartment[code] = param;

const summaries = resources.map((root) => {
  const own = [...elements.values()].filter(({ path }) => path.startsWith(`${root}.`) && path.split('.').length === 2);
  const names = (some: readonly ElementDefinition[]) => some.map(({ path }) => path.slice(root.length + 1)).join(' ');
  const always = own.filter(({ min }) => min > 0);
  return `  ${root}: ['${names(own.filter(({ isSummary }) => isSummary === true))}', '${names(always)}'],`;
});

const key = (name: string) => (/^\w+$/.test(name) ? name : `'${name}'`);
const lines = Object.entries(table)
  .filter(([, rows]) => Object.keys(rows).length > 0)
  .map(
    ([name, rows]) =>
      `  ${name}: {\n${Object.entries(rows)
        .map(
          ([code, text]) => `    ${key(code)}: ${JSON.stringify(text).replaceAll("'", "\\'").replace(/^"|"$/g, "'")},`,
        )
        .join('\n')}\n  },`,
  );
const text = `/**
 * Search parameters of R4 (4.0.1), and those that US Core 6.1 adds, by resource type and code: the type, after \`>\` the types that a
 * reference may lead to (\`*\` any), and the ways to the elements: JSON names, \`[0]\` a place, \`[key=text]\` a condition,
 * \`^\` from the resource; then the element's type (\`exists\`: whether it is there and not false), after \`@\` the code
 * system that its binding implies, after \`>\` the only type of resource that counts. A composite has ways to its elements with \`{…;…}\` the parameter types and ways of its parts. Facts of the
 * specification. Written by tools/node/search-parameters.ts.
 */
export const searchParameterTable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${lines.join('\n')}
};

/** Parameters that put a resource into a patient's compartment (CompartmentDefinition/patient). */
export const patientCompartmentTable: Readonly<Record<string, readonly string[]>> = {
${Object.entries(compartment)
  .map(([name, codes]) => `  ${name}: [${codes.map((code) => `'${code}'`).join(', ')}],`)
  .join('\n')}
};

/** Elements of each type that a summary shows, and those that it cannot be without; \`[x]\` stands for the types of a choice. */
export const summaryTable: Readonly<Record<string, readonly [summary: string, always: string]>> = {
${summaries.join('\n')}
};
`;
writeFileSync(join(ROOT, 'packages/exchange/fhir/search/parameters.data.ts'), text);
process.stdout.write(
  `${Object.values(table).reduce((sum, rows) => sum + Object.keys(rows).length, 0)} parameters; left out:\n${left.join('\n')}\n`,
);
