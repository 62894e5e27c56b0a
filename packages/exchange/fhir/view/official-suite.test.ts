import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VIEW_SUITE, viewCaseFailure, viewCases } from './official-suite.ts';

const folder = join(
  process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../../shared/data'),
  'sql-on-fhir-v2',
);
const there = existsSync(folder);

describe.skipIf(!there)(`tests of SQL on FHIR 2.0 (skipped where ${folder} is absent)`, () => {
  for (const file of there ? VIEW_SUITE : []) {
    for (const one of viewCases(readFileSync(join(folder, file), 'utf8'))) {
      test(`${file}: ${one.title}`, () => expect(viewCaseFailure(one)).toBeNull());
    }
  }
});
