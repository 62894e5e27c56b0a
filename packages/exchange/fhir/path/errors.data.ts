import { defineErrors } from '@gemel/core/error';

/** Error codes of FHIRPath. Each is documented in docs/errors.md. */
export const pathErrors = defineErrors({
  'fhirpath-syntax': {
    meaning: 'The text is no FHIRPath expression.',
    remedy: 'Correct the expression at the line and column that the message names.',
  },
  'fhirpath-function': {
    meaning: 'The expression calls a function that FHIRPath does not have, or with a wrong number of arguments.',
    remedy: 'Correct the name or the arguments; the specification of FHIRPath lists the functions.',
  },
  'fhirpath-variable': {
    meaning: 'The expression names a variable that nothing gives a value.',
    remedy: 'Define the variable, or correct its name.',
  },
  'fhirpath-offline': {
    meaning: 'The expression asks for a server: it follows a reference, or looks up a terminology.',
    remedy:
      'Give the expression what it needs in the data, or take the function out; expressions never reach the network.',
  },
  'fhirpath-time': {
    meaning: 'The expression asks what time it is, and no time was given.',
    remedy: 'Give the instant at which the expression is to hold, or a date of your own as a constant.',
  },
  'fhirpath-evaluation': {
    meaning: 'The expression cannot be evaluated on the data.',
    remedy: 'Correct the expression for what the message names; first() or single() take one value out of several.',
  },
});
