import type { Coding } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { CodeSystemHead, Designation, HierarchyMeaning, Property, PropertyValue } from './code-system.ts';
import {
  type ConceptMapHead,
  EQUIVALENCES,
  type Equivalence,
  type Mapping,
  type MappingPart,
  type Unmapped,
} from './concept-map.ts';
import { terminologyErrors } from './errors.data.ts';
import type { ReleaseWriter, SystemWriter } from './release.ts';
import type { Filter, Include, ListedCode, ValueSet } from './value-set.ts';

export type Json = { readonly [name: string]: unknown };
export type Report = (problem: Problem) => void;

const DEEPEST = 100;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a resource is called, for problems: `CodeSystem http://…`. */
function nameOf(resource: Json): string {
  return `${String(resource.resourceType)} ${String(resource.url ?? resource.id ?? '')}`.trim();
}

/** Reads one resource's elements, saying what is wrong where. */
class Reader {
  readonly #resource: Json;
  readonly #file: string;
  readonly #report: Report;

  constructor(resource: Json, file: string, report: Report) {
    this.#resource = resource;
    this.#file = file;
    this.#report = report;
  }

  problem(message: string, field: string): void {
    const where = { file: this.#file, element: nameOf(this.#resource), field };
    this.#report(terminologyErrors.problem('terminology-resource', `${nameOf(this.#resource)}: ${message}`, where));
  }

  text(holder: Json, name: string, path = name): string | null {
    const value = holder[name];
    if (value === undefined) return null;
    if (typeof value === 'string' && value !== '') return value;
    this.problem(`${path} is not a text`, path);
    return null;
  }

  required(holder: Json, name: string, path = name): string | null {
    if (holder[name] === undefined) this.problem(`${path} is missing`, path);
    return this.text(holder, name, path);
  }

  list(holder: Json, name: string, path = name): readonly Json[] {
    const value = holder[name];
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every(isJson)) return value;
    this.problem(`${path} is not a list of objects`, path);
    return [];
  }

  texts(holder: Json, name: string, path = name): readonly string[] {
    const value = holder[name];
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
    this.problem(`${path} is not a list of texts`, path);
    return [];
  }

  flag(holder: Json, name: string): boolean | null {
    const value = holder[name];
    if (typeof value === 'boolean' || value === undefined) return value ?? null;
    this.problem(`${name} is not true or false`, name);
    return null;
  }

  designations(holder: Json, path: string): Designation[] {
    return this.list(holder, 'designation', `${path}.designation`).flatMap((one) => {
      const value = this.required(one, 'value', `${path}.designation.value`);
      if (value === null) return [];
      const use = isJson(one.use) ? codingOf(one.use) : null;
      return [{ language: this.text(one, 'language', `${path}.designation.language`), use, value }];
    });
  }
}

/** Takes a CodeSystem, ValueSet or ConceptMap in; false for a resource of another kind. */
export function loadResource(resource: Json, writer: ReleaseWriter, file: string, report: Report): boolean {
  const reader = new Reader(resource, file, report);
  if (resource.resourceType === 'CodeSystem') loadCodeSystem(resource, reader, writer);
  else if (resource.resourceType === 'ValueSet') {
    const valueSet = readValueSet(resource, reader);
    if (valueSet !== null) writer.valueSet(valueSet);
  } else if (resource.resourceType === 'ConceptMap') loadConceptMap(resource, reader, writer);
  else return false;
  return true;
}

const MEANINGS: ReadonlySet<string> = new Set(['is-a', 'grouped-by', 'part-of', 'classified-with']);

function loadCodeSystem(resource: Json, reader: Reader, writer: ReleaseWriter): void {
  const url = reader.required(resource, 'url');
  if (url === null) return;
  const content = reader.text(resource, 'content');
  if (content === 'supplement' || content === 'not-present') {
    reader.problem(`content is ${content}: it holds no codes of its own that could be loaded`, 'content');
    return;
  }
  const meaning = reader.text(resource, 'hierarchyMeaning');
  const head: CodeSystemHead = {
    url,
    version: reader.text(resource, 'version'),
    name: reader.text(resource, 'name') ?? reader.text(resource, 'title') ?? url,
    caseSensitive: reader.flag(resource, 'caseSensitive') ?? true,
    hierarchy: meaning !== null && MEANINGS.has(meaning) ? (meaning as HierarchyMeaning) : null,
    valueSet: reader.text(resource, 'valueSet'),
    complete: content === 'complete',
    notice: reader.text(resource, 'copyright'),
  };
  const system = writer.system(head);
  const relations: Relation[] = [];
  loadConcepts(reader.list(resource, 'concept'), -1, 'concept', 0, { reader, system, relations });
  for (const { n, name, code } of relations) {
    const other = system.find(code);
    if (other < 0) reader.problem(`${name} "${code}" is no code of it`, 'concept.property');
    else if (name === 'parent') system.place(n, other);
    else system.place(other, n);
  }
  const circle = system.finish();
  if (circle !== null) reader.problem(`"${circle}" lies on a circle of the hierarchy, which was left out`, 'concept');
}

interface Relation {
  readonly n: number;
  readonly name: string;
  readonly code: string;
}

interface Loading {
  readonly reader: Reader;
  readonly system: SystemWriter;
  readonly relations: Relation[];
}

function loadConcepts(concepts: readonly Json[], parent: number, path: string, depth: number, loading: Loading): void {
  const { reader, system, relations } = loading;
  if (depth > DEEPEST) {
    reader.problem(`codes are nested more than ${DEEPEST} deep`, path);
    return;
  }
  for (const [i, concept] of concepts.entries()) {
    const place = `${path}[${i}]`;
    const code = reader.required(concept, 'code', `${place}.code`);
    if (code === null) continue;
    const properties = reader
      .list(concept, 'property', `${place}.property`)
      .flatMap((one) => readProperty(one, reader, `${place}.property`));
    const is = (name: string) => properties.some((one) => one.name === name && one.value.value === true);
    const status = properties.find(({ name }) => name === 'status')?.value.value;
    const n = system.add({
      code,
      display: reader.text(concept, 'display', `${place}.display`),
      definition: reader.text(concept, 'definition', `${place}.definition`),
      inactive: is('inactive') || status === 'inactive' || status === 'retired',
      abstract: is('notSelectable') || is('abstract'),
    });
    if (n < 0) {
      reader.problem(`the code "${code}" is there twice`, `${place}.code`);
      continue;
    }
    if (parent >= 0) system.place(n, parent);
    for (const designation of reader.designations(concept, place)) system.designate(n, designation);
    for (const one of properties) {
      const related = one.name === 'parent' || one.name === 'child' || one.name === 'subsumedBy';
      if (related && one.value.kind === 'code') {
        relations.push({ n, name: one.name === 'child' ? 'child' : 'parent', code: one.value.value });
      } else if (one.name !== 'inactive' && one.name !== 'notSelectable') system.describe(n, one);
    }
    loadConcepts(reader.list(concept, 'concept', `${place}.concept`), n, `${place}.concept`, depth + 1, loading);
  }
}

function readProperty(one: Json, reader: Reader, path: string): Property[] {
  const name = reader.required(one, 'code', `${path}.code`);
  const value = readPropertyValue(one);
  if (name !== null && value === null) reader.problem(`${name} has no value`, path);
  return name === null || value === null ? [] : [{ name, value }];
}

function readPropertyValue(one: Json): PropertyValue | null {
  if (typeof one.valueCode === 'string') return { kind: 'code', value: one.valueCode };
  if (typeof one.valueString === 'string') return { kind: 'string', value: one.valueString };
  if (typeof one.valueBoolean === 'boolean') return { kind: 'boolean', value: one.valueBoolean };
  if (typeof one.valueInteger === 'number') return { kind: 'number', value: one.valueInteger };
  if (typeof one.valueDecimal === 'number') return { kind: 'number', value: one.valueDecimal };
  if (typeof one.valueDateTime === 'string') return { kind: 'dateTime', value: one.valueDateTime };
  const coding = isJson(one.valueCoding) ? codingOf(one.valueCoding) : null;
  return coding === null ? null : { kind: 'coding', value: coding };
}

export function codingOf({ system, code, display }: Json): Coding | null {
  if (typeof code !== 'string') return null;
  return {
    system: typeof system === 'string' ? system : '',
    code,
    ...(typeof display === 'string' ? { display } : {}),
  };
}

/** The value set of a resource that stands by itself, or comes with a request; problems are thrown. @throws terminology-resource */
export function valueSetOf(resource: Json): ValueSet {
  const problems: Problem[] = [];
  const valueSet = readValueSet(resource, new Reader(resource, 'valueSet', (problem) => problems.push(problem)));
  const first = problems[0];
  if (first !== undefined) throw terminologyErrors.error('terminology-resource', first.message, first.where);
  return valueSet!;
}

function readValueSet(resource: Json, reader: Reader): ValueSet | null {
  const compose = resource.compose;
  const expansion = resource.expansion;
  const head = {
    id: reader.text(resource, 'id'),
    url: reader.text(resource, 'url'),
    version: reader.text(resource, 'version'),
    name: reader.text(resource, 'name') ?? reader.text(resource, 'url') ?? 'value set',
    title: reader.text(resource, 'title'),
  };
  if (isJson(compose)) {
    const include = reader
      .list(compose, 'include', 'compose.include')
      .map((one, i) => readInclude(one, reader, `compose.include[${i}]`));
    const exclude = reader
      .list(compose, 'exclude', 'compose.exclude')
      .map((one, i) => readInclude(one, reader, `compose.exclude[${i}]`));
    // An include that cannot be read whole would let in, and an exclude would let stay, what it should not.
    if (include.includes(null) || exclude.includes(null)) return null;
    return {
      ...head,
      inactive: reader.flag(compose, 'inactive'),
      include: include as Include[],
      exclude: exclude as Include[],
    };
  }
  if (isJson(expansion)) return { ...head, inactive: null, include: listedIn(expansion, reader), exclude: [] };
  reader.problem('it has neither compose nor expansion', 'compose');
  return null;
}

function readInclude(one: Json, reader: Reader, path: string): Include | null {
  const system = reader.text(one, 'system', `${path}.system`);
  const concepts = one.concept === undefined ? null : reader.list(one, 'concept', `${path}.concept`);
  const codes = concepts?.map((each): ListedCode | null => {
    const code = reader.required(each, 'code', `${path}.concept.code`);
    if (code === null) return null;
    const display = reader.text(each, 'display', `${path}.concept.display`);
    return { code, display, designations: reader.designations(each, `${path}.concept`) };
  });
  const filters = reader.list(one, 'filter', `${path}.filter`).map((each): Filter | null => {
    const property = reader.required(each, 'property', `${path}.filter.property`);
    const op = reader.required(each, 'op', `${path}.filter.op`);
    const value = reader.required(each, 'value', `${path}.filter.value`);
    return property === null || op === null || value === null ? null : { property, op, value };
  });
  const valueSets = reader.texts(one, 'valueSet', `${path}.valueSet`);
  if (system === null && valueSets.length === 0) {
    reader.problem(`${path} names neither a system nor a value set`, path);
    return null;
  }
  if (system === null && (codes !== undefined || filters.length > 0)) {
    reader.problem(`${path} has codes or filters without a system`, path);
    return null;
  }
  if (codes?.includes(null) || filters.includes(null)) return null;
  return {
    system,
    version: reader.text(one, 'version', `${path}.version`),
    codes: (codes as readonly ListedCode[] | undefined) ?? null,
    filters: filters as readonly Filter[],
    valueSets,
  };
}

/** The codes of a stored expansion, as includes that list them. */
function listedIn(expansion: Json, reader: Reader): Include[] {
  const bySystem = new Map<string, ListedCode[]>();
  const walk = (contains: readonly Json[], depth: number) => {
    if (depth > DEEPEST) return reader.problem(`it is nested more than ${DEEPEST} deep`, 'expansion.contains');
    for (const each of contains) {
      const { system, code } = each;
      if (typeof system === 'string' && typeof code === 'string' && each.abstract !== true) {
        const listed = {
          code,
          display: reader.text(each, 'display'),
          designations: reader.designations(each, 'expansion.contains'),
        };
        const list = bySystem.get(system);
        if (list === undefined) bySystem.set(system, [listed]);
        else list.push(listed);
      }
      walk(reader.list(each, 'contains', 'expansion.contains'), depth + 1);
    }
  };
  walk(reader.list(expansion, 'contains', 'expansion.contains'), 0);
  return [...bySystem].map(([system, codes]) => ({ system, version: null, codes, filters: [], valueSets: [] }));
}

function loadConceptMap(resource: Json, reader: Reader, writer: ReleaseWriter): void {
  const url = reader.required(resource, 'url');
  if (url === null) return;
  const groups = reader.list(resource, 'group');
  const side = (name: string) => reader.text(resource, `${name}Uri`) ?? reader.text(resource, `${name}Canonical`);
  const head: ConceptMapHead = {
    id: reader.text(resource, 'id'),
    url,
    version: reader.text(resource, 'version'),
    name: reader.text(resource, 'name') ?? url,
    source: side('source'),
    target: side('target'),
    unmapped: groups.flatMap((group, i) => readUnmapped(group, reader, `group[${i}]`)),
  };
  const map = writer.map(head);
  for (const [i, group] of groups.entries()) {
    const source = reader.required(group, 'source', `group[${i}].source`);
    const target = reader.text(group, 'target', `group[${i}].target`);
    if (source === null) continue;
    for (const [k, element] of reader.list(group, 'element', `group[${i}].element`).entries()) {
      for (const row of readElement(element, source, target, reader, `group[${i}].element[${k}]`)) map.add(row);
    }
  }
}

function readElement(element: Json, source: string, target: string | null, reader: Reader, path: string): Mapping[] {
  const code = reader.required(element, 'code', `${path}.code`);
  if (code === null) return [];
  const from = { sourceSystem: source, sourceCode: code };
  const targets = reader.list(element, 'target', `${path}.target`);
  if (targets.length === 0) {
    const none = { targetSystem: target, targetCode: null, targetDisplay: null, equivalence: 'unmatched' } as const;
    return [{ ...from, ...none, comment: null, dependsOn: [], product: [] }];
  }
  return targets.flatMap((one, i) => {
    const place = `${path}.target[${i}]`;
    const equivalence = reader.required(one, 'equivalence', `${place}.equivalence`);
    if (equivalence === null) return [];
    if (!(EQUIVALENCES as readonly string[]).includes(equivalence)) {
      reader.problem(`${place}.equivalence "${equivalence}" is none of R4`, `${place}.equivalence`);
      return [];
    }
    const targetCode = reader.text(one, 'code', `${place}.code`);
    if (targetCode !== null && target === null) {
      reader.problem(`${place} has a code, and its group no target system`, place);
      return [];
    }
    return [
      {
        ...from,
        targetSystem: target,
        targetCode,
        targetDisplay: reader.text(one, 'display', `${place}.display`),
        equivalence: equivalence as Equivalence,
        comment: reader.text(one, 'comment', `${place}.comment`),
        dependsOn: readParts(one, 'dependsOn', reader, place),
        product: readParts(one, 'product', reader, place),
      },
    ];
  });
}

function readParts(target: Json, name: string, reader: Reader, path: string): MappingPart[] {
  return reader.list(target, name, `${path}.${name}`).flatMap((part) => {
    const property = reader.required(part, 'property', `${path}.${name}.property`);
    const value = reader.required(part, 'value', `${path}.${name}.value`);
    if (property === null || value === null) return [];
    return [{ property, value, system: reader.text(part, 'system'), display: reader.text(part, 'display') }];
  });
}

function readUnmapped(group: Json, reader: Reader, path: string): Unmapped[] {
  if (!isJson(group.unmapped) || typeof group.source !== 'string') return [];
  const { unmapped } = group;
  const mode = reader.required(unmapped, 'mode', `${path}.unmapped.mode`);
  if (mode !== 'provided' && mode !== 'fixed' && mode !== 'other-map') {
    if (mode !== null) reader.problem(`unmapped.mode "${mode}" is none of R4`, `${path}.unmapped.mode`);
    return [];
  }
  return [
    {
      sourceSystem: group.source,
      targetSystem: typeof group.target === 'string' ? group.target : null,
      mode,
      code: reader.text(unmapped, 'code', `${path}.unmapped.code`),
      display: reader.text(unmapped, 'display', `${path}.unmapped.display`),
      url: reader.text(unmapped, 'url', `${path}.unmapped.url`),
    },
  ];
}
