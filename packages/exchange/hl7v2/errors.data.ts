import { defineErrors } from '@gemel/core/error';

/** Error codes of the HL7 v2 door. Each is documented in docs/errors.md. */
export const hl7v2Errors = defineErrors({
  'hl7v2-not-hl7v2': {
    meaning: 'The source, or a part of it, is no HL7 v2 message.',
    remedy: 'A message begins with a segment MSH; check what stands at the place named.',
  },
  'hl7v2-delimiters': {
    meaning: 'The header does not say how the message is divided.',
    remedy: 'MSH begins MSH|^~\\& with distinct characters that are neither letters nor digits.',
  },
  'hl7v2-header-missing': {
    meaning: 'The header lacks what every message must state.',
    remedy: 'Fill the field that the message names.',
  },
  'hl7v2-version': {
    meaning: 'The version of the message is not read.',
    remedy: 'Send versions 2.3 to 2.9.',
  },
  'hl7v2-charset-unread': {
    meaning: 'The character set is not one this door reads, or lacks a character.',
    remedy: 'Send UNICODE UTF-8, ASCII, or 8859/1 to 8859/9 or 8859/15, and say which in MSH-18.',
  },
  'hl7v2-charset-missing': {
    meaning: 'There are characters beyond ASCII, and the message does not truly say in which character set.',
    remedy: 'State the character set in MSH-18; they were read as the message tells.',
  },
  'hl7v2-unread': {
    meaning: 'Reading the message ended the thread that did it; other messages go on.',
    remedy: 'The message waits in quarantine; report it, and send it again in parts.',
  },
  'hl7v2-too-long': {
    meaning: 'A message is longer than is taken in.',
    remedy: 'Check that the sender ends its messages; send large documents by reference.',
  },
  'hl7v2-line-in-field': {
    meaning: 'A line break stands within a field; the line after it is no segment.',
    remedy: 'Escape line breaks as \\.br\\ or \\X0D\\; the line was read as part of the field.',
  },
  'hl7v2-batch-count': {
    meaning: 'A batch or file holds another number of messages or batches than its trailer says.',
    remedy: 'Check whether the file is whole; what is there was read.',
  },
  'hl7v2-message-unmapped': {
    meaning: 'Messages of this type have no mapping.',
    remedy: 'It was kept whole; nothing to do unless its content should be used.',
  },
  'hl7v2-patient-missing': {
    meaning: 'A segment about a patient comes without a PID that says who that is.',
    remedy: 'Send PID with an identifier in PID-3 before it, or give --subject.',
  },
  'hl7v2-value-unreadable': {
    meaning: 'A value is not of the type its field has.',
    remedy: 'Correct the value; the field was kept as it stands, the rest was taken.',
  },
  'hl7v2-code-unmapped': {
    meaning: 'A code has no counterpart in the code system that FHIR asks for.',
    remedy: 'Use a code of the HL7 table, or have the local code mapped; the field was kept as it stands.',
  },
  'hl7v2-peer': {
    meaning: 'The other side of an MLLP connection is not reached, does not answer, or closes.',
    remedy: 'Check the address, the port and whether the peer expects TLS; what it acknowledged is with it.',
  },
});
