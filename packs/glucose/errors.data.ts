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
  'glucose-policy-invalid': {
    meaning: 'The pack was set up with an age of stale readings that is not between 1 and 30 minutes.',
    remedy: 'Set staleMinutes between 1 and 30; 15 is the default.',
  },
  'glucose-control-unit': {
    meaning: "A control input reached the model in a unit that is not the pack's.",
    remedy: 'Give boluses in U, basal insulin in U/h and carbohydrate in g.',
  },
  'glucose-control-value': {
    meaning: 'A control input is negative or not a finite number.',
    remedy: 'Correct the entry in the source, or mark it as entered in error.',
  },
  'glucose-time-backwards': {
    meaning: 'A state was asked to advance to a time before its own.',
    remedy: 'Start from an earlier state: a snapshot, or the belief at an earlier time.',
  },
  'glucose-signal-unknown': {
    meaning: 'The model has no signal of that name.',
    remedy: 'Use one of the names in `dynamics.signals` (packs/glucose/dynamics.ts).',
  },
  'glucose-snapshot-unreadable': {
    meaning: 'The bytes are not a state of this model, or of another version of it.',
    remedy: 'Recalibrate from the log, or use the version that wrote the snapshot.',
  },
  'glucose-calibration-empty': {
    meaning: 'A calibration was asked for where no sensor glucose lies within its window.',
    remedy: 'Import sensor glucose, basal and bolus insulin and meals of the last days before the time asked for.',
  },
  'glucose-calibration-weight': {
    meaning: 'The recorded body weight fits no patient of the population the prior describes.',
    remedy: 'Check the recorded body weight and birth date, and their units.',
  },
});
