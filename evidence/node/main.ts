/**
 * `npm run evidence`: runs every validation file, rewrites REPORT.md and the evidence table of each README that has one.
 * `-- --full` runs slow studies too; `-- --check` writes nothing and fails when the report would differ or a row that was
 * computed fails without standing in shortfalls.data.ts; study ids as arguments run only those.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/node/repository.ts';
import {
  failures,
  freshnessOf,
  outlived,
  ownerOf,
  renderOwner,
  renderReport,
  replaceBetween,
  type StudyOutcome,
  type StudyResult,
} from '../report.ts';
import { shortfalls } from '../shortfalls.data.ts';
import { hashCode, hashData } from './inputs.ts';
import { findStudies, runStudy } from './study.ts';

const RESULTS = join(ROOT, 'evidence/results.json');
const full = process.argv.includes('--full');
const check = process.argv.includes('--check');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const kept: Readonly<Record<string, StudyResult>> = existsSync(RESULTS)
  ? JSON.parse(readFileSync(RESULTS, 'utf8'))
  : {};
const studies = await findStudies();
const strange = only.filter((id) => !studies.some(({ study }) => study.id === id));
if (strange.length > 0)
  end(`No study named ${strange.join(', ')}. There are: ${studies.map((s) => s.study.id).join(', ')}.`);

const outcomes: StudyOutcome[] = [];
const lists = new Map<string, string>();
for (const { file, study } of studies) {
  const inputs = { code: hashCode(file), data: hashData(study.data) };
  const wanted = only.length > 0 ? only.includes(study.id) : full || !study.slow;
  if (wanted && inputs.data !== null) {
    process.stderr.write(`${study.id} …\n`);
    outcomes.push({
      file,
      study,
      result: await runStudy(study, inputs, (path, text) => lists.set(path, text)),
      freshness: 'fresh',
    });
    continue;
  }
  const result = kept[file] ?? null;
  const freshness = freshnessOf(result, inputs);
  // A quick study left out by name is as good as its unchanged inputs.
  const unchanged = only.length > 0 && freshness === 'kept' && !study.slow && inputs.data !== null;
  outcomes.push({ file, study, result, freshness: unchanged ? 'fresh' : freshness });
}

const written = new Map<string, string>([['evidence/REPORT.md', renderReport(outcomes, shortfalls)], ...lists]);
const without: string[] = [];
for (const owner of new Set(outcomes.map(ownerOf))) {
  const readme = `${owner}/README.md`;
  const before = existsSync(join(ROOT, readme)) ? readFileSync(join(ROOT, readme), 'utf8') : '';
  const after = replaceBetween(before, renderOwner(outcomes, owner));
  if (after !== null) written.set(readme, after);
  else if (owner.startsWith('packs/')) without.push(readme);
}

const failed = failures(check ? outcomes.filter((o) => o.freshness === 'fresh') : outcomes);
for (const row of failed) process.stderr.write(`FAILS ${row}\n`);
for (const readme of without)
  process.stderr.write(`${readme} has no place for the evidence table (evidence:begin, evidence:end).\n`);

if (check) {
  const differing = [...written].filter(
    ([file, text]) => !existsSync(join(ROOT, file)) || readFileSync(join(ROOT, file), 'utf8') !== text,
  );
  for (const [file] of differing)
    process.stderr.write(`${file} differs from what the studies give; run npm run evidence.\n`);
  const unlisted = failed.filter((row) => !Object.hasOwn(shortfalls, row));
  const mended = outlived(outcomes, shortfalls);
  for (const row of unlisted) process.stderr.write(`${row} fails and is not in evidence/shortfalls.data.ts.\n`);
  for (const row of mended) process.stderr.write(`${row} no longer fails: take it from evidence/shortfalls.data.ts.\n`);
  process.exitCode = differing.length + unlisted.length + mended.length + without.length > 0 ? 1 : 0;
} else {
  if (lists.size > 0) mkdirSync(join(ROOT, 'evidence/lists'), { recursive: true });
  for (const [file, text] of written) writeFileSync(join(ROOT, file), text);
  const results = outcomes.filter((o) => o.result !== null).map((o) => [o.file, o.result] as const);
  writeFileSync(RESULTS, `${JSON.stringify(Object.fromEntries(results), null, 1)}\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
process.stdout.write(`${outcomes.length} studies, ${failed.length} rows fail\n`);

function end(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
