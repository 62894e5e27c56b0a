import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { framePool } from '../../node/frame-pool.ts';
import { parseDicom } from '../../parse.ts';
import { writeDicom } from '../../write.ts';
import { release } from '../release.ts';
import { keyedHash } from './keyed-hash.ts';
import { unpacked } from './unpacked.ts';

const folder = join(process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../../../shared/data'), 'dicom');
const fileOf = (name: string) => parseDicom(new Uint8Array(readFileSync(join(folder, name))), name);

describe.skipIf(!existsSync(folder))(`DICOM files (skipped where ${folder} is absent)`, () => {
  const pool = framePool({ threads: 1 });
  afterAll(() => pool.close());
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.dcm')) : [];

  test('losslessly compressed pixels come out as the plain ones beside them', async () => {
    const [plain, packed] = ['693_UNCR.dcm', '693_J2KR.dcm'].map(fileOf);
    const made = await unpacked(packed!, pool);
    expect(made.dataSet.bytes('PixelData')).toEqual(plain!.dataSet.bytes('PixelData'));
    expect(made.dataSet.number('BitsAllocated')).toBe(plain!.dataSet.number('BitsAllocated'));
    expect(await unpacked(plain!, pool)).toBe(plain);
  });

  test('identities do not come out, and pixels outside of what is blanked stay', async () => {
    const keyed = keyedHash(new Uint8Array(16).fill(3));
    const identities = [
      'PatientName',
      'PatientID',
      'StudyInstanceUID',
      'SOPInstanceUID',
      'StudyDate',
      'InstitutionName',
    ];
    for (const name of names) {
      const file = await unpacked(fileOf(name), pool);
      const options = { keyed, noHead: true, cleanPixels: true, blank: [{ x: 0, y: 0, width: 4, height: 1 }] };
      const [one] = release([file], options);
      if (one === undefined || 'problem' in one) throw new Error(one?.problem.message);
      const bytes = writeDicom(one.dataSet);
      const back = parseDicom(bytes, name).dataSet;
      expect([back.text('PatientIdentityRemoved'), back.text('BurnedInAnnotation')]).toEqual(['YES', 'NO']);
      const header = new TextDecoder('latin1').decode(
        bytes.subarray(0, bytes.length - back.bytes('PixelData')!.length),
      );
      for (const keyword of identities) {
        const value = file.dataSet.text(keyword) ?? '';
        if (value.length > 5) expect(header, `${name}: ${keyword}`).not.toContain(value);
      }
      const [before, after] = [file.dataSet.bytes('PixelData')!, back.bytes('PixelData')!];
      // The last eighth is beyond the first rows of every frame.
      const rest = before.length - (before.length >> 3);
      expect([after.length, after.subarray(rest)]).toEqual([before.length, before.subarray(rest)]);
    }
  });
});
