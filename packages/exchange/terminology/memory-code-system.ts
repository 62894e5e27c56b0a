import { type Adjacency, adjacency, below, type Closure, closureOf, isBelow } from './closure.ts';
import {
  type CodeSystem,
  type CodeSystemHead,
  type ConceptEntry,
  type Designation,
  type Property,
  propertyText,
  wordsFound,
} from './code-system.ts';
import type { SystemWriter } from './release.ts';

interface Kept {
  readonly entry: ConceptEntry;
  readonly designations: Designation[];
  readonly properties: Property[];
}

interface Hierarchy {
  readonly parents: Adjacency;
  readonly children: Adjacency;
  readonly closure: Closure;
}

/** A code system in memory: for resources of a few thousand concepts. Written once, then read. */
export class MemoryCodeSystem implements CodeSystem, SystemWriter {
  readonly head: CodeSystemHead;
  readonly #concepts: Kept[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #edges = new Map<number, Set<number>>();
  #hierarchy: Hierarchy | null = null;
  #byValue: Map<string, number[]> | null = null;
  readonly #propertyNames = new Set<string>();

  constructor(head: CodeSystemHead) {
    this.head = head;
  }

  get size(): number {
    return this.#concepts.length;
  }

  add(entry: ConceptEntry): number {
    const key = this.#key(entry.code);
    if (this.#numbers.has(key)) return -1;
    const n = this.#concepts.length;
    this.#numbers.set(key, n);
    this.#concepts.push({ entry, designations: [], properties: [] });
    return n;
  }

  rename(n: number, display: string): void {
    const kept = this.#concepts[n]!;
    this.#concepts[n] = { ...kept, entry: { ...kept.entry, display } };
  }

  designate(n: number, designation: Designation): void {
    this.#concepts[n]!.designations.push(designation);
  }

  describe(n: number, property: Property): void {
    this.#concepts[n]!.properties.push(property);
    this.#propertyNames.add(property.name);
  }

  place(child: number, parent: number): void {
    const parents = this.#edges.get(child);
    if (parents === undefined) this.#edges.set(child, new Set([parent]));
    else parents.add(parent);
  }

  finish(): string | null {
    const from: number[] = [];
    const to: number[] = [];
    for (const [child, parents] of this.#edges) {
      for (const parent of parents) {
        from.push(child);
        to.push(parent);
      }
    }
    const parents = adjacency(this.size, from, to);
    const children = adjacency(this.size, to, from);
    const closure = closureOf(children, parents);
    if ('circle' in closure) {
      this.#edges.clear();
      this.finish();
      return this.#concepts[closure.circle]!.entry.code;
    }
    this.#hierarchy = { parents, children, closure };
    return null;
  }

  find(code: string): number {
    return this.#numbers.get(this.#key(code)) ?? -1;
  }

  concept(n: number): ConceptEntry {
    return this.#concepts[n]!.entry;
  }

  designations(n: number): readonly Designation[] {
    return this.#concepts[n]!.designations;
  }

  properties(n: number): readonly Property[] {
    return this.#concepts[n]!.properties;
  }

  parents(n: number): readonly number[] {
    return listAt(this.#hierarchy?.parents, n);
  }

  children(n: number): readonly number[] {
    return listAt(this.#hierarchy?.children, n);
  }

  subsumes(ancestor: number, descendant: number): boolean {
    return (
      ancestor === descendant || (this.#hierarchy !== null && isBelow(this.#hierarchy.closure, ancestor, descendant))
    );
  }

  *descendants(n: number): Generator<number, void, void> {
    if (this.#hierarchy !== null) yield* below(this.#hierarchy.closure, n);
  }

  *all(): Generator<number, void, void> {
    for (let n = 0; n < this.size; n++) yield n;
  }

  knows(property: string): boolean {
    return this.#propertyNames.has(property);
  }

  having(property: string, value: string): Iterable<number> {
    if (this.#byValue === null) {
      this.#byValue = new Map();
      for (const [n, { properties }] of this.#concepts.entries()) {
        for (const one of properties) {
          const key = JSON.stringify([one.name, propertyText(one.value)]);
          const found = this.#byValue.get(key);
          if (found === undefined) this.#byValue.set(key, [n]);
          else if (found.at(-1) !== n) found.push(n);
        }
      }
    }
    return this.#byValue.get(JSON.stringify([property, value])) ?? [];
  }

  *search(words: readonly string[]): Generator<number, void, void> {
    for (const [n, { entry, designations }] of this.#concepts.entries()) {
      const texts = [entry.code, entry.display ?? '', ...designations.map(({ value }) => value)];
      if (wordsFound(words, texts)) yield n;
    }
  }

  #key(code: string): string {
    return this.head.caseSensitive ? code : code.toLowerCase();
  }
}

function listAt(lists: Adjacency | undefined, n: number): readonly number[] {
  return lists === undefined ? [] : Array.from(lists.targets.subarray(lists.starts[n]!, lists.starts[n + 1]!));
}
