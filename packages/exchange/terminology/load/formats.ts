import type { ReleaseFormat } from '../release.ts';
import { clamlFormat, icd10cmTabularFormat } from './classification.ts';
import { fhirFormat } from './fhir.ts';
import { icd10cmFormat } from './icd10cm.ts';
import { loincFormat } from './loinc.ts';
import { rxnormFormat } from './rxnorm.ts';
import { snomedFormat } from './snomed.ts';

/** Every kind of release that is read; the first that knows the files reads them. */
export const releaseFormats: readonly ReleaseFormat[] = [
  loincFormat,
  snomedFormat,
  rxnormFormat,
  icd10cmFormat,
  icd10cmTabularFormat,
  clamlFormat,
  fhirFormat,
];
