import { defineErrors } from '@gemel/core/error';

/** Error codes of what a user brings to the validator. Findings on resources are listed in rules.data.ts. */
export const validateErrors = defineErrors({
  'fhir-package-unreadable': {
    meaning: 'The file is no FHIR package: no gzipped tar file, cut off, or too large.',
    remedy: 'Give the .tgz as a FHIR package registry hands it out, or a folder with the unpacked package.',
  },
  'fhir-definition-unusable': {
    meaning: 'The file holds no definition that resources could be checked by.',
    remedy:
      'Give a StructureDefinition, ValueSet, CodeSystem or SearchParameter of FHIR R4 in JSON, or a Bundle of them.',
  },
});
