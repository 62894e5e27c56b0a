import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import { describe, expect, test } from 'vitest';
import { KNOWN_FAILURES } from '../../validation/fhirpath2025.data.ts';
import { caseFailure, suiteCases, suiteInput } from './official-suite.ts';

const folder = join(process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../../shared/data'), 'fhirpath-r4');
const there = existsSync(folder);
const inputs = new Map<string, unknown>();

function inputOf(name: string | null): unknown {
  if (name === null) return {};
  if (!inputs.has(name)) inputs.set(name, suiteInput(name, readFileSync(join(folder, 'input', name), 'utf8')));
  return inputs.get(name);
}

describe.skipIf(!there)(`the official test suite (skipped where ${folder} is absent)`, () => {
  const cases = there ? suiteCases(readFileSync(join(folder, 'tests-fhir-r4.xml'), 'utf8')) : [];
  const known = new Set(KNOWN_FAILURES.map(([name]) => name));
  const groups = [...new Set(cases.map(({ group }) => group))];
  test.each(groups)('%s', (group) => {
    const failures = cases
      .filter((one) => one.group === group && !known.has(one.name))
      .map((one) => [one.name, caseFailure(one, inputOf(one.input), instant(Date.UTC(2026, 0, 15, 10)))] as const)
      .filter(([, why]) => why !== null);
    expect(failures).toEqual([]);
  });
});
