import { defineErrors } from '@gemel/core/error';

/** Error codes of the SBML door and of the XML reader beneath it. Each is documented in docs/errors.md. */
export const sbmlErrors = defineErrors({
  'xml-malformed': {
    meaning: 'The document is not well-formed XML.',
    remedy: 'Correct the document at the line and column named, or export it again.',
  },
  'xml-doctype': {
    meaning: 'The document brings a document type with declarations of its own, which could expand without bound.',
    remedy: 'Remove the DOCTYPE declaration; no model format needs it.',
  },
  'xml-too-large': {
    meaning: 'The document is larger or nested deeper than a model can sensibly be.',
    remedy: 'Check that the file is a model; raise the limit only for a source you trust.',
  },
  'sbml-not-sbml': {
    meaning: 'The document is XML, but not SBML.',
    remedy: 'Give an SBML file of Level 2 or 3, or name the door the file is for.',
  },
  'sbml-level': {
    meaning: 'The document is SBML of a level and version that is not read.',
    remedy: 'Convert it to Level 3 Version 2 (or any Level 2 or 3) and read that.',
  },
  'sbml-unsupported': {
    meaning: 'The model uses a feature that is not supported. It is refused rather than run without it.',
    remedy: 'Write the model without the feature named, or run it with a tool that has it.',
  },
  'sbml-package': {
    meaning: 'The document requires an SBML package that is not supported.',
    remedy: 'Write the model without the package named, or run it with a tool that has it.',
  },
  'sbml-attribute': {
    meaning: 'An attribute that is needed is missing, or its value is not one it may have.',
    remedy: 'Correct the attribute at the line named.',
  },
  'sbml-element': {
    meaning: 'An element stands where it may not, or one that is needed is missing.',
    remedy: 'Correct the document at the line named; a validator of the format names the rule.',
  },
  'sbml-duplicate': {
    meaning: 'Two elements have the same identifier.',
    remedy: 'Rename one of them and what refers to it.',
  },
  'sbml-reference': {
    meaning: 'An identifier that is referred to is not declared.',
    remedy: 'Declare it, or correct the reference.',
  },
  'sbml-math': {
    meaning: 'A formula is not one that SBML allows.',
    remedy: 'Correct the formula at the line named.',
  },
  'sbml-math-too-large': {
    meaning: 'A formula becomes too large once its functions are written out.',
    remedy: 'Name intermediate results with assignment rules in place of nested functions.',
  },
  'sbml-cycle': {
    meaning: 'Quantities or functions are defined by one another in a circle.',
    remedy: 'Break the circle named, or write it as an algebraic rule.',
  },
  'sbml-overdetermined': {
    meaning: 'A quantity is determined twice, or an algebraic rule has no quantity left to determine.',
    remedy: 'Remove one of the rules, or declare one more of its quantities as not constant.',
  },
  'sbml-value': {
    meaning: 'A size or value is one that the quantity cannot have.',
    remedy: 'Correct the value at the line named.',
  },
  'sbml-value-missing': {
    meaning: 'A quantity has no value: neither an attribute nor a rule nor an initial assignment gives one.',
    remedy: 'Give it a value, or leave out what uses it.',
  },
  'sbml-math-missing': {
    meaning: 'An element has no formula, so it has no effect.',
    remedy: 'Write the formula, or remove the element.',
  },
  'sbml-ignored': {
    meaning: 'A part of the document that does not change the run has not been taken in.',
    remedy: 'Nothing need be done for simulation.',
  },
  'sbml-external': {
    meaning: 'A model definition in another file is needed, which was not given.',
    remedy: 'Give the file named beside this one.',
  },
  'sbml-unit': {
    meaning: 'A unit is not declared, or cannot be said in UCUM.',
    remedy: 'Declare the unit, or choose one that UCUM has.',
  },
  'sbml-not-expressible': {
    meaning: 'The model has a part that SBML cannot say.',
    remedy: 'Export a model without the part named.',
  },
});
