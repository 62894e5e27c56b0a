import { validUnit } from '@gemel/core/units';
import type { CodeSystemRule, ValueSetPart, ValueSetRule } from './definition.ts';
import type { Definitions } from './definitions.ts';

/** Whether something is so; `unknown` where what would tell is not at hand. */
export type Membership = 'in' | 'out' | 'unknown';

interface Concept {
  readonly display: string;
  readonly parents: readonly string[];
}

/** A code system that is at hand. */
interface CodeTable {
  readonly concepts: ReadonlyMap<string, Concept>;
  readonly complete: boolean;
  readonly foldsCase: boolean;
}

/** Systems whose codes have a grammar rather than a list. */
const GRAMMARS: Readonly<Record<string, (code: string) => boolean>> = {
  'http://unitsofmeasure.org': validUnit,
  'urn:ietf:bcp:47': (code) => /^([A-Za-z]{2,8}|x)(-[A-Za-z0-9]{1,8})*$/.test(code),
  // CapabilityStatement.format also takes the short names.
  'urn:ietf:bcp:13': (code) => /^(?:xml|json|ttl)$|^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+(\s*;.*)?$/.test(code),
};

/** Codes of currencies in use, as the engine knows them; others may have been in use once. */
const CURRENCIES = 'urn:iso:std:iso:4217';
let currencies: ReadonlySet<string> | undefined;

/** Codes that a system has by a rule, beside those it lists. */
const BY_RULE: Readonly<Record<string, RegExp>> = {
  // NNxxx: the national identifier of a country.
  'http://terminology.hl7.org/CodeSystem/v2-0203': /^NN[A-Z]{3}$/,
};

/** Deepest chain of value sets that include others. */
const DEEPEST = 20;

/** Codes of value sets and code systems, from definitions. */
export class ValueSets {
  readonly definitions: Definitions;
  readonly #tables = new Map<string, CodeTable | null>();
  readonly #answers = new Map<string, Map<string, Membership>>();

  constructor(definitions: Definitions) {
    this.definitions = definitions;
  }

  /**
   * Whether the code is of the value set. Without a system (an element of type code) it may be of any system of the set.
   */
  has(url: string, system: string | undefined, code: string): Membership {
    let answers = this.#answers.get(url);
    if (answers === undefined) {
      answers = new Map();
      this.#answers.set(url, answers);
    }
    const key = system === undefined ? code : `${system}|${code}`;
    let known = answers.get(key);
    if (known === undefined) {
      known = this.#has(url, system, code, 0);
      // Senders may make up codes without end.
      if (answers.size < 5000) answers.set(key, known);
    }
    return known;
  }

  /** The codes of a value set that lists them or takes whole lists of systems; empty for others. */
  listed(url: string): readonly string[] {
    const set = this.definitions.valueSet(url);
    if (set === undefined || set.exclude !== undefined) return [];
    const lists = set.include.map(({ system, codes, filters, valueSets }) => {
      if (filters !== undefined || valueSets !== undefined) return [];
      return codes ?? [...(this.#table(system ?? '')?.concepts.keys() ?? [])];
    });
    return lists.some((list) => list.length === 0) ? [] : lists.flat();
  }

  /** Whether the code system has the code. */
  code(system: string, code: string): Membership {
    const grammar = Object.hasOwn(GRAMMARS, system) ? GRAMMARS[system] : undefined;
    if (grammar !== undefined) return grammar(code) ? 'in' : 'out';
    if (system === CURRENCIES) {
      currencies ??= new Set(Intl.supportedValuesOf('currency'));
      return currencies.has(code) ? 'in' : /^[A-Z]{3}$/.test(code) ? 'unknown' : 'out';
    }
    const table = this.#table(system);
    if (table === null) return 'unknown';
    if (table.concepts.has(this.#folded(table, code))) return 'in';
    if (Object.hasOwn(BY_RULE, system) && BY_RULE[system]!.test(code)) return 'in';
    return table.complete ? 'out' : 'unknown';
  }

  /** Words of a code, where they are known. */
  display(system: string, code: string): string | undefined {
    const table = this.#table(system);
    const display = table?.concepts.get(this.#folded(table, code))?.display;
    return display === '' ? undefined : display;
  }

  #folded(table: CodeTable, code: string): string {
    return table.foldsCase ? code.toLowerCase() : code;
  }

  #has(url: string, system: string | undefined, code: string, depth: number): Membership {
    const set = this.definitions.valueSet(url);
    if (set === undefined || depth > DEEPEST) return 'unknown';
    return this.#ofRule(set, system, code, depth);
  }

  #ofRule(set: ValueSetRule, system: string | undefined, code: string, depth: number): Membership {
    if (set.expansion !== undefined)
      return set.expansion.some((each) => each.code === code && (system === undefined || each.system === system))
        ? 'in'
        : 'out';
    const included = this.#any(set.include, system, code, depth);
    if (included === 'out' || set.exclude === undefined) return included;
    const excluded = this.#any(set.exclude, system, code, depth);
    return excluded === 'in' ? 'out' : excluded === 'unknown' ? 'unknown' : included;
  }

  #any(parts: readonly ValueSetPart[], system: string | undefined, code: string, depth: number): Membership {
    let found: Membership = 'out';
    for (const part of parts) {
      const one = this.#part(part, system, code, depth);
      if (one === 'in') return 'in';
      if (one === 'unknown') found = 'unknown';
    }
    return found;
  }

  #part(part: ValueSetPart, system: string | undefined, code: string, depth: number): Membership {
    let found: Membership = 'in';
    for (const url of part.valueSets ?? []) {
      const one = this.#has(url, system, code, depth + 1);
      if (one === 'out') return 'out';
      if (one === 'unknown') found = 'unknown';
    }
    if (part.system === undefined) return part.valueSets === undefined ? 'out' : found;
    if (system !== undefined && system !== part.system) return 'out';
    if (part.codes !== undefined) {
      const table = this.#table(part.system);
      const listed =
        part.codes.includes(code) ||
        (table?.foldsCase === true && part.codes.some((each) => each.toLowerCase() === code.toLowerCase()));
      return listed ? found : 'out';
    }
    const own = this.code(part.system, code);
    if (own === 'out') return 'out';
    if (own === 'unknown') found = 'unknown';
    for (const filter of part.filters ?? []) {
      const one = this.#filtered(part.system, filter, code);
      if (one === 'out') return 'out';
      if (one === 'unknown') found = 'unknown';
    }
    return found;
  }

  #filtered(system: string, [property, op, value]: readonly [string, string, string], code: string): Membership {
    const table = this.#table(system);
    if (table === null) return 'unknown';
    const wanted = this.#folded(table, value);
    const own = this.#folded(table, code);
    if (op === 'is-a' || op === 'descendent-of') {
      if (own === wanted) return op === 'is-a' ? 'in' : 'out';
      if (!table.concepts.has(own)) return table.complete ? 'out' : 'unknown';
      return descends(table, own, wanted) ? 'in' : 'out';
    }
    if (property === 'code' && op === 'regex') return new RegExp(`^(?:${value})$`).test(code) ? 'in' : 'out';
    if (property === 'code' && op === '=') return own === wanted ? 'in' : 'out';
    return 'unknown';
  }

  #table(system: string): CodeTable | null {
    let table = this.#tables.get(system);
    if (table === undefined) {
      const rule = this.definitions.codeSystem(system);
      table = rule === undefined ? null : tableOf(rule, this.definitions.supplement(system));
      if (this.#tables.size < 5000) this.#tables.set(system, table);
    }
    return table;
  }
}

function descends(table: CodeTable, code: string, from: string): boolean {
  const seen = new Set<string>();
  const open = [code];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const parent of table.concepts.get(at)?.parents ?? []) {
      if (parent === from) return true;
      if (!seen.has(parent)) {
        seen.add(parent);
        open.push(parent);
      }
    }
  }
  return false;
}

function tableOf(rule: CodeSystemRule, supplement: CodeSystemRule | undefined): CodeTable | null {
  if (rule.content === 'not-present') return null;
  const foldsCase = rule.caseSensitive === false;
  const concepts = new Map<string, Concept>();
  for (const each of supplement === undefined ? [rule] : [rule, supplement]) {
    const above: string[] = [];
    for (const line of each.concepts === '' ? [] : each.concepts.split('\n')) {
      const depth = line.search(/[^\t]/);
      const [written = '', display = '', ...parents] = line.slice(depth).split('\t');
      const code = foldsCase ? written.toLowerCase() : written;
      above.length = depth;
      const nested = above[depth - 1];
      if (!concepts.has(code))
        concepts.set(code, { display, parents: nested === undefined ? parents : [nested, ...parents] });
      above.push(code);
    }
  }
  return { concepts, complete: rule.content === 'complete' && concepts.size > 0, foldsCase };
}
