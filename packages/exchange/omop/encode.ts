import type { Bounded, Coding, Concept, ControlInput, Fact, Instant, Observation, Problem } from '@gemel/core';
import { coding, GEMEL, UCUM } from '@gemel/core/concept';
import { isBounded, isConcept, isQuantity, isSeries, isVolume } from '@gemel/core/guards';
import { parseZone } from '../device/zone.ts';
import { exchangeErrors } from '../errors.data.ts';
import { controlForm } from '../fhir/encode/control.ts';
import { ADMINISTERED, FROM_RECORD, GENDER, NO_CONCEPT, VISIT } from './codes.data.ts';
import { omopErrors } from './errors.data.ts';
import { type Cells, RowCells } from './row-cells.ts';
import type { OmopCode } from './table.ts';
import { type Column, TABLES, type TableName } from './tables.data.ts';
import { NO_VOCABULARY, sourceValueOf, type Vocabulary } from './vocabulary.ts';

/** What is known of one subject, as the log has it. */
export interface OmopSubject {
  readonly subject: string;
  readonly facts: readonly Fact[];
  readonly observations: readonly Observation[];
  readonly controls: readonly ControlInput[];
}

export interface OmopOptions {
  /** The moment of the export. */
  readonly at: Instant;
  /** Zone of the times written; UTC where none is given. */
  readonly zone?: string;
  readonly vocabulary?: Vocabulary;
  /** Name of the vocabulary download, for cdm_source. */
  readonly vocabularyVersion?: string;
  /** Whose data it is, for cdm_source. */
  readonly holder?: string;
}

/** The tables that are written. */
export const WRITTEN: readonly TableName[] = [
  'location',
  'person',
  'observation_period',
  'visit_occurrence',
  'condition_occurrence',
  'drug_exposure',
  'procedure_occurrence',
  'device_exposure',
  'measurement',
  'observation',
  'death',
  'cdm_source',
];

/** The codes that subjects mention, for which a vocabulary is to be read. */
export function codingsOf({ facts, observations, controls }: OmopSubject): readonly Coding[] {
  const units = observations.flatMap(({ value }) =>
    isQuantity(value) ? [value.unit] : isBounded(value) ? [value.bound.unit] : [],
  );
  return [
    ...facts.flatMap(({ code, value }) => [
      ...(code?.codings ?? []),
      ...(typeof value === 'object' && isConcept(value) ? value.codings : []),
    ]),
    ...observations.flatMap(({ code, value }) => [...code.codings, ...(isConcept(value) ? value.codings : [])]),
    ...controls.flatMap(({ code }) => code.codings),
    ...units.map((unit) => coding(UCUM, unit)),
  ];
}

/**
 * Writes subjects as rows of the CDM 5.4: `write` takes each table's header first, then its rows, without line ends. Standard
 * concepts come from the vocabulary given, and are 0 where it has none; source values and source concepts are kept.
 * Returns what could not be written, or not wholly. @throws exchange-zone-unknown
 */
export function encodeOmop(
  subjects: Iterable<OmopSubject>,
  options: OmopOptions,
  write: (table: TableName, line: string) => void,
): readonly Problem[] {
  const zoneName = options.zone ?? 'UTC';
  const zone = parseZone(zoneName);
  if (zone === null) throw exchangeErrors.error('exchange-zone-unknown', `"${zoneName}" is no zone`, { field: 'zone' });
  const cells = new RowCells(zone, options.vocabulary ?? NO_VOCABULARY);
  const writer = new OmopWriter(cells, write);
  for (const table of WRITTEN) write(table, TABLES[table].map(({ name }) => name).join(','));
  for (const subject of subjects) writer.subject(subject);
  const today = cells.day(options.at);
  writer.row('cdm_source', {
    cdm_source_name: 'Gemel',
    cdm_source_abbreviation: 'Gemel',
    cdm_holder: options.holder ?? 'unknown',
    source_description: `Observations, control inputs and facts of medical digital twins. Times are in ${zoneName}. Research use. Not for clinical use.`,
    source_release_date: today,
    cdm_release_date: today,
    cdm_version: 'v5.4',
    cdm_version_concept_id: NO_CONCEPT,
    vocabulary_version: options.vocabularyVersion ?? 'none',
  });
  return [...writer.problems, ...cells.problems];
}

class OmopWriter {
  readonly problems: Problem[] = [];
  readonly #cells: RowCells;
  readonly #write: (table: TableName, line: string) => void;
  readonly #ids = new Map<TableName, number>();
  readonly #locations = new Map<string, number>();
  #element = '';

  constructor(cells: RowCells, write: (table: TableName, line: string) => void) {
    this.#cells = cells;
    this.#write = write;
  }

  subject({ subject, facts, observations, controls }: OmopSubject): void {
    this.#element = subject;
    const person = this.#person(subject, facts);
    if (person === null) return;
    const times: Instant[] = [];
    for (const fact of facts) this.#fact(fact, person, times);
    for (const observation of observations) this.#observation(observation, person, times);
    for (const control of controls) this.#control(control, person, times);
    if (times.length === 0) return;
    this.row('observation_period', {
      observation_period_id: this.#next('observation_period'),
      person_id: person,
      observation_period_start_date: this.#cells.day(times.reduce((a, b) => (b < a ? b : a))),
      observation_period_end_date: this.#cells.day(times.reduce((a, b) => (b > a ? b : a))),
      period_type_concept_id: FROM_RECORD,
    });
  }

  /** One row; texts longer than their column are cut, and that is said. */
  row(table: TableName, cells: Cells): void {
    const line = (TABLES[table] as readonly Column[]).map(({ name, type }) => {
      const cell = cells[name];
      if (cell === undefined) return '';
      if (typeof cell === 'number') return String(cell);
      if (typeof type !== 'number' || cell.length <= type) return quoted(cell);
      this.#say('omop-too-long', `${table}.${name}: "${cell.slice(0, 60)}…" has more than ${type} characters`);
      return quoted(cell.slice(0, type));
    });
    this.#write(table, line.join(','));
  }

  #person(subject: string, facts: readonly Fact[]): number | null {
    const named = (name: string) => facts.find(({ fact }) => fact === name)?.value;
    const born = named('birthDate');
    const parts = typeof born === 'string' ? /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(born) : null;
    if (parts === null) {
      this.#say(
        'omop-required',
        'no birth date is known, without which the CDM has no person; nothing of them was written',
      );
      return null;
    }
    const id = this.#next('person');
    const sex = named('sex');
    const gender =
      typeof sex === 'object' && isConcept(sex) ? sex.codings[0]?.code : typeof sex === 'string' ? sex : undefined;
    const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
    this.row('person', {
      person_id: id,
      gender_concept_id: GENDER[gender ?? ''] ?? NO_CONCEPT,
      year_of_birth: Number(parts[1]),
      month_of_birth: number(parts[2]),
      day_of_birth: number(parts[3]),
      race_concept_id: NO_CONCEPT,
      ethnicity_concept_id: NO_CONCEPT,
      location_id: this.#location(facts),
      person_source_value: subject,
      gender_source_value: gender,
    });
    return id;
  }

  /** Where a person lives, as it is written: one row for each address, whoever lives there. */
  #location(facts: readonly Fact[]): number | undefined {
    const address = facts.findLast(({ fact }) => fact === 'address')?.value;
    if (typeof address !== 'string') return undefined;
    const known = this.#locations.get(address);
    if (known !== undefined) return known;
    const id = this.#next('location');
    this.#locations.set(address, id);
    this.row('location', { location_id: id, location_source_value: address });
    return id;
  }

  #fact(fact: Fact, person: number, times: Instant[]): void {
    const { trueAt, until } = fact;
    switch (fact.fact) {
      case 'birthDate':
      case 'sex':
      case 'address':
        return;
      case 'name':
      case 'telecom':
      case 'identifier':
        // The CDM holds no names and numbers to call; whose a row is stands in person_source_value.
        this.#leave(fact.fact);
        return;
      case 'deceased':
        if (fact.value !== true) {
          this.#leave('deceased: false');
          return;
        }
        times.push(trueAt);
        this.row('death', {
          person_id: person,
          ...this.#cells.when('death', trueAt),
          death_type_concept_id: FROM_RECORD,
        });
        return;
      case 'condition':
        times.push(trueAt);
        this.row('condition_occurrence', {
          condition_occurrence_id: this.#next('condition_occurrence'),
          person_id: person,
          ...this.#cells.concept('condition', conceptOf(fact)),
          ...this.#cells.when('condition_start', trueAt),
          ...this.#cells.ended('condition_end', until),
          condition_type_concept_id: FROM_RECORD,
        });
        return;
      case 'procedure':
        times.push(trueAt);
        this.row('procedure_occurrence', {
          procedure_occurrence_id: this.#next('procedure_occurrence'),
          person_id: person,
          ...this.#cells.concept('procedure', conceptOf(fact)),
          ...this.#cells.when('procedure', trueAt),
          ...this.#cells.ended('procedure_end', until),
          procedure_type_concept_id: FROM_RECORD,
        });
        return;
      case 'device':
        times.push(trueAt);
        this.row('device_exposure', {
          device_exposure_id: this.#next('device_exposure'),
          person_id: person,
          ...this.#cells.concept('device', fact.code, typeof fact.value === 'string' ? fact.value : undefined),
          ...this.#cells.when('device_exposure_start', trueAt),
          ...this.#cells.ended('device_exposure_end', until),
          device_type_concept_id: FROM_RECORD,
        });
        return;
      case 'encounter':
        this.#visit(fact, person, times);
        return;
      case 'medication':
        this.#medication(fact, person, times);
        return;
      default:
        this.#stated(fact, person, times);
        return;
    }
  }

  #visit({ code, value, trueAt, until }: Fact, person: number, times: Instant[]): void {
    const group = typeof value === 'object' && isConcept(value) ? value.codings[0] : undefined;
    const end = until ?? trueAt;
    if (until === undefined)
      this.#say('omop-not-exported', 'a visit without an end is written as ending when it began');
    times.push(trueAt, end);
    const source = code?.codings[0] ?? group;
    this.row('visit_occurrence', {
      visit_occurrence_id: this.#next('visit_occurrence'),
      person_id: person,
      visit_concept_id: VISIT[group?.code ?? ''] ?? NO_CONCEPT,
      ...this.#cells.when('visit_start', trueAt),
      ...this.#cells.when('visit_end', end),
      visit_type_concept_id: FROM_RECORD,
      visit_source_value: source === undefined ? undefined : sourceValueOf(source),
      visit_source_concept_id: source === undefined ? undefined : this.#cells.source(source),
    });
  }

  #medication(fact: Fact, person: number, times: Instant[]): void {
    const concept = conceptOf(fact);
    const end = fact.until ?? fact.trueAt;
    times.push(fact.trueAt, end);
    this.row('drug_exposure', {
      drug_exposure_id: this.#next('drug_exposure'),
      person_id: person,
      ...this.#cells.concept('drug', concept),
      ...this.#cells.when('drug_exposure_start', fact.trueAt),
      ...this.#cells.when('drug_exposure_end', end),
      drug_type_concept_id: FROM_RECORD,
      sig: concept?.text,
    });
  }

  /** Any other fact is a measurement where it is a number, else an observation, under its own code. */
  #stated(fact: Fact, person: number, times: Instant[]): void {
    const code: Concept =
      fact.code !== null && fact.code.codings.length > 0 ? fact.code : { codings: [coding(GEMEL, fact.fact)] };
    times.push(fact.trueAt);
    if (fact.until !== undefined) this.#say('omop-not-exported', `${fact.fact}: until when it held has no column`);
    this.#measured(code, fact.value, fact.trueAt, person);
  }

  #observation({ value, code, signal, trueAt, grade }: Observation, person: number, times: Instant[]): void {
    if (grade === 'poor') {
      // The CDM has no place for the doubt, without which the value would mislead.
      this.#leave(`a value of ${signal ?? code.text ?? 'unknown'} that is graded poor`);
      return;
    }
    if (isSeries(value) || isVolume(value)) {
      this.#leave(`${value.kind} of ${code.text ?? signal ?? 'samples'}`);
      return;
    }
    times.push(trueAt);
    this.#measured(code, value, trueAt, person);
  }

  #measured(code: Concept, value: Fact['value'] | Bounded, at: Instant, person: number): void {
    const table = typeof value === 'object' && (isQuantity(value) || isBounded(value)) ? 'measurement' : 'observation';
    this.row(table, {
      [`${table}_id`]: this.#next(table),
      person_id: person,
      ...this.#cells.concept(table, code),
      ...this.#cells.when(table, at),
      [`${table}_type_concept_id`]: FROM_RECORD,
      ...this.#cells.value(value),
    });
  }

  #control(control: ControlInput, person: number, times: Instant[]): void {
    if (control.status !== 'given') {
      this.#leave(`${control.status} ${control.control}`);
      return;
    }
    times.push(control.from);
    const end = control.to ?? control.from;
    if (controlForm(control) === 'medication') {
      this.row('drug_exposure', {
        drug_exposure_id: this.#next('drug_exposure'),
        person_id: person,
        ...this.#cells.concept('drug', control.code),
        ...this.#cells.when('drug_exposure_start', control.from),
        ...this.#cells.when('drug_exposure_end', end),
        drug_type_concept_id: ADMINISTERED,
        quantity: control.value.value,
        dose_unit_source_value: control.value.unit,
      });
      return;
    }
    if (end !== control.from)
      this.#say('omop-not-exported', `${control.control}: until when it was held has no column`);
    this.#measured(control.code, control.value, control.from, person);
  }

  #next(table: TableName): number {
    const id = (this.#ids.get(table) ?? 0) + 1;
    this.#ids.set(table, id);
    return id;
  }

  #leave(what: string): void {
    this.#say('omop-not-exported', `${what} has no place in the tables`);
  }

  #say(code: OmopCode, message: string): void {
    this.problems.push(omopErrors.problem(code, `${this.#element}: ${message}`, { element: this.#element }));
  }
}

/** What a fact is about: its value where that is coded, else its code. */
function conceptOf({ value, code }: Fact): Concept | null {
  return typeof value === 'object' && isConcept(value) ? value : code;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
