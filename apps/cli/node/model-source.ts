import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Problem } from '@gemel/core';
import { readCellml } from '@gemel/modeling/cellml/read';
import type { Model } from '@gemel/modeling/model/model';
import { readSbml, type SbmlModel } from '@gemel/modeling/sbml/read';
import { cliErrors } from '../errors.data.ts';

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
  const text = await textOf(path);
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
  throw cliErrors.error('cli-model-unreadable', `${file} is neither SBML nor CellML`, { file });
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

async function textOf(path: string): Promise<string> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw cliErrors.error('cli-file-unreadable', `${path} cannot be read`, { file: path }, undefined, cause);
  }
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
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') {
      throw cliErrors.error('cli-file-unreadable', `${path}: ${cause.message}`, { file: path }, undefined, cause);
    }
    throw cause;
  }
  const models = [...new Set(isModel(exported.default) ? [exported.default] : Object.values(exported).filter(isModel))];
  const [model] = models;
  if (model !== undefined && models.length === 1) return plain(model, basename(path), 'module');
  throw cliErrors.error('cli-model-unreadable', `${path} exports ${models.length} models`, { file: path });
}

function isModel(value: unknown): value is Model {
  const parts = ['parameters', 'states', 'inputs', 'definitions', 'unknowns', 'constraints', 'events', 'outputs'];
  return typeof value === 'object' && value !== null && parts.every((part) => Array.isArray(Reflect.get(value, part)));
}
