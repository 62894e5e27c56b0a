import { defineValidation } from '@gemel/core/validation';
import { type VerdictCase, verdictsOf } from '../fhir/validate/manifest.ts';
import { Validator } from '../fhir/validate/validate.ts';
import { FILES } from './fhirvalidator2026.data.ts';

const FOLDER = 'fhir-validator';
const CASES = `${FOLDER}/cases.json`;

export default defineValidation({
  id: 'fhirvalidator2026',
  title: 'FHIR R4 validation beside the verdicts of the reference validator',
  citation:
    'FHIR/fhir-test-cases, validator/manifest.json, https://github.com/FHIR/fhir-test-cases: stand-alone R4 resources in JSON',
  data: [CASES, ...FILES.map((file) => `${FOLDER}/files/${file}`)],
  slow: false,
  rows: [
    { name: 'cases', unit: '', expected: 94 },
    { name: 'valid resources', unit: '', expected: 50 },
    { name: 'valid resources with an error', unit: '', expected: 0 },
    { name: 'invalid resources that need no terminology server', unit: '', expected: null },
    { name: 'of these found', unit: '%', expected: null, atLeast: 85 },
  ],
  run({ read }) {
    const cases: VerdictCase[] = JSON.parse(new TextDecoder().decode(read(CASES)));
    const { found, missed, refused, valid } = verdictsOf(
      cases,
      (file) => read(`${FOLDER}/files/${file}`),
      new Validator(),
    );
    const invalid = found.length + missed.length;
    return {
      cases: cases.length,
      'valid resources': valid,
      'valid resources with an error': refused.length,
      'invalid resources that need no terminology server': invalid,
      'of these found': (100 * found.length) / invalid,
    };
  },
});
