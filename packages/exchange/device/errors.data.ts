import { defineErrors } from '@gemel/core/error';

/** Error codes of device data. Each is documented in docs/errors.md. */
export const deviceErrors = defineErrors({
  'device-time-missing': {
    meaning: 'A measurement does not say when it was made.',
    remedy: 'It was kept whole; add --start with date, time and offset where one time holds for the whole source.',
  },
  'device-time-form': {
    meaning: 'The time of a measurement has a form from which no instant follows.',
    remedy: 'It was kept whole; give a date and time, or a beginning with an end or a duration up to weeks.',
  },
  'device-statistic': {
    meaning: 'A value is a statistic over a stretch of time (a mean, a maximum), not a reading.',
    remedy: 'It was kept whole, since it must not pass for a reading; send the readings themselves where they exist.',
  },
  'device-no-measurement': {
    meaning: 'An element is valid for its format and holds no measurement.',
    remedy: 'Nothing to do; it was kept whole.',
  },
  'device-measure-unknown': {
    meaning: 'What was measured has no meaning known to this door.',
    remedy: 'It was kept whole; report the name of the measure if it should be understood.',
  },
  'device-code-unknown': {
    meaning: 'A reading does not say what was measured in a code this door reads.',
    remedy: 'Give a LOINC code (8867-4), a number or reference id of ISO/IEEE 11073 (150021), or system|code.',
  },
  'device-off-grid': {
    meaning: 'Values that have no place on a regular grid were left out of it.',
    remedy: 'Nothing to do; gemel decode --as observations shows them all.',
  },
  'device-grid-too-fine': {
    meaning: 'A series would have more steps than are written.',
    remedy: 'Give longer steps (--every), or the source in parts.',
  },
  'device-unit-missing': {
    meaning: 'A reading is a number without a unit.',
    remedy: 'Give the unit in UCUM (mm[Hg], /min, %), or as a number of ISO/IEEE 11073.',
  },
  'device-self-reported': {
    meaning: 'A value was entered by a person, not measured by a device.',
    remedy: 'Nothing to do; it is graded uncertain.',
  },
  'device-meaning-inferred': {
    meaning: 'What a value means was inferred from the name of its source.',
    remedy: 'Check it where it matters; it is graded uncertain. An export of the sensor itself says it outright.',
  },
  'device-value-special': {
    meaning: 'A device sent a code in place of a number: not a number, not at this resolution, or beyond its range.',
    remedy: 'Nothing to do where the device could not measure; repeat the measurement if the value is needed.',
  },
  'device-message-invalid': {
    meaning: 'A message of a device is shorter than its flags say, or breaks the rules of its profile.',
    remedy: 'Check the connection and the software of the device; the bytes were not used.',
  },
  'device-status': {
    meaning:
      'The device itself raised a doubt about a measurement: movement, poor contact, irregular pulse, low battery.',
    remedy: 'Repeat the measurement under better conditions; the value is graded uncertain.',
  },
  'device-xml': {
    meaning: 'The document is not well-formed XML, or declares entities or external parts.',
    remedy: 'Export it again; what was whole before the place has been taken in.',
  },
});
