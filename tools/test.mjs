/**
 * `npm test`: installs what is missing, then format and lint, types, and every test; ends with one plain line.
 * Arguments after `--` narrow the tests to the folders named; `--checks` leaves the tests out.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { install, ROOT, runNode, say } from './launch.mjs';

const REPORT = join(ROOT, '.cache/test-report.json');
const bin = (path) => join(ROOT, 'node_modules', path);
const checksOnly = process.argv.includes('--checks');
const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const total = { passed: 0, failed: 0, skipped: 0 };

install();
await check('Format and lint', [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '.']);
await check('Types', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']);
await tests(checksOnly ? ['tools/layers.test.ts'] : folders);
say('');
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function check(title, args) {
  say(`${title} …`);
  const code = await runNode(args);
  if (code > 128) process.exit(code);
  total[code === 0 ? 'passed' : 'failed']++;
}

async function tests(filters) {
  say('Tests …');
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  rmSync(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const code = await runNode([bin('vitest/vitest.mjs'), 'run', ...reporters, ...filters]);
  if (code > 128) process.exit(code);
  let report;
  try {
    report = JSON.parse(readFileSync(REPORT, 'utf8'));
  } catch {
    total.failed++;
    return;
  }
  total.passed += report.numPassedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  // A file that does not load has no tests to count; it is a failure all the same.
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
  );
  const failed = report.numFailedTests + unloaded.length;
  total.failed += code !== 0 && failed === 0 ? 1 : failed;
}
