import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DataSet, newElement } from '@gemel/exchange/dicom/dataset';
import { parseDicom } from '@gemel/exchange/dicom/parse';
import { writeDicom } from '@gemel/exchange/dicom/write';
import { expect, test, vi } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';
import { main } from './main.ts';

const { at, file, told } = commandLine();

const knee = (more: readonly (readonly [string, 'CS' | 'LO' | 'PN' | 'DA', string])[] = []) =>
  writeDicom(
    new DataSet([
      newElement('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.4'),
      newElement('SOPInstanceUID', 'UI', '1.2.3'),
      newElement('Modality', 'CS', 'MR'),
      newElement('BodyPartExamined', 'CS', 'KNEE'),
      newElement('PatientName', 'PN', 'Doe^Jane'),
      newElement('PatientID', 'LO', 'P7'),
      newElement('StudyDate', 'DA', '20240229'),
      newElement('PixelData', 'OW', new Uint8Array(2)),
    ]).with(...more.map(([name, vr, value]) => newElement(name, vr, value))),
  );

async function deidentify(...args: readonly string[]): Promise<{ code: number; out: string }> {
  let out = '';
  const print = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  const code = await main(['deidentify', ...args], new AbortController().signal);
  print.mockRestore();
  return { code, out };
}

test('files go out without identities; what is refused stays, and the rest goes on', async () => {
  mkdirSync(at('in'));
  writeFileSync(join(at('in'), 'knee.dcm'), knee());
  writeFileSync(join(at('in'), 'head.dcm'), knee([['BodyPartExamined', 'CS', 'HEAD']]));
  writeFileSync(join(at('in'), 'knee-again.dcm'), knee([['PatientID', 'LO', 'P8']]));
  writeFileSync(join(at('in'), 'junk.dcm'), 'junk');
  const key = file('key', 'sixteen bytes and more');
  const args = [at('in'), '--out', at('released'), '--key', key, '--report', at('report.ndjson')];
  const { code, out } = await deidentify(...args);
  expect(code).toBe(3);
  expect(out).toMatch(/^1 written, 3 refused; elements: .*pseudonym 2/);
  expect(told()).toMatch(/deidentify-face/);
  expect(told()).toMatch(/deidentify-duplicate/);
  expect(told()).toMatch(/dicom-not-dicom/);
  const [name, ...rest] = readdirSync(at('released'));
  expect(rest).toEqual([]);
  const bytes = readFileSync(join(at('released'), name!));
  expect(bytes.toString('latin1')).not.toMatch(/Doe|P7|20240229/);
  expect(parseDicom(bytes, name!).dataSet.text('PatientIdentityRemoved')).toBe('YES');
  const report = readFileSync(at('report.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(report).toContainEqual(expect.objectContaining({ path: 'StudyDate', action: 'empty' }));
});

test.each([
  [['--key', 'nowhere'], 3, /cli-file-unreadable/],
  [['--key', 'short'], 3, /deidentify-key/],
  [['--key', 'key', '--blank', '1,2,3'], 2, /--blank/],
  [[], 2, /--key/],
] as const)('%j ends with %i', async (args, code, words) => {
  file('key', 'sixteen bytes and more');
  file('short', 'too short');
  const given = args.map((arg, i) => (args[i - 1] === '--key' ? at(arg) : arg));
  expect((await deidentify(file('a.dcm', 'x'), '--out', at('none'), ...given)).code).toBe(code);
  expect(told()).toMatch(words);
});
