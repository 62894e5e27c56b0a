import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isError } from './issue.ts';
import { type VerdictCase, verdictsOf } from './manifest.ts';
import { Validator, validateResource } from './validate.ts';

const data = process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../../shared/data');
const folder = join(data, 'fhir-validator');
const synthea = join(data, 'synthea-r4');

test.skipIf(!existsSync(folder))(
  `no error on a valid resource, and 85 % of the invalid ones found (skipped where ${folder} is absent)`,
  () => {
    const cases: VerdictCase[] = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
    const { found, missed, refused } = verdictsOf(
      cases,
      (file) => readFileSync(join(folder, 'files', file)),
      new Validator(),
    );
    expect(refused).toEqual([]);
    expect(found.length / (found.length + missed.length)).toBeGreaterThanOrEqual(0.85);
  },
);

/** What Synthea wrote wrongly: a unit that UCUM does not have, and a category that its system does not have. */
const WRONG = /^(unit-unknown .*"\(score\)"|code-unknown .*"vital-sign")/;

test.skipIf(!existsSync(synthea))(
  `Synthea's bundles have no error but two that they do have (skipped where ${synthea} is absent)`,
  () => {
    const names = readdirSync(synthea).filter((name) => name.endsWith('.json'));
    const errors = names.flatMap((name) =>
      validateResource(JSON.parse(readFileSync(join(synthea, name), 'utf8'))).filter(isError),
    );
    expect(names.length).toBeGreaterThan(0);
    expect(errors.map(({ rule, text }) => `${rule} ${text}`).filter((each) => !WRONG.test(each))).toEqual([]);
  },
);
