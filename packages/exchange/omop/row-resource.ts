import type { Coding } from '@gemel/core/concept';
import { UCUM } from '@gemel/core/concept';
import type { Json } from '../fhir/context.ts';
import { ADMINISTERED, GENDER, NO_CONCEPT, OMOP, OPERATOR, VISIT } from './codes.data.ts';
import { conceptIn, numberIn, type TableRow, timeIn } from './table.ts';
import type { TableName } from './tables.data.ts';
import { codingIn, codingOf, type Vocabulary } from './vocabulary.ts';

/** What rows become FHIR by. */
export interface RowContext {
  readonly vocabulary: Vocabulary;
  /** Told of each concept id that the vocabulary lacks. */
  readonly missing: (id: number) => void;
  /** The cells of a location. */
  readonly location: (id: string | undefined) => TableRow['cells'] | undefined;
}

/** The FHIR R4 resource a row says; null where it says nothing that has one. */
export type RowResource = (row: TableRow, context: RowContext) => Json | null;

/** Columns of each table that what is taken in rests on; the others are not taken in. */
export const USED: Partial<Record<TableName, readonly string[]>> = {
  person: [
    'person_id',
    'gender_concept_id',
    'year_of_birth',
    'month_of_birth',
    'day_of_birth',
    'person_source_value',
    'location_id',
  ],
  location: [
    'location_id',
    'address_1',
    'address_2',
    'city',
    'state',
    'zip',
    'location_source_value',
    'country_source_value',
  ],
  death: ['person_id', 'death_date', 'death_datetime'],
  visit_occurrence: [
    'visit_occurrence_id',
    'person_id',
    'visit_concept_id',
    'visit_start_date',
    'visit_start_datetime',
    'visit_end_date',
    'visit_end_datetime',
    'visit_source_value',
  ],
  condition_occurrence: columns('condition', [
    'condition_start_date',
    'condition_start_datetime',
    'condition_end_date',
    'condition_end_datetime',
  ]),
  procedure_occurrence: columns('procedure', [
    'procedure_date',
    'procedure_datetime',
    'procedure_end_date',
    'procedure_end_datetime',
  ]),
  drug_exposure: [
    'drug_exposure_id',
    'person_id',
    'drug_concept_id',
    'drug_source_value',
    'drug_source_concept_id',
    'drug_exposure_start_date',
    'drug_exposure_start_datetime',
    'drug_exposure_end_date',
    'drug_exposure_end_datetime',
    'drug_type_concept_id',
    'quantity',
    'dose_unit_source_value',
    'sig',
  ],
  device_exposure: [
    'device_exposure_id',
    'person_id',
    'device_concept_id',
    'device_source_value',
    'device_source_concept_id',
    'device_exposure_start_date',
    'device_exposure_start_datetime',
    'device_exposure_end_date',
    'device_exposure_end_datetime',
  ],
  measurement: measured('measurement', ['operator_concept_id']),
  observation: measured('observation', ['value_as_string']),
};

function columns(stem: string, times: readonly string[]): readonly string[] {
  const own = [`${stem}_occurrence_id`, 'person_id', `${stem}_concept_id`];
  return [...own, `${stem}_source_value`, `${stem}_source_concept_id`, ...times];
}

function measured(stem: string, more: readonly string[]): readonly string[] {
  const own = [`${stem}_id`, 'person_id', `${stem}_concept_id`, `${stem}_source_value`, `${stem}_source_concept_id`];
  const value = [
    'value_as_number',
    'value_as_concept_id',
    'value_source_value',
    'unit_concept_id',
    'unit_source_value',
  ];
  return [...own, `${stem}_date`, `${stem}_datetime`, ...value, ...more];
}

/** The tables whose rows become resources. */
export const ROW_RESOURCES: Partial<Record<TableName, RowResource>> = {
  person: personResource,
  death: deathResource,
  visit_occurrence: visitResource,
  condition_occurrence: conditionResource,
  procedure_occurrence: procedureResource,
  drug_exposure: drugResource,
  measurement: measurementResource,
  observation: measurementResource,
};

/** The local name of a person's Patient, which references use until the subject's own key takes its place. */
export function patientId(personId: string): string {
  return `person-${personId}`;
}

function named(type: string, row: TableRow): Json {
  const key = row.cells.get(`${row.table}_id`) ?? row.provenance.line;
  return {
    resourceType: type,
    id: `${row.table.replaceAll('_', '-')}-${key}`,
    subject: { reference: `Patient/${patientId(row.cells.get('person_id')!)}` },
  };
}

/** A concept from its standard concept, its source concept and its source value, the source's own code first. */
export function conceptOf(row: TableRow, stem: string, { vocabulary, missing }: RowContext): Json | null {
  const sourceValue = row.cells.get(`${stem}_source_value`);
  const written = sourceValue === undefined ? null : codingIn(sourceValue);
  const codings: Coding[] = written === null ? [] : [written];
  for (const name of [`${stem}_source_concept_id`, `${stem}_concept_id`]) {
    const id = conceptIn(row, name);
    if (id === undefined) continue;
    const known = vocabulary.ofId(id);
    const coding = known === null ? null : codingOf(known);
    if (known === null) missing(id);
    codings.push(coding ?? { system: OMOP, code: String(id), ...(known === null ? {} : { display: known.name }) });
  }
  const distinct = codings.filter(
    (each, i) => codings.findIndex(({ system, code }) => system === each.system && code === each.code) === i,
  );
  if (distinct.length === 0 && sourceValue === undefined) return null;
  return {
    ...(distinct.length === 0 ? {} : { coding: distinct }),
    ...(sourceValue === undefined || written !== null ? {} : { text: sourceValue }),
  };
}

function personResource(row: TableRow, { location }: RowContext): Json {
  const two = (name: string) => row.cells.get(name)?.padStart(2, '0');
  const [month, day] = [two('month_of_birth'), two('day_of_birth')];
  const year = row.cells.get('year_of_birth')!.padStart(4, '0');
  const gender = Object.entries(GENDER).find(([, id]) => id === conceptIn(row, 'gender_concept_id'))?.[0];
  const birthDate = month === undefined ? year : day === undefined ? `${year}-${month}` : `${year}-${month}-${day}`;
  const id = patientId(row.cells.get('person_id')!);
  const address = addressOf(location(row.cells.get('location_id')));
  return {
    resourceType: 'Patient',
    id,
    birthDate,
    ...(gender === undefined ? {} : { gender }),
    ...(address === null ? {} : { address: [address] }),
  };
}

/** Where somebody lives; null where the row says nothing of it. */
function addressOf(cells: TableRow['cells'] | undefined): Json | null {
  if (cells === undefined) return null;
  const said = (name: string) => cells.get(name) || undefined;
  const line = [said('address_1'), said('address_2')].filter((each) => each !== undefined);
  const parts = {
    city: said('city'),
    state: said('state'),
    postalCode: said('zip'),
    country: said('country_source_value'),
    text: said('location_source_value'),
  };
  const stated = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  if (line.length === 0 && Object.keys(stated).length === 0) return null;
  return { ...(line.length === 0 ? {} : { line }), ...stated };
}

/** A death is its person's, but stands in a row of its own. */
function deathResource(row: TableRow): Json {
  const id = `${patientId(row.cells.get('person_id')!)}-death`;
  return { resourceType: 'Patient', id, deceasedDateTime: timeIn(row, 'death_date', 'death_datetime') };
}

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

function visitResource(row: TableRow, context: RowContext): Json {
  const kind = Object.entries(VISIT).find(([, id]) => id === conceptIn(row, 'visit_concept_id'))?.[0];
  const concept = kind === undefined ? conceptOf(row, 'visit', context) : null;
  const other = (concept?.coding as readonly Coding[] | undefined)?.[0] ?? { system: OMOP, code: String(NO_CONCEPT) };
  return {
    ...named('Encounter', row),
    status: 'finished',
    class: kind === undefined ? other : { system: ACT_CODE, code: kind },
    period: {
      start: timeIn(row, 'visit_start_date', 'visit_start_datetime'),
      end: timeIn(row, 'visit_end_date', 'visit_end_datetime'),
    },
  };
}

function conditionResource(row: TableRow, context: RowContext): Json {
  const code = conceptOf(row, 'condition', context);
  const end = timeIn(row, 'condition_end_date', 'condition_end_datetime');
  return {
    ...named('Condition', row),
    ...(code === null ? {} : { code }),
    onsetDateTime: timeIn(row, 'condition_start_date', 'condition_start_datetime'),
    ...(end === undefined ? {} : { abatementDateTime: end }),
  };
}

function procedureResource(row: TableRow, context: RowContext): Json {
  const code = conceptOf(row, 'procedure', context);
  const start = timeIn(row, 'procedure_date', 'procedure_datetime');
  const end = timeIn(row, 'procedure_end_date', 'procedure_end_datetime');
  const performed = end === undefined ? { performedDateTime: start } : { performedPeriod: { start, end } };
  return { ...named('Procedure', row), status: 'completed', ...(code === null ? {} : { code }), ...performed };
}

/** Given where the row says so and states an amount with its unit; else what is taken, as a statement. */
function drugResource(row: TableRow, context: RowContext): Json {
  const medicationCodeableConcept = conceptOf(row, 'drug', context) ?? {};
  const start = timeIn(row, 'drug_exposure_start_date', 'drug_exposure_start_datetime');
  const end = timeIn(row, 'drug_exposure_end_date', 'drug_exposure_end_datetime');
  const quantity = numberIn(row, 'quantity');
  const unit = row.cells.get('dose_unit_source_value');
  const given = conceptIn(row, 'drug_type_concept_id') === ADMINISTERED;
  if (given && quantity !== undefined && unit !== undefined) {
    const amount = { value: quantity, unit, system: UCUM, code: unit };
    const rate = /\/(h|min|s|d)$/.test(unit);
    return {
      ...named('MedicationAdministration', row),
      status: 'completed',
      medicationCodeableConcept,
      ...(end === undefined || end === start ? { effectiveDateTime: start } : { effectivePeriod: { start, end } }),
      dosage: rate ? { rateQuantity: amount } : { dose: amount },
    };
  }
  const sig = row.cells.get('sig');
  return {
    ...named('MedicationStatement', row),
    status: 'completed',
    medicationCodeableConcept,
    effectivePeriod: { start, end },
    ...(sig === undefined ? {} : { dosage: [{ text: sig }] }),
  };
}

function measurementResource(row: TableRow, context: RowContext): Json {
  const { table } = row;
  const code = conceptOf(row, table, context);
  return {
    ...named('Observation', row),
    status: 'final',
    ...(code === null ? {} : { code }),
    effectiveDateTime: timeIn(row, `${table}_date`, `${table}_datetime`),
    ...valueOfRow(row, context),
  };
}

function valueOfRow(row: TableRow, { vocabulary, missing }: RowContext): Json {
  const value = numberIn(row, 'value_as_number');
  if (value !== undefined) {
    const id = conceptIn(row, 'unit_concept_id');
    const concept = id === undefined ? null : vocabulary.ofId(id);
    const known = concept === null ? null : codingOf(concept);
    // The unit's own concept is surer than how the source wrote it.
    const text = row.cells.get('unit_source_value');
    if (id !== undefined && concept === null && text === undefined) missing(id);
    const unit = known?.system === UCUM ? { unit: known.code, system: UCUM, code: known.code } : { unit: text };
    const operator = Object.entries(OPERATOR).find(([, each]) => each === conceptIn(row, 'operator_concept_id'))?.[0];
    return { valueQuantity: { value, ...unit, ...(operator === undefined ? {} : { comparator: operator }) } };
  }
  const coded = conceptIn(row, 'value_as_concept_id');
  const words = row.cells.get('value_as_string') ?? row.cells.get('value_source_value');
  if (coded === undefined) {
    const named = words === undefined ? null : codingIn(words);
    if (named !== null) return { valueCodeableConcept: { coding: [named] } };
    return words === undefined ? {} : { valueString: words };
  }
  const known = vocabulary.ofId(coded);
  if (known === null) missing(coded);
  const written = words === undefined ? null : codingIn(words);
  const coding = (known === null ? null : codingOf(known)) ?? { system: OMOP, code: String(coded) };
  const codings = written === null || written.code === coding.code ? [coding] : [written, coding];
  return {
    valueCodeableConcept: { coding: codings, ...(words === undefined || written !== null ? {} : { text: words }) },
  };
}
