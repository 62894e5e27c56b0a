import { UCUM } from '@gemel/core/concept';
import { validUnit } from '@gemel/core/units';
import type { CodeSystem, CodeSystemHead, ConceptEntry } from './code-system.ts';

const HEAD: CodeSystemHead = {
  url: UCUM,
  version: null,
  name: 'UCUM',
  caseSensitive: true,
  hierarchy: null,
  valueSet: 'http://hl7.org/fhir/ValueSet/ucum-units',
  complete: true,
  notice: 'UCUM is copyright Regenstrief Institute, Inc. and the UCUM Organization; see https://ucum.org/license.',
};
/** A source with ever new unit texts must not fill the memory. */
const KEPT = 10_000;

/** The unified code for units of measure: a grammar, so that any of its endless codes is checked and none can be listed. */
export class UcumCodeSystem implements CodeSystem {
  readonly head = HEAD;
  readonly size = Number.POSITIVE_INFINITY;
  #codes = new Map<number, string>();
  #numbers = new Map<string, number>();
  #next = 0;

  find(code: string): number {
    const known = this.#numbers.get(code);
    if (known !== undefined) return known;
    if (!validUnit(code)) return -1;
    // Numbers are never given twice, so that none comes to mean another code within one question.
    if (this.#codes.size >= KEPT) {
      this.#codes = new Map();
      this.#numbers = new Map();
    }
    this.#codes.set(this.#next, code);
    this.#numbers.set(code, this.#next);
    return this.#next++;
  }

  concept(n: number): ConceptEntry {
    const code = this.#codes.get(n)!;
    return { code, display: code, definition: null, inactive: false, abstract: false };
  }

  subsumes(ancestor: number, descendant: number): boolean {
    return ancestor === descendant;
  }

  designations = () => [];
  properties = () => [];
  parents = () => [];
  children = () => [];
  descendants = () => [];
  all = () => [];
  having = () => [];
  search = () => [];
  knows = () => false;
}
