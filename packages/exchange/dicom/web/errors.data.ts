import { defineErrors } from '@gemel/core/error';

/** Error codes of DICOMweb. Each is documented in docs/errors.md. */
export const dicomwebErrors = defineErrors({
  'dicomweb-multipart': {
    meaning:
      'The body is no multipart/related body of the boundary its content type names, or has more or longer parts than are taken.',
    remedy: 'Send multipart/related with a boundary, one object a part.',
  },
  'dicomweb-json': {
    meaning: 'The JSON is no data set of the DICOM JSON model.',
    remedy: 'Correct the element the message names (PS3.18, annex F).',
  },
  'dicomweb-query': {
    meaning: 'A search parameter is no keyword or tag that can be matched, or its value is none of its kind.',
    remedy: 'Give keywords or tags of PS3.6 that the level of the search has; dates as 20240131 or 20240101-20240131.',
  },
  'dicomweb-unknown': {
    meaning: 'Nothing is stored under that UID, frame or path.',
    remedy: 'Search with GET /dicom-web/studies, or store it first.',
  },
  'dicomweb-gone': {
    meaning: 'What was stored under that UID was erased with its patient.',
    remedy: 'Nothing brings it back; what is wanted of it has to come from where it was made.',
  },
  'dicomweb-media': {
    meaning: 'The media type is none that can be given or taken here.',
    remedy:
      'Ask for application/dicom, application/dicom+json, application/octet-stream or image/png, as the address has it.',
  },
  'dicomweb-duplicate': {
    meaning: 'Another object is stored under that SOP instance UID.',
    remedy: 'Give the changed object a UID of its own.',
  },
  'dicomweb-object': {
    meaning: 'The object lacks a UID that it is filed under, or names another study than the address.',
    remedy: 'Give study, series and SOP instance UID and SOP class.',
  },
  'dicomweb-peer': {
    meaning: 'The DICOMweb server that was asked refused, or could not be reached.',
    remedy: 'Check its address and what it says.',
  },
});
