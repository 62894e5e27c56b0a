import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { readArchive, writeArchive } from '@gemel/modeling/sedml/archive';
import type { Experiment } from '@gemel/modeling/sedml/experiment';
import { type ExportRequest, exportExperiment } from '@gemel/modeling/sedml/export-experiment';
import { type Report, runExperiment } from '@gemel/modeling/sedml/run-experiment';
import { cliErrors } from '../errors.data.ts';
import { readBytes } from './given-file.ts';
import type { Shell } from './shell.ts';

/** Whether a path names a COMBINE archive. */
export function isArchive(path: string): boolean {
  return ['.omex', '.sedx'].includes(extname(path).toLowerCase());
}

/**
 * Runs the experiment of an archive: its only task, or the one named.
 * @throws cli-file-unreadable, cli-option-unreadable for a task that is not there; what readArchive and runExperiment throw
 */
export async function runArchive(
  shell: Shell,
  path: string,
  task: string | undefined,
): Promise<{ readonly experiment: Experiment; readonly report: Report }> {
  const bytes = await readBytes(path);
  const { experiments, problems } = readArchive(bytes, basename(path));
  const chosen = task === undefined ? experiments : experiments.filter(({ id }) => id === task);
  const [experiment] = chosen;
  if (experiment === undefined || chosen.length > 1) {
    const ids = experiments.map(({ id }) => id).join(', ');
    throw cliErrors.error('cli-option-unreadable', `${path} has the tasks ${ids}: name one with --task`, {
      file: path,
    });
  }
  const report = runExperiment(experiment);
  for (const { code, message } of [...problems, ...report.warnings]) shell.note(`note ${code}  ${message}`);
  return { experiment, report };
}

/** A run of an SBML file as an archive that gives it again. @throws cli-model-unreadable for a model from elsewhere */
export async function archiveOf(path: string, request: Omit<ExportRequest, 'file' | 'text'>): Promise<Uint8Array> {
  const text = path === '-' ? null : await readFile(path, 'utf8').catch(() => null);
  if (text === null || !/sbml\.org\/sbml\//.test(text.slice(0, 2000))) {
    throw cliErrors.error('cli-model-unreadable', `an archive carries a model file in SBML, which ${path} is not`, {
      file: path,
    });
  }
  return writeArchive(exportExperiment({ ...request, file: basename(path), text }));
}
