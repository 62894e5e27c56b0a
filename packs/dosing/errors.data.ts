import { defineErrors } from '@gemel/core';

/** The dosing pack's error codes. */
export const dosingErrors = defineErrors({
  'dosing-no-model': {
    meaning: 'No published model of the drug may be used for this patient.',
    remedy: 'See the reasons by model: record the covariates they lack, or use another drug’s models.',
  },
  'dosing-vcf-line': {
    meaning: 'A line of a VCF file is not a record of a sample; it was left out.',
    remedy: 'Give lines of VCF 4.x with position, reference bases, alternatives, and GT of the sample.',
  },
  'dosing-vcf-sample': {
    meaning: 'It is not known which sample of a VCF file is meant.',
    remedy: 'Give a #CHROM line and one sample, or the name of one.',
  },
});
