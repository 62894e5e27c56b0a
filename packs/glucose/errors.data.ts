import { defineErrors } from '@gemel/core';

/** The glucose pack's error codes. */
export const glucoseErrors = defineErrors({
  'glucose-parameters-impossible': {
    meaning: 'A parameter vector has a missing, non-finite or physically impossible value.',
    remedy: 'Check the named parameter against its bounds in packs/glucose/parameters.ts.',
  },
  'glucose-no-readings': {
    meaning: 'A metric or report was asked for a record that holds no sensor glucose.',
    remedy: 'Import a sensor file, or choose a time span in which the sensor was worn.',
  },
  'glucose-unit-unknown': {
    meaning: 'A report was asked for in a glucose unit that is neither mg/dL nor mmol/L.',
    remedy: 'Give --unit mg/dL or --unit mmol/L.',
  },
});
