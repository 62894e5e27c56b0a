import type { IssueCode, Severity } from './issue.ts';

interface Rule {
  readonly severity: Severity;
  /** The kind of issue in FHIR's own list. */
  readonly code: IssueCode;
  readonly meaning: string;
}

/** Every rule the validator reports by, with the severity it has where nothing else is said. */
export const rules = {
  'json-form': { severity: 'fatal', code: 'structure', meaning: 'The text is not JSON.' },
  'json-depth': { severity: 'fatal', code: 'too-costly', meaning: 'The text is nested too deep to be read.' },
  'json-text': { severity: 'fatal', code: 'structure', meaning: 'The bytes are not UTF-8.' },
  'json-name-twice': { severity: 'error', code: 'structure', meaning: 'One object has the same name twice.' },
  'json-comment': {
    severity: 'warning',
    code: 'structure',
    meaning: 'The text has comments, which JSON does not have.',
  },
  'json-mark': { severity: 'information', code: 'structure', meaning: 'The text begins with a byte order mark.' },
  'resource-type': { severity: 'fatal', code: 'structure', meaning: 'The object is no resource of R4.' },
  'element-unknown': { severity: 'error', code: 'structure', meaning: 'R4 has no such element there.' },
  'element-required': { severity: 'error', code: 'required', meaning: 'An element that must be there is missing.' },
  'element-too-many': {
    severity: 'error',
    code: 'structure',
    meaning: 'An element is there more often than it may be.',
  },
  'element-array': {
    severity: 'error',
    code: 'structure',
    meaning: 'An array stands where one value belongs, or the other way round.',
  },
  'element-empty': {
    severity: 'error',
    code: 'invariant',
    meaning: 'An element has neither a value nor anything below it.',
  },
  'element-type': { severity: 'error', code: 'structure', meaning: 'Something of another type stands there.' },
  'choice-several': {
    severity: 'error',
    code: 'structure',
    meaning: 'An element of a choice of types is given in several types.',
  },
  'primitive-value': { severity: 'error', code: 'value', meaning: 'The value is not of its primitive type.' },
  'primitive-blanks': { severity: 'warning', code: 'value', meaning: 'The value begins or ends with blanks.' },
  'primitive-array': {
    severity: 'error',
    code: 'structure',
    meaning: 'Values and the extensions beside them are not in step.',
  },
  depth: { severity: 'fatal', code: 'too-costly', meaning: 'The resource is nested too deep to be checked.' },
  'id-form': {
    severity: 'error',
    code: 'value',
    meaning: 'The id of a resource is not 1 to 64 letters, digits, - and .',
  },
  invariant: { severity: 'error', code: 'invariant', meaning: 'A constraint of FHIR or of a profile does not hold.' },
  'invariant-unevaluable': { severity: 'warning', code: 'exception', meaning: 'A constraint cannot be evaluated.' },
  'narrative-form': { severity: 'error', code: 'invalid', meaning: 'The narrative is no XHTML <div>.' },
  'narrative-content': {
    severity: 'error',
    code: 'invalid',
    meaning: 'The narrative holds what FHIR does not allow in it.',
  },
  'narrative-empty': { severity: 'error', code: 'invariant', meaning: 'The narrative says nothing.' },
  'text-html': { severity: 'information', code: 'informational', meaning: 'A text looks like HTML.' },
  'contained-nested': { severity: 'error', code: 'invariant', meaning: 'A contained resource contains resources.' },
  'contained-id': {
    severity: 'error',
    code: 'invalid',
    meaning: 'A contained resource has no id, or that of another.',
  },
  'contained-orphan': {
    severity: 'error',
    code: 'invariant',
    meaning: 'Nothing refers to a contained resource, nor does it refer to what contains it.',
  },
  'contained-meta': {
    severity: 'error',
    code: 'invariant',
    meaning: 'A contained resource has a version, a time of change or a security label.',
  },
  'reference-form': { severity: 'error', code: 'value', meaning: 'A reference is not written as FHIR writes one.' },
  'reference-contained': {
    severity: 'error',
    code: 'not-found',
    meaning: 'A reference leads to a contained resource that is not there.',
  },
  'reference-type': {
    severity: 'error',
    code: 'structure',
    meaning: 'A reference leads to a resource of a type that does not belong there.',
  },
  'reference-unresolved': {
    severity: 'warning',
    code: 'not-found',
    meaning: 'A reference leads to nothing in the Bundle.',
  },
  'reference-ambiguous': {
    severity: 'error',
    code: 'multiple-matches',
    meaning: 'A reference leads to several resources of the Bundle.',
  },
  'canonical-form': { severity: 'error', code: 'value', meaning: 'A canonical URL is not absolute.' },
  'system-form': {
    severity: 'error',
    code: 'value',
    meaning: 'The system of a code is no absolute URI, or names a value set.',
  },
  'code-unknown': { severity: 'error', code: 'code-invalid', meaning: 'The code system has no such code.' },
  'code-display': {
    severity: 'warning',
    code: 'invalid',
    meaning: 'The code is displayed by other words than those of its system.',
  },
  'code-required': {
    severity: 'error',
    code: 'code-invalid',
    meaning: 'A code must come from a value set, and does not.',
  },
  'code-extensible': {
    severity: 'warning',
    code: 'code-invalid',
    meaning: 'A code should come from a value set, and does not.',
  },
  'code-unchecked': {
    severity: 'warning',
    code: 'not-found',
    meaning: 'The value set or code system is not at hand, so the code is not checked.',
  },
  'unit-unknown': { severity: 'error', code: 'code-invalid', meaning: 'The unit is not of UCUM.' },
  'attachment-size': { severity: 'error', code: 'value', meaning: 'The stated size is not that of the data.' },
  'extension-unknown': {
    severity: 'warning',
    code: 'not-found',
    meaning: 'The definition of the extension is not at hand.',
  },
  'extension-context': {
    severity: 'error',
    code: 'structure',
    meaning: 'The extension is not made for the element it stands on.',
  },
  'extension-modifier': {
    severity: 'error',
    code: 'structure',
    meaning: 'A modifier extension stands among others, or the other way round.',
  },
  'extension-url': {
    severity: 'error',
    code: 'value',
    meaning: 'The URL of an extension is not absolute, or names a version.',
  },
  'profile-unknown': {
    severity: 'warning',
    code: 'not-found',
    meaning: 'The profile is not at hand, so the resource is not checked against it.',
  },
  'profile-type': { severity: 'error', code: 'structure', meaning: 'The profile is for resources of another type.' },
  'value-fixed': { severity: 'error', code: 'value', meaning: 'The value is not the one the profile fixes.' },
  'value-pattern': { severity: 'error', code: 'value', meaning: 'The value lacks what the profile asks for.' },
  'value-range': { severity: 'error', code: 'value', meaning: 'The value is beyond the bounds of the profile.' },
  'slice-required': { severity: 'error', code: 'structure', meaning: 'Too few or too many elements are of a slice.' },
  'slice-closed': {
    severity: 'error',
    code: 'structure',
    meaning: 'An element is of no slice where the profile allows no other.',
  },
  'slice-order': { severity: 'error', code: 'structure', meaning: 'Slices are not in the order of the profile.' },
  'bundle-url': {
    severity: 'error',
    code: 'invalid',
    meaning: 'The fullUrl of an entry is missing, relative, has a version, or does not agree with its resource.',
  },
  'bundle-entry': { severity: 'error', code: 'invalid', meaning: 'An entry does not fit the type of the Bundle.' },
  'bundle-duplicate': { severity: 'error', code: 'duplicate', meaning: 'Two entries are the same resource.' },
  'bundle-link': {
    severity: 'error',
    code: 'invalid',
    meaning: 'A link of the Bundle does not fit its type, or is there twice.',
  },
  'bundle-unreached': {
    severity: 'warning',
    code: 'informational',
    meaning: 'Nothing in the document leads to the entry.',
  },
  conformance: {
    severity: 'error',
    code: 'business-rule',
    meaning: 'A definition does not agree with itself, or with what it is derived from.',
  },
  'questionnaire-answer': {
    severity: 'error',
    code: 'structure',
    meaning: 'An answer does not fit its questionnaire.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof rules;
