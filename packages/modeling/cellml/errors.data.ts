import { defineErrors } from '@gemel/core/error';

/** Error codes of the CellML door. Each is documented in docs/errors.md. */
export const cellmlErrors = defineErrors({
  'cellml-not-cellml': {
    meaning: 'The document is XML, but not CellML 1.0, 1.1 or 2.0.',
    remedy: 'Give a CellML file, or name the door the file is for.',
  },
  'cellml-unsupported': {
    meaning: 'The model uses a feature that is not supported. It is refused rather than run without it.',
    remedy: 'Write the model without the feature named; imports can be resolved by other programs into one file.',
  },
  'cellml-element': {
    meaning: 'An element or attribute that is needed is missing, or stands twice, or its value is not one it may have.',
    remedy: 'Correct the document at the line named.',
  },
  'cellml-reference': {
    meaning: 'A name of a component, variable or unit is referred to that is not declared.',
    remedy: 'Declare it, or correct the reference.',
  },
  'cellml-math': {
    meaning: 'A formula is not one that CellML allows.',
    remedy: 'Correct the formula at the line named.',
  },
  'cellml-units': {
    meaning: 'Connected variables have units of different dimension, or units are defined by one another in a circle.',
    remedy: 'Correct the units of the variables named.',
  },
  'cellml-unit-not-ucum': {
    meaning: 'A unit cannot be said in UCUM: it has a base of its own, a fractional power or an odd multiplier.',
    remedy: 'Nothing need be done: quantities of this unit are converted, and their equations are not checked.',
  },
  'cellml-overdetermined': {
    meaning: 'A variable is determined twice, or has two initial values.',
    remedy: 'Remove one of the equations or initial values.',
  },
  'cellml-underdetermined': {
    meaning:
      'A variable that is used has no equation and no initial value, or there are not as many unknowns as equations.',
    remedy: 'Give the variable named a value or an equation.',
  },
  'cellml-cycle': {
    meaning: 'Variables are defined by one another in a circle.',
    remedy: 'Break the circle named, or write it as an equation with the unknown on no side alone.',
  },
  'cellml-ignored': {
    meaning: 'A part of the document that does not change the run has not been taken in.',
    remedy: 'Nothing need be done for simulation.',
  },
});
