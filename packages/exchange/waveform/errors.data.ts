import { defineErrors } from '@gemel/core/error';

/** Error codes of recordings of waveforms. Each is documented in docs/errors.md. */
export const waveformErrors = defineErrors({
  'waveform-header': {
    meaning: 'The header of a recording is not valid, or contradicts itself or its files.',
    remedy: 'Copy the recording again; if it is whole, have the header corrected where the message says.',
  },
  'waveform-file-missing': {
    meaning: 'A recording of several files lacks one of them.',
    remedy: 'Put the file that the message names beside the header.',
  },
  'waveform-format-unread': {
    meaning: 'The samples are packed in a way that is not read.',
    remedy: 'Convert the recording, for example with xform of the WFDB software, to format 16 or 212.',
  },
  'waveform-checksum': {
    meaning: 'The bytes of a recording do not add up to the checksum it states.',
    remedy: 'Copy the recording again; what was read may be wrong.',
  },
  'waveform-uncalibrated': {
    meaning: 'A signal has no gain: its shape is known, its size is not.',
    remedy: 'Give the gain in the header; until then amplitudes of this signal mean nothing.',
  },
  'waveform-too-long': {
    meaning: 'A recording holds more than is read at once.',
    remedy: 'Cut the recording into parts and import them one by one.',
  },
  'waveform-annotations': {
    meaning: 'Annotations of a recording cannot be read, or not to their end.',
    remedy: 'Copy the annotations again; those before the place were read.',
  },
  'waveform-start-missing': {
    meaning: 'A recording does not say when it was made, or not in a way that can be read.',
    remedy: 'Add --start with date, time and offset, for example --start 2024-01-31T13:05:00+01:00.',
  },
  'waveform-element': {
    meaning: 'A part of a recording is not what its format asks for.',
    remedy: 'The rest was read; have the part that the message names corrected where it is needed.',
  },
  'waveform-xml': {
    meaning: 'The document is not well-formed XML, declares entities of its own, or is too large or too deep.',
    remedy: 'Export the recording again; document types with entities are not read.',
  },
  'waveform-quality': {
    meaning:
      'A value was derived from a stretch of a recording that is not clean, or in a way that is less sure than a measurement.',
    remedy: 'Look at the stretch before using the value; it is graded uncertain.',
  },
  'waveform-encode': {
    meaning: 'A recording cannot be written in this format without loss.',
    remedy: 'Choose a format that holds what the message names.',
  },
});
