import type { Criterion, QuantityTest, RangeTest, TargetTest, TokenTest } from '@gemel/core/resource-search';
import { resourceTypes } from '../resource-types.data.ts';
import { baseUnit, UCUM } from './base-unit.ts';
import { searchErrors } from './errors.data.ts';
import { folded } from './fold.ts';
import type { SearchParameter, SearchType } from './parameter.ts';
import { above, below, dateRange, numberRange, type Range } from './range.ts';

/** What a terminology answers: codes by which a set or a concept is searched for. */
export interface CodeSets {
  /** Codes of a value set by its canonical URL. */
  in(valueSet: string): readonly TokenTest[];
  /** The code with all it subsumes, or all that subsume it. */
  related(how: 'below' | 'above', system: string, code: string): readonly TokenTest[];
}

export interface CriterionContext {
  /** Addresses of this server's own resources, which are searched for by type and id: `https://here/fhir`. */
  readonly base: string | null;
  /** Where absent, modifiers that ask it are refused. */
  readonly codes: CodeSets | null;
  /** What `ap` measures a date's distance from, ms since the epoch. */
  readonly now: number;
}

const MODIFIERS: Readonly<Record<SearchType, readonly string[]>> = {
  token: ['not', 'text', 'in', 'not-in', 'below', 'above', 'of-type'],
  string: ['exact', 'contains'],
  date: [],
  number: [],
  quantity: [],
  reference: ['identifier'],
  uri: ['below', 'above'],
  composite: [],
};

/** Most values that one parameter may give to choose among. */
const MOST_VALUES = 1000;

/**
 * The condition that a parameter puts with its modifier and value; the modifier of a reference may be a type.
 * @throws search-modifier, search-value, search-type-unknown, search-too-much, and what the terminology throws
 */
export function criterionOf(
  param: string,
  parameter: SearchParameter,
  modifier: string | null,
  value: string,
  context: CriterionContext,
): Criterion {
  const at = modifier === null ? param : `${param}:${modifier}`;
  if (modifier === 'missing') {
    if (value !== 'true' && value !== 'false') throw bad(at, value, 'true or false');
    const present: Criterion = { kind: 'present', param: parameter.type === 'composite' ? `${param}$0` : param };
    return value === 'true' ? { kind: 'not', of: present } : present;
  }
  const values = split(value, ',');
  if (values.length > MOST_VALUES)
    throw searchErrors.error('search-too-much', `${at} gives ${values.length} values; up to ${MOST_VALUES} are taken.`);
  if (values.some((one) => one === '')) throw bad(at, value, 'a value');
  const typed = parameter.type === 'reference' && modifier !== null && /^[A-Z]/.test(modifier);
  if (modifier !== null && !typed && !MODIFIERS[parameter.type].includes(modifier)) {
    const taken = ['missing', ...MODIFIERS[parameter.type]].join(', :');
    throw searchErrors.error('search-modifier', `${at}: parameters of type ${parameter.type} take :${taken}.`, {
      field: at,
    });
  }
  switch (parameter.type) {
    case 'token':
      return token(param, modifier, values, at, context);
    case 'string':
      return {
        kind: 'string',
        param,
        any: values.map((one) => {
          const words = plain(one);
          if (modifier === 'exact') return { text: words, how: 'exact' };
          return { text: foldedWords(one, at), how: modifier === 'contains' ? 'contains' : 'starts' };
        }),
      };
    case 'date':
      return { kind: 'range', param, any: values.flatMap((one) => dateTests(one, at, context)) };
    case 'number':
      return { kind: 'range', param, any: values.flatMap((one) => numberTests(one, at)) };
    case 'quantity':
      return { kind: 'quantity', param, any: values.flatMap((one) => quantityTests(one, at)) };
    case 'reference': {
      if (modifier === 'identifier') {
        return { kind: 'token', param: `${param}:identifier`, any: values.map((one) => tokenTest(one, at)) };
      }
      if (typed && !resourceTypes.has(modifier!))
        throw searchErrors.error('search-type-unknown', `${at}: "${modifier}" is no resource of R4.`, { field: at });
      const any = values.flatMap((one) => targets(plain(one), parameter, typed ? modifier : null, at, context));
      return { kind: 'reference', param, any };
    }
    case 'uri':
      return { kind: 'reference', param, any: values.flatMap((one) => addresses(plain(one), modifier)) };
    case 'composite':
      return { kind: 'composite', any: values.map((one) => composite(param, parameter, one, at, context)) };
  }
}

function token(
  param: string,
  modifier: string | null,
  values: readonly string[],
  at: string,
  context: CriterionContext,
): Criterion {
  const tests = (any: readonly TokenTest[]): Criterion => ({ kind: 'token', param, any });
  if (modifier === 'text') {
    return {
      kind: 'string',
      param: `${param}:text`,
      any: values.map((one) => ({ text: foldedWords(one, at), how: 'starts' })),
    };
  }
  if (modifier === 'of-type') {
    return {
      kind: 'token',
      param: `${param}:of-type`,
      any: values.map((one) => {
        const parts = split(one, '|').map(plain);
        if (parts.length !== 3 || parts.includes('')) throw bad(at, one, 'system|code|value');
        return { system: parts[0]!, code: `${parts[1]}|${parts[2]}`.toLowerCase() };
      }),
    };
  }
  if (modifier === null) return tests(values.map((one) => tokenTest(one, at)));
  if (modifier === 'not') return { kind: 'not', of: tests(values.map((one) => tokenTest(one, at))) };
  if (context.codes === null)
    throw searchErrors.error('search-modifier', `${at}: no terminology answers here.`, { field: at });
  const { codes } = context;
  if (modifier === 'in' || modifier === 'not-in') {
    const within = tests(values.flatMap((one) => codes.in(plain(one))));
    return modifier === 'in' ? within : { kind: 'not', of: within };
  }
  return tests(
    values.flatMap((one) => {
      const { system, code } = tokenTest(one, at);
      if (system === undefined || system === '' || code === undefined) throw bad(at, one, 'system|code');
      return codes.related(modifier as 'below' | 'above', system, plain(split(one, '|')[1]!));
    }),
  );
}

/** What has no letter and no digit would begin every text. */
function foldedWords(value: string, at: string): string {
  const text = folded(plain(value));
  if (text === '') throw bad(at, value, 'a text with a letter or digit');
  return text;
}

/** `code`, `system|code`, `|code` (of no system), `system|`. */
function tokenTest(value: string, at: string): TokenTest {
  const parts = split(value, '|').map(plain);
  if (parts.length === 1) return { code: parts[0]!.toLowerCase() };
  const [system, code] = parts as [string, string];
  if (parts.length > 2 || (system === '' && code === '')) throw bad(at, value, 'code, system|code, |code or system|');
  return code === '' ? { system } : { system, code: code.toLowerCase() };
}

const PREFIX = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d+-])/;

function prefixed(value: string): readonly [prefix: string, rest: string] {
  const prefix = PREFIX.exec(value)?.[1];
  return prefix === undefined ? ['eq', value] : [prefix, value.slice(2)];
}

function dateTests(value: string, at: string, { now }: CriterionContext): readonly RangeTest[] {
  const [prefix, rest] = prefixed(plain(value));
  // A plus of a zone comes as a space where it was not escaped in the address.
  const range = dateRange(rest.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (range === null)
    throw bad(at, value, 'a date such as 2024, 2024-01-31 or 2024-01-31T10:00:00Z, after a prefix or none');
  const { low, high } = range;
  // Approximately: a tenth of the way from now.
  const margin = prefix === 'ap' ? 0.1 * Math.abs(now - (low + high) / 2) : 0;
  return tests(prefix, range, { below: low, above: high, step: (end, by) => end + by }, margin);
}

function numberTests(value: string, at: string): readonly RangeTest[] {
  const [prefix, rest] = prefixed(plain(value));
  const range = numberRange(rest);
  if (range === null) throw bad(at, value, 'a number, after a prefix or none');
  return numeric(prefix, range);
}

function numeric(prefix: string, range: Range & { readonly value: number }): readonly RangeTest[] {
  const step = (end: number, by: number) => (by > 0 ? above(end) : below(end));
  const margin = prefix === 'ap' ? 0.1 * Math.abs(range.value) : 0;
  return tests(prefix, range, { below: range.value, above: range.value, step }, margin);
}

/**
 * What a prefix asks of an indexed range. `eq`: it lies within what the digits leave open; comparisons take dates by the ends of
 * their stretch and numbers as exact (R4, search, 3.1.1.4.6).
 */
function tests(
  prefix: string,
  within: Range,
  ends: { readonly below: number; readonly above: number; readonly step: (end: number, by: number) => number },
  margin: number,
): readonly RangeTest[] {
  switch (prefix) {
    case 'ne':
      return [{ lowTo: ends.step(within.low, -1) }, { highFrom: ends.step(within.high, 1) }];
    case 'gt':
      return [{ highFrom: ends.step(ends.above, 1) }];
    case 'lt':
      return [{ lowTo: ends.step(ends.below, -1) }];
    case 'ge':
      return [{ highFrom: ends.step(ends.above, 1) }, { lowFrom: ends.below, highTo: ends.above }];
    case 'le':
      return [{ lowTo: ends.step(ends.below, -1) }, { lowFrom: ends.below, highTo: ends.above }];
    case 'sa':
      return [{ lowFrom: ends.step(ends.above, 1) }];
    case 'eb':
      return [{ highTo: ends.step(ends.below, -1) }];
    case 'ap':
      return [{ lowTo: within.high + margin, highFrom: within.low - margin }];
    default:
      return [{ lowFrom: within.low, highTo: within.high }];
  }
}

/** What a conversion of units may be off by: a few units in the last place. */
const SLACK = 1e-12;

function quantityTests(value: string, at: string): readonly QuantityTest[] {
  const parts = split(value, '|').map(plain);
  if (parts.length !== 1 && parts.length !== 3) throw bad(at, value, 'number, number|system|code or number||unit');
  const [, system = '', code = ''] = parts;
  const [prefix, rest] = prefixed(parts[0]!);
  const range = numberRange(rest);
  if (range === null) throw bad(at, value, 'number, number|system|code or number||unit');
  const plainly = numeric(prefix, range);
  if (code === '') return system === '' ? plainly : plainly.map((test) => ({ ...test, system }));
  if (system === '') return plainly.map((test) => ({ ...test, unit: code }));
  const base = system === UCUM ? baseUnit(code) : null;
  if (base === null) return plainly.map((test) => ({ ...test, system, code }));
  const end = (number: number | undefined, slack: number) => {
    if (number === undefined) return undefined;
    const counted = base.of(number);
    return counted + slack * SLACK * Math.abs(counted);
  };
  // Strict comparisons stay strict: their bound already lies one step beyond, and slack would take it back.
  const strict = prefix === 'gt' || prefix === 'lt' || prefix === 'sa' || prefix === 'eb' || prefix === 'ne' ? -1 : 1;
  return plainly.map(({ lowFrom, lowTo, highFrom, highTo }) => ({
    baseUnit: base.unit,
    ...bounds({
      lowFrom: end(lowFrom, -strict),
      lowTo: end(lowTo, strict),
      highFrom: end(highFrom, -strict),
      highTo: end(highTo, strict),
    }),
  }));
}

function bounds(all: Readonly<Record<string, number | undefined>>): RangeTest {
  return Object.fromEntries(Object.entries(all).filter(([, end]) => end !== undefined));
}

const LITERAL = /^(?:(.*)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

function targets(
  value: string,
  parameter: SearchParameter,
  type: string | null,
  at: string,
  { base }: CriterionContext,
): readonly TargetTest[] {
  const literal = LITERAL.exec(value);
  if (literal !== null && (literal[1] === undefined || literal[1] === base)) {
    if (type !== null && literal[2] !== type) throw bad(at, value, `a reference to ${type}`);
    return [{ target: `${literal[2]}/${literal[3]}` }];
  }
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(value)) {
    const types = type !== null ? [type] : parameter.targets;
    if (types.length === 0) throw bad(at, value, 'a type with the id: Patient/1');
    return types.map((one) => ({ target: `${one}/${value}` }));
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(value)) return [{ target: value }];
  throw bad(at, value, 'an id, Type/id or an address');
}

function addresses(value: string, modifier: string | null): readonly TargetTest[] {
  if (modifier === 'below')
    return [{ target: value }, { target: value.endsWith('/') ? value : `${value}/`, prefix: true }];
  if (modifier === null) return [{ target: value }];
  const found: TargetTest[] = [{ target: value }];
  for (let cut = value.lastIndexOf('/'); cut > value.indexOf('//') + 1; cut = value.lastIndexOf('/', cut - 1))
    found.push({ target: value.slice(0, cut) }, { target: value.slice(0, cut + 1) });
  return found;
}

function composite(
  param: string,
  parameter: SearchParameter,
  value: string,
  at: string,
  context: CriterionContext,
): readonly Criterion[] {
  const parts = parameter.elements[0]!.parts;
  const values = split(value, '$');
  if (values.length !== parts.length || values.includes(''))
    throw bad(at, value, `${parts.length} values with $ between`);
  return values.map((one, i) => {
    const part: SearchParameter = { code: parameter.code, type: parts[i]!.type, targets: [], ways: [], elements: [] };
    return criterionOf(`${param}$${i}`, part, null, one, context);
  });
}

/** Cuts at a separator that has no backslash before it; escapes stay. */
function split(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === separator) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** Without the backslashes that escape. */
function plain(text: string): string {
  return text.replace(/\\([,|$\\])/g, '$1');
}

function bad(at: string, value: string, wanted: string): Error {
  const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value;
  return searchErrors.error('search-value', `${at}: "${shown}" is not ${wanted}.`, { field: at });
}
