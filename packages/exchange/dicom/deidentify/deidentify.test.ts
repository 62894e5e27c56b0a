import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataSet, newElement } from '../dataset.ts';
import { ELEMENTS } from '../dictionary.data.ts';
import { type DataElement, TEXT, type Vr } from '../element.ts';
import { type DicomFile, parseDicom } from '../parse.ts';
import { writeDicom } from '../write.ts';
import { deidentified } from './deidentify.ts';
import { keyedHash } from './node/keyed-hash.ts';
import { PROFILE } from './profile.data.ts';
import type { ProfileOptions } from './profile.ts';
import { type ReleaseOptions, release } from './release.ts';
import { mappedUid } from './replacement.ts';

const keyed = keyedHash(new TextEncoder().encode('a key of more than 16 bytes'));
const CT = '1.2.840.10008.5.1.4.1.1.2';
const every: ProfileOptions = {
  retainUids: true,
  retainDevice: true,
  retainInstitution: true,
  retainPatientCharacteristics: true,
  retainLongitudinal: true,
  cleanDescriptors: true,
  cleanStructuredContent: true,
};
const element = (name: string | number, vr: Vr, value: Parameters<typeof newElement>[2]) => newElement(name, vr, value);
const dataSet = (...elements: DataElement[]) => new DataSet(elements);
const identified = (...more: DataElement[]) =>
  dataSet(
    element('SOPClassUID', 'UI', CT),
    element('SOPInstanceUID', 'UI', '1.2.3.4'),
    element('StudyDate', 'DA', '20240229'),
    element('Modality', 'CS', 'CT'),
    element('PatientName', 'PN', 'Doe^Jane'),
    element('PatientID', 'LO', 'P7'),
    element('StudyInstanceUID', 'UI', '1.2.3'),
    element('SeriesInstanceUID', 'UI', '1.2.3.5'),
  ).with(...more);
const fileOf = (source: DataSet, name = 'a.dcm'): DicomFile => parseDicom(writeDicom(source), name);
const released = (source: DataSet, options: Partial<ReleaseOptions> = {}) =>
  release([fileOf(source)], { keyed, ...options })[0]!;
const codeOf = (source: DataSet, options: Partial<ReleaseOptions> = {}) => {
  const one = released(source, options);
  return 'problem' in one ? one.problem.code : null;
};
const image = (source: DataSet, more: readonly DataElement[] = []) =>
  source.with(
    element('Rows', 'US', 2),
    element('Columns', 'US', 2),
    element('BitsAllocated', 'US', 8),
    element('SamplesPerPixel', 'US', 1),
    element('PixelData', 'OB', Uint8Array.of(1, 2, 3, 4)),
    ...more,
  );

/** A token that is planted in an element and looked for afterwards. */
const tokenOf = (tag: number) => `LEAK${tag.toString(36).toUpperCase().padStart(7, '0')}`;
const listed = new Map(
  PROFILE.trim()
    .split('\n')
    .map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)] as const),
);
const planted = ELEMENTS.trim()
  .split('\n')
  .map((line) => {
    const [hex, vrs] = line.split(' ') as [string, string];
    return { hex, tag: Number.parseInt(hex, 16), vr: vrs.split('/')[0] as Vr };
  })
  .filter(({ tag, vr }) => tag >= 0x00080000 && tag % 0x10000 !== 0 && tag !== 0x00080005 && vr !== 'AT');
const plant = ({ tag, vr }: { tag: number; vr: Vr }): DataElement => {
  if (vr === 'SQ') {
    const inner = [
      element(0x00090010, 'LO', 'VENDOR'),
      element(0x00091001, 'LO', `${tokenOf(tag)}P`),
      element('PatientBirthName', 'PN', `${tokenOf(tag)}N`),
      element('TextValue', 'UT', `${tokenOf(tag)}T`),
    ];
    return element(tag, 'SQ', [dataSet(...inner)]);
  }
  if (TEXT[vr] !== undefined) return { ...element(tag, 'LO', tokenOf(tag)), vr };
  return { ...element(tag, 'OB', new TextEncoder().encode(`${tokenOf(tag)} `)), vr };
};
const everything = dataSet(
  ...planted.map(plant),
  ...[0x0009, 0x1235, 0x7fe1].flatMap((group) => [
    element(group * 0x10000 + 0x10, 'LO', `${tokenOf(group)}C`),
    element(group * 0x10000 + 0x1001, 'UN', new TextEncoder().encode(`${tokenOf(group)}V `)),
  ]),
  element(0x60003000, 'OB', new TextEncoder().encode('LEAKOVERLAY ')),
  element(0x60004000, 'LT', 'LEAKOVERLAYTEXT'),
  element(0x50003000, 'OB', new TextEncoder().encode('LEAKCURVE ')),
);
const written = (source: DataSet) =>
  new TextDecoder('latin1').decode(
    writeDicom(
      source.with(
        element('SOPClassUID', 'UI', CT),
        element('SOPInstanceUID', 'UI', '1.2.3.4'),
        element('PixelData', 'OB', new Uint8Array(2)),
      ),
    ),
  );

describe('what is planted does not come out', () => {
  const basic = written(deidentified(everything, {}, keyed).dataSet);

  test('the planted strings are there before', () => {
    const before = written(everything);
    expect(planted.filter(({ tag, vr }) => vr !== 'UI' && !before.includes(tokenOf(tag))).length).toBeLessThan(20);
  });

  test('basic profile: no element that the table protects', () => {
    const leaked = planted.filter(({ hex, tag }) => listed.has(hex) && basic.includes(tokenOf(tag)));
    expect(leaked).toEqual([]);
  });

  test('nothing private, nested, drawn or named, wherever it stands', () => {
    for (const group of [0x0009, 0x1235, 0x7fe1]) expect(basic).not.toContain(tokenOf(group));
    expect(basic).not.toMatch(/LEAKOVERLAY|LEAKCURVE|LEAK\w{7}[PNT]/);
  });

  test('free text, names, dates, addresses and UIDs that the table does not list do not come out either', () => {
    const kinds = new Set(['PN', 'LT', 'ST', 'UT', 'UR', 'DA', 'DT', 'UI', 'UN']);
    const leaked = planted.filter(({ vr, tag }) => kinds.has(vr) && basic.includes(tokenOf(tag))).map(({ hex }) => hex);
    // Names of coding schemes, and UIDs of schemes and lists.
    expect(leaked).toEqual(['0008010C', '0008010D', '00080114', '00080115', '00080116', '00080117', '00080118']);
  });

  test('all options: what none of them keeps is gone', () => {
    const loose = written(deidentified(everything, every, keyed).dataSet);
    const kept = /[UDIPM]K/;
    const leaked = planted.filter(({ hex, tag, vr }) => {
      const row = listed.get(hex);
      if (row === undefined || row.slice(1).some((option) => kept.test(option))) return false;
      return row.some((option) => option === 'MC' && vr === 'TM') ? false : loose.includes(tokenOf(tag));
    });
    expect(leaked).toEqual([]);
    expect(loose).not.toMatch(/LEAK\w{7}[PNT]/);
  });

  test('every element is accounted for', () => {
    const { actions } = deidentified(everything, {}, keyed);
    const paths = new Set(actions.map(({ path }) => path));
    expect(paths.size).toBeGreaterThanOrEqual(everything.elements.size);
    expect(actions.find(({ tag }) => tag === '(0010,0010)')).toMatchObject({ action: 'pseudonym' });
    expect(actions.find(({ tag }) => tag === '(0008,0080)')).toMatchObject({ action: 'dummy' });
  });
});

describe('de-identification', () => {
  test('says what was done, with codes', () => {
    const made = deidentified(identified(), { retainLongitudinal: true, cleanDescriptors: true }, keyed).dataSet;
    expect(made.text('PatientIdentityRemoved')).toBe('YES');
    expect(made.text('LongitudinalTemporalInformationModified')).toBe('MODIFIED');
    expect(made.sequence('DeidentificationMethodCodeSequence').map((item) => item.text('CodeValue'))).toEqual([
      '113100',
      '113105',
      '113107',
    ]);
    const plain = deidentified(identified(), {}, keyed).dataSet;
    expect(plain.text('LongitudinalTemporalInformationModified')).toBe('REMOVED');
  });

  test('the same key gives the same pseudonym and UIDs, another key others', () => {
    const [a, b] = [identified(), identified(element('SOPInstanceUID', 'UI', '9.9'))].map(
      (source) => deidentified(source, {}, keyed).dataSet,
    );
    expect(a!.text('PatientID')).toBe(b!.text('PatientID'));
    expect(a!.text('StudyInstanceUID')).toBe(b!.text('StudyInstanceUID'));
    expect(a!.text('SOPInstanceUID')).not.toBe(b!.text('SOPInstanceUID'));
    const other = deidentified(identified(), {}, keyedHash(new Uint8Array(16))).dataSet;
    expect(other.text('PatientID')).not.toBe(a!.text('PatientID'));
    expect(() => keyedHash(new Uint8Array(15))).toThrow(/15 bytes/);
  });

  test('UIDs are valid, and those of DICOM stay', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[012](\.(0|[1-9]\d{0,8})){1,6}$/), (uid) => {
        const mapped = mappedUid(uid, keyed);
        expect(mapped).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
        expect(mapped).toBe(mappedUid(uid, keyed));
      }),
    );
    expect(mappedUid(CT, keyed)).toBe(CT);
  });

  test('dates of a patient move together, times of day stay', () => {
    const source = identified(
      element('SeriesDate', 'DA', '20240301'),
      element('StudyTime', 'TM', '131415'),
      element('AcquisitionDateTime', 'DT', '20240301131415.5+0100'),
      element('PatientBirthDate', 'DA', '19500101'),
      element('ContentDate', 'DA', '2024'),
    );
    const made = deidentified(source, { retainLongitudinal: true }, keyed).dataSet;
    const days = (name: string) => {
      const [, y, m, d] = /^(\d{4})(\d\d)(\d\d)/.exec(made.text(name)!)!;
      return Date.UTC(Number(y), Number(m) - 1, Number(d)) / 86_400_000;
    };
    expect(days('SeriesDate') - days('StudyDate')).toBe(1);
    expect(days('AcquisitionDateTime')).toBe(days('SeriesDate'));
    expect(days('StudyDate')).toBeLessThan(Date.UTC(2024, 1, 29) / 86_400_000);
    expect(made.text('StudyTime')).toBe('131415');
    expect(made.text('AcquisitionDateTime')).toMatch(/131415\.5\+0100$/);
    expect(made.text('PatientBirthDate')).toBeNull();
    expect(made.text('ContentDate')).toBeNull();
  });

  test('cleaned descriptions keep words of anatomy and acquisition only', () => {
    const source = identified(element('SeriesDescription', 'LO', 'T2 sag knee Mr. Doe 12.03.1950, Dr Smith 3 mm'));
    const made = deidentified(source, { cleanDescriptors: true }, keyed).dataSet;
    expect(made.text('SeriesDescription')).toBe('T2 sag knee 3 mm');
  });

  test('a structured report is refused, or its texts and names replaced and its numbers and codes kept', () => {
    const named = (code: string, ...value: DataElement[]) =>
      dataSet(
        element('ConceptNameCodeSequence', 'SQ', [
          dataSet(element('CodeValue', 'SH', code), element('CodingSchemeDesignator', 'SH', 'DCM')),
        ]),
        ...value,
      );
    const source = identified(
      element('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.88.22'),
      element('Modality', 'CS', 'SR'),
      element('ContentSequence', 'SQ', [
        named('121071', element('TextValue', 'UT', 'Jane Doe has a lesion')),
        named('121008', element(0x0040a123, 'PN', 'Smith^John')),
        named('121029', element(0x0040a123, 'PN', 'Doe^Jane')),
        named('121033', element('TextValue', 'UT', '93 years')),
        named('112039', element('NumericValue', 'DS', '12.5')),
      ]),
    );
    expect(codeOf(source)).toBe('deidentify-report');
    const made = released(source, { cleanStructuredContent: true });
    if ('problem' in made) throw new Error(made.problem.message);
    const items = made.dataSet.sequence('ContentSequence');
    expect(items.map((item) => item.text('TextValue'))).toEqual(['REMOVED', null, null]);
    expect(items[2]!.number('NumericValue')).toBe(12.5);
    expect(written(made.dataSet)).not.toMatch(/Jane|Smith|Doe|93 years/);
  });

  test.each<[string, string, DataSet, Partial<ReleaseOptions>]>([
    [
      'an encapsulated document',
      'deidentify-content',
      identified(element('EncapsulatedDocument', 'OB', new Uint8Array(4))),
      {},
    ],
    [
      'a CDA document by its class',
      'deidentify-content',
      identified(element('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.104.2')),
      {},
    ],
    [
      'burned in',
      'deidentify-burned-in',
      image(identified(element('BurnedInAnnotation', 'CS', 'YES'))),
      { noHead: true },
    ],
    ['ultrasound that says nothing', 'deidentify-burned-in', image(identified(element('Modality', 'CS', 'US'))), {}],
    [
      'a secondary capture that says nothing',
      'deidentify-burned-in',
      image(identified(element('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.7'))),
      { noHead: true },
    ],
    [
      'ultrasound without a place to blank',
      'deidentify-burned-in',
      image(identified(element('Modality', 'CS', 'US'))),
      { cleanPixels: true },
    ],
    [
      'a place outside of the image',
      'deidentify-region',
      image(identified(element('Modality', 'CS', 'US'))),
      { cleanPixels: true, blank: [{ x: 2, y: 0, width: 1, height: 1 }] },
    ],
    [
      'text in pixels of one bit',
      'deidentify-pixels',
      image(identified(element('Modality', 'CS', 'US'), element('BitsAllocated', 'US', 1))).with(
        element('BitsAllocated', 'US', 1),
      ),
      { cleanPixels: true, blank: [{ x: 0, y: 0, width: 1, height: 1 }] },
    ],
    [
      'an overlay in the pixels',
      'deidentify-overlay',
      image(identified(element(0x60000102, 'US', 12))),
      { noHead: true },
    ],
    ['a head', 'deidentify-face', image(identified(element('BodyPartExamined', 'CS', 'HEAD'))), {}],
    ['a part that is not stated', 'deidentify-face', image(identified()), {}],
    [
      'a knee that is called a brain',
      'deidentify-face',
      image(identified(element('BodyPartExamined', 'CS', 'KNEE'), element('SeriesDescription', 'LO', 'Brain'))),
      {},
    ],
    [
      'the outline of a body',
      'deidentify-face',
      identified(
        element('Modality', 'CS', 'RTSTRUCT'),
        element('RTROIObservationsSequence', 'SQ', [dataSet(element('RTROIInterpretedType', 'CS', 'EXTERNAL'))]),
      ),
      {},
    ],
    [
      'the skin as a segment',
      'deidentify-face',
      identified(element('SegmentSequence', 'SQ', [dataSet(element('SegmentLabel', 'LO', 'Skin'))])),
      { cleanDescriptors: true },
    ],
    ['a head of one slice', 'deidentify-face-left', image(identified()), { cleanFaces: true }],
  ])('refused: %s', (_what, code, source, options) => {
    expect(codeOf(source, options)).toBe(code);
  });

  test('released: a knee, and a part that a person states is no head', () => {
    expect(codeOf(image(identified(element('BodyPartExamined', 'CS', 'KNEE'))))).toBeNull();
    expect(codeOf(image(identified()), { noHead: true })).toBeNull();
  });

  test('an object that ends early is refused', () => {
    const bytes = writeDicom(image(identified()));
    const file = parseDicom(bytes.subarray(0, bytes.length - 2), 'a.dcm');
    expect(release([file], { keyed, noHead: true })[0]).toMatchObject({ problem: { code: 'deidentify-unread' } });
  });

  test('text is blanked: rectangles, and what lies outside of ultrasound regions', () => {
    const us = image(identified(element('Modality', 'CS', 'US')));
    const one = released(us, { cleanPixels: true, blank: [{ x: 0, y: 0, width: 1, height: 2 }] });
    if ('problem' in one) throw new Error(one.problem.message);
    expect([...one.dataSet.bytes('PixelData')!]).toEqual([0, 2, 0, 4]);
    expect(one.dataSet.text('BurnedInAnnotation')).toBe('NO');
    const corner = (name: string, value: number) => element(`RegionLocation${name}`, 'UL', value);
    const region = dataSet(corner('MinX0', 1), corner('MinY0', 1), corner('MaxX1', 1), corner('MaxY1', 1));
    const two = released(us.with(element('SequenceOfUltrasoundRegions', 'SQ', [region])), { cleanPixels: true });
    if ('problem' in two) throw new Error(two.problem.message);
    expect([...two.dataSet.bytes('PixelData')!]).toEqual([0, 0, 0, 4]);
  });

  test('objects of any content are released or refused', () => {
    const names = planted.filter(({ vr }) => vr !== 'SQ');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.uint8Array({ maxLength: 12 })), { maxLength: 20 }),
        (rows) => {
          const source = identified(...rows.map(([{ tag, vr }, value]) => ({ ...element(tag, 'OB', value), vr })));
          const file = { ...fileOf(identified()), dataSet: source };
          for (const options of [{}, every, { cleanPixels: true, cleanFaces: true }])
            expect(release([file], { keyed, ...options })).toHaveLength(1);
        },
      ),
      { numRuns: 100 },
    );
  });
});
