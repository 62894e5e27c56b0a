import type { Criterion, ResourceSearch, SortKey } from '@gemel/core/resource-search';
import { resourceTypes } from '../resource-types.data.ts';
import { type CriterionContext, criterionOf } from './criterion.ts';
import { searchErrors } from './errors.data.ts';
import { parametersOf, type SearchParameter } from './parameter.ts';

/** Resources that a hit leads to, or that lead to a hit. */
export interface Include {
  readonly reverse: boolean;
  /** Type that has the reference; `*` with the parameter `*`: whatever refers. */
  readonly source: string;
  readonly parameter: string;
  /** The only type wanted; null for all. */
  readonly target: string | null;
  /** Also from what was included. */
  readonly iterate: boolean;
}

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

/** A search as it was sent. */
export interface SearchQuery {
  readonly search: ResourceSearch;
  /** Hits wanted on a page; null where nothing is said. */
  readonly count: number | null;
  /** Where the page begins, as the link of the one before says. */
  readonly page: string | null;
  readonly includes: readonly Include[];
  readonly total: 'none' | 'estimate' | 'accurate';
  readonly summary: Summary;
  /** Empty: all. */
  readonly elements: readonly string[];
  /** What was understood, in order, for the link to this very search. */
  readonly used: readonly (readonly [string, string])[];
  /** Parameters that were left out. */
  readonly unknown: readonly string[];
}

export interface QueryOptions extends CriterionContext {
  /** What is not known: refused, or left out and listed. */
  readonly handling: 'strict' | 'lenient';
}

/** Most conditions in one search, and most links in one chain. */
const MOST_CONDITIONS = 60;
const LONGEST_CHAIN = 6;

const OUTPUT = new Set(['_format', '_pretty']);

/**
 * A search of one resource type. Pairs are unescaped.
 * @throws search-parameter-unknown (strict), search-modifier, search-value, search-type-unknown, search-too-much
 */
export function parseQuery(
  type: string,
  pairs: readonly (readonly [string, string])[],
  options: QueryOptions,
): SearchQuery {
  const all: Criterion[] = [];
  const sort: SortKey[] = [];
  const includes: Include[] = [];
  const used: (readonly [string, string])[] = [];
  const unknown: string[] = [];
  const result = { count: null as number | null, page: null as string | null, elements: [] as readonly string[] };
  let total: SearchQuery['total'] = 'none';
  let summary: Summary = 'false';
  if (pairs.length > MOST_CONDITIONS)
    throw searchErrors.error('search-too-much', `${pairs.length} parameters; up to ${MOST_CONDITIONS} are taken.`);
  for (const [key, value] of pairs) {
    if (OUTPUT.has(key) || value === '') continue;
    const [name, modifier] = key.split(':', 2) as [string, string?];
    if (key === '_page') {
      result.page = value;
      continue;
    }
    switch (name) {
      case '_count': {
        if (!/^\d{1,9}$/.test(value)) throw wrong(key, value, 'a number of hits');
        result.count = Number(value);
        break;
      }
      case '_sort': {
        const keys = value.split(',').map((one) => sortKey(type, one));
        if (keys.length > 4) throw searchErrors.error('search-too-much', 'Up to 4 sort keys are taken.');
        sort.push(...keys.filter((one) => one !== null));
        if (keys.includes(null)) miss(`_sort=${value}`);
        break;
      }
      case '_include':
      case '_revinclude':
        includes.push(includeOf(name === '_revinclude', modifier, value, key));
        break;
      case '_total':
        total = oneOf(key, value, ['none', 'estimate', 'accurate']);
        break;
      case '_summary':
        summary = oneOf(key, value, ['true', 'text', 'data', 'count', 'false']);
        break;
      case '_elements':
        result.elements = value.split(',').map((one) => one.trim());
        break;
      default: {
        const criterion = condition(type, key, value, options, 0);
        if (criterion === null) {
          miss(key);
          continue;
        }
        all.push(criterion);
      }
    }
    used.push([key, value]);
  }
  function miss(what: string): void {
    if (options.handling === 'strict')
      throw searchErrors.error('search-parameter-unknown', `${type} is not searched by ${what} here.`, { field: what });
    unknown.push(what);
  }
  return { search: { type, all, sort }, ...result, includes, total, summary, used, unknown };
}

/** Null where the parameter is not known. */
function condition(type: string, key: string, value: string, options: QueryOptions, depth: number): Criterion | null {
  if (depth > LONGEST_CHAIN)
    throw searchErrors.error('search-too-much', `${key}: chains of up to ${LONGEST_CHAIN} links are followed.`);
  if (key.startsWith('_has:')) return reverse(key, value, options, depth);
  const dot = key.indexOf('.');
  if (dot > 0) return chain(type, key, dot, value, options, depth);
  const [name, modifier = null] = key.split(':') as [string, string?];
  if (name === '_id') {
    if (modifier !== null)
      throw searchErrors.error('search-modifier', `${key}: _id takes no modifier.`, { field: key });
    return { kind: 'id', any: value.split(',') };
  }
  if (name === '_lastUpdated') {
    const stamp: SearchParameter = { code: name, type: 'date', targets: [], ways: [], elements: [] };
    const made = criterionOf(name, stamp, modifier, value, options);
    return made.kind === 'range' ? { kind: 'updated', any: made.any } : null;
  }
  const parameter = parametersOf(type).get(name);
  return parameter === undefined ? null : criterionOf(`${type}.${name}`, parameter, modifier, value, options);
}

/** `subject:Patient.name=x`, `patient.organization.name=x`. */
function chain(
  type: string,
  key: string,
  dot: number,
  value: string,
  options: QueryOptions,
  depth: number,
): Criterion | null {
  const [name, wanted] = key.slice(0, dot).split(':') as [string, string?];
  const parameter = parametersOf(type).get(name);
  if (parameter === undefined || parameter.type !== 'reference') return null;
  if (wanted !== undefined && !resourceTypes.has(wanted))
    throw searchErrors.error('search-type-unknown', `${key}: "${wanted}" is no resource of R4.`, { field: key });
  const types = wanted === undefined ? parameter.targets : [wanted];
  const of = types.flatMap((target): Criterion[] => {
    const one = condition(target, key.slice(dot + 1), value, options, depth + 1);
    return one === null ? [] : [{ kind: 'chain', param: `${type}.${name}`, type: target, all: [one] }];
  });
  return of.length === 0 ? null : of.length === 1 ? of[0]! : { kind: 'any', of };
}

/** `_has:Observation:patient:code=x`. */
function reverse(key: string, value: string, options: QueryOptions, depth: number): Criterion | null {
  const [, type, name, ...rest] = key.split(':');
  if (type === undefined || name === undefined || rest.length === 0)
    throw wrong(key, value, '_has:Type:reference:parameter');
  if (!resourceTypes.has(type))
    throw searchErrors.error('search-type-unknown', `${key}: "${type}" is no resource of R4.`, { field: key });
  if (parametersOf(type).get(name)?.type !== 'reference') return null;
  const inner = condition(type, rest.join(':'), value, options, depth + 1);
  return inner === null ? null : { kind: 'has', type, param: `${type}.${name}`, all: [inner] };
}

const SORTABLE: Readonly<Record<string, 'string' | 'range' | 'quantity'>> = {
  string: 'string',
  date: 'range',
  number: 'range',
  quantity: 'quantity',
};

function sortKey(type: string, text: string): SortKey | null {
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  if (name === '_id' || name === '_lastUpdated') return { by: name, descending };
  const kind = SORTABLE[parametersOf(type).get(name)?.type ?? ''];
  return kind === undefined ? null : { by: { kind, param: `${type}.${name}` }, descending };
}

function includeOf(isReverse: boolean, modifier: string | undefined, value: string, key: string): Include {
  if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse')
    throw searchErrors.error('search-modifier', `${key} takes :iterate.`, { field: key });
  const iterate = modifier !== undefined;
  if (value === '*') return { reverse: isReverse, source: '*', parameter: '*', target: null, iterate };
  const [source, parameter, target = null] = value.split(':') as [string, string?, string?];
  for (const type of [source, ...(target === null ? [] : [target])])
    if (!resourceTypes.has(type))
      throw searchErrors.error('search-type-unknown', `${key}: "${type}" is no resource of R4.`, { field: key });
  if (parameter !== '*' && parametersOf(source).get(parameter ?? '')?.type !== 'reference')
    throw searchErrors.error('search-parameter-unknown', `${key}: ${source} has no reference "${parameter ?? ''}".`, {
      field: key,
    });
  return { reverse: isReverse, source, parameter: parameter!, target, iterate };
}

function oneOf<T extends string>(key: string, value: string, all: readonly T[]): T {
  if ((all as readonly string[]).includes(value)) return value as T;
  throw wrong(key, value, all.join(', '));
}

function wrong(key: string, value: string, wanted: string): Error {
  return searchErrors.error('search-value', `${key}: "${value.slice(0, 80)}" is not ${wanted}.`, { field: key });
}
