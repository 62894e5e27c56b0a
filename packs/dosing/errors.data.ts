import { defineErrors } from '@gemel/core';

/** The dosing pack's error codes. */
export const dosingErrors = defineErrors({
  'dosing-no-model': {
    meaning: 'No published model of the drug may be used for this patient.',
    remedy: 'See the reasons by model: record the covariates they lack, or use another drug’s models.',
  },
});
