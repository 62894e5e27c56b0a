import { terminologyErrors } from './errors.data.ts';

/** Which concepts by their place in the hierarchy, relative to others. */
export type HierarchyOperator = '<' | '<<' | '<!' | '>' | '>>' | '>!';

/** An expression constraint, parsed. */
export type Constraint =
  | { readonly kind: 'any' }
  | { readonly kind: 'concept'; readonly id: string }
  | { readonly kind: 'members'; readonly of: Constraint }
  | { readonly kind: 'hierarchy'; readonly operator: HierarchyOperator; readonly of: Constraint }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Constraint[] }
  | { readonly kind: 'minus'; readonly from: Constraint; readonly without: Constraint }
  | { readonly kind: 'refined'; readonly of: Constraint; readonly by: Refinement };

/** A refinement: attributes that a concept must have. */
export type Refinement =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Refinement[] }
  | {
      readonly kind: 'attribute';
      readonly name: Constraint;
      readonly operator: '=' | '!=';
      readonly value: Constraint;
    }
  | {
      readonly kind: 'concrete';
      readonly name: Constraint;
      readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=';
      readonly value: number | string;
    };

const DEEPEST = 50;
const LONGEST = 20_000;

/**
 * Parses the brief syntax of the Expression Constraint Language of SNOMED International (version 1.3 and what later versions
 * keep of it): hierarchy operators, reference set members, AND, OR, MINUS, brackets, refinements. Attribute groups,
 * cardinalities, dotted and reverse attributes and filters are refused. @throws terminology-ecl, terminology-too-deep
 */
export function parseEcl(text: string): Constraint {
  if (text.length > LONGEST)
    throw terminologyErrors.error('terminology-ecl', `the expression has ${text.length} characters`);
  const parser = new Parser(text);
  const constraint = parser.constraint();
  parser.end();
  return constraint;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  constraint(): Constraint {
    this.#descend();
    const first = this.#refined();
    const operator = this.#connective();
    let result = first;
    if (operator === 'MINUS') result = { kind: 'minus', from: first, without: this.#refined() };
    else if (operator !== null) {
      const parts = [first, this.#refined()];
      for (let next = this.#connective(); next !== null; next = this.#connective()) {
        if (next !== operator) this.#fail(`${operator} and ${next} need brackets`);
        parts.push(this.#refined());
      }
      result = { kind: operator === 'AND' ? 'and' : 'or', parts };
    }
    if (operator === 'MINUS' && this.#connective() !== null) this.#fail('MINUS with a further operator needs brackets');
    this.#depth--;
    return result;
  }

  end(): void {
    this.#blank();
    if (this.#at < this.#text.length) this.#fail('something follows the end of the expression');
  }

  #refined(): Constraint {
    const of = this.#focus();
    return this.#take(':') ? { kind: 'refined', of, by: this.#refinement() } : of;
  }

  #focus(): Constraint {
    const operator = this.#oneOf(['<<!', '>>!', '<<', '>>', '<!', '>!', '<', '>']);
    if (operator === '<<!' || operator === '>>!') this.#fail(`${operator} is not understood`);
    if (operator !== null) return { kind: 'hierarchy', operator: operator as HierarchyOperator, of: this.#operand() };
    return this.#operand();
  }

  #operand(): Constraint {
    if (this.#take('^')) {
      this.#descend();
      const members: Constraint = { kind: 'members', of: this.#operand() };
      this.#depth--;
      return members;
    }
    if (this.#take('*')) return { kind: 'any' };
    if (this.#take('(')) {
      const inner = this.constraint();
      if (!this.#take(')')) this.#fail('a bracket is not closed');
      return inner;
    }
    this.#blank();
    const id = /^\d{6,18}/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0];
    if (id === undefined) this.#fail('a concept, *, ^ or a bracket is expected');
    this.#at += id.length;
    this.#term();
    return { kind: 'concept', id };
  }

  #refinement(): Refinement {
    this.#descend();
    const parts = [this.#attribute()];
    let operator: 'and' | 'or' | null = null;
    for (;;) {
      const next = this.#take(',') ? 'AND' : this.#connective(['AND', 'OR']);
      if (next === null) break;
      const kind = next === 'AND' ? 'and' : 'or';
      if (operator !== null && kind !== operator) this.#fail('AND and OR need brackets');
      operator = kind;
      parts.push(this.#attribute());
    }
    this.#depth--;
    return operator === null ? parts[0]! : { kind: operator, parts };
  }

  #attribute(): Refinement {
    this.#blank();
    const next = this.#text[this.#at];
    if (next === '{') this.#fail('attribute groups are not understood');
    if (next === '[') this.#fail('cardinalities are not understood');
    if (/^(R|reverseOf)\s/.test(this.#text.slice(this.#at, this.#at + 10)))
      this.#fail('reverse attributes are not understood');
    if (this.#take('(')) {
      const inner = this.#refinement();
      if (!this.#take(')')) this.#fail('a bracket is not closed');
      return inner;
    }
    const name = this.#focus();
    const operator = this.#oneOf(['!=', '<=', '>=', '=', '<', '>']);
    if (operator === null) this.#fail('an attribute needs a comparison');
    this.#blank();
    const rest = this.#text.slice(this.#at);
    const number = /^#([+-]?\d+(?:\.\d+)?)/.exec(rest);
    const text = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
    if (number !== null || text !== null) {
      this.#at += (number ?? text)![0].length;
      const value = number === null ? text![1]!.replaceAll(/\\(.)/g, '$1') : Number(number[1]);
      return { kind: 'concrete', name, operator: operator as '=', value };
    }
    if (operator !== '=' && operator !== '!=') this.#fail(`${operator} compares numbers, written #12.5`);
    return { kind: 'attribute', name, operator, value: this.#focus() };
  }

  #descend(): void {
    if (++this.#depth > DEEPEST) {
      throw terminologyErrors.error('terminology-too-deep', 'the expression is nested too deep');
    }
  }

  #connective(words: readonly string[] = ['AND', 'OR', 'MINUS']): string | null {
    this.#blank();
    const word = /^(AND|OR|MINUS)(?![A-Za-z0-9])/i.exec(this.#text.slice(this.#at, this.#at + 6))?.[1]?.toUpperCase();
    if (word === undefined || !words.includes(word)) return null;
    this.#at += word.length;
    return word;
  }

  #term(): void {
    this.#blank();
    if (this.#text[this.#at] !== '|') return;
    const end = this.#text.indexOf('|', this.#at + 1);
    if (end < 0) this.#fail('a term is not closed');
    this.#at = end + 1;
  }

  #oneOf(tokens: readonly string[]): string | null {
    for (const token of tokens) if (this.#take(token)) return token;
    return null;
  }

  #take(token: string): boolean {
    this.#blank();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #blank(): void {
    const rest = /(?:\s|\/\*[\s\S]*?\*\/)*/y;
    rest.lastIndex = this.#at;
    this.#at += rest.exec(this.#text)?.[0].length ?? 0;
  }

  #fail(why: string): never {
    const near = this.#text.slice(this.#at, this.#at + 20);
    const message = `${why}, at character ${this.#at + 1}${near === '' ? '' : ` ("${near}")`}`;
    throw terminologyErrors.error('terminology-ecl', message);
  }
}
