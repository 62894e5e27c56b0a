import { defineErrors } from '@gemel/core/error';

/** Error codes of the doors. Each is documented in docs/errors.md. */
export const exchangeErrors = defineErrors({
  // files of any kind
  'exchange-empty': {
    meaning: 'The source holds no data.',
    remedy: 'Check that the export finished, and export it again.',
  },
  'exchange-not-this-format': {
    meaning: 'The source is not what its name or the chosen door says.',
    remedy: 'Give the file that the message names a door for, or rename it to what it is.',
  },
  'exchange-format-unknown': {
    meaning: 'No door understands the source.',
    remedy:
      'Export it as FHIR R4, HL7 v2, C-CDA, WFDB, EDF, SCP-ECG, annotated ECG, DICOM, NIfTI, Open mHealth, Apple Health, Dexcom Clarity, LibreView, Nightscout, Tidepool, OMOP CDM tables (person.csv), a plain CSV with a header row, or a clinical note as plain text (.txt).',
  },
  'exchange-truncated': {
    meaning: 'The source ends before its own structure does.',
    remedy: 'Copy or export it again; what was whole has been taken in.',
  },
  'exchange-encoding': {
    meaning: 'The bytes are not valid UTF-8 and were read as Windows-1252.',
    remedy: 'Save the file as UTF-8 if names look wrong.',
  },
  'exchange-json-invalid': {
    meaning: 'An element is not valid JSON.',
    remedy: 'Correct the element or export the file again.',
  },

  // device files
  'exchange-zone-missing': {
    meaning: 'The source gives local times without a zone.',
    remedy: 'Add --zone with an IANA name or an offset, for example --zone Europe/Berlin.',
  },
  'exchange-zone-unknown': {
    meaning: 'The zone is neither an IANA name nor an offset.',
    remedy: 'Give an IANA name or an offset, for example --zone Europe/Berlin or --zone +02:00.',
  },
  'exchange-unit-missing': {
    meaning: 'The source gives glucose without a unit.',
    remedy: 'Add --unit mg/dL or --unit mmol/L.',
  },
  'exchange-unit-unknown': {
    meaning: 'The unit is not one this door knows for the quantity.',
    remedy: 'Glucose comes in mg/dL or mmol/L; correct the unit.',
  },
  'exchange-unit-conflict': {
    meaning: 'The unit given disagrees with the source.',
    remedy: 'Leave --unit out, or give the unit that the source states.',
  },
  'exchange-subject-missing': {
    meaning: 'The source does not say whose data it holds.',
    remedy: 'Add --subject with the identifier of the person.',
  },
  'exchange-subject-conflict': {
    meaning: 'One subject was given for a source that holds several.',
    remedy: 'Leave --subject out, or split the file by subject.',
  },
  'exchange-date-ambiguous': {
    meaning: 'Day and month of the dates could be either way round, and the data do not settle it.',
    remedy: 'Add --dates day-first or --dates month-first.',
  },
  'exchange-date-unreadable': {
    meaning: 'The time of a row cannot be read.',
    remedy: 'Write times as 2024-01-31 13:05:00, or with an offset: 2024-01-31T13:05:00+01:00.',
  },
  'exchange-number-unreadable': {
    meaning: 'A value that should be a number is not one.',
    remedy: 'Correct the value, or leave it empty where there is none.',
  },
  'exchange-column-missing': {
    meaning: 'A column that the format needs is not there.',
    remedy: 'Export again with all columns, or name the columns time and glucose.',
  },
  'exchange-row-short': {
    meaning: 'A row has fewer cells than it needs.',
    remedy: 'Check the row: a delimiter or a quote may be missing.',
  },
  'exchange-row-open': {
    meaning: 'The last row has no line end; its last value may be cut short.',
    remedy: 'Check the last value, or export the file again.',
  },
  'exchange-value-missing': {
    meaning: 'An element carries no value.',
    remedy: 'Nothing to do where the device measured nothing; otherwise add the value.',
  },
  'exchange-record-unknown': {
    meaning: 'The kind of a record is not one the format defines.',
    remedy: 'It was kept whole; report the kind if it should be understood.',
  },
  'exchange-rate-unknown': {
    meaning: 'A basal rate is given only in relation to a rate that the source does not hold.',
    remedy: 'Give the basal schedule as absolute rates.',
  },
  'exchange-amount-unknown': {
    meaning: 'Insulin or food was noted without an amount.',
    remedy: 'Add the amount where it is known; a history with unknown amounts is not complete.',
  },
  'exchange-bound-unknown': {
    meaning: 'A value is given as LO or HI, and the source does not say where the range of the sensor ends.',
    remedy: 'Give the export of the device itself, which names the sensor.',
  },
  'exchange-beyond-sensor': {
    meaning: 'The sensor gave LO or HI: the value is known only to lie beyond the bound.',
    remedy: 'Nothing to do; it counts as below or above the bound.',
  },
  'exchange-sensor-error': {
    meaning: 'The number is an error code of the sensor, not glucose.',
    remedy: 'Nothing to do; it is kept and not used.',
  },
  'exchange-time-disagrees': {
    meaning: 'Two statements of the time of one record disagree.',
    remedy: 'Check the clock settings of the device; the time named first was used.',
  },
  'exchange-local-time-never': {
    meaning: 'A local time falls in the hour that the change of the clocks skips.',
    remedy: 'Check the zone; the clock of the device may not have been changed.',
  },
  'exchange-local-time-twice': {
    meaning: 'A local time falls in the hour that the change of the clocks repeats.',
    remedy: 'Check readings of that night before using them.',
  },
  'exchange-clock-changed': {
    meaning: 'The display clock of the device was set while it recorded.',
    remedy: 'Nothing to do; the time follows the clock of the transmitter.',
  },
  'exchange-clock-set-back': {
    meaning: 'The clock of the device was set back, and nothing tells which of the overlapping times are right.',
    remedy: 'Check the readings around it; they are marked.',
  },
  'exchange-clock-drift': {
    meaning: 'Two clocks of the device drift apart.',
    remedy: 'Check the clock of the device when exact times matter.',
  },

  // FHIR
  'fhir-not-json': {
    meaning: 'The source is not FHIR in JSON; the message names what it seems to be.',
    remedy: 'Export the record as FHIR R4 in JSON, or give the file to the door that reads its format.',
  },
  'fhir-xml': {
    meaning: 'The source is FHIR in XML, which this door does not read.',
    remedy: 'Ask the server for JSON: Accept: application/fhir+json, or _format=json.',
  },
  'fhir-not-fhir': {
    meaning: 'The source is JSON, but no FHIR resource: it has no resourceType.',
    remedy: 'Give a Bundle, a resource, or one resource a line (NDJSON).',
  },
  'fhir-not-utf8': {
    meaning: 'The bytes are not UTF-8, which FHIR asks for.',
    remedy: 'Save the file as UTF-8.',
  },
  'fhir-trailing': {
    meaning: 'Something follows the end of the document.',
    remedy: 'If the file holds one resource a line, name it .ndjson; otherwise remove what follows.',
  },
  'fhir-more-pages': {
    meaning: 'The Bundle is one page of a longer search result.',
    remedy: 'Fetch the pages that its link "next" leads to, and import them too.',
  },
  'fhir-too-deep': {
    meaning: 'An entry is nested deeper than any FHIR resource is.',
    remedy: 'Check where the entry comes from.',
  },
  'fhir-name-twice': {
    meaning: 'An object has the same name twice; which of the values holds cannot be known.',
    remedy: 'Correct the entry so that each name is given once.',
  },
  'fhir-entry-empty': {
    meaning: 'A Bundle entry holds neither a resource nor a request or response.',
    remedy: 'Export the Bundle again.',
  },
  'fhir-resource-type-missing': {
    meaning: 'A resource does not say what it is.',
    remedy: 'Give resourceType.',
  },
  'fhir-resource-type-unknown': {
    meaning: 'The resourceType is none of R4.',
    remedy: 'It was kept whole; check its spelling and the FHIR version of the source.',
  },
  'fhir-bundle-nested': {
    meaning: 'An entry is itself a Bundle.',
    remedy: 'It was kept whole; import the inner Bundle as a file of its own.',
  },
  'fhir-asserted-by-software': {
    meaning: 'A resource is labelled as predicted, or as asserted by artificial intelligence.',
    remedy: 'It was kept whole and not taken as measured; nothing to do.',
  },
  'fhir-modifier': {
    meaning: 'A resource carries modifierExtension or implicitRules, which may turn its meaning round.',
    remedy: 'Export without it, or have the extension understood before this resource is used.',
  },
  'fhir-consent-unread': {
    meaning:
      'A part of a consent is not understood: it permits nothing, and what it refuses is taken without that part.',
    remedy: 'Correct the Consent where the message says, and send it again under the same id.',
  },
  'fhir-consent-undated': {
    meaning: 'A consent does not say when it was given, so that it cannot be told which of several holds.',
    remedy: 'Give the Consent a dateTime.',
  },
  'fhir-identity-missing': {
    meaning: 'A resource that others rely on has neither id, fullUrl nor an identifier with a system.',
    remedy: 'Export with ids.',
  },
  'fhir-subject-missing': {
    meaning: 'A resource does not say whose it is.',
    remedy: 'Add --subject with the identifier of the person, or give the reference.',
  },
  'fhir-subject-other': {
    meaning: 'A resource is about something other than a patient.',
    remedy: 'It was kept whole; nothing to do.',
  },
  'fhir-reference-conditional': {
    meaning: 'A reference is a search, which only a server can resolve.',
    remedy: 'Post the Bundle to a FHIR server and import what it stored, or give literal references.',
  },
  'fhir-reference-unresolved': {
    meaning: 'A reference that only holds within its source leads to nothing there.',
    remedy: 'Add the resource it names to the source.',
  },
  'fhir-reference-ambiguous': {
    meaning: 'A reference fits several entries.',
    remedy: 'Give absolute references, or import each origin by itself.',
  },
  'fhir-reference-invalid': {
    meaning: 'A reference is not one of the forms R4 allows.',
    remedy: 'Give Type/id, an absolute URL, urn:uuid, #contained, or an identifier with a system.',
  },
  'fhir-wrong-type': {
    meaning: 'An element has another JSON type than R4 gives it.',
    remedy: 'Correct the element; numbers and booleans stand without quotes, repeating elements in arrays.',
  },
  'fhir-values-several': {
    meaning: 'An element that may be given in one form is given in several.',
    remedy: 'Give one of them.',
  },
  'fhir-form-unread': {
    meaning: 'An element has a form that R4 allows and this door does not read.',
    remedy: 'It was kept whole; the README of the FHIR door lists the forms that are read.',
  },
  'fhir-code-missing': {
    meaning: 'A resource does not say what it is about.',
    remedy: 'Give its code, or words in text.',
  },
  'fhir-coding-without-system': {
    meaning: 'A code names no code system, so it could be any.',
    remedy: 'Give the system of the code.',
  },
  'fhir-comparator-unknown': {
    meaning: 'The comparator of a quantity is none of R4.',
    remedy: 'Use <, <=, >= or >.',
  },
  'fhir-value-absent': {
    meaning: 'The source says that there is no value, and why.',
    remedy: 'Nothing to do.',
  },
  'fhir-status-missing': {
    meaning: 'A resource that must have a status has none.',
    remedy: 'Give its status.',
  },
  'fhir-status-unused': {
    meaning: 'By its status, intent or verification the resource states nothing that happened or was decided.',
    remedy: 'It was kept whole; nothing to do.',
  },
  'fhir-time-missing': {
    meaning: 'A resource does not say when.',
    remedy: 'It was kept whole; give the time if it should be used.',
  },
  'fhir-time-invalid': {
    meaning: 'A date or time is not valid, or a period ends before it starts.',
    remedy: 'Write times as 2024-01-31T13:05:00+01:00 and dates as 2024-01-31.',
  },
  'fhir-date-partial': {
    meaning: 'Only a date is given, no time of day.',
    remedy: 'Nothing to do; the item is known to fall within that day, month or year.',
  },
  'fhir-period-open': {
    meaning: 'A period has no end.',
    remedy: 'Give the end where it is known.',
  },
  'fhir-fact-undated': {
    meaning: 'Nothing says since when a fact holds.',
    remedy: 'Give birthDate or meta.lastUpdated; the fact is taken as always true.',
  },
  'fhir-dose-and-rate': {
    meaning: 'An amount and a rate are given and do not plainly agree.',
    remedy: 'Check the dosage; the amount was taken.',
  },
  'fhir-samples-many': {
    meaning: 'A sampled series is too long to become single observations.',
    remedy: 'It was kept whole; split the series, or reduce its rate.',
  },
  'fhir-sample-unreadable': {
    meaning: 'Samples of a series are neither numbers nor E, L or U with a usable limit.',
    remedy: 'Check the series; the other samples were taken.',
  },
  'fhir-encode-value': {
    meaning: 'A value has no form in FHIR that would be read back the same.',
    remedy:
      'Write series and volumes by their own formats, and everything else as quantities, concepts, text or booleans.',
  },
  'fhir-encode-id': {
    meaning: 'An id given for a resource is not a FHIR id or UUID.',
    remedy: 'Give 1 to 64 letters, digits, hyphens and points; a UUID where one is asked for.',
  },
  'fhir-encode-unreviewed': {
    meaning: 'A release was asked for that a person has not acted on, or whose action does not fit the plan.',
    remedy: 'Release only what a person agreed to or changed, with the plan they saw.',
  },
});
