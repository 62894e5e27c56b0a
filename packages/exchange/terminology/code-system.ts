import type { Coding } from '@gemel/core/concept';

/** A code system's own way of saying what its hierarchy means (FHIR CodeSystem.hierarchyMeaning). */
export type HierarchyMeaning = 'is-a' | 'grouped-by' | 'part-of' | 'classified-with';

/** What is known of a code system as a whole. */
export interface CodeSystemHead {
  /** Canonical FHIR URI. */
  readonly url: string;
  readonly version: string | null;
  readonly name: string;
  readonly caseSensitive: boolean;
  readonly hierarchy: HierarchyMeaning | null;
  /** Canonical URI of the value set of all its codes, where it has one. */
  readonly valueSet: string | null;
  /** Whether every code of the system is there; where not, a code that is missing may still be one. */
  readonly complete: boolean;
  /** The notice that its licence asks to be shown. */
  readonly notice: string | null;
}

/** A property of a concept, typed as FHIR types it. */
export type PropertyValue =
  | { readonly kind: 'code'; readonly value: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'dateTime'; readonly value: string }
  | { readonly kind: 'coding'; readonly value: Coding };

export interface Property {
  readonly name: string;
  readonly value: PropertyValue;
}

/** Another name of a concept. */
export interface Designation {
  /** BCP 47; null where the source does not say. */
  readonly language: string | null;
  readonly use: Coding | null;
  readonly value: string;
}

export interface ConceptEntry {
  readonly code: string;
  readonly display: string | null;
  readonly definition: string | null;
  readonly inactive: boolean;
  /** Not for use as a value: a grouper, a chapter. */
  readonly abstract: boolean;
}

/**
 * One version of one code system, indexed. Concepts go by numbers that mean nothing outside the object. Membership is asked of
 * the index; nothing is ever expanded to answer it.
 */
export interface CodeSystem {
  readonly head: CodeSystemHead;
  /** Number of concepts; Infinity for a grammar, whose codes cannot be listed. */
  readonly size: number;
  /** The concept of a code; −1 where there is none. */
  find(code: string): number;
  concept(n: number): ConceptEntry;
  designations(n: number): readonly Designation[];
  /** Properties other than parents and children. */
  properties(n: number): readonly Property[];
  parents(n: number): readonly number[];
  children(n: number): readonly number[];
  /** Whether `descendant` is `ancestor` or lies under it. */
  subsumes(ancestor: number, descendant: number): boolean;
  /** All concepts under one, without itself. */
  descendants(n: number): Iterable<number>;
  /** All concepts; nothing for a grammar. */
  all(): Iterable<number>;
  /** Whether any concept has a property of that name. */
  knows(property: string): boolean;
  /** Concepts whose property has the value, as text. */
  having(property: string, value: string): Iterable<number>;
  /** Concepts of which some name or the code has, for each word, a word that begins with it. */
  search(words: readonly string[]): Iterable<number>;
}

/** Text of a property's value, under which filters compare it. */
export function propertyText({ kind, value }: PropertyValue): string {
  return kind === 'coding' ? value.code : String(value);
}

/** The words of a text, folded for comparison: lower case, without accents. */
export function foldedWords(text: string): readonly string[] {
  return (
    text
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Whether, for each word asked, a word of one of the texts begins with it. */
export function wordsFound(asked: readonly string[], texts: readonly string[]): boolean {
  return texts.some((text) => {
    const words = foldedWords(text);
    return asked.every((word) => words.some((each) => each.startsWith(word)));
  });
}
