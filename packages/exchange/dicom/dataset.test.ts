import { CodedError } from '@gemel/core/error';
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { dicomCharset } from './charset.ts';
import { DataSet, newElement } from './dataset.ts';
import { nameOfTag, registered, tagOfKeyword } from './dictionary.ts';
import type { DataElement, Vr } from './element.ts';
import { dataSet, IDENTITY, slice } from './fixtures/objects.ts';
import { parseDataSet, parseDicom } from './parse.ts';
import { DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './uids.data.ts';
import { encodeDataSet, writeDicom } from './write.ts';

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** Elements without their places, which differ between what is made and what is read. */
function plain(set: DataSet): unknown[] {
  return [...set.elements.values()].map(({ tag, vr, value, items, fragments }) => [
    nameOfTag(tag),
    vr,
    [...value],
    items?.map(plain),
    fragments?.map((fragment) => [...fragment]),
  ]);
}

const even = (bytes: Uint8Array) => (bytes.length % 2 === 0 ? bytes : bytes.slice(1));
const leaf: fc.Arbitrary<DataElement> = fc
  .tuple(
    fc.integer({ min: 0x0009, max: 0x7fdf }),
    fc.integer({ min: 1, max: 0xffff }),
    fc.constantFrom<Vr>('OB', 'OW', 'US', 'UL', 'FD', 'LO', 'UT', 'UI', 'DS', 'AT', 'UV', 'UC'),
    fc.uint8Array({ maxLength: 20 }),
  )
  .map(([group, element, vr, value]) => ({
    tag: group * 0x10000 + element,
    vr,
    value: even(value),
    byteStart: -1,
    byteEnd: -1,
  }));
const { set } = fc.letrec<{ set: DataSet; sequence: DataElement }>((tie) => ({
  sequence: fc
    .tuple(
      fc.integer({ min: 0x0009, max: 0x7fdf }),
      fc.integer({ min: 1, max: 0xffff }),
      fc.array(tie('set'), { maxLength: 2 }),
    )
    .map(([group, element, items]) => ({ ...newElement(group * 0x10000 + element, 'SQ', items) })),
  set: fc
    .array(fc.oneof({ depthSize: 'small' }, leaf, tie('sequence')), { maxLength: 6 })
    .map(
      (elements) =>
        new DataSet([...new Map(elements.map((each) => [each.tag, each])).values()].sort((a, b) => a.tag - b.tag)),
    ),
}));

describe('round trip', () => {
  test('what is written comes back the same', () => {
    fc.assert(
      fc.property(set, (content) => {
        const whole = new DataSet([...dataSet(IDENTITY).elements.values(), ...content.elements.values()]).with();
        const back = parseDicom(writeDicom(whole), 'x.dcm');
        expect(plain(back.dataSet)).toEqual(plain(whole));
        expect(back.problems.filter(({ code }) => code !== 'dicom-charset')).toEqual([]);
        expect(back.meta.text('TransferSyntaxUID')).toBe(EXPLICIT_LITTLE);
      }),
      { numRuns: 150 },
    );
  });

  test('each element knows its bytes', () => {
    const file = parseDicom(writeDicom(dataSet({ ...IDENTITY, PatientName: 'Doe^Jane' })), 'x.dcm');
    const { byteStart, byteEnd } = file.dataSet.get('PatientName')!;
    expect([...file.bytes.subarray(byteStart, byteStart + 4)]).toEqual([0x10, 0, 0x10, 0]);
    expect(new TextDecoder().decode(file.bytes.subarray(byteStart + 8, byteEnd))).toBe('Doe^Jane');
  });

  test('a value that does not fit is refused', () => {
    expect(() => newElement('Rows', 'US', 70_000)).toThrow(CodedError);
    expect(() => newElement('PatientName', 'PN', 'Müller')).toThrow(CodedError);
    expect(() => newElement('PixelSpacing', 'SQ', '1')).toThrow(CodedError);
    expect(newElement('PatientName', 'PN', 'Müller', dicomCharset(['ISO_IR 192'])).value.length).toBe(8);
    expect(() => writeDicom(dataSet({ PatientID: '1' }))).toThrow(/SOPClassUID/);
  });
});

describe('transfer syntaxes', () => {
  const content = slice(1).dataSet;

  test('implicit, deflated and bare data sets read as the explicit one does', () => {
    const explicit = encodeDataSet(content);
    const same = (other: DataSet) => expect(plain(other)).toEqual(plain(content));
    same(parseDataSet(encodeDataSet(content, { explicit: false }), 'x', IMPLICIT_LITTLE).dataSet);
    const deflated = parseDataSet(deflateSync(explicit), 'x', DEFLATED);
    same(deflated.dataSet);
    expect(deflated.inflated).toBe(true);
    same(parseDicom(explicit, 'x').dataSet);
    same(parseDicom(encodeDataSet(content, { explicit: false }), 'x').dataSet);
    expect(parseDicom(explicit, 'x').problems.map(({ code }) => code)).toEqual(['dicom-repaired']);
  });

  test('big endian values come out little endian', () => {
    const big = [
      0, 0x28, 0, 0x10, 0x55, 0x53, 0, 2, 1, 2, 0x7f, 0xe0, 0, 0x10, 0x4f, 0x57, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4,
    ];
    const read = parseDataSet(Uint8Array.from(big), 'x', EXPLICIT_BIG).dataSet;
    expect(read.number('Rows')).toBe(258);
    expect([...read.bytes('PixelData')!]).toEqual([2, 1, 4, 3]);
  });

  test('a file that calls itself explicit and is not is read as it is, and said', () => {
    const head = writeDicom(content).subarray(0, parseDicom(writeDicom(content), 'x').byteStart);
    const file = parseDicom(Uint8Array.from([...head, ...encodeDataSet(content, { explicit: false })]), 'x');
    expect(plain(file.dataSet)).toEqual(plain(content));
    expect(file.problems.map(({ code }) => code)).toEqual(['dicom-repaired']);
  });

  test('sequences of undefined length, UN of undefined length in implicit form, private blocks', () => {
    const implicit = [0x10, 0, 0x20, 0, 2, 0, 0, 0, 0x37, 0x20];
    const item = [0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff, ...implicit, 0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0];
    const end = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];
    const creator = [9, 0, 0x10, 0, 0x4c, 0x4f, 4, 0, ...bytesOf('ACME')];
    const unknown = [9, 0, 1, 0x10, 0x55, 0x4e, 0, 0, 0xff, 0xff, 0xff, 0xff, ...item, ...end];
    const { dataSet: read, problems } = parseDataSet(Uint8Array.from([...creator, ...unknown]), 'x', EXPLICIT_LITTLE);
    expect(read.private(9, 'ACME', 1)?.items?.[0]?.text('PatientID')).toBe('7');
    expect(read.private(9, 'OTHER', 1)).toBeUndefined();
    expect(problems).toEqual([]);
  });
});

describe('character sets', () => {
  const decoded = (terms: string, bytes: readonly number[]) =>
    dicomCharset(terms.split('\\')).decode(Uint8Array.from(bytes));

  test('the examples of PS3.5, annexes H, I and J', () => {
    const yamada = [
      0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42, 0x5e, 0x1b, 0x24, 0x42, 0x42, 0x40, 0x4f, 0x3a, 0x1b,
      0x28, 0x42,
    ];
    expect(decoded('\\ISO 2022 IR 87', [...bytesOf('Yamada^Tarou='), ...yamada])).toBe('Yamada^Tarou=山田^太郎');
    const hong = [0x1b, 0x24, 0x29, 0x43, 0xfb, 0xf3, 0x5e, 0x1b, 0x24, 0x29, 0x43, 0xd1, 0xce, 0xd4, 0xd7];
    expect(decoded('\\ISO 2022 IR 149', [...bytesOf('Hong^Gildong='), ...hong])).toBe('Hong^Gildong=洪^吉洞');
    expect(decoded('GB18030', [0xcd, 0xf5, 0x5e, 0xd0, 0xa1, 0xb6, 0xab])).toBe('王^小东');
    expect(decoded('ISO_IR 13', [0xd4, 0xcf, 0xc0, 0xde, 0x5e, 0xc0, 0xdb, 0xb3])).toBe('ﾔﾏﾀﾞ^ﾀﾛｳ');
  });

  test('parts of ISO 8859 and UTF-8', () => {
    expect(decoded('ISO_IR 100', [0x4d, 0xfc])).toBe('Mü');
    expect(decoded('ISO_IR 144', [0xbb, 0xee])).toBe('Лю');
    expect(decoded('ISO_IR 192', [...new TextEncoder().encode('王^小東')])).toBe('王^小東');
    expect(decoded('', [0x41, 0xfc])).toBe('A\uFFFD');
    expect(dicomCharset(['ISO_IR 999']).unknown).toEqual(['ISO_IR 999']);
  });

  test('items inherit the set of the enclosing data set', () => {
    const inner = dataSet({});
    const whole = dataSet({
      ...IDENTITY,
      SpecificCharacterSet: 'ISO_IR 192',
      RequestAttributesSequence: [
        inner.with({
          ...newElement('ScheduledProcedureStepDescription', 'LO', 'Kopf übersicht', dicomCharset(['ISO_IR 192'])),
        }),
      ],
    });
    const back = parseDicom(writeDicom(whole), 'x').dataSet;
    expect(back.item('RequestAttributesSequence')?.text('ScheduledProcedureStepDescription')).toBe('Kopf übersicht');
  });
});

test('the dictionary knows single, repeating and unknown elements', () => {
  expect(nameOfTag(0x00100020)).toBe('PatientID');
  expect(registered(0x60020010)?.keyword).toBe('OverlayRows');
  expect(nameOfTag(0x00091001)).toBe('(0009,1001)');
  expect(tagOfKeyword('PixelData')).toBe(0x7fe00010);
  expect(() => dataSet({}).text('PatientIdentity')).toThrow(TypeError);
});

describe('broken files', () => {
  const whole = writeDicom(
    dataSet({
      ...IDENTITY,
      PixelSpacing: ['1', '1'],
      RequestAttributesSequence: [dataSet({ ScheduledProcedureStepID: '12' })],
    }),
  );

  test('cut anywhere: what was whole is read, the rest refused with tag and byte', () => {
    for (let end = 133; end < whole.length; end++) {
      const { problems, refused, dataSet: read } = parseDicom(whole.subarray(0, end), 'cut.dcm');
      for (const problem of problems) expect(problem.where.file).toBe('cut.dcm');
      for (const { byteStart, byteEnd } of refused) expect(byteStart <= byteEnd && byteEnd <= end).toBe(true);
      expect(read.elements.size + problems.length).toBeGreaterThan(0);
    }
    expect(() => parseDicom(new Uint8Array(3), 'x')).toThrow(expect.objectContaining({ code: 'dicom-not-dicom' }));
  });

  test('an absurd length in an item loses that element alone', () => {
    const item = dataSet({ ReferencedSOPClassUID: '1.2', ReferencedSOPInstanceUID: '1.3' });
    const bytes = writeDicom(dataSet({ ...IDENTITY, ReferencedStudySequence: [item] }));
    const at = parseDicom(bytes, 'x').dataSet.item('ReferencedStudySequence')!.get('ReferencedSOPClassUID')!.byteStart;
    bytes[at + 6] = 0xff;
    bytes[at + 7] = 0x7f;
    const { dataSet: read, refused } = parseDicom(bytes, 'x');
    expect(read.text('PatientID')).toBe('P1');
    expect(read.text('StudyInstanceUID')).toBe(IDENTITY.StudyInstanceUID);
    expect(refused).toHaveLength(1);
    expect(refused[0]!.problem).toMatchObject({ code: 'dicom-length', where: { byte: at } });
  });

  test('sequences nested without end are refused at a depth', () => {
    const open = [
      0x40, 0, 0x75, 0x02, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff,
    ];
    const deep = new Uint8Array(200_000 * 20);
    for (let i = 0; i < 200_000; i++) deep.set(open, i * 20);
    expect(parseDataSet(deep, 'deep', EXPLICIT_LITTLE).refused.map(({ problem }) => problem.code)).toContain(
      'dicom-too-deep',
    );
  });

  test('a bomb is stopped at its cap', () => {
    const bomb = deflateSync(new Uint8Array(2 ** 24));
    expect(() => parseDataSet(bomb, 'bomb', DEFLATED, { mostInflated: 2 ** 20 })).toThrow(
      expect.objectContaining({ code: 'dicom-too-large' }),
    );
    expect(() => parseDataSet(Uint8Array.of(7, 7, 7, 7), 'x', DEFLATED)).toThrow(
      expect.objectContaining({ code: 'dicom-deflate' }),
    );
  });

  test('an odd length, an element twice and one out of order are said', () => {
    const twice = [
      8, 0, 0x60, 0, 0x43, 0x53, 3, 0, 0x41, 0x42, 0x43, 8, 0, 0x60, 0, 0x43, 0x53, 2, 0, 0x43, 0x54, 8, 0, 8, 0, 0x43,
      0x53, 0, 0,
    ];
    const { problems, dataSet: read } = parseDataSet(Uint8Array.from(twice), 'x', EXPLICIT_LITTLE);
    expect(read.text('Modality')).toBe('ABC');
    expect(problems.map(({ code }) => code)).toEqual(['dicom-odd-length', 'dicom-element', 'dicom-repaired']);
  });

  test('changed bytes never throw anything but coded errors, and never read outside', () => {
    const object = writeDicom(
      slice(1).dataSet.with(
        newElement('RequestAttributesSequence', 'SQ', [dataSet({ ScheduledProcedureStepID: '12' })]),
      ),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(object.length - 1), fc.nat(255)), { maxLength: 12 }),
        fc.nat(object.length),
        (changes, end) => {
          const bytes = object.slice(0, end);
          for (const [at, value] of changes) if (at < end) bytes[at] = value;
          try {
            const file = parseDicom(bytes, 'fuzz.dcm');
            for (const { byteStart, byteEnd } of file.dataSet.elements.values()) {
              expect(byteStart >= 0 && byteStart < byteEnd && byteEnd <= bytes.length).toBe(true);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(CodedError);
          }
        },
      ),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom(EXPLICIT_LITTLE, EXPLICIT_BIG, IMPLICIT_LITTLE),
        (bytes, uid) => {
          parseDataSet(bytes, 'fuzz', uid);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
