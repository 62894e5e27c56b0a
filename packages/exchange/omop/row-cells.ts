import type { Bounded, Coding, Concept, Fact, Instant, Problem } from '@gemel/core';
import { coding, UCUM } from '@gemel/core/concept';
import { isBounded, isConcept } from '@gemel/core/guards';
import type { Zone } from '../device/zone.ts';
import { NO_CONCEPT, OPERATOR } from './codes.data.ts';
import { omopErrors } from './errors.data.ts';
import { type ConceptRow, sourceValueOf, type Vocabulary } from './vocabulary.ts';

export type Cells = Readonly<Record<string, string | number | undefined>>;

/** Groups of cells that every table of events has: what, when, how much. */
export class RowCells {
  readonly problems: Problem[] = [];
  readonly #zone: Zone;
  readonly #vocabulary: Vocabulary;
  readonly #several = new Set<string>();

  constructor(zone: Zone, vocabulary: Vocabulary) {
    this.#zone = zone;
    this.#vocabulary = vocabulary;
  }

  day(at: Instant): string {
    return this.#local(at).slice(0, 10);
  }

  /** The concept id of a code as the source has it. */
  source(code: Coding): number {
    return this.#vocabulary.ofCode(code)?.id ?? NO_CONCEPT;
  }

  /** Concept, source concept and source value by the first coding the vocabulary knows, else the first there is. */
  concept(stem: string, concept: Concept | null, text = concept?.text): Cells {
    const codings = concept?.codings ?? [];
    const known = codings.find((each) => this.#vocabulary.ofCode(each) !== null) ?? codings[0];
    const row = known === undefined ? null : this.#vocabulary.ofCode(known);
    return {
      [`${stem}_concept_id`]: row === null ? NO_CONCEPT : this.#standard(row),
      [`${stem}_source_concept_id`]: row?.id ?? NO_CONCEPT,
      [`${stem}_source_value`]: known === undefined ? text : sourceValueOf(known),
    };
  }

  value(value: Fact['value'] | Bounded): Cells {
    if (typeof value === 'string' || typeof value === 'boolean') return { value_as_string: String(value) };
    if (isConcept(value)) {
      const first = value.codings[0];
      const row = first === undefined ? null : this.#vocabulary.ofCode(first);
      return {
        value_as_concept_id: row === null ? NO_CONCEPT : this.#standard(row),
        value_source_value: first === undefined ? value.text : sourceValueOf(first),
      };
    }
    const quantity = isBounded(value) ? value.bound : value;
    const operator = isBounded(value) ? { operator_concept_id: OPERATOR[value.kind === 'below' ? '<' : '>'] } : {};
    const unit = this.#vocabulary.ofCode(coding(UCUM, quantity.unit));
    return {
      ...operator,
      value_as_number: quantity.value,
      unit_concept_id: unit === null ? NO_CONCEPT : this.#standard(unit),
      unit_source_value: quantity.unit,
    };
  }

  when(stem: string, at: Instant): Cells {
    const local = this.#local(at);
    return { [`${stem}_date`]: local.slice(0, 10), [`${stem}_datetime`]: local };
  }

  ended(stem: string, at: Instant | undefined): Cells {
    return at === undefined ? {} : this.when(stem, at);
  }

  #standard(row: ConceptRow): number {
    const found = this.#vocabulary.standard(row);
    if (found.length <= 1) return found[0] ?? NO_CONCEPT;
    const name = `${row.vocabulary}:${row.code}`;
    if (!this.#several.has(name)) {
      this.problems.push(
        omopErrors.problem('omop-maps-several', `${name} maps to ${found.join(', ')}`, { element: name }),
      );
    }
    this.#several.add(name);
    return NO_CONCEPT;
  }

  #local(at: Instant): string {
    const text = new Date(at + this.#zone.offsetAt(at) * 60_000).toISOString();
    return `${text.slice(0, 10)} ${text.slice(11, text.endsWith('.000Z') ? 19 : 23)}`;
  }
}
