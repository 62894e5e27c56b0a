import { defineErrors } from '@gemel/core/error';

/** Error codes of SQL-on-FHIR views. Each is documented in docs/errors.md. */
export const viewErrors = defineErrors({
  'view-element': {
    meaning: 'An element of a ViewDefinition is missing, of the wrong type, or none that a ViewDefinition has.',
    remedy: 'Correct the element that the error names; SQL on FHIR 2.0 lists the elements.',
  },
  'view-resource': {
    meaning: 'A ViewDefinition is over a resource that FHIR R4 does not have.',
    remedy: 'Name a resource of R4, for example Patient or Observation.',
  },
  'view-name': {
    meaning: 'The name of a column or constant is no name in SQL, or is given twice.',
    remedy: 'Begin with a letter, go on with letters, digits and underscores, and give each name once.',
  },
  'view-constant': {
    meaning: 'A constant has no value, several, or one that is not of its type.',
    remedy: 'Give one value[x], in the form FHIR writes it.',
  },
  'view-path': {
    meaning: 'A path of a ViewDefinition is no FHIRPath that can be evaluated.',
    remedy: 'Correct the path at the place that the message names.',
  },
  'view-union': {
    meaning: 'The branches of a unionAll do not give the same columns in the same order.',
    remedy: 'Give every branch the same column names and types, in one order.',
  },
  'view-column-type': {
    meaning: 'A value is not of the type that its column declares.',
    remedy: 'Correct the type, or convert the value in the path, for example with toString() or ofType().',
  },
  'view-column-several': {
    meaning: 'A column that holds one value found several.',
    remedy: 'Take one, for example with first(); repeat the row with forEach; or set "collection": true.',
  },
  'view-where': {
    meaning: 'A condition of a view does not come out as true or false.',
    remedy: 'Make it a comparison, or end it with exists() or empty().',
  },
  'view-evaluation': {
    meaning: 'A path of a view cannot be evaluated on a resource, which gives no rows.',
    remedy: 'Correct the path, or the element of the resource that the message names.',
  },
  'view-endless': {
    meaning: 'A view asks for more than is sensible: a repeat that never ends, or too many rows of one resource.',
    remedy: 'Follow an element that gets smaller, such as item; put unrelated lists in views of their own.',
  },
  'view-input': {
    meaning: 'What was given as a resource is none.',
    remedy: 'Give FHIR R4 in JSON: one resource a line, a Bundle, or a resource.',
  },
});
