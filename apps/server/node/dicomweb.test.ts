import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import { DataSet, newElement } from '@gemel/exchange/dicom/dataset';
import { fileOf } from '@gemel/exchange/dicom/network/command';
import { parseDicom } from '@gemel/exchange/dicom/parse';
import { type DicomwebClient, dicomwebClient } from '@gemel/exchange/dicom/web/node/client';
import { encodeDataSet, writeDicom } from '@gemel/exchange/dicom/write';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DicomIntake } from './dicom-intake.ts';
import { DicomStore } from './dicom-store.ts';
import { type RunningServer, startServer } from './server.ts';
import { openWorld, sha256, type World } from './world.ts';

const object = (study: number, series: number, instance: number, more: readonly Parameters<typeof newElement>[] = []) =>
  writeDicom(
    new DataSet([
      newElement('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.4'),
      newElement('SOPInstanceUID', 'UI', `1.2.${study}.${series}.${instance}`),
      newElement('StudyDate', 'DA', `2024010${study}`),
      newElement('Modality', 'CS', series === 1 ? 'MR' : 'CT'),
      newElement('PatientName', 'PN', `Doe^${study}`),
      newElement('PatientID', 'LO', `P${study}`),
      newElement('StudyInstanceUID', 'UI', `1.2.${study}`),
      newElement('SeriesInstanceUID', 'UI', `1.2.${study}.${series}`),
      newElement('InstanceNumber', 'IS', `${instance}`),
      newElement('NumberOfFrames', 'IS', '2'),
      newElement('SamplesPerPixel', 'US', 1),
      newElement('PhotometricInterpretation', 'CS', 'MONOCHROME2'),
      newElement('Rows', 'US', 1),
      newElement('Columns', 'US', 2),
      newElement('BitsAllocated', 'US', 16),
      newElement('BitsStored', 'US', 16),
      newElement('HighBit', 'US', 15),
      newElement('PixelRepresentation', 'US', 0),
      newElement('PixelData', 'OW', Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0)),
    ]).with(...more.map((row) => newElement(...row))),
  );

let folder: string;
let world: World;
let server: RunningServer;
let client: DicomwebClient;
const ask = (path: string, init?: RequestInit) => fetch(`${server.url}/dicom-web${path}`, init);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gemel-dicom-'));
  world = await openWorld({ folder, clock: () => instant(Date.UTC(2024, 5, 1)) });
  const dicom = new DicomIntake(world, await DicomStore.open(join(folder, 'dicom'), world.store));
  server = await startServer({ world, dicom });
  client = dicomwebClient({ url: `${server.url}/dicom-web` });
  await client.store([object(1, 1, 1), object(1, 1, 2), object(1, 2, 1), object(2, 1, 1)]);
});
afterAll(async () => {
  await server.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('STOW-RS', () => {
  test('what is stored comes back as it was, and again is no second object', async () => {
    const answer = await client.store([object(1, 1, 1)]);
    expect(answer['00081199']!.Value).toHaveLength(1);
    expect(answer['00081198']).toBeUndefined();
    const [back, ...rest] = await client.retrieve({ study: '1.2.1', series: '1.2.1.1', instance: '1.2.1.1.1' });
    expect(rest).toEqual([]);
    expect(back).toEqual(object(1, 1, 1));
  });

  test('an entry of the log for each study and series', async () => {
    const entries = await world.store.read({ kinds: ['kept'] });
    const kept = entries.map(({ subject, payload }) => [subject, JSON.stringify(payload)] as const);
    expect(kept.filter(([, text]) => text.includes('imaging study')).map(([subject]) => subject)).toEqual(['P1', 'P2']);
    expect(kept.filter(([, text]) => text.includes('imaging series'))).toHaveLength(3);
  });

  test('objects of one series at once begin it once; what they say of the patient is in the log', async () => {
    const intake = new DicomIntake(world, await DicomStore.open(join(folder, 'again'), world.store));
    const objects = [1, 2, 3].map((n) =>
      object(7, 1, n, [
        ['PatientSex', 'CS', 'F'],
        ['PatientWeight', 'DS', '61'],
        ['StudyTime', 'TM', '120000'],
        ['TimezoneOffsetFromUTC', 'SH', '+0100'],
      ]),
    );
    await Promise.all(objects.map((bytes, i) => intake.take(bytes, `${i}`)));
    const entries = await world.store.read({ subject: 'P7' });
    const text = entries.map(({ kind, payload }) => `${kind} ${JSON.stringify(payload)}`);
    expect(text.filter((one) => /^kept .*imaging series/.test(one))).toHaveLength(1);
    expect(text.filter((one) => one.startsWith('observation') && one.includes('29463-7'))).toHaveLength(1);
    expect(text.some((one) => one.startsWith('fact') && one.includes('"sex"'))).toBe(true);
  });

  test('some stored and some not: 202, each with its reason; none: 409', async () => {
    const junk = new TextEncoder().encode('junk');
    const changed = object(1, 1, 1, [['PatientID', 'LO', 'other']]);
    const nameless = object(1, 1, 3, [['StudyInstanceUID', 'UI', '']]);
    const short = object(1, 1, 4).subarray(0, -4);
    const mixed = await client.store([junk, object(3, 1, 1), changed, nameless, short]);
    expect(mixed['00081199']!.Value).toHaveLength(1);
    const failed = mixed['00081198']!.Value as {
      '00081197': { Value: [number] };
      '00081155'?: { Value: [string] };
      '00000902': { Value: [string] };
    }[];
    expect(failed.map((one) => one['00000902'].Value[0].split(':')[0])).toEqual([
      'dicom-not-dicom',
      'dicomweb-duplicate',
      'dicomweb-object',
      'dicom-truncated',
    ]);
    expect(failed.map((one) => one['00081197'].Value[0])).toEqual([0xc000, 0x0111, 0xc000, 0xc000]);
    expect(failed.map((one) => one['00081155']?.Value[0])).toEqual([undefined, '1.2.1.1.1', '1.2.1.1.3', '1.2.1.1.4']);
    expect((await client.store([object(4, 1, 1)], '1.2.1'))['00081198']!.Value).toHaveLength(1);
    expect(await client.search('studies', { StudyInstanceUID: '1.2.4' })).toEqual([]);
  });

  test('what is no multipart body of DICOM is refused', async () => {
    const post = (type: string, body: string) =>
      ask('/studies', { method: 'POST', headers: { 'content-type': type }, body });
    const plain = await post('application/dicom', 'x');
    expect(plain.status).toBe(415);
    expect(await plain.json()).toMatchObject({ code: 'server-format-unknown' });
    expect((await post('multipart/related; type="application/dicom+json"; boundary=x', '--x--')).status).toBe(415);
    const broken = await post('multipart/related; type="application/dicom"; boundary=x', '--x\r\nno end');
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ code: 'dicomweb-multipart' });
    expect((await post('multipart/related; type="application/dicom"; boundary=x', '--x--')).status).toBe(409);
  });
});

describe('QIDO-RS', () => {
  test('studies with their counts and modalities', async () => {
    const [study] = await client.search('studies', { PatientID: 'P1' });
    expect(study!['00080061']!.Value).toEqual(['MR', 'CT']);
    expect([study!['00201206']!.Value, study!['00201208']!.Value]).toEqual([[2], [3]]);
    expect(study!['00081190']!.Value).toEqual([`${server.url}/dicom-web/studies/1.2.1`]);
    expect(study!['00280010']).toBeUndefined();
  });

  test('series and instances, within a study and over all', async () => {
    const within = { study: '1.2.1' };
    expect(await client.search('series', {}, within)).toHaveLength(2);
    expect(await client.search('series', { Modality: 'CT' }, within)).toHaveLength(1);
    expect(await client.search('instances', {}, { ...within, series: '1.2.1.1' })).toHaveLength(2);
    const [all] = await client.search('instances', { SOPInstanceUID: '1.2.2.1.1', includefield: 'NumberOfFrames' });
    expect([all!['0020000D']!.Value, all!['00100020']!.Value, all!['00280008']!.Value]).toEqual([
      ['1.2.2'],
      ['P2'],
      [2],
    ]);
  });

  test('ranges, wildcards, limit and offset, with a warning of what is left', async () => {
    expect(await client.search('studies', { StudyDate: '20240102-' })).toHaveLength(2);
    expect(await client.search('studies', { PatientName: 'doe*', limit: '1', offset: '1' })).toHaveLength(1);
    const page = await ask('/studies?limit=1&fuzzymatching=true');
    expect(page.headers.get('warning')).toMatch(/fuzzymatching/);
    expect((await ask('/studies?limit=1')).headers.get('warning')).toMatch(/2 additional/);
    expect((await ask('/studies')).headers.get('content-type')).toBe('application/dicom+json');
    expect((await ask('/studies?PatientID=nobody')).status).toBe(204);
  });

  test('a search that cannot be understood', async () => {
    const answer = await ask('/studies?Nonsense=1');
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toMatch(/problem\+json/);
    expect(await answer.json()).toMatchObject({ code: 'dicomweb-query', where: { field: 'Nonsense' } });
    expect((await ask('/studies', { headers: { accept: 'text/html' } })).status).toBe(406);
  });
});

describe('WADO-RS', () => {
  const place = { study: '1.2.1', series: '1.2.1.1', instance: '1.2.1.1.1' };
  const path = '/studies/1.2.1/series/1.2.1.1/instances/1.2.1.1.1';

  test('study, series and one instance alone', async () => {
    expect(await client.retrieve({ study: '1.2.1' })).toHaveLength(3);
    expect(await client.retrieve({ study: '1.2.1', series: '1.2.1.1' })).toHaveLength(2);
    const alone = await ask(path, { headers: { accept: 'application/dicom' } });
    expect(alone.headers.get('content-type')).toBe('application/dicom');
    expect(parseDicom(new Uint8Array(await alone.arrayBuffer()), 'x').dataSet.text('PatientID')).toBe('P1');
  });

  test('metadata refer to long values, which come by their address', async () => {
    const long = object(5, 1, 1, [
      ['PixelData', 'OW', new Uint8Array(2000).fill(9)],
      ['Columns', 'US', 500],
    ]);
    await client.store([long]);
    const [json] = await client.metadata({ study: '1.2.5' });
    const uri = json!['7FE00010']!.BulkDataURI!;
    const bytes = await fetch(uri, { headers: { accept: 'application/octet-stream' } });
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array(2000).fill(9));
    expect(await client.metadata({ study: '1.2.1' })).toHaveLength(3);
    expect((await fetch(`${uri.replace('7FE00010', '7FE00011')}`)).status).toBe(404);
  });

  test('frames, and one of them to look at', async () => {
    expect((await client.frames(place, [2, 1])).map((frame) => [...frame])).toEqual([
      [3, 0, 4, 0],
      [1, 0, 2, 0],
    ]);
    const any = await ask(`${path}/frames/1`, { headers: { accept: 'multipart/related; type="*/*"' } });
    expect(any.headers.get('content-type')).toMatch(/^multipart\/related; type="application\/octet-stream"/);
    expect(
      (await ask(`${path}/frames/1`, { headers: { accept: 'multipart/related; type="image/jpeg"' } })).status,
    ).toBe(406);
    const png = await ask(`${path}/frames/1/rendered`);
    expect(png.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await png.arrayBuffer()).subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
    expect((await ask(`${path}/rendered`, { headers: { accept: 'image/jpeg' } })).status).toBe(406);
  });

  test.each([
    ['/studies/9.9', 404],
    [`${path}x`, 404],
    [`${path}/frames/3`, 404],
    [`${path}/frames/0`, 404],
    [`${path}/frames/x`, 404],
    [`${path}/bulkdata/00400555.0.00080018`, 404],
    ['/nonsense', 404],
  ])('%s: %i', async (address, status) => {
    const answer = await ask(address);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status });
  });

  test('another transfer syntax than can be given', async () => {
    const asked = (syntax: string) =>
      ask(path, { headers: { accept: `multipart/related; type="application/dicom"; transfer-syntax=${syntax}` } });
    expect((await asked('1.2.840.10008.1.2.1')).status).toBe(200);
    expect((await asked('*')).status).toBe(200);
    expect((await asked('1.2.840.10008.1.2.4.50')).status).toBe(406);
  });

  test('the client says what a server refuses', async () => {
    await expect(client.retrieve({ study: '9.9' })).rejects.toMatchObject({ code: 'dicomweb-peer' });
    const nobody = dicomwebClient({ url: 'http://127.0.0.1:9/dicom-web' });
    await expect(nobody.search('studies')).rejects.toMatchObject({ code: 'dicomweb-peer' });
  });
});

describe('the store', () => {
  test('opened again it has what it had; a line cut short counts for nothing', async () => {
    const again = mkdtempSync(join(tmpdir(), 'gemel-dicom-'));
    try {
      const first = await DicomStore.open(again, world.store);
      const staged = [1, 2].map((n) => first.describe(object(1, 1, n), 'x'));
      for (const [i, one] of staged.entries()) await first.write(one, object(1, 1, i + 1));
      await first.commit(staged);
      appendFileSync(join(again, 'index.sealed'), '{"uids":["cut');
      const second = await DicomStore.open(again, world.store);
      expect((await second.find()).map(({ instance }) => instance)).toEqual(['1.2.1.1.1', '1.2.1.1.2']);
      expect(readFileSync(join(again, 'index.sealed'), 'utf8').endsWith('\n')).toBe(true);
      expect(await second.read((await second.find({ instance: '1.2.1.1.2' }))[0]!)).toEqual(object(1, 1, 2));
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  });

  test('an object is the same by whatever way it came; what is refused leaves nothing on the disk', async () => {
    const again = mkdtempSync(join(tmpdir(), 'gemel-dicom-'));
    try {
      const intake = new DicomIntake(world, await DicomStore.open(again, world.store));
      const file = parseDicom(object(8, 1, 1), 'x');
      const sent = (source: string) =>
        fileOf(encodeDataSet(file.dataSet, { explicit: source !== 'B' }), {
          sopClass: '1.2.840.10008.5.1.4.1.1.4',
          sopInstance: '1.2.8.1.1',
          transferSyntax: source === 'B' ? '1.2.840.10008.1.2' : '1.2.840.10008.1.2.1',
          source,
        });
      expect(await intake.take(object(8, 1, 1), 'stow')).toMatchObject({ known: false });
      for (const source of ['A', 'B']) expect(await intake.take(sent(source), source)).toMatchObject({ known: true });
      const named = { sopInstance: '9.9', sopClass: '1.2.840.10008.5.1.4.1.1.4', calling: 'A', peer: '127.0.0.1' };
      expect(await intake.answer({ file: object(9, 1, 1), ...named })).toMatchObject({ status: 0xa900 });
      expect(
        readdirSync(join(again, 'objects'), { recursive: true }).filter((name) => `${name}`.endsWith('.sealed')),
      ).toHaveLength(1);
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  });

  test('two of one UID at once: one is stored, the other refused', async () => {
    const again = mkdtempSync(join(tmpdir(), 'gemel-dicom-'));
    try {
      const store = await DicomStore.open(again, world.store);
      const staged = ['a', 'b'].map((id) => store.describe(object(1, 1, 1, [['PatientID', 'LO', id]]), id));
      const done = await Promise.allSettled(staged.map((one) => store.commit([one])));
      expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(await store.find()).toHaveLength(1);
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  });
});

describe('when a patient is erased', () => {
  const at = '/studies/1.2.20/series/1.2.20.1/instances/1.2.20.1.1';

  test('its objects answer as gone, their files are deleted, and others stay', async () => {
    await client.store([object(20, 1, 1), object(20, 1, 2), object(21, 1, 1)]);
    const files = () =>
      readdirSync(join(folder, 'dicom', 'objects'), { recursive: true }).filter((name) =>
        `${name}`.endsWith('.sealed'),
      );
    const before = files().length;
    expect((await ask(at, { headers: { accept: 'application/dicom' } })).status).toBe(200);
    await world.hub.erase('P20');
    for (const path of [
      at,
      `${at}/metadata`,
      `${at}/rendered`,
      `${at}/frames/1`,
      '/studies/1.2.20',
      '/studies/1.2.20/series/1.2.20.1/metadata',
    ]) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 410]);
      expect(await answer.json()).toMatchObject({ code: 'dicomweb-gone' });
    }
    expect((await ask('/studies?PatientID=P20')).status).toBe(204);
    expect((await ask('/studies?PatientID=P21')).status).toBe(200);
    expect(files()).toHaveLength(before - 2);
    const again = await client.store([object(20, 1, 1)]).catch((error) => error);
    expect(JSON.stringify(again)).toMatch(/store-erased/);
    const opened = await DicomStore.open(join(folder, 'dicom'), world.store);
    expect((await opened.find({ study: '1.2.20' })).length).toBe(0);
    expect(opened.wasErased({ study: '1.2.20' })).toBe(true);
    expect(opened.wasErased({ study: '1.2.21' })).toBe(false);
  });

  test('what was erased by another process while the server was down is let go of at the start', async () => {
    const again = mkdtempSync(join(tmpdir(), 'gemel-dicom-'));
    try {
      const first = await DicomStore.open(again, world.store);
      const staged = first.describe(object(22, 1, 1), 'x');
      await first.write(staged, object(22, 1, 1));
      await first.commit([staged]);
      await world.store.erase('P22');
      const second = await DicomStore.open(again, world.store);
      expect(await second.find()).toEqual([]);
      expect(second.wasErased({ instance: '1.2.22.1.1' })).toBe(true);
      expect(
        readdirSync(join(again, 'objects'), { recursive: true }).filter((name) => `${name}`.includes('.')),
      ).toEqual([]);
      expect(readFileSync(join(again, 'index.sealed'), 'utf8')).not.toMatch(/"file"|"object"/);
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  });

  test('a folder of an earlier version is sealed at the start, what was cut off in between too', async () => {
    const again = mkdtempSync(join(tmpdir(), 'gemel-dicom-'));
    try {
      const plain = [1, 2].map((n) => object(23, 1, n));
      for (const bytes of [...plain, object(23, 1, 3)]) {
        const hash = sha256(bytes);
        mkdirSync(join(again, 'objects', hash.slice(0, 2)), { recursive: true });
        writeFileSync(join(again, 'objects', hash.slice(0, 2), `${hash}.dcm`), bytes);
      }
      const lines = plain.map((bytes) =>
        JSON.stringify({ sha256: sha256(bytes), attributes: { '00100010': 'Doe^23' } }),
      );
      writeFileSync(join(again, 'index.ndjson'), `${lines.join('\n')}\n{"sha256":"cut`);
      const store = await DicomStore.open(again, world.store);
      const found = await store.find({ study: '1.2.23' });
      expect(found.map(({ subject }) => subject)).toEqual(['P23', 'P23']);
      const back = await Promise.all(found.map((one) => store.read(one)));
      expect(back.map(sha256).sort()).toEqual(plain.map(sha256).sort());
      const names = readdirSync(again, { recursive: true }).map(String);
      expect(names.filter((name) => /\.dcm|ndjson/.test(name))).toEqual([]);
      for (const name of names.filter((one) => one.includes('.')))
        expect(readFileSync(join(again, name)).includes('Doe^23')).toBe(false);
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
  });
});
