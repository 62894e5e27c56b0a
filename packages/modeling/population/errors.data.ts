import { defineErrors } from '@gemel/core/error';

/** Error codes of population models and of data sets held against them. */
export const populationErrors = defineErrors({
  'population-model': {
    meaning: 'A population model is not complete, or its parts do not fit together.',
    remedy: 'Give theta, omega and sigma as the message says; see docs/guides/fit-a-population.md.',
  },
  'population-dose': {
    meaning: 'A record of the data set gives a dose, or reads a value, that the model has no place for.',
    remedy: 'Correct the compartment or the rate of the record, or take a model that has it.',
  },
  'population-covariate': {
    meaning: 'A covariate that the model uses is missing in a record, or the model cannot follow its change.',
    remedy: 'Give the column a value in every record of the subject, or take a model that does not use it.',
  },
});
