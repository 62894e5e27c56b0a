import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Problem } from '@gemel/core';
import { readCellml } from '@gemel/modeling/cellml/read';
import type { Model } from '@gemel/modeling/model/model';
import { readSbml, type SbmlModel } from '@gemel/modeling/sbml/read';
import { cliErrors } from '../errors.data.ts';
import { isArchive } from './experiment-archive.ts';
import { importModule, readText } from './given-file.ts';

/** A model from a file, and how its quantities are asked for. */
export interface ModelSource {
  readonly file: string;
  readonly format: 'SBML' | 'CellML' | 'module';
  readonly model: Model;
  /** Warnings: the model runs, and this is worth knowing. */
  readonly problems: readonly Problem[];
  /** What is reported when nothing else is asked for. */
  readonly identifiers: readonly string[];
  /** Name in the model of an identifier's amount or, for a species, concentration; other identifiers are names. */
  nameOf(identifier: string, amount: boolean): string;
}

/**
 * Reads SBML, CellML, or a TypeScript or JavaScript module that exports a model; `-` is standard input.
 * @throws cli-file-unreadable, cli-model-unreadable, and what the readers throw
 */
export async function readModelSource(path: string): Promise<ModelSource> {
  if (path !== '-' && /^\.[cm]?[jt]s$/.test(extname(path))) return moduleSource(path);
  if (isArchive(path)) {
    const remedy = 'Run it with gemel simulate, or take the model file out of it: it is a zip file.';
    throw cliErrors.error('cli-model-unreadable', `${path} is a COMBINE archive, not a model`, { file: path }, remedy);
  }
  const text = await readText(path);
  const file = path === '-' ? 'standard input' : basename(path);
  // The namespace of the first element decides.
  const head = /<([A-Za-z_][\w.-]*:)?(sbml|model)\b[^>]*>/.exec(text)?.[0] ?? '';
  if (head.includes('sbml.org/sbml/')) {
    const documents = await externalDocuments(text, path);
    return sbmlSource(readSbml(text, { file, open: (source) => documents.get(source) ?? null }), file);
  }
  if (head.includes('cellml.org/cellml/')) {
    const { model, problems } = readCellml(text, { file });
    return { ...plain(model, file, 'CellML'), problems };
  }
  const begins = head === '' ? '' : `: its first element, ${head}, has the namespace of neither`;
  throw cliErrors.error('cli-model-unreadable', `${file} is neither SBML nor CellML${begins}`, { file });
}

function plain(model: Model, file: string, format: ModelSource['format']): ModelSource {
  return { file, format, model, problems: [], identifiers: model.outputs, nameOf: (identifier) => identifier };
}

function sbmlSource({ model, species, problems, names: called, identifiers }: SbmlModel, file: string): ModelSource {
  return {
    ...plain(model, file, 'SBML'),
    problems,
    identifiers,
    nameOf(identifier, amount) {
      const name = called.get(identifier) ?? identifier;
      const names = species.get(name);
      if (names === undefined) return name;
      return amount ? names.amount : (names.concentration ?? names.amount);
    },
  };
}

/** Files beside the model that it names as the source of submodels, and those that they name. */
async function externalDocuments(text: string, path: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (path === '-') return found;
  const texts = [text];
  for (const one of texts) {
    for (const [, source] of one.matchAll(/<[^>]*externalModelDefinition[^>]*\bsource="([^"]+)"/g)) {
      if (source === undefined || found.has(source) || basename(source) !== source) continue;
      const other = await readFile(join(dirname(path), source), 'utf8').catch(() => null);
      if (other === null) continue;
      found.set(source, other);
      texts.push(other);
    }
  }
  return found;
}

async function moduleSource(path: string): Promise<ModelSource> {
  const exported = await importModule(path);
  const models = [...new Set(isModel(exported.default) ? [exported.default] : Object.values(exported).filter(isModel))];
  const [model] = models;
  if (model !== undefined && models.length === 1) return plain(model, basename(path), 'module');
  throw cliErrors.error(
    'cli-model-unreadable',
    `${path} exports ${models.length === 0 ? 'no model' : `${models.length} models`}`,
    { file: path },
  );
}

function isModel(value: unknown): value is Model {
  const parts = ['parameters', 'states', 'inputs', 'definitions', 'unknowns', 'constraints', 'events', 'outputs'];
  return typeof value === 'object' && value !== null && parts.every((part) => Array.isArray(Reflect.get(value, part)));
}
