import { defineErrors } from '@gemel/core/error';

/** Error codes of the C-CDA door. Each is documented in docs/errors.md. */
export const ccdaErrors = defineErrors({
  // the document
  'ccda-not-ccda': {
    meaning: 'The source is no C-CDA document, nor a section or an entry of one.',
    remedy: 'Give a ClinicalDocument of HL7 CDA R2 in XML.',
  },
  'ccda-malformed': {
    meaning: 'The XML is not well-formed; nothing after the place named could be read.',
    remedy: 'Export the document again; what was whole before that place has been taken in.',
  },
  'ccda-doctype': {
    meaning: 'The document declares a document type, which could define entities or load files.',
    remedy: 'Remove the DOCTYPE; clinical documents have none.',
  },
  'ccda-too-large': {
    meaning: 'The document is larger, deeper or has more elements than are read.',
    remedy: 'Split the document by section or by period.',
  },
  'ccda-encoding': {
    meaning: 'The bytes are not in the encoding that the document states.',
    remedy: 'Save the document as UTF-8 if names look wrong; it was read as Windows-1252.',
  },
  'ccda-entity-unknown': {
    meaning: 'The text holds an entity or a prefix that XML does not know and the document does not declare.',
    remedy: 'Write the character itself or its number; declare the prefix.',
  },
  'ccda-patients-several': {
    meaning: 'The document is about several patients.',
    remedy: 'Give one document a patient; only its header was read.',
  },
  'ccda-patient-missing': {
    meaning: 'The document or fragment names no patient.',
    remedy: 'Add --subject with the identifier of the person, or give the whole document.',
  },

  // parts of it
  'ccda-time-invalid': {
    meaning: 'A time is not one that HL7 version 3 defines.',
    remedy: 'Write times as 20240131, or with time and offset: 202401311305-0500.',
  },
  'ccda-time-form': {
    meaning: 'A time is written in another form than HL7 version 3 has; what it says is plain, and it was read.',
    remedy: 'Write times as 202401311305-0500.',
  },
  'ccda-zone-missing': {
    meaning: 'A time of day has no offset from UTC, so only its day was taken.',
    remedy: 'Add --zone with the zone of the place, for example --zone America/New_York.',
  },
  'ccda-time-cut': {
    meaning: 'A time is precise to the hour only, which FHIR cannot say; its day was taken.',
    remedy: 'Give minutes where they are known.',
  },
  'ccda-period-reversed': {
    meaning: 'A period ends before it begins; its end was left out.',
    remedy: 'Correct the times.',
  },
  'ccda-period-undecided': {
    meaning:
      'Start and end of a period are of the same day, month or year and not equally precise; R4 cannot order them.',
    remedy: 'Give both as precisely; the resource has both to the precision of the less precise.',
  },
  'ccda-number-invalid': {
    meaning: 'A quantity is not a number.',
    remedy: 'Give a decimal number; words belong in a translation.',
  },
  'ccda-code-unmapped': {
    meaning: 'A code has no counterpart in the list that FHIR allows at this place.',
    remedy: 'Use the code that C-CDA binds there.',
  },
  'ccda-code-unknown': {
    meaning: 'A code is none of the HL7 version 3 code system that it is said to be of.',
    remedy: 'Correct the code or its codeSystem; its words were taken.',
  },
  'ccda-type-unread': {
    meaning: 'A value has a data type that is not read here.',
    remedy: 'It was kept whole; use PQ, CD, ST, INT, REAL, BL, TS, IVL or RTO.',
  },
  'ccda-reference-unresolved': {
    meaning: 'A reference leads to nothing in the document.',
    remedy: 'Give the text the ID that the reference names, or the entry that id.',
  },
  'ccda-statement-unknown': {
    meaning: 'An entry has neither a template nor a form that is understood.',
    remedy: 'It was kept whole; give it the templateId of C-CDA R2.1.',
  },
  'ccda-negated': {
    meaning: 'An observation is negated; its value was not taken as a finding.',
    remedy: 'Nothing to do; the value stands in a note.',
  },
  'ccda-id-repeated': {
    meaning: 'Two different statements carry one id.',
    remedy: 'Give each statement an id of its own; both were taken.',
  },
  'ccda-resource-invalid': {
    meaning: 'What an entry says makes no valid FHIR resource.',
    remedy: 'Complete the entry; it was kept whole.',
  },
  'ccda-part-kept': {
    meaning: 'Parts of the document have no place in FHIR by the HL7 maps; they were kept as they are.',
    remedy: 'Nothing to do; `gemel decode --as loss` lists them.',
  },

  // writing
  'ccda-encode-patient': {
    meaning: 'A document is about exactly one patient, and none or several were given.',
    remedy: 'Give the resources of one patient, with the Patient.',
  },
  'ccda-encode-resource': {
    meaning: 'A resource has no place in the sections that are written.',
    remedy: 'Hand it over in FHIR; the document lists what it holds.',
  },
});

export type CcdaCode = keyof typeof ccdaErrors.table & string;
