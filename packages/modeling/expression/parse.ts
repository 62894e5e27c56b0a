import type { Where } from '@gemel/core/error';
import { modelErrors } from '../errors.data.ts';
import { call, type Expression, number, OPERANDS, type Operator, symbol } from './expression.ts';
import { FUNCTIONS, INFIX, NESTED, STRENGTH } from './notation.data.ts';
import { pointAt, type Span } from './source-text.ts';
import { type Token, tokenAt } from './tokens.ts';

/** An expression with where each of its nodes was written. */
export interface Parsed {
  readonly expression: Expression;
  readonly text: string;
  /** By identity; the parser makes every node anew. */
  readonly places: ReadonlyMap<Expression, Span>;
}

export interface ParseOptions {
  /** What the text belongs to, for messages: file is the model, element the equation. */
  readonly where?: Where;
  /** Makes `convert(term, 'unit')`, which needs the units of names; absent: it is refused. */
  readonly convert?: (parsed: Parsed, unit: string) => Expression;
}

const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
  ['true', 1],
  ['false', 0],
]);

/** Brackets within brackets; an engine's stack holds more. */
const DEEPEST = 1000;

/**
 * Reads infix notation: `+ - * / ^`, comparisons, `and or not`, `c ? a : b` or `if(c, a, b)`, functions by the names of
 * OPERANDS, numbers with or without a unit (`5 [mg/L]`), `inf`, `nan`, `true`, `false`. `^` binds from the right and before a
 * minus sign: −x² is `-x^2`. Nothing is simplified.
 * @throws model-syntax, pointing at the place
 */
export function parse(text: string, options: ParseOptions = {}): Expression {
  return parsePlaced(text, options).expression;
}

/** As parse, with the place of every node. */
export function parsePlaced(text: string, options: ParseOptions = {}): Parsed {
  return new Parser(text, options).whole();
}

class Parser {
  readonly #text: string;
  readonly #options: ParseOptions;
  readonly #places = new Map<Expression, Span>();
  #token: Token;
  /** End of the token before. */
  #reached = 0;
  #depth = 0;

  constructor(text: string, options: ParseOptions) {
    this.#text = text;
    this.#options = options;
    this.#token = this.#tokenFrom(0);
  }

  whole(): Parsed {
    const expression = this.#expression(STRENGTH.choice);
    if (this.#token.kind !== 'end') throw this.#unexpected('an operator or the end');
    return { expression, text: this.#text, places: this.#places };
  }

  /** The longest expression whose infix signs bind at least as strongly as `least`. */
  #expression(least: number): Expression {
    if (++this.#depth > DEEPEST) throw this.#error(this.#token, 'more than 1000 brackets within each other');
    const start = this.#token.start;
    let left = this.#operand(least);
    for (;;) {
      const sign = this.#token.kind === 'sign' || this.#token.kind === 'name' ? this.#token.text : '';
      if (sign === '?' && least <= STRENGTH.choice) {
        this.#next();
        const yes = this.#expression(STRENGTH.choice);
        this.#expect(':');
        left = this.#made(start, call('select', left, yes, this.#expression(STRENGTH.choice)));
        continue;
      }
      const infix = Object.hasOwn(INFIX, sign) ? INFIX[sign as keyof typeof INFIX] : undefined;
      if (!infix || infix.strength < least) break;
      const { operator, strength } = infix;
      this.#next();
      const right = this.#expression(operator === 'pow' ? STRENGTH.sign : strength + 1);
      left = this.#made(start, call(operator, left, right));
      if (strength === STRENGTH.comparison && this.#isComparison()) {
        throw this.#error(this.#token, 'a comparison of a comparison: join two with `and`');
      }
    }
    this.#depth--;
    return left;
  }

  #operand(least: number): Expression {
    const { start, text, kind } = this.#token;
    if (kind === 'sign' && text === '-') {
      this.#next();
      const literal = this.#literal();
      if (literal !== undefined && this.#token.text !== '^') return this.#made(start, negative(literal));
      const operand = literal ? this.#power(this.#made(this.#places.get(literal)!.start, literal)) : this.#tight();
      return this.#made(start, call('neg', operand));
    }
    if (kind === 'name' && text === 'not' && least <= STRENGTH.not) {
      this.#next();
      return this.#made(start, call('not', this.#expression(STRENGTH.not)));
    }
    return this.#atom();
  }

  /** What a minus sign takes: an atom with its power, or another minus sign. */
  #tight(): Expression {
    return this.#expression(STRENGTH.power);
  }

  /** A number already read, raised to the power that follows. */
  #power(base: Expression): Expression {
    const start = this.#places.get(base)!.start;
    this.#expect('^');
    return this.#made(start, call('pow', base, this.#expression(STRENGTH.sign)));
  }

  #atom(): Expression {
    const { start, text, kind } = this.#token;
    const literal = this.#literal();
    if (literal) return literal;
    if (kind === 'sign' && text === '(') {
      this.#next();
      const inside = this.#expression(STRENGTH.choice);
      this.#expect(')');
      this.#places.set(inside, { start, end: this.#reached });
      return inside;
    }
    if (kind !== 'name' || text === 'and' || text === 'or' || text === 'not') {
      throw this.#unexpected('a number, a name or an opening bracket');
    }
    const name = this.#next();
    if (this.#token.text === '(' && this.#token.kind === 'sign') return this.#function(name);
    return this.#made(start, symbol(text));
  }

  #literal(): Expression | undefined {
    const { start, text, kind } = this.#token;
    const word = kind === 'name' ? NUMBER_WORDS.get(text) : undefined;
    if (kind !== 'number' && word === undefined) return undefined;
    this.#next();
    if (word === undefined && this.#token.kind === 'name' && this.#token.start === this.#reached) {
      throw this.#error(this.#token, `a name right after a number: write ${text}*${this.#token.text}`);
    }
    const value = word ?? Number(text);
    if (this.#token.kind !== 'unit') return this.#made(start, number(value));
    const unit = this.#next();
    if (unit.text === '') throw this.#error(unit, 'an empty unit');
    return this.#made(start, number(value, unit.text));
  }

  #function(name: Token): Expression {
    this.#next();
    if (name.text === 'convert') return this.#convert(name);
    const operands: Expression[] = [this.#expression(STRENGTH.choice)];
    while (this.#token.text === ',' && this.#token.kind === 'sign') {
      this.#next();
      operands.push(this.#expression(STRENGTH.choice));
    }
    this.#expect(')');
    const operator = (name.text === 'if' ? 'select' : name.text) as Operator;
    if (operator !== 'select' && !FUNCTIONS.has(operator)) throw this.#unknownFunction(name);
    const nested = NESTED.has(operator) && operands.length > 2;
    if (operands.length !== OPERANDS[operator] && !nested) {
      throw this.#error(name, `${name.text} takes ${counted(OPERANDS[operator])}, not ${operands.length}`);
    }
    if (!nested) return this.#made(name.start, call(operator, ...operands));
    return operands.slice(1).reduce((left, right) => this.#made(name.start, call(operator, left, right)), operands[0]);
  }

  #convert(name: Token): Expression {
    const inside = this.#expression(STRENGTH.choice);
    this.#expect(',');
    const unit = this.#next();
    if (unit.kind !== 'text') throw this.#error(unit, "a unit in quotes is needed here: convert(x, 'mg')");
    this.#expect(')');
    if (!this.#options.convert) throw this.#error(name, 'convert is known only in a model whose names have units');
    const made = this.#options.convert({ expression: inside, text: this.#text, places: this.#places }, unit.text);
    return this.#made(name.start, made);
  }

  #unknownFunction(name: Token) {
    const hints: Record<string, string> = { log: 'write ln or log10', pow: 'write a^b', power: 'write a^b' };
    const hint = Object.hasOwn(hints, name.text) ? `: ${hints[name.text]}` : undefined;
    const known = `; known are if, convert, ${[...FUNCTIONS].join(', ')}`;
    return this.#error(name, `no function is called ${name.text}${hint ?? known}`);
  }

  #isComparison(): boolean {
    const { kind, text } = this.#token;
    return kind === 'sign' && Object.hasOwn(INFIX, text) && INFIX[text as '<'].strength === STRENGTH.comparison;
  }

  #made(start: number, node: Expression): Expression {
    this.#places.set(node, { start, end: this.#reached });
    return node;
  }

  #next(): Token {
    const token = this.#token;
    this.#reached = token.end;
    this.#token = this.#tokenFrom(token.end);
    return token;
  }

  #tokenFrom(at: number): Token {
    const token = tokenAt(this.#text, at);
    if (token) return token;
    const start = this.#text.slice(at).search(/\S/) + at;
    const what = this.#text[start] === '[' ? 'a square bracket that is not closed' : `the sign ${this.#text[start]}`;
    throw this.#error({ start, end: start + 1 }, `${what} has no meaning`);
  }

  #expect(sign: string): void {
    if (this.#token.kind !== 'sign' || this.#token.text !== sign) throw this.#unexpected(`“${sign}”`);
    this.#next();
  }

  #unexpected(wanted: string) {
    const { kind, text } = this.#token;
    return this.#error(this.#token, `${kind === 'end' ? 'the end' : `“${text}”`} where ${wanted} is needed`);
  }

  #error(span: Span, what: string) {
    const { where = {} } = this.#options;
    const place = [where.file, where.element].filter(Boolean).join(', ');
    const message = `${place ? `${place}: ` : ''}column ${span.start + 1}: ${what}.\n${pointAt(this.#text, span)}`;
    return modelErrors.error('model-syntax', message, { ...where, field: `column ${span.start + 1}` });
  }
}

function negative(literal: Expression): Expression {
  return literal.kind === 'number' ? number(-literal.value, literal.unit) : literal;
}

function counted(operands: number): string {
  return operands === 1 ? '1 operand' : `${operands} operands`;
}
