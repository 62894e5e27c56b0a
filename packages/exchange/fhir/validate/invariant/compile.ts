import type { SyntaxNode } from '../../path/syntax.ts';
import { parsePath } from '../../path/syntax.ts';
import type { TypeTable } from '../type-table.ts';
import { distinct, equal, keyOf, order } from './compare.ts';
import { callOf } from './functions.ts';
import { addMembers, type Item, type Items, isNode, isOfType, NONE, type Node, plainOf } from './node.ts';

/** What an expression may ask of its surroundings. */
export interface Surroundings {
  readonly table: TypeTable;
  /** The resource the element belongs to, and the one that contains it. */
  readonly resource: Node;
  readonly root: Node;
  /** What the expression as a whole is evaluated on. */
  readonly context: Items;
  resolve(reference: string): Node | undefined;
  /** Whether a code is of a value set; undefined where that is not known. */
  memberOf(node: Item, valueSet: string): boolean | undefined;
  conformsTo(node: Item, profile: string): boolean | undefined;
}

/** Where a step runs: the focus, and what `$this` and `$index` mean. */
export interface Frame {
  readonly self: Items;
  readonly index: number;
}

export type Step = (focus: Items, frame: Frame, around: Surroundings) => Items;

/** An expression gave no answer. */
export class Undecided extends Error {}

/** It says something that these steps do not know; the full engine has to run it. */
export class Unsupported extends Undecided {}

/** It cannot be evaluated on this input. */
export class Unevaluable extends Undecided {}

const compiled = new Map<string, Step>();

/** An expression as steps, compiled once. @throws Unsupported, or a coded error where the expression is none. */
export function compileSteps(expression: string): Step {
  let step = compiled.get(expression);
  if (step === undefined) {
    step = stepOf(parsePath(expression).root);
    compiled.set(expression, step);
  }
  return step;
}

/** Whether items hold as a condition: undefined where there are none. @throws Unevaluable for several */
export function truth(items: Items): boolean | undefined {
  if (items.length === 0) return undefined;
  if (items.length > 1) throw new Unevaluable('several values where one condition belongs');
  const value = plainOf(items[0]!);
  return typeof value === 'boolean' ? value : true;
}

export function single(items: Items): Item | undefined {
  if (items.length > 1) throw new Unevaluable('several values where one belongs');
  return items[0];
}

const TRUE: Items = [true];
const FALSE: Items = [false];
export const condition = (value: boolean | undefined): Items => (value === undefined ? NONE : value ? TRUE : FALSE);

export function stepOf(node: SyntaxNode): Step {
  const [first, second] = node.children ?? [];
  switch (node.type) {
    case 'EntireExpression':
    case 'TermExpression':
    case 'InvocationTerm':
    case 'ParenthesizedTerm':
      return stepOf(first!);
    case 'ThisInvocation':
      return (_focus, { self }) => self;
    case 'IndexInvocation':
      return (_focus, { index }) => [index];
    case 'MemberInvocation':
      return memberStep(plain(node.text!));
    case 'FunctionInvocation':
      return callOf(node);
    case 'InvocationExpression': {
      const [left, right] = [stepOf(first!), stepOf(second!)];
      return (focus, frame, around) => right(left(focus, frame, around), frame, around);
    }
    case 'IndexerExpression': {
      const [left, right] = [stepOf(first!), stepOf(second!)];
      return (focus, frame, around) => {
        const at = plainOf(single(right(focus, frame, around)) ?? -1);
        const found = typeof at === 'number' ? left(focus, frame, around)[at] : undefined;
        return found === undefined ? NONE : [found];
      };
    }
    case 'ExternalConstantTerm':
      return variable(plain(node.text!));
    case 'LiteralTerm':
      return literal(first!);
    case 'PolarityExpression': {
      const inner = stepOf(first!);
      if (node.text !== '-') return inner;
      return (focus, frame, around) => inner(focus, frame, around).map((item) => -(plainOf(item) as number));
    }
    case 'TypeExpression': {
      const left = stepOf(first!);
      const type = second!.text!;
      return node.text === 'is'
        ? (focus, frame, around) => {
            const item = single(left(focus, frame, around));
            return item === undefined ? NONE : condition(isOfType(item, type));
          }
        : (focus, frame, around) => left(focus, frame, around).filter((item) => isOfType(item, type));
    }
    default:
      return operator(node.type, node.text!, stepOf(first!), stepOf(second!));
  }
}

function plain(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1) : name;
}

function memberStep(name: string): Step {
  const capital = /^[A-Z]/.test(name);
  return (focus, _frame, { table }) => {
    const out: Item[] = [];
    for (const item of focus) {
      // A path may begin with the type of its focus.
      if (capital && isNode(item) && item.shape?.lineage.includes(name) === true) out.push(item);
      else addMembers(out, item, name, table);
    }
    return out;
  };
}

function variable(name: string): Step {
  if (name === 'resource') return (_focus, _frame, { resource }) => [resource];
  if (name === 'rootResource') return (_focus, _frame, { root }) => [root];
  if (name === 'context') return (_focus, _frame, { context }) => context;
  const constant =
    name === 'ucum'
      ? 'http://unitsofmeasure.org'
      : name === 'sct'
        ? 'http://snomed.info/sct'
        : name === 'loinc'
          ? 'http://loinc.org'
          : name.startsWith('vs-')
            ? `http://hl7.org/fhir/ValueSet/${name.slice(3)}`
            : name.startsWith('ext-')
              ? `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}`
              : undefined;
  if (constant === undefined) throw new Unsupported(`%${name}`);
  return () => [constant];
}

function literal(node: SyntaxNode): Step {
  const text = node.text ?? '';
  switch (node.type) {
    case 'NullLiteral':
      return () => NONE;
    case 'BooleanLiteral':
      return () => condition(text === 'true');
    case 'NumberLiteral': {
      const items = [Number(text)];
      return () => items;
    }
    case 'StringLiteral': {
      const items = [unescaped(text.slice(1, -1))];
      return () => items;
    }
    case 'DateLiteral':
    case 'DateTimeLiteral':
    case 'TimeLiteral': {
      const type = `System.${node.type.slice(0, -7)}`;
      const items = [{ value: text.slice(1), type, shape: undefined, beside: undefined }];
      return () => items;
    }
    default:
      throw new Unsupported(node.type);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  );
}

type Operation = (left: Items, right: Items) => Items;

const logic = (decide: (a: boolean | undefined, b: boolean | undefined) => boolean | undefined): Operation => {
  return (left, right) => condition(decide(truth(left), truth(right)));
};
const ordered = (holds: (order: number) => boolean): Operation => {
  return (left, right) => {
    const [a, b] = [single(left), single(right)];
    const found = a === undefined || b === undefined ? undefined : order(a, b);
    return condition(found === undefined ? undefined : holds(found));
  };
};
const arithmetic = (work: (a: number, b: number) => number | undefined): Operation => {
  return (left, right) => {
    const [a, b] = [single(left), single(right)].map((item) => (item === undefined ? undefined : plainOf(item)));
    if (a === undefined || b === undefined) return NONE;
    if (typeof a !== 'number' || typeof b !== 'number') throw new Unevaluable('arithmetic on what is no number');
    const result = work(a, b);
    return result === undefined ? NONE : [result];
  };
};

function equals(left: Items, right: Items): boolean | undefined {
  if (left.length === 0 || right.length === 0) return undefined;
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) {
    const found = equal(left[i]!, right[i]!);
    if (found !== true) return found;
  }
  return true;
}

function equivalent(left: Items, right: Items): boolean {
  const folded = (items: Items) =>
    items.map((item) => (typeof plainOf(item) === 'string' ? String(plainOf(item)).toLowerCase().trim() : keyOf(item)));
  const [a, b] = [folded(left), folded(right)];
  return a.length === b.length && a.every((each) => b.includes(each)) && b.every((each) => a.includes(each));
}

function among(items: Items, in_: Items): Items {
  const item = single(items);
  return item === undefined ? NONE : condition(in_.some((each) => equal(item, each) === true));
}

function added(left: Items, right: Items): Items {
  const [a, b] = [single(left), single(right)].map((item) => (item === undefined ? undefined : plainOf(item)));
  if (a === undefined || b === undefined) return NONE;
  if (typeof a === 'string' && typeof b === 'string') return [a + b];
  if (typeof a === 'number' && typeof b === 'number') return [a + b];
  throw new Unevaluable('+ takes two numbers or two texts');
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '=': (left, right) => condition(equals(left, right)),
  '!=': (left, right) => {
    const found = equals(left, right);
    return condition(found === undefined ? undefined : !found);
  },
  '~': (left, right) => condition(equivalent(left, right)),
  '!~': (left, right) => condition(!equivalent(left, right)),
  '<': ordered((found) => found < 0),
  '<=': ordered((found) => found <= 0),
  '>': ordered((found) => found > 0),
  '>=': ordered((found) => found >= 0),
  '|': (left, right) => distinct([...left, ...right]),
  '&': (left, right) => [`${text(left)}${text(right)}`],
  '+': added,
  '-': arithmetic((a, b) => a - b),
  '*': arithmetic((a, b) => a * b),
  '/': arithmetic((a, b) => (b === 0 ? undefined : a / b)),
  div: arithmetic((a, b) => (b === 0 ? undefined : Math.trunc(a / b))),
  mod: arithmetic((a, b) => (b === 0 ? undefined : a % b)),
  in: among,
  contains: (left, right) => among(right, left),
  and: logic((a, b) => (a === false || b === false ? false : a === undefined || b === undefined ? undefined : true)),
  or: logic((a, b) => (a === true || b === true ? true : a === undefined || b === undefined ? undefined : false)),
  xor: logic((a, b) => (a === undefined || b === undefined ? undefined : a !== b)),
  implies: logic((a, b) => (a === false || b === true ? true : a === undefined || b === undefined ? undefined : false)),
};

function text(items: Items): string {
  const item = single(items);
  return item === undefined ? '' : String(plainOf(item) ?? '');
}

/** What settles a condition without its second half. */
const SETTLED: Readonly<Record<string, boolean>> = { and: false, or: true, implies: false };

function operator(type: string, name: string, left: Step, right: Step): Step {
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name]! : undefined;
  if (operation === undefined) throw new Unsupported(`${type} ${name}`);
  const settled = SETTLED[name];
  if (settled === undefined)
    return (focus, frame, around) => operation(left(focus, frame, around), right(focus, frame, around));
  return (focus, frame, around) => {
    const first = left(focus, frame, around);
    if (truth(first) === settled) return condition(name !== 'and');
    return operation(first, right(focus, frame, around));
  };
}
