import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeRow, type RowVerdict, type Validation, type ValidationNumbers } from '@gemel/core/validation';
import { files, ROOT } from '../../tools/node/repository.ts';
import { type Inputs, listPath, type StudyResult } from '../report.ts';
import { DATA } from './inputs.ts';

/** Every validation file, packages/x/validation/y.ts (in packs and apps too), whose default export is a study. */
export async function findStudies(): Promise<readonly { readonly file: string; readonly study: Validation }[]> {
  const candidates = files().filter(
    (file) => /^(packages|packs|apps)\/[^/]+\/validation\/[^/]+\.ts$/.test(file) && !/\.(test|data)\.ts$/.test(file),
  );
  const found: { file: string; study: Validation }[] = [];
  for (const file of candidates) {
    const study = (await import(join(ROOT, file))).default as Validation | undefined;
    if (study?.rows === undefined) continue;
    const twice = found.find((other) => other.study.id === study.id);
    if (twice) throw new Error(`${file} and ${twice.file} both have the id ${study.id}.`);
    const names = study.rows.map((row) => row.name);
    const repeated = names.find((name, i) => names.indexOf(name) !== i);
    if (repeated !== undefined) throw new Error(`${file} has two rows named “${repeated}”.`);
    found.push({ file, study });
  }
  return found;
}

/**
 * Runs a study and judges its rows. A study that throws, or leaves a row out, fails those rows and says why.
 * `list`: takes the lists of the study, by path from the root.
 */
export async function runStudy(
  study: Validation,
  inputs: Inputs,
  list: (path: string, text: string) => void = () => {},
): Promise<StudyResult> {
  const read = (path: string): Uint8Array => {
    if (!study.data.includes(path)) throw new Error(`${study.id} reads ${path}, which its data do not name.`);
    return new Uint8Array(readFileSync(join(DATA, path)));
  };
  const named = (name: string, text: string) => {
    if (!study.lists?.includes(name)) throw new Error(`${study.id} gives ${name}, which its lists do not name.`);
    list(listPath(study, name), text);
  };
  let values: ValidationNumbers;
  try {
    values = await study.run({ read, list: named });
  } catch (error) {
    const verdicts = Object.fromEntries(study.rows.map((row) => [row.name, 'FAILS' as const]));
    return { inputs, values: {}, verdicts, error: error instanceof Error ? error.message : String(error) };
  }
  const unknown = Object.keys(values).filter((name) => !study.rows.some((row) => row.name === name));
  const verdicts: Record<string, RowVerdict> = {};
  for (const row of study.rows) verdicts[row.name] = judgeRow(row, values[row.name] ?? Number.NaN);
  const result = { inputs, values, verdicts };
  return unknown.length === 0 ? result : { ...result, error: `Numbers without a row: ${unknown.join(', ')}` };
}
