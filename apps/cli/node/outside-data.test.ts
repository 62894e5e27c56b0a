import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { CodedError, instant, type LossAccount } from '@gemel/core';
import { createHub, type Hub } from '@gemel/runtime';
import { type EntryKind, memory } from '@gemel/store';
import { describe, expect, test } from 'vitest';
import { decode, filesOf, type RecordOptions, readSources } from './sources.ts';

const data = process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../shared/data');
/** Folders whose files are records of people, and what a person would add where they are silent. */
const FOLDERS: Readonly<Record<string, RecordOptions>> = {
  hl7v2: { zone: 'America/New_York', subject: 'somebody' },
  ccda: { zone: 'America/New_York' },
  'ccda-fragments': { zone: 'America/New_York', subject: 'somebody' },
  openmhealth: { zone: 'UTC', subject: 'somebody' },
  wfdb: { zone: 'UTC', subject: 'somebody', start: '2024-01-01T00:00:00Z' },
  dicom: { zone: 'UTC', subject: 'somebody' },
  'synthea-r4': {},
  'fhir-validator/files': { zone: 'UTC', subject: 'somebody' },
  cgm: { zone: 'UTC', unit: 'mg/dL' },
};
/** What is known, as against the accounts of how it came. */
const KNOWN: readonly EntryKind[] = ['observation', 'control', 'fact', 'kept', 'retraction', 'merge'];
const NOW = instant(Date.UTC(2026, 0, 1));
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** The account of one file; or the code for which it was refused before anything was read of it. */
async function taken(hub: Hub, path: string, options: RecordOptions): Promise<LossAccount | string> {
  try {
    const [source] = await readSources([path], options);
    const { name, bytes, door } = source!;
    const told = { name, sha256: source!.sha256, format: door.id, bytes: bytes.length };
    return (await hub.admit(decode(source!, options), told)).account;
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

/** Every file under a folder that is read by itself. */
async function filesUnder(folder: string): Promise<string[]> {
  const files = await filesOf(folder);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) files.push(...(await filesUnder(join(folder, entry.name))));
  }
  return files;
}

describe.skipIf(!existsSync(data))(`gemel import over everything there is (skipped where ${data} is absent)`, () => {
  test.each(Object.keys(FOLDERS).filter((folder) => existsSync(join(data, folder))))(
    '%s: every file is accounted for to the last element, or refused with a code; taken again, it adds nothing',
    async (folder) => {
      const store = memory();
      const hub = createHub({ store, packs: [], clock: () => NOW, seed: 1, sha256, engine: 'test' });
      const sum = { files: 0, unread: 0, entries: 0, mapped: 0, kept: 0, duplicates: 0, refused: 0 };
      const codes: Record<string, number> = {};
      const paths = await filesUnder(join(data, folder));
      for (const path of paths) {
        sum.files++;
        const account = await taken(hub, path, FOLDERS[folder]!);
        if (typeof account === 'string') {
          expect(account).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
          sum.unread++;
          codes[account] = (codes[account] ?? 0) + 1;
          continue;
        }
        const { entries, mapped, kept, duplicates, refused, problems } = account;
        expect([path, mapped + kept + duplicates + refused]).toEqual([path, entries]);
        expect([path, entries > 0]).toEqual([path, true]);
        if (refused > 0) expect([path, problems.length > 0]).toEqual([path, true]);
        for (const key of ['entries', 'mapped', 'kept', 'duplicates', 'refused'] as const) sum[key] += account[key];
        for (const { code } of problems) codes[code] = (codes[code] ?? 0) + 1;
        const held = (await store.read({ kinds: KNOWN })).length;
        expect([path, await taken(hub, path, FOLDERS[folder]!)]).toMatchObject([path, { entries, mapped: 0, refused }]);
        expect([path, (await store.read({ kinds: KNOWN })).length]).toEqual([path, held]);
      }
      expect(paths.length).toBeGreaterThan(0);
      process.stdout.write(`${folder}: ${JSON.stringify(sum)} ${JSON.stringify(codes)}\n`);
    },
    60_000,
  );
});
