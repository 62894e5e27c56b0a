import { instant } from '@gemel/core';
import { defineValidation } from '@gemel/core/validation';
import { caseFailure, suiteCases, suiteInput } from '../fhir/path/official-suite.ts';
import { KNOWN_FAILURES } from './fhirpath2025.data.ts';

const SUITE = 'fhirpath-r4/tests-fhir-r4.xml';
const INPUTS = [
  'appointment-examplereq.json',
  'codesystem-example.xml',
  'explanationofbenefit-example.json',
  'observation-example.xml',
  'parameters-example-types.xml',
  'patient-container-example.json',
  'patient-example-period.xml',
  'patient-example.xml',
  'patient-name-extensions.json',
  'questionnaire-example.xml',
  'valueset-example-expansion.xml',
];
/** Expressions that ask for the time are asked at this one. */
const AT = instant(Date.UTC(2026, 0, 15, 10));

export default defineValidation({
  id: 'fhirpath2025',
  title: 'FHIRPath: the official test suite over R4',
  citation:
    'HL7, FHIRPath test suite tests-fhir-r4.xml, https://github.com/FHIR/fhir-test-cases/tree/master/r4/fhirpath',
  data: [SUITE, ...INPUTS.map((name) => `fhirpath-r4/input/${name}`)],
  slow: false,
  rows: [
    { name: 'tests', source: 'tests-fhir-r4.xml', unit: '', expected: 935 },
    { name: 'tests passed', source: 'tests-fhir-r4.xml', unit: '', expected: null, atLeast: 862 },
    { name: 'tests failed beyond those listed', source: 'fhirpath2025.data.ts', unit: '', expected: 0 },
    ...KNOWN_FAILURES.map(([name, why]) => ({ name: `${name} passes`, source: why, unit: '', expected: null })),
  ],
  run({ read }) {
    const text = (path: string) => new TextDecoder().decode(read(path));
    const inputs = new Map(INPUTS.map((name) => [name, suiteInput(name, text(`fhirpath-r4/input/${name}`))]));
    const cases = suiteCases(text(SUITE));
    const failed = new Set(
      cases
        .filter((test) => caseFailure(test, test.input === null ? {} : inputs.get(test.input), AT) !== null)
        .map(({ name }) => name),
    );
    const listed = new Set(KNOWN_FAILURES.map(([name]) => name));
    return {
      tests: cases.length,
      'tests passed': cases.length - failed.size,
      'tests failed beyond those listed': [...failed].filter((name) => !listed.has(name)).length,
      ...Object.fromEntries(KNOWN_FAILURES.map(([name]) => [`${name} passes`, failed.has(name) ? 0 : 1])),
    };
  },
});
