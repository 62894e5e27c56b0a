import type { SyntaxNode } from '../../path/syntax.ts';
import { narrativeFaults } from '../narrative.ts';
import { distinct, equal, keyOf } from './compare.ts';
import {
  condition,
  type Frame,
  type Step,
  type Surroundings,
  single,
  stepOf,
  truth,
  Unevaluable,
  Unsupported,
} from './compile.ts';
import { addChildren, addMembers, type Item, type Items, isJson, isNode, isOfType, NONE, plainOf } from './node.ts';

type Call = (args: readonly Step[], nodes: readonly SyntaxNode[]) => Step;

/** The most elements that repeat() and descendants() gather. */
const MOST = 200_000;

const whole = (work: (focus: Items, around: Surroundings) => Items): Call => {
  return () => (focus, _frame, around) => work(focus, around);
};
/** The criterion is evaluated on each item, which is then `$this`. */
const holds = (criterion: Step, item: Item, index: number, around: Surroundings): boolean => {
  const self = [item];
  return truth(criterion(self, { self, index }, around)) === true;
};
/** A function of one text that may take other texts. */
const ofText = (work: (text: string, ...more: readonly unknown[]) => unknown): Call => {
  return (args) => (focus, frame, around) => {
    const item = single(focus);
    const text = item === undefined ? undefined : plainOf(item);
    if (text === undefined) return NONE;
    if (typeof text !== 'string') throw new Unevaluable('a function of texts on what is none');
    const more = args.map((arg) => {
      const value = single(arg(frame.self, frame, around));
      return value === undefined ? undefined : plainOf(value);
    });
    if (more.includes(undefined)) return NONE;
    const result = work(text, ...more);
    return result === undefined ? NONE : [result as Item];
  };
};
const withOther = (work: (focus: Items, other: Items) => Items): Call => {
  return ([other]) =>
    (focus, frame, around) =>
      work(focus, other!(frame.self, frame, around));
};
const flags = (test: (values: readonly boolean[]) => boolean): Call =>
  whole((focus) => condition(test(focus.map((item) => plainOf(item) === true))));

const patterns = new Map<string, RegExp>();
function pattern(source: unknown, flag: string): RegExp {
  const key = `${flag}${source}`;
  let found = patterns.get(key);
  if (found === undefined) {
    try {
      found = new RegExp(String(source), flag);
    } catch {
      throw new Unevaluable(`"${source}" is no regular expression`);
    }
    if (patterns.size < 1000) patterns.set(key, found);
  }
  found.lastIndex = 0;
  return found;
}

function descendants(focus: Items, { table }: Surroundings): Items {
  const out: Item[] = [];
  let open: Item[] = [];
  for (const item of focus) addChildren(open, item, table);
  while (open.length > 0) {
    const next: Item[] = [];
    for (const item of open) {
      out.push(item);
      addChildren(next, item, table);
    }
    if (out.length > MOST) throw new Unevaluable(`more than ${MOST} elements`);
    open = next;
  }
  return out;
}

function referenceOf(item: Item): string | undefined {
  const value = plainOf(item);
  const text = isJson(value) ? value.reference : value;
  return typeof text === 'string' ? text : undefined;
}

function typeCall(filter: (focus: Items, type: string) => Items): Call {
  return (_args, [node]) => {
    const type = typeText(node!);
    return (focus) => filter(focus, type);
  };
}

/** The name of a type given as an argument: `Patient`, `FHIR.Patient`. */
function typeText(node: SyntaxNode): string {
  if (node.type === 'MemberInvocation' || node.type === 'Identifier') return node.text!.replaceAll('`', '');
  const children = node.children ?? [];
  if (node.type === 'InvocationExpression') return children.map(typeText).join('.');
  if (children.length !== 1) throw new Unsupported('type');
  return typeText(children[0]!);
}

const FUNCTIONS: Readonly<Record<string, Call>> = {
  exists:
    ([criterion]) =>
    (focus, _frame, around) =>
      condition(
        criterion === undefined ? focus.length > 0 : focus.some((item, i) => holds(criterion, item, i, around)),
      ),
  empty: whole((focus) => condition(focus.length === 0)),
  not: whole((focus) => {
    const found = truth(focus);
    return condition(found === undefined ? undefined : !found);
  }),
  count: whole((focus) => [focus.length]),
  where:
    ([criterion]) =>
    (focus, _frame, around) =>
      focus.filter((item, i) => holds(criterion!, item, i, around)),
  all:
    ([criterion]) =>
    (focus, _frame, around) =>
      condition(focus.every((item, i) => holds(criterion!, item, i, around))),
  select:
    ([projection]) =>
    (focus, _frame, around) =>
      focus.flatMap((item, index) => {
        const self = [item];
        return projection!(self, { self, index }, around);
      }),
  repeat:
    ([projection]) =>
    (focus, _frame, around) => {
      const out: Item[] = [];
      const seen = new Set<unknown>();
      let open: Items = focus;
      while (open.length > 0) {
        const next: Item[] = [];
        for (const item of open) {
          const self = [item];
          for (const found of projection!(self, { self, index: 0 }, around)) {
            const key = isNode(found) && found.shape !== undefined ? found.value : keyOf(found);
            if (seen.has(key)) continue;
            seen.add(key);
            out.push(found);
            next.push(found);
          }
        }
        if (out.length > MOST) throw new Unevaluable(`more than ${MOST} elements`);
        open = next;
      }
      return out;
    },
  first: whole((focus) => focus.slice(0, 1)),
  last: whole((focus) => focus.slice(-1)),
  tail: whole((focus) => focus.slice(1)),
  skip:
    ([count]) =>
    (focus, frame, around) =>
      focus.slice(Math.max(0, numberOf(count!, frame, around))),
  take:
    ([count]) =>
    (focus, frame, around) =>
      focus.slice(0, Math.max(0, numberOf(count!, frame, around))),
  single: whole((focus) => {
    const item = single(focus);
    return item === undefined ? NONE : [item];
  }),
  distinct: whole(distinct),
  isDistinct: whole((focus) => condition(distinct(focus).length === focus.length)),
  combine: withOther((focus, other) => [...focus, ...other]),
  union: withOther((focus, other) => distinct([...focus, ...other])),
  intersect: withOther((focus, other) => distinct(focus.filter((item) => has(other, item)))),
  exclude: withOther((focus, other) => focus.filter((item) => !has(other, item))),
  subsetOf: withOther((focus, other) => condition(focus.every((item) => has(other, item)))),
  supersetOf: withOther((focus, other) => condition(other.every((item) => has(focus, item)))),
  allTrue: flags((values) => values.every((value) => value)),
  anyTrue: flags((values) => values.some((value) => value)),
  allFalse: flags((values) => values.every((value) => !value)),
  anyFalse: flags((values) => values.some((value) => !value)),
  hasValue: whole((focus) =>
    condition(focus.length === 1 && !isJson(plainOf(focus[0]!)) && plainOf(focus[0]!) !== undefined),
  ),
  getValue: whole((focus) => {
    const value = focus.length === 1 ? plainOf(focus[0]!) : undefined;
    return value === undefined || isJson(value) ? NONE : [value as Item];
  }),
  children: whole((focus, { table }) => {
    const out: Item[] = [];
    for (const item of focus) addChildren(out, item, table);
    return out;
  }),
  descendants: whole(descendants),
  as: typeCall((focus, type) => focus.filter((item) => isOfType(item, type))),
  ofType: typeCall((focus, type) => focus.filter((item) => isOfType(item, type))),
  is: typeCall((focus, type) => {
    const item = single(focus);
    return item === undefined ? NONE : condition(isOfType(item, type));
  }),
  iif:
    ([criterion, yes, no]) =>
    (focus, frame, around) => {
      const self = focus.length === 1 ? focus : frame.self;
      const inner = { self, index: frame.index };
      return truth(criterion!(focus, inner, around)) === true
        ? yes!(focus, inner, around)
        : (no?.(focus, inner, around) ?? NONE);
    },
  trace: whole((focus) => focus),
  extension:
    ([url]) =>
    (focus, frame, around) => {
      const wanted = single(url!(frame.self, frame, around));
      const out: Item[] = [];
      for (const item of focus) addMembers(out, item, 'extension', around.table);
      return out.filter((item) => isJson(plainOf(item)) && (plainOf(item) as { url?: unknown }).url === wanted);
    },
  resolve: whole((focus, around) =>
    focus.flatMap((item) => {
      const reference = referenceOf(item);
      const found = reference === undefined ? undefined : around.resolve(reference);
      return found === undefined ? [] : [found];
    }),
  ),
  htmlChecks: whole((focus) => condition(focus.every((item) => narrativeFaults(String(plainOf(item))).length === 0))),
  memberOf:
    ([url]) =>
    (focus, frame, around) => {
      const [item, set] = [single(focus), single(url!(frame.self, frame, around))];
      return item === undefined || set === undefined
        ? NONE
        : condition(around.memberOf(item, String(plainOf(set))) ?? true);
    },
  conformsTo:
    ([url]) =>
    (focus, frame, around) => {
      const [item, profile] = [single(focus), single(url!(frame.self, frame, around))];
      return item === undefined || profile === undefined
        ? NONE
        : condition(around.conformsTo(item, String(plainOf(profile))) ?? true);
    },
  startsWith: ofText((text, start) => text.startsWith(String(start))),
  endsWith: ofText((text, end) => text.endsWith(String(end))),
  contains: ofText((text, part) => text.includes(String(part))),
  indexOf: ofText((text, part) => text.indexOf(String(part))),
  matches: ofText((text, source) => pattern(source, 's').test(text)),
  matchesFull: ofText((text, source) => pattern(`^(?:${source})$`, 's').test(text)),
  replaceMatches: ofText((text, source, by) => text.replace(pattern(source, 'gs'), String(by))),
  replace: ofText((text, part, by) => text.replaceAll(String(part), String(by))),
  substring: ofText((text, start, length) => {
    const from = Number(start);
    if (from < 0 || from >= text.length) return undefined;
    return length === undefined ? text.slice(from) : text.slice(from, from + Number(length));
  }),
  length: ofText((text) => text.length),
  upper: ofText((text) => text.toUpperCase()),
  lower: ofText((text) => text.toLowerCase()),
  trim: ofText((text) => text.trim()),
  split:
    ([separator]) =>
    (focus, frame, around) => {
      const [item, by] = [single(focus), single(separator!(frame.self, frame, around))];
      return item === undefined || by === undefined ? NONE : String(plainOf(item)).split(String(plainOf(by)));
    },
  join:
    ([separator]) =>
    (focus, frame, around) => {
      const by = separator === undefined ? undefined : single(separator(frame.self, frame, around));
      return [focus.map((item) => String(plainOf(item))).join(by === undefined ? '' : String(plainOf(by)))];
    },
  toString: converted((value) => (typeof value === 'object' ? undefined : String(value))),
  toInteger: converted((value) => {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
    return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
  }),
  toDecimal: converted((value) => {
    if (typeof value === 'number') return value;
    return typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
  }),
};

function converted(work: (value: unknown) => Item | undefined): Call {
  return whole((focus) => {
    const item = single(focus);
    const value = item === undefined ? undefined : plainOf(item);
    const result = value === undefined ? undefined : work(value);
    return result === undefined ? NONE : [result];
  });
}

function numberOf(step: Step, frame: Frame, around: Surroundings): number {
  const item = single(step(frame.self, frame, around));
  const value = item === undefined ? undefined : plainOf(item);
  if (typeof value !== 'number') throw new Unevaluable('a count that is no number');
  return value;
}

function has(items: Items, item: Item): boolean {
  return items.some((each) => equal(each, item) === true);
}

/** A call as a step. @throws Unsupported for functions that are left to the full engine */
export function callOf(node: SyntaxNode): Step {
  const name = node.text!.replaceAll('`', '');
  const make = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (make === undefined) throw new Unsupported(`${name}()`);
  const args = node.children?.[0]?.children?.[1]?.children ?? [];
  const typed = name === 'as' || name === 'is' || name === 'ofType';
  return make(typed ? [] : args.map(stepOf), args);
}
