import { defineErrors } from '@gemel/core/error';

/** Error codes of the OMOP door. Each is documented in docs/errors.md. */
export const omopErrors = defineErrors({
  'omop-table-missing': {
    meaning: 'A table without which the others say nothing is not there.',
    remedy: 'Give a folder with person.csv and the tables of events beside it.',
  },
  'omop-column-missing': {
    meaning: 'A table lacks a column that the CDM requires.',
    remedy: 'Export the table with all columns of CDM 5.4.',
  },
  'omop-cell': {
    meaning: 'A cell is not of the type of its column.',
    remedy: 'Correct the cell; dates are written 2024-01-31 and times 2024-01-31 13:05:00.',
  },
  'omop-required': {
    meaning: 'A column that must be filled is empty, or what would fill it is not known.',
    remedy: 'Fill the column; on export, import a record that states what the message names.',
  },
  'omop-reference': {
    meaning: 'A row refers to a row of another table that is not there.',
    remedy: 'Export both tables of the same moment.',
  },
  'omop-twice': {
    meaning: 'Two rows have the same primary key.',
    remedy: 'Correct the table; the first row was taken.',
  },
  'omop-concept-unknown': {
    meaning: 'A concept id is not in the vocabulary files, or there are none.',
    remedy: 'Put CONCEPT.csv and CONCEPT_RELATIONSHIP.csv of your download from Athena beside the tables.',
  },
  'omop-no-code': {
    meaning: 'A row does not say what it is about: it has neither a concept nor a source value.',
    remedy: 'Fill the concept id or the source value.',
  },
  'omop-column-unused': {
    meaning: 'A column that nothing is made of.',
    remedy: 'Nothing to do; the README of the OMOP door lists the columns that are taken in.',
  },
  'omop-maps-several': {
    meaning: 'A code maps to several standard concepts, of which none was chosen.',
    remedy: 'Nothing to do; the source concept is there, and the standard concept is 0.',
  },
  'omop-too-long': {
    meaning: 'A text is longer than its column, and was cut.',
    remedy: 'Nothing to do where the beginning tells; the log has the whole.',
  },
  'omop-not-exported': {
    meaning: 'Something has no place in the tables that are written.',
    remedy: 'Export FHIR for what must not be lost.',
  },
});
