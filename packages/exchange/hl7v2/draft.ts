import type { Segment } from './message.ts';
import type { Step } from './target.ts';
import type { Made } from './values.ts';

/** Elements of an array that several segments fill together, as against one for each segment. */
const SHARED = new Set(['dosageInstruction', 'doseAndRate', 'reaction']);
/** Arrays that hold one entry for a segment: a field that repeats repeats further in. */
const HOLDERS = new Set([
  'contact',
  'dosageInstruction',
  'doseAndRate',
  'reaction',
  'container',
  'collection',
  'content',
]);

/** Where in a resource a value goes: the steps there, and which of them a repeating field repeats. */
export interface Path {
  readonly steps: readonly Step[];
  /** The first array that is not the segment's own; −1 where there is none. */
  readonly repeated: number;
}

export function pathOf(steps: readonly Step[]): Path {
  const last = steps.length - 1;
  const repeated = steps.findIndex((step, i) => step.array && !(step.primitive && i < last) && !HOLDERS.has(step.name));
  return { steps, repeated };
}

/** One entry of an array, and what it stands for. */
interface ArrayEntry {
  readonly name: string;
  readonly slot: string;
  /** Index of the segment it is of; −1 where several fill it together. */
  readonly whose: number;
  readonly repetition: number;
  readonly made: Made;
}

/** A resource while it is made of segments. */
export class Draft {
  readonly type: string;
  readonly value: Made = {};
  /** The segment it is made of first; its fields place the resource. */
  readonly segment: Segment;
  /** Resources that references inside lead to, by the object that is the reference. */
  readonly nested = new Map<Made, Draft>();
  readonly #entries = new Map<Made, ArrayEntry[]>();
  /** Logical id; set when the resource is finished, or before where the message gives one. */
  id: string | null = null;

  constructor(type: string, segment: Segment) {
    this.type = type;
    this.segment = segment;
  }

  /**
   * Puts a value at the end of the steps. `repetition` counts the repetitions of the field. False where the value has no
   * room: the element holds one and has one, or another form of the choice is given.
   */
  put({ steps, repeated }: Path, value: unknown, segment: Segment, repetition: number): boolean {
    let owner: Draft = this;
    let holder: Made = this.value;
    if (repeated < 0 && repetition > 0) return false;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      const last = i === steps.length - 1;
      if (step.primitive && !last) {
        if (step.array) return false;
        holder = object(holder, `_${step.name}`);
        continue;
      }
      if (step.choice !== undefined && otherForm(holder, step.name, step.choice)) return false;
      if (last && step.primitive) return setPrimitive(holder, step, value, repetition, repeated >= 0 && repeated !== i);
      const element = step.array
        ? owner.#entry(holder, step, segment, i === repeated ? repetition : 0)
        : object(holder, step.name);
      if (step.target === undefined) {
        if (last) merge(element, value as Made);
        else holder = element;
        continue;
      }
      let inner = owner.nested.get(element);
      if (inner === undefined) {
        if (element.reference !== undefined) return false;
        inner = new Draft(step.target, segment);
        owner.nested.set(element, inner);
      } else if (inner.type !== step.target) return false;
      owner = inner;
      holder = inner.value;
      if (last) merge(holder, value as Made);
    }
    return true;
  }

  #entry(holder: Made, { name, slot: named }: Step, segment: Segment, repetition: number): Made {
    const whose = SHARED.has(name) ? -1 : segment.index;
    const slot = named === '' ? '1' : named;
    const entries = this.#entries.get(holder);
    if (entries !== undefined) {
      for (const entry of entries) {
        if (entry.name === name && entry.slot === slot && entry.whose === whose && entry.repetition === repetition)
          return entry.made;
      }
    }
    const made: Made = {};
    const entry: ArrayEntry = { name, slot, whose, repetition, made };
    if (entries === undefined) this.#entries.set(holder, [entry]);
    else entries.push(entry);
    const list = holder[name];
    if (Array.isArray(list)) list.push(made);
    else holder[name] = [made];
    return made;
  }
}

function object(holder: Made, name: string): Made {
  const there = holder[name];
  if (typeof there === 'object' && there !== null && !Array.isArray(there)) return there as Made;
  const made: Made = {};
  holder[name] = made;
  return made;
}

/** Whether the choice is given in another form than the one named. */
function otherForm(holder: Made, name: string, choice: string): boolean {
  for (const key in holder) {
    if (key !== name && key.startsWith(choice) && isCapital(key.charCodeAt(choice.length))) return true;
  }
  return false;
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function setPrimitive(holder: Made, step: Step, value: unknown, repetition: number, counted: boolean): boolean {
  if (!step.array) {
    if (repetition > 0 && !counted && holder[step.name] !== undefined) return false;
    holder[step.name] = value;
    return true;
  }
  const list = holder[step.name];
  if (!Array.isArray(list)) holder[step.name] = [value];
  else if (!list.includes(value)) list.push(value);
  return true;
}

/** Adds what `from` has to `into`: objects within each other, lists behind each other, single values in place. */
export function merge(into: Made, from: Made): void {
  for (const name in from) {
    const value = from[name];
    if (value === undefined) continue;
    const there = into[name];
    if (there === undefined) into[name] = value;
    else if (Array.isArray(there) && Array.isArray(value)) {
      for (const each of value) if (!there.some((one) => same(one, each))) there.push(each);
    } else if (isPlain(there) && isPlain(value)) merge(there, value);
    else into[name] = value;
  }
}

export function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function isPlain(value: unknown): value is Made {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Takes out what says nothing: empty values, codings without a code, extensions and identifiers without a value. What has
 * nothing to take out is given back as it is.
 */
export function pruned(value: unknown, name = ''): unknown {
  if (typeof value !== 'object' || value === null) return value === '' ? undefined : value;
  return Array.isArray(value) ? prunedList(value, name) : prunedObject(value as Made, name);
}

function prunedList(list: readonly unknown[], name: string): unknown {
  // Segments of one order say some things twice; references are told apart as they are made.
  const seen = list.length > 1 && name !== 'result' ? new Set<string>() : null;
  let kept: unknown[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const each = list[i];
    let one = pruned(each, name);
    if (seen !== null && typeof one === 'object') {
      const text = JSON.stringify(one);
      if (seen.has(text)) one = undefined;
      else seen.add(text);
    }
    if (kept === null && (one === undefined || one !== each)) kept = list.slice(0, i);
    if (kept !== null && one !== undefined) kept.push(one);
  }
  const left = kept ?? list;
  return left.length === 0 ? undefined : left;
}

function prunedObject(value: Made, name: string): Made | undefined {
  let kept: Made | null = null;
  let empty = true;
  for (const key in value) {
    const each = value[key];
    const one = pruned(each, key);
    if (kept === null && (one === undefined || one !== each)) kept = before(value, key);
    if (one === undefined) continue;
    empty = false;
    if (kept !== null) kept[key] = one;
  }
  const left = kept ?? value;
  return empty || saysNothing(left, name) ? undefined : left;
}

/** What an object has before the key. */
function before(value: Made, key: string): Made {
  const copy: Made = {};
  for (const each in value) {
    if (each === key) break;
    copy[each] = value[each];
  }
  return copy;
}

function saysNothing(kept: Made, name: string): boolean {
  switch (name) {
    case 'extension':
      for (const key in kept) if (key === 'extension' || key.startsWith('value')) return false;
      return true;
    case 'coding':
      return kept.code === undefined && kept.display === undefined;
    case 'identifier':
    case 'valueIdentifier':
      return kept.value === undefined;
    default:
      return false;
  }
}

/** A short hash of a text, the same everywhere: 64 bits as 16 hexadecimal digits. */
export function hashText(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0');
  return hex(a) + hex(b);
}
