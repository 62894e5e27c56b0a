import { defineErrors } from './error.ts';

export const coreErrors = defineErrors({
  'core-unit-unknown': {
    meaning: 'The unit is not a valid UCUM code. Nothing is guessed from names, synonyms or case.',
    remedy: 'Give the case-sensitive UCUM code (https://ucum.org), for example mg/dL, mmol/L, [iU], Cel, /min.',
  },
  'core-unit-dimension': {
    meaning: 'The two units measure different things, or mass and amount of substance without a molar mass.',
    remedy: 'Use a unit of the same dimension; between mass and amount of substance give molarMass in g/mol.',
  },
  'core-unit-scale': {
    meaning:
      'The unit has no zero-based linear scale (degrees Celsius, pH, decibel), so sums and multiples mean nothing.',
    remedy: 'Convert to a linear unit first, for example Cel to K.',
  },
  'core-distribution-parameter': {
    meaning: 'A parameter of a distribution, or a probability asked of it, is outside its domain.',
    remedy: 'Give a value within the range named in the message.',
  },
  'core-no-density': {
    meaning: 'A sampled distribution has no density.',
    remedy: 'Use its cdf, quantiles or samples, or fit a parametric distribution.',
  },
  'core-canonical-value': {
    meaning:
      'A value has no canonical JSON form: a number that is not finite, a function, a symbol, a bigint or a cycle.',
    remedy: 'Store plain data: strings, finite numbers, booleans, null, arrays and plain objects.',
  },
});
