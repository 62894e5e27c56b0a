import { access, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { CodedError } from '@gemel/core';
import { cliErrors } from '../errors.data.ts';

/** The bytes of a file, or of standard input for `-`. @throws cli-file-unreadable */
export async function readBytes(path: string): Promise<Uint8Array> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return new Uint8Array(Buffer.concat(chunks));
  }
  return new Uint8Array(await readFile(path).catch((cause) => unreadable(path, cause)));
}

function unreadable(path: string, cause: unknown): never {
  throw cliErrors.error('cli-file-unreadable', `${path} cannot be read`, { file: path }, undefined, cause);
}

/** The same as UTF-8 text, a byte order mark left in. */
export async function readText(path: string): Promise<string> {
  return Buffer.from(await readBytes(path)).toString('utf8');
}

/** What a module exports. @throws cli-file-unreadable, cli-model-unreadable where it does not run, and coded errors it throws */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  await access(path).catch((cause) => unreadable(path, cause));
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') {
      throw cliErrors.error('cli-file-unreadable', `${path}: ${cause.message}`, { file: path }, undefined, cause);
    }
    const remedy = `Correct the module; node ${path} tells the line.`;
    throw cliErrors.error('cli-model-unreadable', `${path} does not run: ${message}`, { file: path }, remedy, cause);
  }
}
