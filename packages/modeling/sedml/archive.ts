import type { Problem } from '@gemel/core/error';
import { sedmlErrors } from './errors.data.ts';
import type { Experiment } from './experiment.ts';
import { decode, isFormat, readOmex, writeOmex } from './omex.ts';
import { readSedml } from './read-sedml.ts';
import { writeSedml } from './write-sedml.ts';
import { type ArchiveLimits, safePath } from './zip.ts';

/** An experiment with its model as a COMBINE archive; the same experiment gives the same bytes. */
export function writeArchive(experiment: Experiment): Uint8Array {
  const encode = (text: string) => new TextEncoder().encode(text);
  const model = safePath(experiment.model.file.split(/[\\/]/).at(-1) ?? '', 'model');
  const named = { ...experiment, model: { ...experiment.model, file: model } };
  return writeOmex([
    {
      name: 'simulation.sedml',
      format: 'sed-ml.level-1.version-4',
      master: true,
      content: encode(writeSedml(named)),
    },
    { name: model, format: 'sbml', master: false, content: encode(experiment.model.text) },
  ]);
}

export interface ArchiveRead {
  readonly experiments: readonly Experiment[];
  readonly problems: readonly Problem[];
}

/**
 * The experiments of a COMBINE archive: those of its master document, or else of all its SED-ML documents.
 * @throws errors of `sedmlErrors` and of the XML reader
 */
export function readArchive(bytes: Uint8Array, file: string, limits?: ArchiveLimits): ArchiveRead {
  const files = readOmex(bytes, file, limits);
  const documents = files.filter(({ format }) => isFormat(format, 'sed-ml'));
  const masters = documents.filter(({ master }) => master);
  const chosen = masters.length > 0 ? masters : documents;
  if (chosen.length === 0) {
    throw sedmlErrors.error('omex-manifest', 'The archive holds no SED-ML document.', { file });
  }
  const read = chosen.map(({ name, content }) =>
    readSedml(decode(content), {
      file: `${file}/${name}`,
      open(source) {
        const folder = name.split('/').slice(0, -1);
        const path = resolved(folder, source);
        const found = files.find((entry) => entry.name === path);
        return found === undefined ? null : decode(found.content);
      },
    }),
  );
  return {
    experiments: read.flatMap(({ experiments }) => experiments),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** A name relative to a folder of the archive; null where it leads out of it. */
function resolved(folder: readonly string[], source: string): string | null {
  const steps = source.startsWith('/') ? [] : [...folder];
  for (const step of source.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return null;
  }
  return steps.join('/');
}
