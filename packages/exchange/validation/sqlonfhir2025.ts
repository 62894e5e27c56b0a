import { defineValidation } from '@gemel/core/validation';
import { VIEW_SUITE, viewCaseFailure, viewCases } from '../fhir/view/official-suite.ts';

const FILES = VIEW_SUITE.map((name) => `sql-on-fhir-v2/${name}`);

export default defineValidation({
  id: 'sqlonfhir2025',
  title: 'SQL on FHIR: the tests of the specification',
  citation: 'HL7, SQL on FHIR 2.0, https://github.com/FHIR/sql-on-fhir-v2/tree/master/tests',
  data: FILES,
  slow: false,
  rows: [
    { name: 'tests', source: 'tests of SQL on FHIR 2.0', unit: '', expected: 134 },
    { name: 'tests passed', source: 'tests of SQL on FHIR 2.0', unit: '', expected: 134 },
  ],
  run({ read }) {
    const cases = FILES.flatMap((path) => viewCases(new TextDecoder().decode(read(path))));
    return { tests: cases.length, 'tests passed': cases.filter((test) => viewCaseFailure(test) === null).length };
  },
});
