import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { TreeHead } from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import { planHead } from '../tree-proofs.ts';
import { sha256 } from './envelope.ts';
import { openSqliteStore } from './sqlite.ts';
import { LogTree } from './sqlite-tree.ts';

const LOG = 'gemel.sqlite';
const KEY = 'master.key';
const MANIFEST = 'backup.json';
/** Pages copied between two looks at other work: 4 MB. */
const PAGES = 1000;

/** Where the master key goes: into the backup, to a file apart from it, or nowhere, because it is kept elsewhere. */
export type KeyPlace = 'in-backup' | 'kept-elsewhere' | { readonly file: string };

export interface BackupOptions {
  /** The data folder. */
  readonly folder: string;
  /** Absent or empty. */
  readonly into: string;
  readonly key: KeyPlace;
  /** Files of the folder, by path, that are copied while nobody writes to the log: what names what the log must know. */
  readonly withLog: readonly string[];
  /** ISO instant that the manifest bears. */
  readonly at: string;
}

export interface Backup {
  readonly format: 'gemel-backup';
  readonly version: 1;
  readonly at: string;
  /** Entries in the log, and the root of the tree over them, in hexadecimal digits. */
  readonly log: { readonly entries: number; readonly root: string };
  readonly files: readonly BackupFile[];
}

interface BackupFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Copies a data folder while it is in use: the log as it stood at one moment, with the files that go with it, then everything else,
 * SQLite files through SQLite. What is written later is not in it. Durable when it returns.
 * @throws store-folder, store-backup-place, store-busy
 */
export async function backUp({ folder, into, key, withLog, at }: BackupOptions): Promise<Backup> {
  if (!existsSync(join(folder, LOG)))
    throw storeErrors.error('store-folder', `${folder} holds no log.`, { file: folder });
  await empty(into);
  const head = await copyLog(folder, into, withLog);
  const done = new Set([LOG, ...withLog]);
  for (const path of await files(folder)) {
    if (done.has(path) || path === KEY || /-(wal|shm|journal)$/.test(path)) continue;
    await copyOne(join(folder, path), join(into, path));
  }
  if (key === 'in-backup') await copyKey(folder, join(into, KEY));
  else if (key !== 'kept-elsewhere') await copyKey(folder, key.file);
  const made: Backup = {
    format: 'gemel-backup',
    version: 1,
    at,
    log: { entries: head.size, root: Buffer.from(head.root).toString('hex') },
    files: await Promise.all((await files(into)).map((path) => described(into, path))),
  };
  await writeFile(join(into, MANIFEST), `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  await synced(join(into, MANIFEST));
  return made;
}

/** A log and its files at one moment: nobody writes until a reader holds that moment, then everybody may. */
async function copyLog(folder: string, into: string, withLog: readonly string[]): Promise<TreeHead> {
  const file = join(folder, LOG);
  const lock = new DatabaseSync(file, { timeout: 10_000 });
  const reader = new DatabaseSync(file, { timeout: 10_000 });
  try {
    lock.exec('begin immediate');
    reader.exec('begin');
    const { size } = reader.prepare('select coalesce(max(seq), 0) as size from entry').get() as { size: number };
    for (const path of withLog) if (existsSync(join(folder, path))) await copyOne(join(folder, path), join(into, path));
    lock.exec('rollback');
    const head = new LogTree(reader, file).prove(planHead(sha256, size, size));
    await backup(reader, join(into, LOG), { rate: PAGES });
    await synced(join(into, LOG));
    return head;
  } finally {
    lock.close();
    reader.close();
  }
}

/**
 * Makes a data folder of a backup, checked as a whole before it has its name: every file, every entry, the tree.
 * @throws store-backup-place, store-backup-broken, store-key-missing, store-key-wrong, store-corrupt
 */
export async function restore(from: string, folder: string, key?: string): Promise<Backup> {
  const made = await manifest(from);
  await empty(folder);
  const draft = `${folder}.restoring`;
  await empty(draft);
  try {
    for (const file of made.files) {
      if (/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(file.path)) {
        throw storeErrors.error('store-backup-broken', `${file.path} lies outside the backup.`, { file: from });
      }
      const { sha256: found } = await described(from, file.path).catch(() => ({ sha256: null }));
      if (found !== file.sha256) {
        const message =
          found === null ? `${file.path} is not in the backup.` : `${file.path} is not as it was written.`;
        throw storeErrors.error('store-backup-broken', message, { file: join(from, file.path) });
      }
      await copyOne(join(from, file.path), join(draft, file.path));
    }
    if (key !== undefined) await copyKey(dirname(key), join(draft, KEY), key);
    const store = await openSqliteStore({ folder: draft });
    try {
      const [problem] = await store.check();
      if (problem !== undefined) throw storeErrors.error('store-corrupt', problem.message, problem.where);
      const { size, root } = await store.treeHead();
      if (size !== made.log.entries || Buffer.from(root).toString('hex') !== made.log.root) {
        throw storeErrors.error('store-backup-broken', 'The log is not the one the backup was made of.', {
          file: from,
        });
      }
    } finally {
      await store.close();
    }
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
    return made;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function manifest(from: string): Promise<Backup> {
  const file = join(from, MANIFEST);
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Partial<Backup>;
    if (read.format === 'gemel-backup' && read.version === 1 && Array.isArray(read.files)) return read as Backup;
  } catch (cause) {
    throw storeErrors.error('store-backup-broken', `${file} cannot be read.`, { file }, undefined, cause);
  }
  throw storeErrors.error('store-backup-broken', `${file} is no list of a backup that this version knows.`, { file });
}

/** @throws store-backup-place unless the folder is absent or empty */
async function empty(folder: string): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw storeErrors.error('store-backup-place', `${folder} is not empty.`, { file: folder });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Paths of all files below a folder, with slashes, in order. */
async function files(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** A file that is gone by now was never meant to last. */
async function copyOne(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    if (await isSqlite(from)) {
      const database = new DatabaseSync(from, { timeout: 10_000 });
      try {
        await backup(database, to, { rate: PAGES });
      } finally {
        database.close();
      }
    } else await copyFile(from, to);
    await synced(to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function copyKey(folder: string, to: string, from = join(folder, KEY)): Promise<void> {
  const bytes = await readFile(from).catch((cause) => {
    throw storeErrors.error('store-key-missing', `${from} cannot be read.`, { file: from }, undefined, cause);
  });
  await writeFile(to, bytes, { mode: 0o600, flag: 'wx' }).catch((cause) => {
    throw storeErrors.error(
      'store-backup-place',
      `${to} cannot be written, or is there already.`,
      { file: to },
      undefined,
      cause,
    );
  });
  await synced(to);
}

async function isSqlite(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1').startsWith('SQLite format 3');
  } finally {
    await handle.close();
  }
}

async function described(folder: string, path: string): Promise<BackupFile> {
  const file = join(folder, path);
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return { path, bytes: (await stat(file)).size, sha256: hash.digest('hex') };
}

async function synced(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
