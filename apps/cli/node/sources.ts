import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Decoded, instant } from '@gemel/core';
import {
  type Door,
  type DoorOptions,
  doors,
  exchangeErrors,
  type Neighbours,
  NO_NEIGHBOURS,
  type NoteRules,
  noteDoor,
  parseRules,
  sniffDoor,
  withDerived,
  withNotes,
} from '@gemel/exchange';
import { cliErrors } from '../errors.data.ts';
import { readBytes, readText } from './given-file.ts';

/** A file or standard input, read whole, with the door that understands it. */
export interface Source {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of the file, and of its companions after it. */
  readonly sha256: string;
  readonly door: Door;
  /** The files beside it, for a record of several. */
  readonly neighbours?: Neighbours;
  /** Rules of the user's own for the texts in it. */
  readonly noteRules?: NoteRules;
}

/** Options of every command that takes records in. */
export interface RecordOptions {
  readonly zone?: string;
  readonly unit?: string;
  readonly subject?: string;
  readonly dates?: 'day-first' | 'month-first';
  readonly name?: string;
  readonly start?: string;
  readonly derive?: boolean;
  readonly noteRules?: string;
}

/** Reads paths (`-` is standard input, a folder means its files) and finds each one's door. */
export async function readSources(paths: readonly string[], options: RecordOptions): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    const files = await filesOf(path);
    const folder = files[0] !== path;
    const gathered = folder
      ? await companionsIn(
          path,
          files.map((file) => basename(file)),
          true,
        )
      : new Set<string>();
    for (const file of files) {
      if (!gathered.has(basename(file))) sources.push(await readSource(file, options, folder));
    }
  }
  return sources;
}

/** The files a path means: itself, or those of a folder that are read by themselves. Throws `cli-file-unreadable`. */
export async function filesOf(path: string): Promise<string[]> {
  if (path === '-') return ['-'];
  const info = await stat(path).catch((cause) => {
    throw cliErrors.error('cli-file-unreadable', `${path} is not there`, { file: path }, undefined, cause);
  });
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
  const taken = await companionsIn(path, names, false);
  return names
    .filter((name) => !taken.has(name))
    .map((name) => join(path, name))
    .sort();
}

/** Bytes a door is shown of a file to tell whether it heads a record of several files. */
const HEAD = 65_536;

/** Files of a folder that others are read with: the signals of a WFDB record or, `gathered`, the later images of a series. */
async function companionsIn(folder: string, names: readonly string[], gathered: boolean): Promise<Set<string>> {
  const taken = new Set<string>();
  const heading = doors.filter(({ companions, gathers = false }) => companions !== undefined && gathers === gathered);
  const neighbours = neighboursOf(folder);
  for (const name of names) {
    const file = await open(join(folder, name)).catch(() => null);
    if (file === null) continue;
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD), 0, HEAD, 0);
      const door = heading.find((each) => each.sniff(buffer.subarray(0, bytesRead), name) > 0);
      if (door === undefined) continue;
      const bytes = bytesRead < HEAD ? buffer.subarray(0, bytesRead) : await readBytes(join(folder, name));
      for (const companion of door.companions?.(bytes, name, neighbours) ?? []) taken.add(companion);
    } finally {
      await file.close();
    }
  }
  return taken;
}

/** The files of a folder by name; names with a path in them are none of them. */
function neighboursOf(folder: string): Neighbours {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  const known = new Set(names);
  return { names, read: (name) => (known.has(name) ? new Uint8Array(readFileSync(join(folder, name))) : null) };
}

async function readSource(path: string, options: RecordOptions, folder: boolean): Promise<Source> {
  const name = path === '-' ? (options.name ?? 'standard input') : basename(path);
  const bytes = await readBytes(path);
  const sniffed = sniffDoor(bytes, path === '-' && options.name === undefined ? '' : name);
  const rules =
    options.noteRules === undefined ? undefined : parseRules(await readText(options.noteRules), options.noteRules);
  const door = sniffed?.id === 'note' && rules !== undefined ? noteDoor(rules) : sniffed;
  if (door === null) {
    const known = doors.map((candidate) => candidate.title).join(', ');
    throw exchangeErrors.error('exchange-format-unknown', `${name} is none of: ${known}`, { file: name });
  }
  const alone = path === '-' || door.companions === undefined || (door.gathers === true && !folder);
  const neighbours = alone ? NO_NEIGHBOURS : neighboursOf(dirname(path));
  const hash = createHash('sha256').update(bytes);
  for (const companion of door.companions?.(bytes, name, neighbours) ?? []) {
    hash.update(neighbours.read(companion) ?? new Uint8Array(0));
  }
  return {
    name,
    bytes,
    sha256: hash.digest('hex'),
    door,
    neighbours,
    ...(rules !== undefined && { noteRules: rules }),
  };
}

/** What a door is told of a source: its name, its hash, and what a person added. */
export function sourceOptions(source: Source, options: RecordOptions): DoorOptions {
  const { zone, unit, subject, dates, start } = options;
  return {
    name: source.name,
    sha256: source.sha256,
    ...(source.neighbours !== undefined && { neighbours: source.neighbours }),
    ...(start !== undefined && { start: startAt(start) }),
    ...(zone !== undefined && { zone }),
    ...(unit !== undefined && { unit }),
    ...(subject !== undefined && { subject }),
    ...(dates !== undefined && { dates }),
  };
}

function startAt(text: string) {
  const at = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw cliErrors.error('cli-at-unreadable', `"${text}" is no instant`, { field: '--start' });
  return instant(at);
}

/** What the source's door makes of it, with what is derived from its waveforms and its texts where that was asked for. */
export function decode(source: Source, options: RecordOptions): Iterable<Decoded> {
  const given = sourceOptions(source, options);
  const decoded = source.door.decode(source.bytes, given);
  return options.derive === true ? withNotes(withDerived(decoded), given, source.noteRules) : decoded;
}

/** The latest instant anything in the sources happened or was found, what is planned left aside; null where nothing could be read. */
export function lastInstant(sources: readonly Source[], options: RecordOptions): number | null {
  let last: number | null = null;
  for (const source of sources) {
    for (const entry of decode(source, options)) {
      for (const item of entry.items) {
        if (item.kind !== 'observation' && item.kind !== 'control' && item.kind !== 'fact') continue;
        if (item.kind === 'control' && item.status === 'planned') continue;
        if (last === null || item.time.start > last) last = item.time.start;
      }
    }
  }
  return last;
}
