import type { CodedError } from '@gemel/core/error';
import { call, type Expression, number, symbol, TIME } from '../expression/expression.ts';
import { substitute } from '../expression/fold.ts';
import { extent, joined, NOT_A_NUMBER, negative, ONE, over, ZERO } from './arithmetic.ts';
import { sbmlErrors } from './errors.data.ts';
import {
  AVOGADRO,
  CHAINED,
  CONSTANTS,
  DIRECT,
  FROM_L3V2,
  OF_RECIPROCAL,
  RECIPROCAL,
  SYMBOLS,
} from './mathml-operators.data.ts';
import { decimal, textOf, type XmlElement } from './xml.ts';

export const MATHML = 'http://www.w3.org/1998/Math/MathML';

/** What a formula's names mean where it stands. */
export interface MathScope {
  readonly file: string | undefined;
  /** Whether the elements that Level 3 Version 2 brought may stand here. */
  readonly extended: boolean;
  /** What an identifier stands for; null where nothing of that name is declared. */
  symbol(id: string): Expression | null;
  /** null where no function of that name is declared. */
  function(id: string): MathFunction | null;
  /** UCUM code of a declared unit; null where it has none. */
  unit(id: string): string | null;
  /** Present time, and what a delay's length or a rate must be multiplied by, where the part keeps a time of its own. */
  readonly time: Expression;
  readonly timeFactor: Expression;
  /** What a call of the package distrib stands for; absent where no random number may stand, null for one that is none. */
  draw?(family: string, operands: readonly Expression[], line: number): Expression | null;
}

export interface MathFunction {
  readonly parameters: readonly string[];
  /** In symbols named after the parameters. */
  readonly body: Expression;
}

/** Nodes and levels a formula may have once written out. */
export const MOST_NODES = 200_000;
const MOST_LEVELS = 1500;

/**
 * The formula of a `math` element; null where it holds none.
 * @throws sbml-math, sbml-math-too-large, sbml-reference, sbml-unsupported
 */
export function readMath(math: XmlElement, scope: MathScope): Expression | null {
  const content = contentOf(math, scope);
  if (content === null) return null;
  return bounded(read(content, scope), math, scope);
}

/** A function definition's `math`: null where it holds no lambda. */
export function readLambda(math: XmlElement, scope: MathScope): MathFunction | null {
  const lambda = contentOf(math, scope);
  if (lambda === null) return null;
  if (lambda.name !== 'lambda') throw wrong(lambda, scope, 'a function is a lambda');
  const parameters: string[] = [];
  let body: XmlElement | null = null;
  for (const child of lambda.children) {
    if (child.name === 'bvar') {
      const name = child.children[0];
      if (name?.name !== 'ci' || child.children.length !== 1) throw wrong(child, scope, 'a bound variable is one ci');
      parameters.push(textOf(name));
    } else if (body !== null) throw wrong(child, scope, 'a lambda has one body');
    else body = child;
  }
  if (body === null) return null;
  if (new Set(parameters).size < parameters.length) throw wrong(lambda, scope, 'two bound variables have one name');
  const inner: MathScope = {
    ...scope,
    symbol: (id) => (parameters.includes(id) ? symbol(id) : scope.symbol(id)),
  };
  return { parameters, body: bounded(read(unwrapped(body, scope), inner), math, scope) };
}

function contentOf(math: XmlElement, scope: MathScope): XmlElement | null {
  if (math.children.length > 1) throw wrong(math.children[1]!, scope, 'a formula has one outermost element');
  return math.children.length === 0 ? null : unwrapped(math.children[0]!, scope);
}

/** Annotated content stands first in `semantics`. */
function unwrapped(element: XmlElement, scope: MathScope): XmlElement {
  if (element.name !== 'semantics') return element;
  const inner = element.children[0];
  if (inner === undefined) throw wrong(element, scope, 'semantics holds nothing');
  return unwrapped(inner, scope);
}

function bounded(expression: Expression, math: XmlElement, scope: MathScope): Expression {
  const { size, depth } = extent(expression);
  if (size <= MOST_NODES && depth <= MOST_LEVELS) return expression;
  const bound = size > MOST_NODES ? `${MOST_NODES} terms` : `${MOST_LEVELS} levels`;
  throw sbmlErrors.error(
    'sbml-math-too-large',
    `The formula at line ${math.line} has more than ${bound} once its functions are written out.`,
    where(math, scope),
  );
}

function read(given: XmlElement, scope: MathScope): Expression {
  const element = unwrapped(given, scope);
  if (element.namespace !== MATHML) throw wrong(element, scope, `“${element.name}” is not MathML`);
  switch (element.name) {
    case 'cn':
      return readNumber(element, scope);
    case 'ci':
      return named(element, scope);
    case 'csymbol':
      return readSymbol(element, scope);
    case 'apply':
      return readApply(element, scope);
    case 'piecewise':
      return readPiecewise(element, scope);
    default: {
      const value = CONSTANTS[element.name];
      if (value === undefined) throw wrong(element, scope, `“${element.name}” is not part of SBML's MathML`);
      return number(value);
    }
  }
}

function named(element: XmlElement, scope: MathScope): Expression {
  const id = textOf(element);
  const found = scope.symbol(id);
  if (found !== null) return found;
  throw sbmlErrors.error('sbml-reference', `“${id}” at line ${element.line} is not declared.`, {
    ...where(element, scope),
    element: id,
  });
}

function readSymbol(element: XmlElement, scope: MathScope): Expression {
  const name = symbolName(element);
  if (name === 'time') return scope.time;
  if (name === 'avogadro') return number(AVOGADRO);
  throw unknownSymbol(element, scope);
}

/** What a csymbol's definition names: time, delay, avogadro or rateOf. */
function symbolName(element: XmlElement): string {
  const definition = element.attributes.get('definitionURL')?.trim() ?? '';
  return definition.startsWith(SYMBOLS) ? definition.slice(SYMBOLS.length) : '';
}

function unknownSymbol(element: XmlElement, scope: MathScope): CodedError {
  const definition = element.attributes.get('definitionURL') ?? 'none';
  return sbmlErrors.error(
    'sbml-unsupported',
    `The csymbol at line ${element.line} has the definition “${definition}”, which is not known here.`,
    where(element, scope),
  );
}

const INTEGER = /^[+-]?\d+$/;

function readNumber(element: XmlElement, scope: MathScope): Expression {
  const type = element.attributes.get('type') ?? 'real';
  const units = [...element.attributes].find(([name]) => name === 'units' || name.endsWith('}units'))?.[1];
  const unit = units === undefined ? null : scope.unit(units.trim());
  const base = element.attributes.get('base')?.trim() ?? '10';
  const parts = numberParts(element);
  if (base !== '10') throw wrong(element, scope, `numbers to the base ${base} are not part of SBML's MathML`);
  const value = numberOf(type, parts);
  if (value === null) throw wrong(element, scope, `“${parts.join(' ')}” is not a number of type “${type}”`);
  return unit === null ? number(value) : number(value, unit);
}

function numberOf(type: string, parts: readonly string[]): number | null {
  const [first = '', second = ''] = parts;
  switch (type) {
    case 'integer':
      return parts.length === 1 && INTEGER.test(first) ? Number(first) : null;
    case 'real':
      return parts.length === 1 && !Number.isNaN(decimal(first)) ? decimal(first) : null;
    case 'e-notation':
      return parts.length === 2 && !Number.isNaN(decimal(first)) && INTEGER.test(second)
        ? Number(scientific(first, second))
        : null;
    case 'rational':
      return parts.length === 2 && INTEGER.test(first) && INTEGER.test(second) ? Number(first) / Number(second) : null;
    default:
      return null;
  }
}

/** Read as one decimal, so that it is rounded once. */
function scientific(mantissa: string, exponent: string): string {
  const [digits = '', inner = '0'] = mantissa.toLowerCase().split('e');
  return `${digits}e${Number(inner) + Number(exponent)}`;
}

/** The texts before and after `sep`. */
function numberParts(element: XmlElement): string[] {
  const separated = element.children.filter((child) => child.name === 'sep').length;
  const pieces = element.text.map((piece) => piece.trim()).filter((piece) => piece !== '');
  return separated === 0 ? [pieces.join('')] : pieces;
}

function readApply(element: XmlElement, scope: MathScope): Expression {
  const [head, ...rest] = element.children;
  if (head === undefined) throw wrong(element, scope, 'an apply holds nothing');
  if (head.name === 'ci') return readCall(head, rest, scope);
  if (head.name === 'csymbol') return readSymbolCall(head, rest, scope);
  const name = head.name;
  if (FROM_L3V2.has(name) && !scope.extended) throw wrong(head, scope, `“${name}” belongs to Level 3 Version 2`);
  if (name === 'root') return readRoot(head, rest, scope);
  if (name === 'log') return readLog(head, rest, scope);
  const operands = rest.map((operand) => read(operand, scope));
  const takes = (least: number, most = least) => {
    if (operands.length >= least && operands.length <= most) return;
    throw wrong(head, scope, `“${name}” has ${operands.length} operands`);
  };
  const [a, b] = operands as [Expression, Expression];
  const direct = Object.hasOwn(DIRECT, name) ? DIRECT[name] : undefined;
  if (direct !== undefined) {
    takes(name === 'divide' || name === 'power' || name === 'rem' || name === 'neq' ? 2 : 1);
    return call(direct, ...operands);
  }
  if (Object.hasOwn(RECIPROCAL, name)) {
    takes(1);
    return call('div', ONE, call(RECIPROCAL[name]!, a));
  }
  if (Object.hasOwn(OF_RECIPROCAL, name)) {
    takes(1);
    return call(OF_RECIPROCAL[name]!, call('div', ONE, a));
  }
  if (Object.hasOwn(CHAINED, name)) {
    takes(1, Number.POSITIVE_INFINITY);
    const pairs = operands.slice(1).map((right, i) => call(CHAINED[name]!, operands[i]!, right));
    return joined('and', pairs, ONE);
  }
  switch (name) {
    case 'plus':
      return joined('add', operands, ZERO);
    case 'times':
      return joined('mul', operands, ONE);
    case 'minus':
      takes(1, 2);
      return operands.length === 1 ? negative(a) : call('sub', a, b);
    case 'and':
    case 'or':
      return operands.length === 1 ? truth(a) : joined(name, operands, name === 'and' ? ONE : ZERO);
    case 'xor':
      return operands.length === 1 ? truth(a) : joined('ne', operands.map(truth), ZERO);
    case 'implies':
      takes(2);
      return call('or', call('not', a), b);
    case 'min':
    case 'max':
      takes(1, Number.POSITIVE_INFINITY);
      return joined(name, operands, ZERO);
    case 'quotient':
      takes(2);
      return truncated(call('div', a, b));
    default:
      throw wrong(head, scope, `“${name}” is not part of SBML's MathML`);
  }
}

function truth(a: Expression): Expression {
  return call('ne', a, ZERO);
}

/** Towards zero: MathML's quotient leaves a remainder of the dividend's sign. */
function truncated(a: Expression): Expression {
  return call('select', call('lt', a, ZERO), call('ceil', a), call('floor', a));
}

function readCall(head: XmlElement, rest: readonly XmlElement[], scope: MathScope): Expression {
  const id = textOf(head);
  const called = scope.function(id);
  if (called === null) {
    throw sbmlErrors.error('sbml-reference', `No function “${id}” with a formula, called at line ${head.line}.`, {
      ...where(head, scope),
      element: id,
    });
  }
  if (called.parameters.length !== rest.length) {
    throw wrong(head, scope, `“${id}” takes ${called.parameters.length} operands, not ${rest.length}`);
  }
  const given = new Map(called.parameters.map((name, i) => [name, read(rest[i]!, scope)]));
  return bounded(substitute(called.body, given), head, scope);
}

function readSymbolCall(head: XmlElement, rest: readonly XmlElement[], scope: MathScope): Expression {
  const name = symbolName(head);
  const operands = rest.map((operand) => read(operand, scope));
  if (name === 'delay') {
    if (operands.length !== 2) throw wrong(head, scope, `delay has ${operands.length} operands`);
    return call('delay', operands[0]!, joined('mul', [operands[1]!, ...factorOf(scope)], ONE));
  }
  if (name === 'rateOf') {
    if (!scope.extended) throw wrong(head, scope, 'rateOf belongs to Level 3 Version 2');
    if (operands.length !== 1) throw wrong(head, scope, `rateOf has ${operands.length} operands`);
    return joined('mul', [call('rateOf', operands[0]!), ...factorOf(scope)], ONE);
  }
  if (name.startsWith('distrib/')) return readDraw(name.slice('distrib/'.length), operands, head, scope);
  throw unknownSymbol(head, scope);
}

function readDraw(family: string, operands: readonly Expression[], head: XmlElement, scope: MathScope): Expression {
  if (scope.draw === undefined) {
    throw sbmlErrors.error(
      'sbml-unsupported',
      `The random number at line ${head.line} stands outside the assignments of events.`,
      where(head, scope),
    );
  }
  const drawn = scope.draw(family, operands, head.line);
  if (drawn !== null) return drawn;
  throw wrong(head, scope, `“${family}” of ${operands.length} operands is no random number of the package distrib`);
}

function factorOf(scope: MathScope): readonly Expression[] {
  return scope.timeFactor === ONE ? [] : [scope.timeFactor];
}

function readRoot(head: XmlElement, rest: readonly XmlElement[], scope: MathScope): Expression {
  const { qualifier, operand } = qualified(head, rest, 'degree', scope);
  if (qualifier === null || (qualifier.kind === 'number' && qualifier.value === 2)) return call('sqrt', operand);
  return call('pow', operand, over(ONE, qualifier));
}

function readLog(head: XmlElement, rest: readonly XmlElement[], scope: MathScope): Expression {
  const { qualifier, operand } = qualified(head, rest, 'logbase', scope);
  if (qualifier === null || (qualifier.kind === 'number' && qualifier.value === 10)) return call('log10', operand);
  return call('div', call('ln', operand), call('ln', qualifier));
}

/** An operand that a qualifier (the degree of a root, the base of a logarithm) may stand before. */
function qualified(head: XmlElement, rest: readonly XmlElement[], name: string, scope: MathScope) {
  const [first, second] = rest;
  const has = first?.name === name;
  const operand = has ? second : first;
  if (operand === undefined || rest.length !== (has ? 2 : 1))
    throw wrong(head, scope, `“${head.name}” takes one operand`);
  if (has && first.children.length !== 1) throw wrong(first, scope, `“${name}” holds one element`);
  return { qualifier: has ? read(first.children[0]!, scope) : null, operand: read(operand, scope) };
}

function readPiecewise(element: XmlElement, scope: MathScope): Expression {
  let otherwise: Expression = NOT_A_NUMBER;
  const pieces: (readonly [Expression, Expression])[] = [];
  for (const child of element.children) {
    const parts = child.children.map((part) => read(part, scope));
    if (child.name === 'piece' && parts.length === 2) pieces.push([parts[0]!, parts[1]!]);
    else if (child.name === 'otherwise' && parts.length === 1) otherwise = parts[0]!;
    else throw wrong(child, scope, `“${child.name}” of ${parts.length} parts in a piecewise`);
  }
  return pieces.reduceRight((rest, [value, condition]) => call('select', condition, value, rest), otherwise);
}

function where(element: XmlElement, scope: MathScope) {
  return { ...(scope.file === undefined ? {} : { file: scope.file }), line: element.line };
}

function wrong(element: XmlElement, scope: MathScope, what: string): CodedError {
  return sbmlErrors.error(
    'sbml-math',
    `At line ${element.line}, column ${element.column}: ${what}.`,
    where(element, scope),
  );
}

/** Time of a document without submodels. */
export const PLAIN_TIME = { time: symbol(TIME), timeFactor: ONE } as const;
