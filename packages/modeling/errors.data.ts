import { defineErrors } from '@gemel/core/error';

export const modelErrors = defineErrors({
  'model-syntax': {
    meaning: 'An expression cannot be read. The message points at the place.',
    remedy: 'Write it as in k1*A - Vmax*C/(Km + C); see docs/guides/write-a-model.md for the whole notation.',
  },
  'model-entry': {
    meaning: 'A line of a model does not have the form `value : unit : meaning : source`.',
    remedy: 'Write all four parts, separated by " : " (a colon between spaces).',
  },
  'model-name': {
    meaning: 'A name is not allowed: it is no identifier, or the notation already gives it a meaning.',
    remedy: 'Use a letter or underscore followed by letters, digits and underscores, and no word of the notation.',
  },
  'model-duplicate-name': {
    meaning: 'Two quantities, events or reactions of one model have the same name.',
    remedy: 'Give each its own name.',
  },
  'model-unknown-name': {
    meaning: 'An expression uses a name that the model does not declare, or that cannot be used at this place.',
    remedy: 'Declare it, or correct the spelling; names are case-sensitive.',
  },
  'model-cycle': {
    meaning: 'Quantities are defined by each other in a circle, so that none can be worked out first.',
    remedy: 'Break the circle, or make one of them an unknown held by a constraint.',
  },
  'model-incomplete': {
    meaning: 'A state has no equation, or the number of constraints is not that of the unknowns.',
    remedy: 'Give each state an equation (0 if only events change it) and each unknown one constraint.',
  },
  'model-not-finite': {
    meaning: 'A value of the model is infinite or not a number.',
    remedy: 'Give a finite number, or correct the expression it comes from.',
  },
  'model-unit-missing': {
    meaning: 'A quantity is declared without a unit.',
    remedy: 'Write its UCUM code; 1 for a pure number.',
  },
  'model-unit-unknown': {
    meaning: 'The unit is not a valid UCUM code, or not one that equations can be checked with.',
    remedy: 'Give the case-sensitive UCUM code (https://ucum.org), for example mg/dL, mmol/L, [iU], /min.',
  },
  'model-unit-dimension': {
    meaning: 'Two terms that must be alike measure different things, or a term that must be a pure number is none.',
    remedy: 'Correct the term the message points at, or the unit of a quantity in it.',
  },
  'model-unit-scale': {
    meaning: 'Two terms measure the same thing in units of different size. Nothing is converted silently.',
    remedy: "Write the conversion: convert(term, 'unit').",
  },
  'model-unit-exponent': {
    meaning: 'A quantity with a unit is raised to a power that is no plain number, so its unit is not known.',
    remedy: 'Divide the base by a quantity of its own unit first, as in (C/C50)^h, or write the exponent as a number.',
  },
  'model-unit-offset': {
    meaning: 'A quantity whose scale has no zero of its own (degrees Celsius, pH) stands in arithmetic.',
    remedy: 'Declare it in a linear unit, for example K.',
  },
  'model-sensitivity': {
    meaning: 'The model has a part through which sensitivities cannot be carried exactly.',
    remedy: 'Leave that part out, or take finite differences of simulations.',
  },
});
