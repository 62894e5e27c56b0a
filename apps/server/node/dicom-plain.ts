import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@gemel/core';
import type { DicomStore } from './dicom-store.ts';

/**
 * Seals the objects that a folder holds as they came, with their index, as an earlier version left them. Each is sealed before its plain file is
 * deleted, and the plain index is deleted last, so that what is cut off goes on at the next start. What belongs to somebody
 * erased is deleted, and so is a file without a line of the index, which was never acknowledged.
 */
export async function sealPlainObjects(folder: string, store: DicomStore): Promise<void> {
  const index = join(folder, 'index.ndjson');
  const text = await readFile(index, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return;
  const acknowledged = new Set<string>();
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n'))
    if (line !== '') acknowledged.add((JSON.parse(line) as { readonly sha256: string }).sha256);
  const objects = join(folder, 'objects');
  for (const name of await readdir(objects, { recursive: true })) {
    const plain = /(?:^|[\\/])([0-9a-f]{64})\.dcm(\.\d+\.\d+)?$/.exec(name);
    if (plain === null) continue;
    const path = join(objects, name);
    if (plain[2] === undefined && acknowledged.has(plain[1]!))
      await seal(new Uint8Array(await readFile(path)), path, store);
    await rm(path);
  }
  await rm(index);
}

async function seal(bytes: Uint8Array, path: string, store: DicomStore): Promise<void> {
  const staged = store.describe(bytes, path);
  try {
    await store.write(staged, bytes);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'store-erased') return;
    throw error;
  }
  await store.commit([staged]);
}
