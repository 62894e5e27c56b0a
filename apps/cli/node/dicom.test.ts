import { writeFileSync } from 'node:fs';
import { DataSet, newElement } from '@gemel/exchange/dicom/dataset';
import { writeDicom } from '@gemel/exchange/dicom/write';
import { DicomIntake } from '@gemel/server/node/dicom-intake';
import { DicomStore } from '@gemel/server/node/dicom-store';
import { openWorld } from '@gemel/server/node/world';
import { expect, test } from 'vitest';
import { startFeeds } from './feeds.ts';
import { commandLine } from './fixtures/command-line.ts';

const { at, file, gemel, told } = commandLine();
const object = (patient: string) =>
  writeDicom(
    new DataSet([
      newElement('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.4'),
      newElement('SOPInstanceUID', 'UI', '1.2.3'),
      newElement('PatientID', 'LO', patient),
      newElement('StudyInstanceUID', 'UI', '1.2'),
      newElement('SeriesInstanceUID', 'UI', '1.2.1'),
    ]),
  );

test('gemel send dicom: objects are stored by gemel serve --dicom, and what it refuses is told', async () => {
  const world = await openWorld({ folder: at('data') });
  const intake = new DicomIntake(world, await DicomStore.open(at('data/dicom'), world.store));
  const options = { topics: '', dicom: 0, dicomTitle: 'GEMEL' };
  const [feed] = await startFeeds(world, at('data'), options, intake);
  try {
    const to = ['--dimse', `127.0.0.1:${feed!.at}`, '--title', 'GEMEL'];
    writeFileSync(at('a.dcm'), object('P7'));
    writeFileSync(at('b.dcm'), object('P8'));
    expect(await gemel('send', 'dicom', at('a.dcm'), ...to)).toEqual({ code: 0, out: '1 sent, 1 stored\n' });
    expect(await intake.store.find()).toMatchObject([{ instance: '1.2.3', study: '1.2' }]);
    expect((await world.store.read({ subject: 'P7', kinds: ['kept'] })).length).toBe(2);
    expect(await gemel('send', 'dicom', at('a.dcm'), at('b.dcm'), ...to)).toEqual({
      code: 3,
      out: '2 sent, 1 stored\n',
    });
    expect(told()).toMatch(/b\.dcm: status 0111 dicomweb-duplicate/);
    expect((await gemel('send', 'dicom', at('a.dcm'), ...to.slice(0, 2))).code).toBe(3);
    expect(told()).toMatch(/dimse-rejected/);
  } finally {
    await feed!.close();
    await world.close();
  }
});

test.each([
  [['dicom'], 2, /--dimse/],
  [['adt'], 2, /--mllp/],
  [['dicom', '--dimse', 'here'], 2, /no host:port/],
  [['dicom', '--dimse', '127.0.0.1:9'], 3, /dimse-peer|dicom-not-dicom/],
] as const)('gemel send %j ends with %i', async (args, code, words) => {
  const [type, ...rest] = args;
  expect((await gemel('send', type, file('junk.dcm', 'junk'), ...rest)).code).toBe(code);
  expect(told()).toMatch(words);
});
