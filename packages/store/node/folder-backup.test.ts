import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyConsistency } from '../merkle.ts';
import { newEntry } from '../store-contract.ts';
import { sha256 } from './envelope.ts';
import { backUp, type KeyPlace, restore } from './folder-backup.ts';
import { openSqliteStore } from './sqlite.ts';

const root = mkdtempSync(join(tmpdir(), 'gemel-backup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const coded = (code: string) => expect.objectContaining({ code });
let made = 0;
const place = () => join(root, `${made++}`);
const at = '2026-01-01T00:00:00.000Z';
const backUpTo = (folder: string, into: string, key: KeyPlace = 'in-backup') =>
  backUp({ folder, into, key, withLog: ['dicom/index.sealed'], at });

/** A data folder with a log, an object beside it and another SQLite file. */
async function dataFolder(): Promise<string> {
  const folder = place();
  const store = await openSqliteStore({ folder });
  await store.append(Array.from({ length: 50 }, (_, i) => newEntry(`e${i}`, { subject: `mrn|${i % 3}` })));
  mkdirSync(join(folder, 'dicom/objects'), { recursive: true });
  writeFileSync(join(folder, 'dicom/index.sealed'), 'index');
  writeFileSync(join(folder, 'dicom/objects/o'), await store.seal('mrn|1', Buffer.from('pixels'), 'o'));
  await store.close();
  const other = new DatabaseSync(join(folder, 'access.db'));
  other.exec("pragma journal_mode = wal; create table t (x); insert into t values ('kept')");
  other.close();
  return folder;
}

describe('backup of a data folder', () => {
  it('B1 is restored with log, objects and other files, and checked as a whole', async () => {
    const folder = await dataFolder();
    const [into, again] = [place(), place()];
    const backup = await backUpTo(folder, into);
    expect(backup.files.map(({ path }) => path)).toEqual([
      'access.db',
      'dicom/index.sealed',
      'dicom/objects/o',
      'gemel.sqlite',
      'master.key',
    ]);
    expect(await restore(into, again)).toEqual(backup);
    expect(existsSync(`${again}.restoring`)).toBe(false);
    const store = await openSqliteStore({ folder: again });
    expect(Buffer.from((await store.treeHead()).root).toString('hex')).toBe(backup.log.root);
    expect((await store.get('e49'))!.payload).toEqual({ id: 'e49', value: 5.5, text: 'ü' });
    const object = await store.unseal(readFileSync(join(again, 'dicom/objects/o')), 'o');
    expect(Buffer.from(object).toString()).toBe('pixels');
    await store.close();
    const other = new DatabaseSync(join(again, 'access.db'));
    expect(other.prepare('select x from t').get()).toEqual({ x: 'kept' });
    other.close();
    expect(statSync(join(again, 'master.key')).mode & 0o777).toBe(0o600);
  });

  it('B2 is of one moment while another process appends', async () => {
    const folder = await dataFolder();
    const child = spawn(process.execPath, [fileURLToPath(new URL('./append-child.ts', import.meta.url)), folder, 'c'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.resume();
    const backups = [];
    for (let i = 0; i < 3; i++) backups.push([place(), await backUpTo(folder, join(root, `${made - 1}`))] as const);
    child.kill('SIGKILL');
    await ended;
    const live = await openSqliteStore({ folder });
    const size = await live.lastSeq();
    for (const [into, { log }] of backups) {
      const again = place();
      await restore(into, again);
      const store = await openSqliteStore({ folder: again });
      expect(await store.lastSeq()).toBe(log.entries);
      expect(log.entries).toBeLessThanOrEqual(size);
      const proof = await live.consistencyProof(log.entries);
      expect(verifyConsistency(sha256, proof, Buffer.from(log.root, 'hex'), (await live.treeHead()).root)).toBe(true);
      await store.close();
    }
    expect(backups.at(-1)![1].log.entries).toBeGreaterThan(50);
    await live.close();
  });

  it('B3 puts the master key where it was told to, and nowhere else', async () => {
    const folder = await dataFolder();
    const [apart, without, again] = [place(), place(), place()];
    const file = join(root, 'apart.key');
    await backUpTo(folder, apart, { file });
    await backUpTo(folder, without, 'kept-elsewhere');
    expect([existsSync(join(apart, 'master.key')), existsSync(join(without, 'master.key'))]).toEqual([false, false]);
    expect(readFileSync(file)).toEqual(readFileSync(join(folder, 'master.key')));
    await expect(restore(without, again)).rejects.toEqual(coded('store-key-missing'));
    expect([existsSync(again), existsSync(`${again}.restoring`)]).toEqual([true, false]);
    await restore(without, again, file);
    await expect(backUpTo(folder, place(), { file })).rejects.toEqual(coded('store-backup-place'));
    const wrong = join(root, 'wrong.key');
    writeFileSync(wrong, Buffer.alloc(32), { mode: 0o600 });
    await expect(restore(apart, place(), wrong)).rejects.toEqual(coded('store-key-wrong'));
  });

  it('B4 overwrites nothing', async () => {
    const folder = await dataFolder();
    const into = place();
    await backUpTo(folder, into);
    await expect(backUpTo(folder, into)).rejects.toEqual(coded('store-backup-place'));
    await expect(restore(into, folder)).rejects.toEqual(coded('store-backup-place'));
    await expect(backUpTo(place(), place())).rejects.toEqual(coded('store-folder'));
  });

  it('B5 refuses a backup that lacks something, was changed, or is none', async () => {
    const folder = await dataFolder();
    const broken = async (harm: (into: string) => void) => {
      const into = place();
      await backUpTo(folder, into);
      harm(into);
      const again = place();
      await expect(restore(into, again)).rejects.toEqual(coded('store-backup-broken'));
      expect(existsSync(join(again, 'gemel.sqlite'))).toBe(false);
    };
    await broken((into) => rmSync(join(into, 'dicom/objects/o')));
    await broken((into) => appendFileSync(join(into, 'access.db'), 'x'));
    await broken((into) => rmSync(join(into, 'backup.json')));
    await broken((into) => writeFileSync(join(into, 'backup.json'), '{"format":"other"}'));
    await broken((into) => writeFileSync(join(into, 'backup.json'), '{'));
  });

  it('B6 refuses a manifest that names a file outside the backup', async () => {
    const into = place();
    await backUpTo(await dataFolder(), into);
    const text = readFileSync(join(into, 'backup.json'), 'utf8');
    writeFileSync(join(into, 'backup.json'), text.replace('dicom/objects/o', '../escaped'));
    await expect(restore(into, place())).rejects.toEqual(coded('store-backup-broken'));
  });
});
