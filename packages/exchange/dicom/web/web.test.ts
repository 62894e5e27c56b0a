import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dicomCharset } from '../charset.ts';
import { DataSet, newElement } from '../dataset.ts';
import type { Vr } from '../element.ts';
import { encodeDataSet } from '../write.ts';
import { fromJson, type JsonDataSet, toJson } from './json.ts';
import { mediaType, readMultipart, writeMultipart } from './multipart.ts';
import { answerOf, isMatch, readQuery, wildcard } from './query.ts';

const utf8 = new TextEncoder();
const dataSet = (...rows: readonly (readonly [string | number, Vr, Parameters<typeof newElement>[2]])[]) =>
  new DataSet(rows.map(([name, vr, value]) => newElement(name, vr, value, dicomCharset(['ISO_IR 192']))));

describe('multipart/related', () => {
  test('what is written is read, whatever the parts hold', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (bodies) => {
        const parts = bodies.map((body) => ({ headers: { 'content-type': 'application/dicom' }, body }));
        const read = readMultipart(writeMultipart(parts, 'b0undary of this test'), 'b0undary of this test');
        expect(read.map(({ headers, body }) => ({ headers: { ...headers }, body: Uint8Array.from(body) }))).toEqual(
          parts,
        );
      }),
    );
  });

  test('a preamble, an epilogue, folded headers and none', () => {
    const body = utf8.encode(
      'preamble\r\n--x\r\nContent-Type: a/b;\r\n c="d"\r\n\r\none\r\n--x  \r\n\r\ntwo\r\n--x--\r\nepilogue',
    );
    const [one, two, ...rest] = readMultipart(body, 'x');
    expect(rest).toEqual([]);
    expect(one!.headers).toEqual({ 'content-type': 'a/b; c="d"' });
    expect([one!, two!].map((part) => new TextDecoder().decode(part.body))).toEqual(['one', 'two']);
  });

  test.each([
    ['no boundary in it', 'nothing', 'x'],
    ['no usable boundary', '--\r\n', ''],
    ['ends within a part', '--x\r\n\r\nbody', 'x'],
    ['headers without an end', '--x\r\nA: b\r\n', 'x'],
    ['headers that are none', '--x\r\nnonsense\r\n\r\nbody\r\n--x--', 'x'],
    ['headers too long', `--x\r\nA: ${'b'.repeat(9000)}\r\n\r\nbody\r\n--x--`, 'x'],
    ['something behind a boundary', '--xy\r\n\r\nbody\r\n--x--', 'x'],
  ])('refused: %s', (_what, text, boundary) => {
    expect(() => readMultipart(utf8.encode(text), boundary)).toThrow(/the body/);
  });

  test('any bytes are read or refused', () => {
    const pieces = fc.constantFrom('--x', '\r\n', '--', 'A: b', ' ', 'body', '\r\n\r\n', '\r\n--x');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (list) => {
        try {
          readMultipart(utf8.encode(list.join('')), 'x');
        } catch (error) {
          expect(error).toMatchObject({ code: 'dicomweb-multipart' });
        }
      }),
    );
  });

  test('media types, with quotes and without', () => {
    expect(mediaType('Multipart/Related; type="application/dicom";boundary=a-b; x="a\\"b;c"')).toEqual({
      type: 'multipart/related',
      parameters: { type: 'application/dicom', boundary: 'a-b', x: 'a"b;c' },
    });
    expect(mediaType('nonsense')).toBeNull();
  });
});

describe('the DICOM JSON model', () => {
  test('the forms of PS3.18, annex F', () => {
    const source = dataSet(
      [0x00080005, 'CS', 'ISO_IR 192'],
      ['StudyDate', 'DA', '20130409'],
      ['ReferringPhysicianName', 'PN', '^Bob^^Dr.'],
      ['PatientName', 'PN', 'Wang^XiaoDong=王^小東'],
      ['OtherPatientIDsSequence', 'SQ', [dataSet(['PatientID', 'LO', 'A\\B'.split('\\')])]],
      ['PatientWeight', 'DS', '72.5'],
      ['FrameIncrementPointer', 'AT', [0x00181063]],
      ['AccessionNumber', 'SH', ''],
      ['ImageType', 'CS', ['ORIGINAL', '', 'AXIAL']],
      [0x00091002, 'UN', Uint8Array.of(1, 2)],
    );
    expect(toJson(source)).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00080008': { vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL'] },
      '00080020': { vr: 'DA', Value: ['20130409'] },
      '00080050': { vr: 'SH' },
      '00080090': { vr: 'PN', Value: [{ Alphabetic: '^Bob^^Dr.' }] },
      '00091002': { vr: 'UN', InlineBinary: 'AQI=' },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小東' }] },
      '00101002': { vr: 'SQ', Value: [{ '00100020': { vr: 'LO', Value: ['A', 'B'] } }] },
      '00101030': { vr: 'DS', Value: [72.5] },
      '00280009': { vr: 'AT', Value: ['00181063'] },
    });
  });

  test('what is written is read', () => {
    const text = fc.stringMatching(/^[^\\\p{Cc}= ]{1,8}$/u);
    const several = (value: fc.Arbitrary<unknown>) => fc.array(value, { minLength: 1, maxLength: 3 });
    const element = fc.oneof(
      fc.tuple(fc.constant('LO' as Vr), several(text)),
      fc.tuple(fc.constant('PN' as Vr), several(fc.tuple(text, text).map((parts) => parts.join('=')))),
      fc.tuple(fc.constant('UT' as Vr), text),
      fc.tuple(
        fc.constant('DS' as Vr),
        several(fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(6))),
      ),
      fc.tuple(fc.constant('US' as Vr), several(fc.integer({ min: 0, max: 65_535 }))),
      // JSON.stringify writes -0 as 0.
      fc.tuple(fc.constant('FD' as Vr), several(fc.double().filter((value) => !Object.is(value, -0)))),
      fc.tuple(fc.constant('SV' as Vr), several(fc.maxSafeInteger())),
      fc.tuple(
        fc.constant('OB' as Vr),
        fc.uint8Array({ maxLength: 20 }).map((bytes) => (bytes.length % 2 ? bytes.slice(1) : bytes)),
      ),
    );
    const flat = fc.array(element, { maxLength: 6 });
    const made = (rows: readonly (readonly [Vr, unknown])[]) =>
      dataSet(...rows.map(([vr, value], i) => [0x00200010 + 2 * i, vr, value as string] as const));
    fc.assert(
      fc.property(flat, flat, (outer, inner) => {
        const source = made(outer).with(
          newElement(0x00080005, 'CS', 'ISO_IR 192'),
          newElement(0x00400555, 'SQ', [made(inner)]),
        );
        const back = fromJson(JSON.parse(JSON.stringify(toJson(source))));
        // Numbers in text come back by their value.
        expect(toJson(back)).toEqual(toJson(source));
        const binary = (set: DataSet) =>
          encodeDataSet(
            set.without(
              ...[...set.elements.values()].filter(({ vr }) => vr === 'DS' || vr === 'SQ').map(({ tag }) => tag),
            ),
          );
        expect(binary(back)).toEqual(binary(source));
      }),
      { numRuns: 200 },
    );
  });

  test('values left out are asked for by their address', () => {
    const source = dataSet([0x00400555, 'SQ', [dataSet([0x00420011, 'OB', Uint8Array.of(1, 2, 3, 4)])]]);
    const json = toJson(source, { bulk: (path) => `bulk/${path}` });
    expect(JSON.stringify(json)).toContain('"BulkDataURI":"bulk/00400555.0.00420011"');
    const back = fromJson(json, () => Uint8Array.of(1, 2, 3, 4));
    expect(encodeDataSet(back)).toEqual(encodeDataSet(source));
    expect(() => fromJson(json)).toThrow(/not there/);
  });

  test.each<[string, unknown]>([
    ['no object', []],
    ['no tag', { PatientID: { vr: 'LO' } }],
    ['no representation', { '00100020': { vr: 'XX' } }],
    ['a number for a text', { '00100020': { vr: 'LO', Value: [1] } }],
    ['a backslash', { '00100020': { vr: 'LO', Value: ['a\\b'] } }],
    ['a name that is no object', { '00100010': { vr: 'PN', Value: ['Doe'] } }],
    ['a number too large', { '00280010': { vr: 'US', Value: [65_536] } }],
    ['a fraction', { '00280010': { vr: 'US', Value: [1.5] } }],
    ['a text for a number', { '00280010': { vr: 'US', Value: ['two'] } }],
    ['a whole number that does not fit', { '00720082': { vr: 'SV', Value: ['9223372036854775808'] } }],
    ['no base 64', { '7FE00010': { vr: 'OW', InlineBinary: '*' } }],
    ['values for bytes', { '7FE00010': { vr: 'OW', Value: [1] } }],
    ['two forms', { '7FE00010': { vr: 'OW', InlineBinary: 'AQI=', Value: [] } }],
    ['an item that is no object', { '00400555': { vr: 'SQ', Value: [3] } }],
    ['no tag in an AT', { '00280009': { vr: 'AT', Value: ['x'] } }],
  ])('refused: %s', (_what, json) => {
    expect(() => fromJson(json)).toThrow(expect.objectContaining({ code: 'dicomweb-json' }));
  });

  test('any JSON is read or refused; none nests too deep', () => {
    const vr = fc.constantFrom('LO', 'PN', 'US', 'SQ', 'AT', 'OB', 'SV', 'DS', 'FD', 'XX');
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('00100010', '00100020', '00400555', 'x'),
          fc.record({ vr, Value: fc.array(fc.jsonValue(), { maxLength: 3 }) }),
        ),
        (json) => {
          try {
            toJson(fromJson(json));
          } catch (error) {
            expect(error).toMatchObject({ code: 'dicomweb-json' });
          }
        },
      ),
      { numRuns: 300 },
    );
    let deep: object = {};
    for (let i = 0; i < 1000; i++) deep = { '00400555': { vr: 'SQ', Value: [deep] } };
    expect(() => fromJson(deep)).toThrow(/too deep/);
  });
});

describe('searches', () => {
  const object: JsonDataSet = {
    '00080020': { vr: 'DA', Value: ['20240229'] },
    '00080030': { vr: 'TM', Value: ['131415.5'] },
    '0008002A': { vr: 'DT', Value: ['20240229131415-0500'] },
    '00080060': { vr: 'CS', Value: ['MR'] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] },
    '0020000D': { vr: 'UI', Value: ['1.2.3'] },
    '00200013': { vr: 'IS', Value: [7] },
    '00400275': { vr: 'SQ', Value: [{ '00400009': { vr: 'SH', Value: ['S7'] } }] },
  };
  test.each([
    ['', true],
    ['StudyDate=20240229', true],
    ['StudyDate=20240228', false],
    ['StudyDate=20240201-20240229', true],
    ['StudyDate=20240301-', false],
    ['StudyDate=-20240229', true],
    ['StudyTime=13-14', true],
    ['StudyTime=1315-', false],
    ['StudyTime=131415-131416', true],
    ['AcquisitionDateTime=20240229131415-0500', true],
    ['AcquisitionDateTime=202402-202403', true],
    ['Modality=M?', true],
    ['Modality=mr', false],
    ['PatientName=doe*', true],
    ['00100010=*jane', true],
    ['PatientName=*john*', false],
    ['StudyInstanceUID=9.9,1.2.3', true],
    ['StudyInstanceUID=1.2', false],
    ['InstanceNumber=7', true],
    ['InstanceNumber=8', false],
    ['RequestAttributesSequence.ScheduledProcedureStepID=S7', true],
    ['00400275.00400009=S8', false],
    ['AccessionNumber=A1', false],
    ['Modality=MR&PatientName=x*', false],
    ['Modality=', true],
  ])('%s: %s', (text, expected) => {
    expect(isMatch(object, readQuery(new URLSearchParams(text)))).toBe(expected);
  });

  test('limit, offset and fields', () => {
    const query = readQuery(
      new URLSearchParams('limit=5&offset=2&includefield=Modality,00200013&PatientName=d*&fuzzymatching=true'),
    );
    expect([query.limit, query.offset, query.fuzzy]).toEqual([5, 2, true]);
    expect(Object.keys(answerOf(object, ['00080020'], query))).toEqual([
      '00080020',
      '00080060',
      '00100010',
      '00200013',
    ]);
    expect(answerOf(object, [], readQuery(new URLSearchParams('includefield=all')))).toBe(object);
  });

  test.each([
    'limit=-1',
    'offset=x',
    'fuzzymatching=maybe',
    'Nonsense=1',
    'PixelData=1',
    'RequestAttributesSequence=1',
    'StudyDate=yesterday',
    'StudyDate=-',
    'includefield=Nonsense',
  ])('refused: %s', (text) => {
    expect(() => readQuery(new URLSearchParams(text))).toThrow(expect.objectContaining({ code: 'dicomweb-query' }));
  });

  test('a pattern of many stars is matched by steps, not by tries', () => {
    expect(wildcard('a'.repeat(5000), `${'*a'.repeat(500)}b`, false)).toBe(false);
    fc.assert(
      fc.property(fc.stringMatching(/^[ab]{0,8}$/), fc.stringMatching(/^[ab*?]{0,6}$/), (text, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`);
        expect(wildcard(text, pattern, false)).toBe(expression.test(text));
      }),
    );
  });
});
