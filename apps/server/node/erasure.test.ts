import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { instant } from '@gemel/core';
import { readMessage } from '@gemel/exchange/device/node/mqtt/message';
import { topicPattern } from '@gemel/exchange/device/topic';
import { DataSet, newElement } from '@gemel/exchange/dicom/dataset';
import { writeDicom } from '@gemel/exchange/dicom/write';
import { plainNoteDoor } from '@gemel/exchange/notes/door';
import { openSqliteStore } from '@gemel/store/node/sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DicomIntake } from './dicom-intake.ts';
import { DicomStore } from './dicom-store.ts';
import { Hl7v2Intake } from './hl7v2-intake.ts';
import { MqttIntake } from './mqtt-intake.ts';
import { Quarantine } from './quarantine.ts';
import { openWorld, sha256, type World } from './world.ts';

const NOW = instant(Date.parse('2024-02-01T00:00:00Z'));
const folder = mkdtempSync(join(tmpdir(), 'gemel-erasure-'));
let world: World;
let dicom: DicomIntake;
beforeAll(async () => {
  world = await openWorld({ folder, clock: () => NOW });
  dicom = new DicomIntake(world, await DicomStore.open(join(folder, 'dicom'), world.store));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes that no file holds by chance. */
const marked = (seed: number, length = 48) =>
  Uint8Array.from({ length }, (_, i) => (((i + 1) * 2654435761 * seed) >>> 13) & 255);

interface Person {
  readonly id: string;
  readonly family: string;
  readonly study: string;
  readonly pixels: Uint8Array;
  readonly samples: Int32Array;
  readonly snapshot: Uint8Array;
}
const person = (n: number, family: string): Person => ({
  id: `MRN${n}7731`,
  family,
  study: `1.2.826.${n}773199`,
  pixels: marked(n),
  samples: Int32Array.from({ length: 500 }, (_, i) => ((i * n * 7919) % 65_521) - 32_000),
  snapshot: marked(n + 100),
});
const subjectOf = ({ id }: Person) => `urn:oid:1.2.3|${id}`;

/** Everything that can be in a folder, of one person. */
async function fill(one: Person): Promise<void> {
  const { id, family, study, pixels, samples, snapshot } = one;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const subject = subjectOf(one);
  const said = [
    `PID|1||${id}^^^HOSP&1.2.3&ISO^MR||${family}^Jane||19700102|F`,
    'OBR|1|P1|F1|24321-2^Panel^LN|||20240131113000',
    'OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L^^UCUM|||||F',
  ];
  const head = (zone: string) => `MSH|^~\\&|LAB|HOSP|G|H|${zone}||ORU^R01|${id}|P|2.5.1`;
  const hl7v2 = new Hl7v2Intake({ world });
  const taken = await hl7v2.take(bytes([head('20240131120000+0100'), ...said].join('\r')), 'p');
  expect(taken.outcome).toBe('taken');
  expect((await hl7v2.take(bytes([head(''), ...said].join('\r')), 'p')).outcome).not.toBe('taken');
  const pattern = topicPattern('twins/{subject}/{device}/#')!;
  const topic = `twins/${encodeURIComponent(subject)}/${family}-meter/x`;
  for (const value of [
    [{ time: '2024-01-31T08:00:00Z', code: '2345-7', value: 101, unit: 'mg/dL' }],
    { wrong: family },
  ]) {
    const message = readMessage(topic, bytes(JSON.stringify(value)), pattern, { zone: undefined, received: NOW })!;
    await new MqttIntake({ world, pattern }).take(message);
  }
  const note = bytes(`Patient ${family}. Blood pressure 120/80 mmHg. No chest pain.`);
  const name = `${family}.txt`;
  const source = { name, sha256: sha256(note), format: 'note', bytes: note.length };
  await world.hub.admit([...plainNoteDoor.decode(note, { name, subject, sha256: source.sha256 })], source);
  const signal = { name: 'II', unit: 'mV', frequency: 125, gain: 200, baseline: 0, runs: [{ after: 0, samples }] };
  const provenance = { source: `${family}.edf`, element: 'signal' };
  const waveform = { ref: `${family}/0`, start: NOW, signal };
  await world.hub.admit([{ type: 'signal', subject, fate: 'mapped', items: [], problems: [], provenance, waveform }], {
    name: `${family}.edf`,
    sha256: sha256(family),
    format: 'edf',
    bytes: 0,
  });
  await world.store.putSnapshot({ subject, pack: 'x', seq: 1, trueAt: NOW, modelHash: 'h', bytes: snapshot });
  const object = writeDicom(
    new DataSet([
      newElement('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.4'),
      newElement('SOPInstanceUID', 'UI', `${study}.1.1`),
      newElement('PatientName', 'PN', `${family}^Jane`),
      newElement('PatientID', 'LO', id),
      newElement('IssuerOfPatientIDQualifiersSequence', 'SQ', [
        new DataSet([newElement('UniversalEntityID', 'UT', '1.2.3'), newElement('UniversalEntityIDType', 'CS', 'ISO')]),
      ]),
      newElement('StudyInstanceUID', 'UI', study),
      newElement('SeriesInstanceUID', 'UI', `${study}.1`),
      newElement('SamplesPerPixel', 'US', 1),
      newElement('PhotometricInterpretation', 'CS', 'MONOCHROME2'),
      newElement('Rows', 'US', 4),
      newElement('Columns', 'US', 6),
      newElement('BitsAllocated', 'US', 16),
      newElement('BitsStored', 'US', 16),
      newElement('HighBit', 'US', 15),
      newElement('PixelRepresentation', 'US', 0),
      newElement('PixelData', 'OW', pixels),
    ]),
  );
  expect(await dicom.take(object, `${family}.dcm`)).toMatchObject({ known: false });
}

/** What may tell of a person, in the forms it could lie on the disk in. */
function traces({ id, family, study, pixels, samples, snapshot }: Person): readonly Buffer[] {
  const texts = [id, family, study].flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    // Base 64 at each of its three offsets, without the ends that depend on what stands around.
    ...[0, 1, 2].map((skip) =>
      Buffer.from(
        Buffer.from('\0'.repeat(skip) + text)
          .toString('base64')
          .slice(skip === 0 ? 0 : 4, -4),
      ),
    ),
    Buffer.from(Buffer.from(text).toString('hex')),
  ]);
  const narrow = Int16Array.from(samples.subarray(8, 24));
  const raw = [
    pixels.subarray(0, 16),
    snapshot.subarray(0, 16),
    new Uint8Array(samples.buffer, 32, 32),
    new Uint8Array(narrow.buffer),
  ];
  return [
    ...texts,
    ...raw.flatMap((bytes) => [Buffer.from(bytes), Buffer.from(Buffer.from(bytes).toString('base64').slice(0, 16))]),
  ];
}

/** The files under the data folder, and which of them hold any of the traces. */
function search(found: readonly Buffer[]): { readonly files: number; readonly hits: readonly string[] } {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile());
  const hits = files.flatMap((name) => {
    const bytes = Buffer.concat([Buffer.from(name), readFileSync(join(folder, name))]);
    return found.flatMap((trace, i) => (bytes.includes(trace) ? [`${name}: trace ${i}`] : []));
  });
  return { files: files.length, hits };
}

/** Everything that opens with the keys the folder has. */
async function readable(): Promise<string> {
  const other = await openSqliteStore({ folder });
  try {
    const parts = [JSON.stringify(await other.read({}))];
    for (const { message, ...said } of await new Quarantine(other).list())
      parts.push(JSON.stringify(said), Buffer.from(message).toString('latin1'));
    const objects = await DicomStore.open(join(folder, 'dicom'), other);
    for (const object of await objects.find())
      parts.push(JSON.stringify(object), Buffer.from(await objects.read(object)).toString('latin1'));
    return parts.join('\n');
  } finally {
    await other.close();
  }
}

test('of an erased person nothing is left that could be read, in any file of the data folder', async () => {
  const gone = person(3, 'Quillfeather');
  const stays = person(5, 'Wintergarten');
  for (const one of [gone, stays]) await fill(one);

  // The search finds what is there to be found.
  for (const [i, trace] of [...traces(gone)].entries()) {
    const planted = join(folder, 'planted');
    writeFileSync(planted, Buffer.concat([marked(9), trace, marked(11)]));
    expect(search(traces(gone)).hits).toContain(`planted: trace ${i}`);
    rmSync(planted);
  }
  const database = new DatabaseSync(join(folder, 'gemel.sqlite'), { readOnly: true });
  const keys = database.prepare('select key from subject where key is not null').all() as { key: Uint8Array }[];
  const snapshots = () => (database.prepare('select count(*) as n from snapshot').get() as { n: number }).n;
  expect(snapshots()).toBe(2);

  expect(search([...traces(gone), ...traces(stays)]).hits).toEqual([]);
  const before = await readable();
  for (const { id, family, study, pixels } of [gone, stays])
    for (const text of [id, family, study, Buffer.from(pixels).toString('latin1')]) expect(before).toContain(text);
  const sealed = readdirSync(join(folder, 'dicom', 'objects'), { recursive: true }).filter((name) =>
    `${name}`.endsWith('.sealed'),
  );
  expect(sealed).toHaveLength(2);

  await world.hub.erase(subjectOf(gone));

  expect(await world.hub.subjects()).toEqual([subjectOf(stays)]);
  const after = await readable();
  for (const text of [gone.id, gone.family, gone.study, Buffer.from(gone.pixels).toString('latin1')])
    expect(after).not.toContain(text);
  for (const text of [stays.id, stays.family, stays.study, Buffer.from(stays.pixels).toString('latin1')])
    expect(after).toContain(text);
  expect(snapshots()).toBe(1);
  expect(search(traces(gone)).hits).toEqual([]);
  // The wrapped keys of everybody were there; of those of the person erased no byte is.
  database.close();
  const left = search(keys.map(({ key }) => Buffer.from(key)));
  expect(new Set(left.hits.map((hit) => hit.split(' ').at(-1))).size).toBe(keys.length - 1);
  expect(
    readdirSync(join(folder, 'dicom', 'objects'), { recursive: true }).filter((name) => `${name}`.endsWith('.sealed')),
  ).toHaveLength(1);
});
