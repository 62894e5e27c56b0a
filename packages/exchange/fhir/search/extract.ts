import type { IndexRow } from '@gemel/core/resource-search';
import type { Json } from '../context.ts';
import { isObject } from '../datatype.ts';
import { addRows, type Sink } from './index-row.ts';
import { compartmentCodes, parametersOf, type SearchParameter, type Step, type Way } from './parameter.ts';

/** Changes with what the rows of a resource are: an index that another version wrote is made anew. */
export const INDEX_VERSION = 1;

/** What one parameter does with a resource that has the element its way begins with. */
type Rule = (resource: Json, sink: Sink) => void;

/** Rules by the name of the element they begin with: a resource runs those alone whose element it has. */
interface Extractor {
  readonly byElement: ReadonlyMap<string, readonly Rule[]>;
  readonly always: readonly Rule[];
  readonly compartment: ReadonlySet<string>;
}

const extractors = new Map<string, Extractor>();

/** The rows by which a resource is found, in no particular order; what is malformed gives none. */
export function indexRows(resource: Json): readonly IndexRow[] {
  const type = String(resource.resourceType);
  const { byElement, always, compartment } = extractorOf(type);
  const rows: IndexRow[] = [];
  const patients = new Set<string>();
  const sink: Sink = (row) => {
    rows.push(row);
    if (row.kind === 'reference' && row.target.startsWith('Patient/') && compartment.has(row.param))
      patients.add(row.target);
  };
  for (const name in resource) {
    const rules = byElement.get(name);
    if (rules !== undefined) for (const rule of rules) rule(resource, sink);
  }
  for (const rule of always) rule(resource, sink);
  if (type === 'Patient' && typeof resource.id === 'string') patients.add(`Patient/${resource.id}`);
  for (const target of patients) rows.push({ kind: 'reference', param: `${type}._compartment`, target, place: 0 });
  return rows;
}

/** Patients in whose compartments the resource lies, the one it is about first: `Patient/1`. */
export function compartmentOf(resource: Json): readonly string[] {
  const type = String(resource.resourceType);
  if (type === 'Patient') return typeof resource.id === 'string' ? [`Patient/${resource.id}`] : [];
  const found: string[] = [];
  for (const code of [...compartmentCodes(type)].sort((a, b) => aboutness(a) - aboutness(b))) {
    const parameter = parametersOf(type).get(code);
    for (const target of parameter === undefined ? [] : referencesOf(resource, parameter))
      if (target.startsWith('Patient/') && !found.includes(target)) found.push(target);
  }
  return found;
}

/** Whom a resource is about before who wrote it. */
function aboutness(code: string): number {
  const order = ['patient', 'subject', 'beneficiary', 'individual'];
  return order.includes(code) ? order.indexOf(code) : order.length;
}

/** What the resource refers to under a reference parameter: `Patient/1`, addresses. */
export function referencesOf(resource: Json, parameter: SearchParameter): readonly string[] {
  const found: string[] = [];
  for (const way of parameter.ways)
    for (const value of walk(resource, way.steps))
      addRows(parameter.type, '', way, value, 0, (row) => {
        if (row.kind === 'reference') found.push(row.target);
      });
  return found;
}

function extractorOf(type: string): Extractor {
  let found = extractors.get(type);
  if (found === undefined) {
    found = compiled(type);
    extractors.set(type, found);
  }
  return found;
}

function compiled(type: string): Extractor {
  const byElement = new Map<string, Rule[]>();
  const always: Rule[] = [];
  const at = (element: string, rule: Rule) => {
    const rules = byElement.get(element);
    if (rules === undefined) byElement.set(element, [rule]);
    else rules.push(rule);
  };
  for (const parameter of parametersOf(type).values()) {
    const param = `${type}.${parameter.code}`;
    if (parameter.ways.some((way) => way.type === 'exists')) always.push(existence(param, parameter.ways));
    else
      for (const way of parameter.ways)
        at(way.steps[0]!.name, (resource, sink) => {
          for (const value of walk(resource, way.steps)) addRows(parameter.type, param, way, value, 0, sink);
        });
    parameter.elements.forEach(({ steps, parts }, e) => {
      // Places of one parameter's elements do not meet: each kind of element counts from its own start.
      const rule: Rule = (resource, sink) => composite(param, resource, steps, parts, 1 + e * 100_000, sink);
      if (steps.length > 0) at(steps[0]!.name, rule);
      else at(parts[0]!.ways[0]!.steps[0]!.name, rule);
    });
  }
  return { byElement, always, compartment: new Set(compartmentCodes(type).map((code) => `${type}.${code}`)) };
}

/** Rows of an element only where every part has a value: half a pair is never found. */
function composite(
  param: string,
  resource: Json,
  steps: readonly Step[],
  parts: SearchParameter['elements'][number]['parts'],
  first: number,
  sink: Sink,
): void {
  const holders = steps.length === 0 ? [resource] : walk(resource, steps);
  holders.forEach((holder, i) => {
    const rows: IndexRow[] = [];
    for (const [p, { type, ways }] of parts.entries()) {
      const before = rows.length;
      for (const way of ways)
        for (const value of walk(way.fromResource ? resource : holder, way.steps))
          addRows(type, `${param}$${p}`, way, value, first + i, (row) => rows.push(row));
      if (rows.length === before) return;
    }
    for (const row of rows) sink(row);
  });
}

function existence(param: string, ways: readonly Way[]): Rule {
  return (resource, sink) => {
    const there = ways.some((way) => walk(resource, way.steps).some((value) => value !== false));
    sink({ kind: 'token', param, system: '', code: String(there), place: 0 });
  };
}

/** The elements at the end of a way; of a list each. */
function walk(from: unknown, steps: readonly Step[]): readonly unknown[] {
  let at: unknown[] = [from];
  for (const { name, place, where } of steps) {
    const next: unknown[] = [];
    for (const holder of at) {
      if (!isObject(holder)) continue;
      const value = holder[name];
      if (value === undefined || value === null) continue;
      if (!Array.isArray(value)) {
        if (where === undefined || (isObject(value) && value[where.name] === where.text)) next.push(value);
      } else if (place !== undefined) {
        if (place < value.length) next.push(value[place]);
      } else
        for (const one of value)
          if (where === undefined ? one !== null : isObject(one) && one[where.name] === where.text) next.push(one);
    }
    if (next.length === 0) return next;
    at = next;
  }
  return at;
}
