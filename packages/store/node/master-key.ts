import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { storeErrors } from '../errors.data.ts';
import { newKey } from './envelope.ts';

const FILE = 'master.key';

/**
 * The master key (32 bytes): the one `given`, as 64 hexadecimal digits or base64, else that of the data folder (file mode 0600),
 * made only where there is no log yet.
 * @throws store-key-missing, store-key-open, store-key-wrong, store-folder
 */
export function masterKey(folder: string, logExists: boolean, given?: string): Buffer {
  if (given !== undefined) return parse(given);
  const file = join(folder, FILE);
  const found = read(file);
  if (found !== null) return found;
  if (logExists) throw storeErrors.error('store-key-missing', `${file} is missing.`, { file });
  try {
    return create(folder, file);
  } catch (cause) {
    // Another process may have made it between the two looks.
    const made = read(file);
    if (made !== null) return made;
    throw storeErrors.error('store-folder', `${file} cannot be written.`, { file }, undefined, cause);
  }
}

function parse(text: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === 32) return key;
  throw storeErrors.error('store-key-wrong', 'GEMEL_MASTER_KEY is not 32 bytes in hexadecimal digits or base64.', {
    field: 'GEMEL_MASTER_KEY',
  });
}

/** Written whole under another name first, so that no other process ever reads half a key. */
function create(folder: string, file: string): Buffer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = newKey();
  const draft = `${file}.${randomUUID()}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, key);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
  } finally {
    rmSync(draft);
  }
  syncFolder(folder);
  return key;
}

/** Makes the new name itself durable; not every system lets a folder be opened. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function read(file: string): Buffer | null {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return null;
  if (process.platform !== 'win32' && (status.mode & 0o077) !== 0) {
    throw storeErrors.error('store-key-open', `${file} has mode ${(status.mode & 0o777).toString(8)}.`, { file });
  }
  const key = readFileSync(file);
  if (key.length !== 32) {
    throw storeErrors.error('store-key-wrong', `${file} has ${key.length} bytes instead of 32.`, { file });
  }
  return key;
}
