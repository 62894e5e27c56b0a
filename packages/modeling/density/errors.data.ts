import { defineErrors } from '@gemel/core/error';

/** Error codes of densities written in the model language. */
export const densityErrors = defineErrors({
  'density-name': {
    meaning: 'A name is not allowed, is given twice, or is used without being known where it stands.',
    remedy: 'Declare it as a parameter, as data, or as a definition before the one that uses it.',
  },
  'density-set': {
    meaning:
      'A set is not known or not well formed, or an expression has names of sets that do not belong to each other.',
    remedy:
      'Declare the sets in order; where an expression needs two, declare a set whose members name a member of each.',
  },
  'density-data': {
    meaning: 'Data do not have one finite number for each member of their set.',
    remedy: 'Give as many finite numbers as the set has members, in its order.',
  },
});
