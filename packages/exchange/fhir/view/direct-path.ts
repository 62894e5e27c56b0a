import r4 from 'fhirpath/fhir-context/r4';
import { PathDecimal } from '../path/expression.ts';
import type { SyntaxNode } from '../path/syntax.ts';
import { referenceKey, resourceKey } from './keys.ts';

/** What a path may ask about where it is evaluated. */
export interface Place {
  readonly index: number;
  readonly entries: ReadonlyMap<string, string> | undefined;
}

/** A path that needs no engine: it runs on JSON and gives JSON. */
export interface DirectPath {
  /** Null stands for an element that has extensions and no value. */
  run(focus: unknown, place: Place): unknown[];
  /** FHIR type of the results, a path such as `Patient.contact` for a part of a resource; null where it is not one. */
  readonly type: string | null;
}

type Step = (nodes: readonly unknown[], place: Place) => unknown[];
interface Stage {
  readonly step: Step;
  /** One type, or the JSON names and types that a choice may have. */
  readonly type: string | readonly Choice[] | null;
  /** What the choice is an element of. */
  readonly before?: Stage;
}
interface Choice {
  readonly key: string;
  readonly type: string;
}
type Json = Readonly<Record<string, unknown>>;

const DATE_LIKE = /^T?\d\d/;

/**
 * The path as plain steps over the JSON of an element of the given type, or null where it says more than that: elements, the
 * types of choices, where() by equal texts, extension(), first(), places, exists(), empty(), texts, keys. Same results as the engine's.
 */
export function directPath(root: SyntaxNode, type: string | null): DirectPath | null {
  if (type === null) return null;
  const stage = stageOf(root, { step: (nodes) => [...nodes], type });
  if (stage === null) return null;
  return {
    run: (focus, place) => stage.step([focus], place),
    type: typeof stage.type === 'string' ? stage.type : null,
  };
}

function stageOf(node: SyntaxNode, from: Stage): Stage | null {
  const [first, second] = node.children ?? [];
  switch (node.type) {
    case 'EntireExpression':
    case 'TermExpression':
    case 'InvocationTerm':
      return node.children?.length === 1 ? stageOf(first!, from) : null;
    case 'ThisInvocation':
      return from;
    case 'MemberInvocation':
      return memberStage(node.text ?? '', from);
    case 'FunctionInvocation':
      return functionStage(node, from);
    case 'InvocationExpression': {
      const left = stageOf(first!, from);
      return left === null || second === undefined ? null : stageOf(second, left);
    }
    case 'IndexerExpression': {
      const left = stageOf(first!, from);
      const place = literalOf(second!);
      return left === null || typeof place !== 'number'
        ? null
        : { type: left.type, step: then(left, (nodes) => nodes.slice(place, place + 1)) };
    }
    case 'LiteralTerm': {
      const text = literalOf(node);
      return typeof text === 'string' ? { step: () => [text], type: 'string' } : null;
    }
    case 'ExternalConstantTerm':
      return node.text === 'rowIndex' ? { step: (_nodes, { index }) => [index], type: 'integer' } : null;
    default:
      return null;
  }
}

function then(left: Stage, step: Step): Step {
  return (nodes, place) => step(left.step(nodes, place), place);
}

function memberStage(name: string, from: Stage): Stage | null {
  if (typeof from.type !== 'string' || !/^[a-z][A-Za-z0-9]*$/.test(name)) return null;
  const child = childOf(from.type, name);
  if (child === null) return null;
  const keys = typeof child === 'string' ? [name] : child.map(({ key }) => key);
  return { step: then(from, (nodes) => children(nodes, keys)), type: child, before: from };
}

function functionStage(node: SyntaxNode, from: Stage): Stage | null {
  const args = node.children?.[0]?.children?.[1]?.children ?? [];
  const boolean = (test: (count: number) => boolean): Stage => ({
    step: then(from, (nodes) => [test(nodes.length)]),
    type: 'boolean',
  });
  switch (node.text) {
    case 'first':
      return { type: from.type, step: then(from, (nodes) => nodes.slice(0, 1)) };
    case 'exists':
      return args.length === 0 ? boolean((count) => count > 0) : null;
    case 'empty':
      return boolean((count) => count === 0);
    case 'ofType':
      return choiceStage(args[0]!, from);
    case 'extension': {
      const url = literalOf(args[0]!);
      // Those of a primitive stand beside it, which the engine knows.
      if (typeof from.type !== 'string' || /^[a-z]/.test(from.type) || typeof url !== 'string') return null;
      const step = then(from, (nodes) =>
        children(nodes, ['extension']).filter((one) => (one as { url?: unknown } | null)?.url === url),
      );
      return { step, type: 'Extension' };
    }
    case 'where': {
      const test = conditionOf(args[0]!, from.type);
      return test === null
        ? null
        : { type: from.type, step: then(from, (nodes, place) => nodes.filter((one) => test(one, place))) };
    }
    case 'getResourceKey':
      return {
        step: then(from, (nodes) => nodes.map(resourceKey).filter((key) => key !== null)),
        type: 'string',
      };
    case 'getReferenceKey': {
      const type = args[0] === undefined ? null : typeName(args[0]);
      if (type === undefined) return null;
      const keys: Step = (nodes, { entries }) =>
        nodes.map((one) => referenceKey(one, type, entries)).filter((key) => key !== null);
      return { step: then(from, keys), type: 'string' };
    }
    default:
      return null;
  }
}

/** Only right after the choice: `value.ofType(Quantity)`. Its types look alike in JSON, so the element is asked for anew, by name. */
function choiceStage(arg: SyntaxNode, { type, before }: Stage): Stage | null {
  const wanted = typeName(arg);
  if (wanted === undefined || before === undefined || type === null || typeof type === 'string') return null;
  const fitting = type.filter((choice) => isA(choice.type, wanted));
  const keys = fitting.map(({ key }) => key);
  return { step: then(before, (nodes) => children(nodes, keys)), type: fitting.length === 1 ? fitting[0]!.type : null };
}

/** `use = 'official'`, of texts that are no dates, and several such joined by `and`. */
function conditionOf(node: SyntaxNode, type: Stage['type']): ((one: unknown, place: Place) => boolean) | null {
  const [first, second] = node.children ?? [];
  if (node.type === 'AndExpression') {
    const [left, right] = [conditionOf(first!, type), conditionOf(second!, type)];
    return left === null || right === null ? null : (one, place) => left(one, place) && right(one, place);
  }
  if (node.type !== 'EqualityExpression' || node.text !== '=') return null;
  const stage = stageOf(first!, { step: (nodes) => [...nodes], type });
  const wanted = literalOf(second!);
  if (stage === null || typeof stage.type !== 'string' || !TEXTS.has(stage.type)) return null;
  if (typeof wanted !== 'string' || DATE_LIKE.test(wanted)) return null;
  return (one, place) => {
    const found = stage.step([one], place);
    return found.length === 1 && found[0] === wanted;
  };
}

const TEXTS = new Set(['string', 'code', 'id', 'uri', 'url', 'canonical', 'markdown', 'oid', 'uuid']);

/** The values of elements by any of the keys, null where an element has only extensions. */
function children(nodes: readonly unknown[], keys: readonly string[]): unknown[] {
  const found: unknown[] = [];
  for (const node of nodes) {
    if (typeof node !== 'object' || node === null || node instanceof PathDecimal) continue;
    for (const key of keys) {
      const value = Object.hasOwn(node, key) ? (node as Json)[key] : undefined;
      const beside = (node as Json)[`_${key}`];
      if (Array.isArray(value) || Array.isArray(beside)) {
        const values = listOf(value);
        for (let i = 0; i < Math.max(values.length, listOf(beside).length); i++) found.push(values[i] ?? null);
      } else if (value != null || beside != null) found.push(value ?? null);
    }
  }
  return found;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value == null ? [] : [value];
}

/** Type of an element, or what it may be; null where R4 does not say, as for a resource within another. */
function childOf(type: string, name: string): string | readonly Choice[] | null {
  for (let at: string | undefined = type; at !== undefined; at = r4.type2Parent[at]) {
    const path = r4.pathsDefinedElsewhere[`${at}.${name}`] ?? `${at}.${name}`;
    const choice = r4.choiceTypePaths[path];
    if (choice !== undefined) {
      return choice.map((suffix) => {
        const primitive = suffix[0]!.toLowerCase() + suffix.slice(1);
        return { key: name + suffix, type: Object.hasOwn(r4.type2Parent, suffix) ? suffix : primitive };
      });
    }
    const found = r4.path2Type[path];
    if (found === undefined) continue;
    if (found === 'BackboneElement' || found === 'Element') return path;
    return found === 'Resource' || found.startsWith('System.') ? (name === 'id' ? 'id' : null) : found;
  }
  return null;
}

function isA(type: string, wanted: string): boolean {
  for (let at: string | undefined = type; at !== undefined; at = r4.type2Parent[at]) if (at === wanted) return true;
  return false;
}

/** The name of a plain type specifier; undefined for any other. */
function typeName(node: SyntaxNode): string | undefined {
  const only = node.children?.length === 1 ? node.children[0]! : undefined;
  if (node.type === 'MemberInvocation') return Object.hasOwn(r4.type2Parent, node.text ?? '') ? node.text : undefined;
  return only === undefined || (node.type !== 'TermExpression' && node.type !== 'InvocationTerm')
    ? undefined
    : typeName(only);
}

/** A text without escapes, or a whole number. */
function literalOf(node: SyntaxNode): string | number | undefined {
  const only = node.children?.length === 1 ? node.children[0]! : undefined;
  if (node.type === 'StringLiteral') return /^'[^'\\]*'$/.test(node.text ?? '') ? node.text!.slice(1, -1) : undefined;
  if (node.type === 'NumberLiteral') return /^\d{1,9}$/.test(node.text ?? '') ? Number(node.text) : undefined;
  return only !== undefined && (node.type === 'TermExpression' || node.type === 'LiteralTerm')
    ? literalOf(only)
    : undefined;
}
