import { defineErrors } from '@gemel/core/error';

/** Error codes of the DICOM network protocol. Each is documented in docs/errors.md. */
export const dimseErrors = defineErrors({
  'dimse-pdu': {
    meaning: 'What came is no PDU of the DICOM upper layer, or longer than was agreed.',
    remedy: 'Check that the peer speaks DICOM on this port, without or with TLS as here.',
  },
  'dimse-peer': {
    meaning: 'The peer could not be reached, did not answer in time, or ended the association.',
    remedy: 'Check host, port and whether the peer runs; try again.',
  },
  'dimse-rejected': {
    meaning: 'The peer did not accept the association.',
    remedy: 'Check the application entity titles on both sides.',
  },
  'dimse-context': {
    meaning: 'The peer takes no objects of that class in a transfer syntax that the object can be sent in.',
    remedy: 'Convert the object, or enable its class at the peer.',
  },
  'dimse-status': {
    meaning: 'The peer did not store an object.',
    remedy: 'Mend what its status and comment name, and send the object again.',
  },
  'dimse-title': {
    meaning: 'An application entity title is not 1 to 16 characters of ASCII without a backslash.',
    remedy: 'Give a shorter title of letters, digits and hyphens.',
  },
});
