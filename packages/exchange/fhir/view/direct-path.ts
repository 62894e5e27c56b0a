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
      return left === null || typeof place !== 'number' ? null : { ...left, step: then(left, (nodes) => nodes.slice(place, place + 1)) };
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
  return { step: then(from, (nodes) => children(nodes, keys)), type: child };
}

function functionStage(node: SyntaxNode, from: Stage): Stage | null {
  const args = node.children?.[0]?.children?.[1]?.children ?? [];
  const boolean = (test: (count: number) => boolean): Stage => ({
    step: then(from, (nodes) => [test(nodes.length)]),
    type: 'boolean',
  });
  switch (node.text) {
    case 'first':
      return { ...from, step: then(from, (nodes) => nodes.slice(0, 1)) };
    case 'exists':
      return args.length === 0 ? boolean((count) => count > 0) : null;
    case 'empty':
      return boolean((count) => count === 0);
    case 'ofType':
      return choiceStage(node, args[0], from);
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
      return test === null ? null : { ...from, step: then(from, (nodes, place) => nodes.filter((one) => test(one, place))) };
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

/** Only right after the choice: `value.ofType(Quantity)`. */
function choiceStage(_node: SyntaxNode, arg: SyntaxNode | undefined, from: Stage): Stage | null {
  const wanted = arg === undefined ? undefined : typeName(arg);
  if (wanted === undefined || typeof from.type === 'string' || from.type === null) return null;
  const fitting = from.type.filter(({ type }) => isA(type, wanted));
  // Other types of the same choice look alike in JSON, so that the element is asked for anew by its name.
  const before = BEFORE.get(from);
  if (before === undefined) return null;
  const keys = fitting.map(({ key }) => key);
  return { step: then(before, (nodes) => children(nodes, keys)), type: fitting.length === 1 ? fitting[0]!.type : null };
}
