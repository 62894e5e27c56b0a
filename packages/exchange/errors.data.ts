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
    remedy: 'Export it as FHIR R4, Dexcom Clarity, LibreView, Nightscout, Tidepool or a plain CSV with a header row.',
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
});
