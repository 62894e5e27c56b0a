import { describe, expect, test } from 'vitest';
import { sniffDoor } from '../doors.ts';
import { structureFaults } from '../fhir/structure.ts';
import { type NewValue, newElement } from './dataset.ts';
import { dicomDoor } from './door.ts';
import { code, dataSet, IDENTITY, slice } from './fixtures/objects.ts';
import { parseDicom } from './parse.ts';
import { writeDicom } from './write.ts';

const item = (
  relationship: string,
  type: string,
  concept: readonly [string, string, string],
  more: Readonly<Record<string, NewValue>>,
) => dataSet({ RelationshipType: relationship, ValueType: type, ConceptNameCodeSequence: code(...concept), ...more });
const measured = (value: string, unit: string) => [
  dataSet({ NumericValue: value, MeasurementUnitsCodeSequence: code('UCUM', unit, unit) }),
];
const report = (changed: Readonly<Record<string, NewValue>> = {}) =>
  writeDicom(
    dataSet({
      ...IDENTITY,
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.33',
      Modality: 'SR',
      ContentDate: '20240131',
      ContentTime: '120000',
      CompletionFlag: 'COMPLETE',
      VerificationFlag: 'VERIFIED',
      ValueType: 'CONTAINER',
      ConceptNameCodeSequence: code('DCM', '126000', 'Imaging Measurement Report'),
      ContentSequence: [
        item('CONTAINS', 'CONTAINER', ['DCM', '125007', 'Measurement Group'], {
          ContentSequence: [
            item('HAS OBS CONTEXT', 'TEXT', ['DCM', '112039', 'Tracking Identifier'], { TextValue: 'Lesion1' }),
            item('CONTAINS', 'CODE', ['SCT', '363698007', 'Finding Site'], {
              ConceptCodeSequence: code('SCT', '39607008', 'Lung'),
            }),
            item('CONTAINS', 'NUM', ['SCT', '118565006', 'Volume'], {
              MeasuredValueSequence: measured('1250.5', 'mm3'),
            }),
            item('CONTAINS', 'NUM', ['SCT', '103355008', 'Width'], { MeasuredValueSequence: [] }),
            item('CONTAINS', 'NUM', ['99LOCAL', 'X1', 'Own index'], { MeasuredValueSequence: measured('0.3', '1') }),
          ],
        }),
      ],
      ...changed,
    }),
  );

describe('structured reports', () => {
  test('each measurement is an observation with its concept, unit, lesion and bytes', () => {
    const bytes = report();
    const entries = [...dicomDoor.decode(bytes, { name: 'sr.dcm' })].filter(({ type }) => type === 'measurement');
    expect(entries.map(({ fate }) => fate)).toEqual(['mapped', 'kept', 'mapped']);
    const [volume] = entries[0]!.items;
    expect(volume).toMatchObject({
      kind: 'observation',
      subject: 'P1',
      codings: [{ system: 'http://snomed.info/sct', code: '118565006', display: 'Volume' }],
      text: 'Volume, lesion Lesion1, site Lung',
      value: { kind: 'quantity', value: 1250.5, unit: 'mm3' },
      time: { start: Date.parse('2024-01-31T11:00:00Z'), offset: 60 },
      status: 'final',
    });
    const { byteStart, byteEnd, element } = entries[0]!.provenance;
    expect(element).toBe('ContentSequence[0].ContentSequence[2]');
    expect(new TextDecoder('latin1').decode(bytes.subarray(byteStart, byteEnd))).toContain('1250.5');
    expect(entries[1]!.problems[0]!.code).toBe('exchange-value-missing');
    expect(entries[2]!.items[0]).toMatchObject({ codings: [], text: expect.stringContaining('Own index') });
  });

  test('unverified is preliminary; without a zone nothing is dated', () => {
    const [first] = [...dicomDoor.decode(report({ VerificationFlag: 'UNVERIFIED' }), { name: 'x' })]
      .flatMap(({ items }) => items)
      .filter(({ kind }) => kind === 'observation');
    expect(first).toMatchObject({ status: 'preliminary' });
    const zoneless = parseDicom(report(), 'x').dataSet.without('TimezoneOffsetFromUTC');
    const refused = [...dicomDoor.decode(writeDicom(zoneless), { name: 'x' })].filter(({ fate }) => fate === 'refused');
    expect(refused.map(({ problems }) => problems[0]!.code)).toEqual([
      'exchange-zone-missing',
      'exchange-zone-missing',
    ]);
  });
});

test('an ECG object: leads in their units, annotations, FHIR series', () => {
  const samples = new Uint8Array(Int16Array.from([100, -7, 200, -8, 300, -9, -32_768, -10]).buffer);
  const channel = (meaning: string, more: Readonly<Record<string, NewValue>> = {}) =>
    dataSet({
      ChannelSourceSequence: code('MDC', '2:1', meaning),
      ChannelSensitivity: '2.5',
      ChannelSensitivityUnitsSequence: code('UCUM', 'uV', 'microvolt'),
      ChannelSensitivityCorrectionFactor: '1',
      ChannelBaseline: '0',
      ...more,
    });
  const group = dataSet({
    NumberOfWaveformChannels: 2,
    NumberOfWaveformSamples: 4,
    SamplingFrequency: '500',
    WaveformBitsAllocated: 16,
    WaveformSampleInterpretation: 'SS',
    ChannelDefinitionSequence: [channel('Lead I'), channel('Lead V9', { ChannelSensitivity: '0' })],
  }).with(newElement('WaveformData', 'OW', samples), newElement('WaveformPaddingValue', 'OW', Uint8Array.of(0, 0x80)));
  const ecg = dataSet({
    ...IDENTITY,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.9.1.1',
    Modality: 'ECG',
    AcquisitionDateTime: '20240131101500.000+0100',
    WaveformSequence: [group],
    WaveformAnnotationSequence: [
      dataSet({
        UnformattedTextValue: 'sinus rhythm',
        ReferencedWaveformChannels: [1, 1],
        ReferencedSamplePositions: [3],
        TemporalRangeType: 'POINT',
      }),
    ],
  });
  const entries = [...dicomDoor.decode(writeDicom(ecg), { name: 'ecg.dcm' })];
  const [lead, refused] = entries.filter(({ type }) => type === 'signal');
  expect(lead?.items[0]).toMatchObject({
    text: 'I',
    codings: [{ code: '131329' }],
    value: { unit: 'uV', count: 4, frequency: 500 },
  });
  expect(lead?.waveform?.signal).toMatchObject({
    gain: 0.4,
    runs: [{ after: 0, samples: Int32Array.of(100, 200, 300, -2_147_483_648) }],
  });
  expect(refused).toMatchObject({ fate: 'refused', problems: [{ code: 'waveform-uncalibrated' }] });
  expect(entries.find(({ type }) => type === 'annotations')?.kept).toMatchObject({
    marks: [{ after: 0.004, text: 'sinus rhythm' }],
  });
  const series = [...dicomDoor.resources(writeDicom(ecg), { name: 'ecg.dcm' })].at(-1);
  expect(series).toMatchObject({ valueSampledData: { data: '100 200 300 E', period: 2 } });
});

describe('images', () => {
  const file = slice(0, {
    PatientWeight: '70',
    BodyPartExamined: 'CHEST',
    AccessionNumber: 'A7',
    ReferringPhysicianName: 'Who^Doctor',
  });
  const bytes = writeDicom(file.dataSet);

  test('are told by their bytes, and become Patient, ImagingStudy and Observation', () => {
    expect(sniffDoor(bytes, 'IM0001')?.id).toBe('dicom');
    const made = [...dicomDoor.resources(bytes, { name: 'x.dcm' })];
    expect([made[0]!, made[2]!].flatMap((resource) => structureFaults(resource))).toEqual([]);
    expect(made[0]).toMatchObject({
      resourceType: 'Patient',
      gender: 'female',
      birthDate: '1970-01-02',
      name: [{ family: 'Doe', given: ['Jane', 'Q'] }],
    });
    expect(made[1]).toMatchObject({
      resourceType: 'ImagingStudy',
      identifier: [{ value: 'urn:oid:2.25.2' }, { value: 'A7' }],
      started: '2024-01-31T10:15:00+01:00',
      series: [{ uid: '2.25.3', modality: { code: 'CT' }, instance: [{ uid: '2.25.10', number: 0 }] }],
    });
    expect(made[2]).toMatchObject({ resourceType: 'Observation', valueQuantity: { value: 70, unit: 'kg' } });
  });

  test('facts and weight are mapped, the header kept; every element has its fate and its bytes', () => {
    const entries = [...dicomDoor.decode(bytes, { name: 'x.dcm' })];
    expect(entries.map(({ type, fate }) => `${type} ${fate}`)).toEqual([
      'subject mapped',
      'subject mapped',
      'subject mapped',
      'body mapped',
      'image kept',
      'pixels kept',
    ]);
    expect(entries[4]!.kept).toMatchObject({ PixelSpacing: ['0.5', '0.25'], PixelData: { hex: expect.any(String) } });
    const rows = [...dicomDoor.fields(bytes, { name: 'x.dcm' })];
    const parsed = parseDicom(bytes, 'x.dcm');
    expect(rows).toHaveLength(parsed.meta.elements.size + parsed.dataSet.elements.size);
    for (const [i, row] of rows.entries()) if (i > 0) expect(row.byteStart).toBe(rows[i - 1]!.byteEnd);
    expect(rows.at(-1)!.byteEnd).toBe(bytes.length);
    expect(rows.find(({ element }) => element === 'PatientID')?.to).toContain('Patient.identifier');
  });

  test('a folder of slices is one volume; a gap is refused by name', () => {
    const folder = (places: readonly number[]) => {
      const files = new Map(places.map((k) => [`IM${k}`, writeDicom(slice(k).dataSet)]));
      const neighbours = {
        names: [...files.keys(), 'notes.txt'],
        read: (name: string) => files.get(name) ?? new Uint8Array(2),
      };
      expect(dicomDoor.companions(files.get('IM0')!, 'IM0', neighbours)).toEqual([...files.keys()].slice(1));
      expect(dicomDoor.companions(files.get('IM1')!, 'IM1', neighbours)).toEqual([]);
      return [...dicomDoor.decode(files.get('IM0')!, { name: 'IM0', neighbours })];
    };
    const whole = folder([0, 1, 2]);
    expect(whole.filter(({ type }) => type === 'image')).toHaveLength(3);
    expect(whole.at(-1)).toMatchObject({
      type: 'volume',
      fate: 'kept',
      kept: { dims: [4, 3, 3], unit: "[hnsf'U]", files: 3 },
    });
    expect(folder([0, 1, 2, 4]).at(-1)).toMatchObject({
      type: 'volume',
      fate: 'refused',
      problems: [{ code: 'dicom-slice-gap' }],
    });
  });

  test('who is not named is refused; a file cut short is kept to where it ends', () => {
    const nobody = writeDicom(file.dataSet.without('PatientID'));
    expect([...dicomDoor.decode(nobody, { name: 'x' })]).toMatchObject([
      { fate: 'refused', problems: [{ code: 'exchange-subject-missing' }] },
    ]);
    expect([...dicomDoor.decode(nobody, { name: 'x', subject: 'P9' })].every(({ fate }) => fate !== 'refused')).toBe(
      true,
    );
    const cut = [...dicomDoor.decode(bytes.subarray(0, bytes.length - 5), { name: 'cut.dcm' })];
    expect(cut.filter(({ fate }) => fate === 'refused')).toMatchObject([
      { type: 'element', problems: [{ code: 'dicom-truncated', where: { element: 'PixelData' } }] },
    ]);
    expect([...dicomDoor.decode(new Uint8Array(0), { name: 'e' })][0]?.problems[0]?.code).toBe('exchange-empty');
  });
});
