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

/** A resource while it is made of segments. */
export class Draft {
  readonly type: string;
  readonly value: Made = {};
  /** The segment it is made of first; its fields place the resource. */
  readonly segment: Segment;
  /** Resources that references inside lead to, by the object that is the reference. */
  readonly nested = new Map<Made, Draft>();
  readonly #entries = new Map<object, Map<string, Made>>();
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
  put(steps: readonly Step[], value: unknown, segment: Segment, repetition: number): boolean {
    let owner: Draft = this;
    let holder: Made = this.value;
    const repeated = repeatedStep(steps);
    if (repeated < 0 && repetition > 0) return false;
    for (const [i, step] of steps.entries()) {
      const last = i === steps.length - 1;
      if (step.primitive && !last) {
        if (step.array) return false;
        holder = object(holder, `_${step.name}`);
        continue;
      }
      if (step.choice !== undefined && otherForm(holder, step)) return false;
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

  #entry(holder: Made, step: Step, segment: Segment, repetition: number): Made {
    let entries = this.#entries.get(holder);
    if (entries === undefined) {
      entries = new Map();
      this.#entries.set(holder, entries);
    }
    const whose = SHARED.has(step.name) ? 'all' : segment.index;
    const key = `${step.name}|${step.slot === '' ? '1' : step.slot}|${whose}|${repetition}`;
    let entry = entries.get(key);
    if (entry === undefined) {
      entry = {};
      entries.set(key, entry);
      const list = holder[step.name];
      if (Array.isArray(list)) list.push(entry);
      else holder[step.name] = [entry];
    }
    return entry;
  }
}

/** The array that a repeating field repeats: the first that is not the segment's own; −1 where there is none. */
function repeatedStep(steps: readonly Step[]): number {
  const arrays = steps.flatMap((step, i) => (step.array && !(step.primitive && i < steps.length - 1) ? [i] : []));
  return arrays.find((i) => !HOLDERS.has(steps[i]!.name)) ?? -1;
}

function object(holder: Made, name: string): Made {
  const there = holder[name];
  if (typeof there === 'object' && there !== null && !Array.isArray(there)) return there as Made;
  const made: Made = {};
  holder[name] = made;
  return made;
}

function otherForm(holder: Made, step: Step): boolean {
  for (const name of Object.keys(holder)) {
    if (name !== step.name && name.startsWith(step.choice!) && /^[A-Z]/.test(name.slice(step.choice!.length)))
      return true;
  }
  return false;
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
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined) continue;
    const there = into[name];
    if (Array.isArray(there) && Array.isArray(value)) {
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

/** Takes out what says nothing: empty values, codings without a code, extensions and identifiers without a value. */
export function pruned(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const kept: unknown[] = [];
    // Segments of one order say some things twice; references are told apart as they are made.
    const seen = value.length > 1 && name !== 'result' ? new Set<string>() : null;
    for (const each of value) {
      const one = pruned(each, name);
      if (one === undefined) continue;
      if (seen !== null && typeof one === 'object') {
        const text = JSON.stringify(one);
        if (seen.has(text)) continue;
        seen.add(text);
      }
      kept.push(one);
    }
    return kept.length === 0 ? undefined : kept;
  }
  if (!isPlain(value)) return value === '' || value === undefined ? undefined : value;
  const kept: Made = {};
  let empty = true;
  for (const key in value) {
    const one = pruned(value[key], key);
    if (one === undefined) continue;
    kept[key] = one;
    empty = false;
  }
  if (empty) return undefined;
  if (name === 'extension' && !Object.keys(kept).some((key) => key === 'extension' || key.startsWith('value')))
    return undefined;
  if (name === 'coding' && kept.code === undefined && kept.display === undefined) return undefined;
  if ((name === 'identifier' || name === 'valueIdentifier') && kept.value === undefined) return undefined;
  return kept;
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
