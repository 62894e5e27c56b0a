import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Decoded } from '@gemel/core';
import { type Door, type DoorOptions, doors, exchangeErrors, sniffDoor } from '@gemel/exchange';
import { cliErrors } from '../errors.data.ts';
import { readBytes } from './given-file.ts';

/** A file or standard input, read whole, with the door that understands it. */
export interface Source {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly door: Door;
}

/** Options of every command that takes records in. */
export interface RecordOptions {
  readonly zone?: string;
  readonly unit?: string;
  readonly subject?: string;
  readonly dates?: 'day-first' | 'month-first';
  readonly name?: string;
}

/** Reads paths (`-` is standard input, a folder means its files) and finds each one's door. */
export async function readSources(paths: readonly string[], options: RecordOptions): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) for (const file of await filesOf(path)) sources.push(await readSource(file, options));
  return sources;
}

/** The files a path means: itself, or those of a folder. Throws `cli-file-unreadable`. */
export async function filesOf(path: string): Promise<string[]> {
  if (path === '-') return ['-'];
  const info = await stat(path).catch((cause) => {
    throw cliErrors.error('cli-file-unreadable', `${path} is not there`, { file: path }, undefined, cause);
  });
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(path, entry.name))
    .sort();
}

async function readSource(path: string, options: RecordOptions): Promise<Source> {
  const name = path === '-' ? (options.name ?? 'standard input') : basename(path);
  const bytes = await readBytes(path);
  const door = sniffDoor(bytes, path === '-' && options.name === undefined ? '' : name);
  if (door === null) {
    const known = doors.map((candidate) => candidate.title).join(', ');
    throw exchangeErrors.error('exchange-format-unknown', `${name} is none of: ${known}`, { file: name });
  }
  return { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex'), door };
}

/** What a door is told of a source: its name, its hash, and what a person added. */
export function sourceOptions(source: Source, options: RecordOptions): DoorOptions {
  const { zone, unit, subject, dates } = options;
  return {
    name: source.name,
    sha256: source.sha256,
    ...(zone !== undefined && { zone }),
    ...(unit !== undefined && { unit }),
    ...(subject !== undefined && { subject }),
    ...(dates !== undefined && { dates }),
  };
}

export function decode(source: Source, options: RecordOptions): Iterable<Decoded> {
  return source.door.decode(source.bytes, sourceOptions(source, options));
}

/** The latest instant anything in the sources happened; null where nothing could be read. */
export function lastInstant(sources: readonly Source[], options: RecordOptions): number | null {
  let last: number | null = null;
  for (const source of sources) {
    for (const entry of decode(source, options)) {
      for (const item of entry.items) {
        if (item.kind !== 'observation' && item.kind !== 'control') continue;
        if (item.kind === 'control' && item.status === 'planned') continue;
        if (last === null || item.time.start > last) last = item.time.start;
      }
    }
  }
  return last;
}
