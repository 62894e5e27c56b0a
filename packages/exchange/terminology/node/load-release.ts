import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Problem, Progress } from '@gemel/core';
import { filePieces } from '../../node/file-pieces.ts';
import { terminologyErrors } from '../errors.data.ts';
import { releaseFormats } from '../load/formats.ts';
import { tarFiles } from '../load/tar.ts';
import type { LoadOptions, ReleaseFiles } from '../release.ts';
import { openLibrary } from './library.ts';
import { LibraryWriter } from './library-writer.ts';

export interface LoadReleaseOptions extends LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Bytes that a package may unpack to; 512 MiB where it is not said. */
  readonly largestPackage?: number;
}

/** What was loaded, and what could not be. */
export interface LoadedRelease {
  /** Path of the library file. */
  readonly file: string;
  readonly format: string;
  readonly systems: readonly { readonly url: string; readonly version: string | null; readonly concepts: number }[];
  readonly valueSets: number;
  readonly maps: readonly string[];
  /** The first problems. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

/** Problems told in full; the rest is counted. */
const MOST_PROBLEMS = 1000;
/** A package that unpacks to more is refused. */
const LARGEST_PACKAGE = 512 * 1024 * 1024;
const DEEPEST_FOLDER = 8;
const MOST_FILES = 100_000;

/**
 * Loads a release, a resource or a package into a library file in the folder, where it replaces one of the same codes and
 * version. Stopped or failed, it leaves nothing behind.
 * @throws terminology-not-a-release, terminology-column-missing, terminology-xml, terminology-package, terminology-cancelled
 */
export async function loadRelease(
  path: string,
  folder: string,
  options: LoadReleaseOptions = {},
): Promise<LoadedRelease> {
  const { files, bytes } = releaseFiles(path, options.largestPackage ?? LARGEST_PACKAGE);
  const format = releaseFormats.find((each) => each.knows(files));
  if (format === undefined) {
    const known = releaseFormats.map(({ title }) => title).join(', ');
    throw terminologyErrors.error('terminology-not-a-release', `${path} is none of: ${known}`, { file: path });
  }
  mkdirSync(folder, { recursive: true });
  const part = join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 12)}.part`);
  rmSync(part, { force: true });
  const writer = new LibraryWriter(part);
  const problems: Problem[] = [];
  let problemCount = 0;
  const report = (problem: Problem) => {
    if (problemCount++ < MOST_PROBLEMS) problems.push(problem);
  };
  try {
    for (const step of format.load(files, writer, report, options)) {
      if (options.signal?.aborted)
        throw terminologyErrors.error('terminology-cancelled', `loading ${path} was stopped`);
      const fraction = bytes === 0 ? 0 : Math.min(1, step.bytes / bytes);
      options.onProgress?.({ fraction, message: basename(step.path) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    writer.finish({ format: format.id, source: files.name });
  } catch (error) {
    writer.abandon();
    rmSync(part, { force: true });
    throw error;
  }
  return kept(part, folder, format.id, path, problems, problemCount);
}

function kept(
  part: string,
  folder: string,
  format: string,
  path: string,
  problems: readonly Problem[],
  problemCount: number,
): LoadedRelease {
  const library = openLibrary(part);
  const { systems, valueSets, maps } = library;
  const names = [
    ...systems.map(({ head }) => `${head.url}|${head.version ?? ''}`),
    ...valueSets.map(({ url, version }) => `${url}|${version ?? ''}`),
    ...maps.map(({ head }) => `${head.url}|${head.version ?? ''}`),
  ];
  const loaded = {
    format,
    systems: systems.map(({ head, size }) => ({ url: head.url, version: head.version, concepts: size })),
    valueSets: valueSets.length,
    maps: maps.map(({ head }) => head.url),
    problems,
    problemCount,
  };
  library.close();
  if (names.length === 0) {
    rmSync(part, { force: true });
    const why = problems[0] === undefined ? 'no code system, value set or concept map' : problems[0].message;
    throw terminologyErrors.error('terminology-not-a-release', `${path} holds ${why}`, { file: path });
  }
  const label = (systems[0]?.head.name ?? basename(path))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const hash = createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 12);
  const file = join(folder, `${label}-${hash}.library`);
  const handle = openSync(part, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(part, file);
  return { file, ...loaded };
}

/** The files of a folder, a package or a single file, and their bytes in all. @throws terminology-not-a-release, terminology-package */
function releaseFiles(path: string, largest: number): { readonly files: ReleaseFiles; readonly bytes: number } {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined)
    throw terminologyErrors.error('terminology-not-a-release', `${path} is not there`, { file: path });
  if (info.isDirectory()) {
    const found = walk(path);
    const read = (each: string) => filePieces(join(path, each));
    return {
      files: { name: path, paths: found.map((each) => each.path), read },
      bytes: found.reduce((sum, each) => sum + each.bytes, 0),
    };
  }
  if (/\.(tgz|tar\.gz)$/i.test(path)) return unpacked(path, largest);
  const name = basename(path);
  return { files: { name, paths: [name], read: () => filePieces(path) }, bytes: info.size };
}

function walk(folder: string): { readonly path: string; readonly bytes: number }[] {
  const found: { path: string; bytes: number }[] = [];
  const visit = (relative: string, depth: number) => {
    if (depth > DEEPEST_FOLDER || found.length > MOST_FILES) {
      throw terminologyErrors.error('terminology-not-a-release', `${folder} holds more than a release does`, {
        file: folder,
      });
    }
    for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) visit(path, depth + 1);
      else if (entry.isFile()) found.push({ path, bytes: statSync(join(folder, path)).size });
    }
  };
  visit('', 0);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function unpacked(path: string, largest: number): { readonly files: ReleaseFiles; readonly bytes: number } {
  let whole: Uint8Array;
  try {
    whole = gunzipSync(readFileSync(path), { maxOutputLength: largest });
  } catch (cause) {
    const large = (cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    const why = large ? `it unpacks to more than ${largest} bytes` : (cause as Error).message;
    throw terminologyErrors.error('terminology-package', `${path}: ${why}`, { file: path }, undefined, cause);
  }
  const byPath = new Map([...tarFiles(whole, path)].map((file) => [file.path, file.bytes]));
  const files = { name: basename(path), paths: [...byPath.keys()], read: (each: string) => [byPath.get(each)!] };
  return { files, bytes: whole.length };
}
