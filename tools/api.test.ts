import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apiReports } from './node/api-report.ts';
import { ROOT, text } from './node/repository.ts';

test('each package’s api.md is what its index exports (else: npm run api)', () => {
  const reports = apiReports();
  expect(reports.size).toBeGreaterThan(5);
  const differing = [...reports].filter(([file, report]) => !existsSync(join(ROOT, file)) || text(file) !== report);
  expect(differing.map(([file]) => file)).toEqual([]);
});
