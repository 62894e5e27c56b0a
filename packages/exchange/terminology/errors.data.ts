import { defineErrors } from '@gemel/core/error';

/** Error codes of terminology. Each is documented in docs/errors.md. */
export const terminologyErrors = defineErrors({
  // operations
  'terminology-request': {
    meaning: 'A parameter of a terminology operation is missing, contradicts another or is not of its type.',
    remedy: 'Give the parameters as FHIR R4 defines them for the operation.',
  },
  'terminology-system-unknown': {
    meaning: 'The code system is not loaded, or not in the version asked for.',
    remedy: 'Load a release of it: gemel terminology load FILE… ; gemel terminology list names what is there.',
  },
  'terminology-code-unknown': {
    meaning: 'The code system has no such code.',
    remedy: 'Check the code and the version of the code system.',
  },
  'terminology-value-set-unknown': {
    meaning: 'The value set is not loaded, or not in the version asked for.',
    remedy: 'Load it: gemel terminology load FILE…, or send it in the parameter valueSet.',
  },
  'terminology-value-set-circle': {
    meaning: 'A value set includes itself, directly or by way of others.',
    remedy: 'Take the circle out of its compose.',
  },
  'terminology-map-unknown': {
    meaning: 'The concept map is not loaded, or none leads from the system asked for.',
    remedy: 'Load it: gemel terminology load FILE…',
  },
  'terminology-filter': {
    meaning: 'A filter of a value set is not one that the code system can answer.',
    remedy:
      'Use =, is-a, descendent-of, is-not-a, generalizes, in, not-in, exists or regex on a property of the system.',
  },
  'terminology-pattern': {
    meaning:
      'A pattern is no regular expression, or one that cannot be matched in a time that grows with the text alone.',
    remedy: 'Write it without references back, looking ahead or behind and word boundaries, and shorter.',
  },
  'terminology-ecl': {
    meaning: 'An expression constraint of SNOMED CT is not well formed, or uses what is not understood.',
    remedy: 'Use < << <! > >> >! ^ * AND OR MINUS, brackets, and refinements without groups and cardinalities.',
  },
  'terminology-too-costly': {
    meaning: 'The expansion would be too long to give at once.',
    remedy: 'Ask for a part with count and offset, or narrow it with filter.',
  },
  'terminology-too-deep': {
    meaning: 'A value set, an expression or a resource is nested deeper than is read.',
    remedy: 'Check where it comes from.',
  },

  // loading
  'terminology-not-a-release': {
    meaning: 'The file or folder holds no release of a terminology that is understood.',
    remedy:
      'Give an unpacked release of LOINC (Loinc.csv), SNOMED CT (RF2 snapshot), RxNorm (RRF), ICD-10-CM, ICD-10 in ClaML, or FHIR CodeSystem, ValueSet and ConceptMap resources or packages (.tgz).',
  },
  'terminology-column-missing': {
    meaning: 'A table of the release lacks a column.',
    remedy: 'Give the release as its owner publishes it, not an extract.',
  },
  'terminology-row': {
    meaning: 'A row of a release cannot be used: too few cells, or a cell that is not what it must be.',
    remedy: 'The rest was loaded; correct the row, or get the release again.',
  },
  'terminology-row-unmatched': {
    meaning: 'A row refers to a code that the release does not hold.',
    remedy: 'The rest was loaded; check that all files are of one release.',
  },
  'terminology-code-twice': {
    meaning: 'A code is defined twice.',
    remedy: 'The first definition was taken; correct the release.',
  },
  'terminology-circle': {
    meaning: 'The hierarchy runs in a circle.',
    remedy: 'The codes were loaded without their hierarchy; correct the release.',
  },
  'terminology-xml': {
    meaning: 'An XML file is not well formed, or declares entities.',
    remedy: 'Get the file again from its owner.',
  },
  'terminology-resource': {
    meaning: 'A FHIR resource of terminology lacks what it must have, or has it in a wrong form.',
    remedy: 'Correct the element that the message names.',
  },
  'terminology-package': {
    meaning: 'A package is no gzipped tar, is cut short, or unpacks to more than is read.',
    remedy: 'Get the package again from its registry; split it where it is truly that large.',
  },
  'terminology-cancelled': {
    meaning: 'Loading was stopped; nothing of the release was kept.',
    remedy: 'Start it again when it is wanted.',
  },
  'terminology-store': {
    meaning: 'A file of the terminology folder is not one that this version wrote.',
    remedy: 'Remove it, and load the release again.',
  },
});
