import { CodedError } from '@gemel/core/error';
import { afterAll, describe, expect, test } from 'vitest';
import type { NewValue } from './dataset.ts';
import { newElement } from './dataset.ts';
import { code, dataSet, IDENTITY, slice } from './fixtures/objects.ts';
import { framePool } from './node/frame-pool.ts';
import { readVolume } from './node/read-volume.ts';
import { type DicomFile, parseDicom } from './parse.ts';
import { readSegmentation } from './segmentation.ts';
import { planVolume } from './series-volume.ts';
import { readStructures, structureMask } from './structures.ts';
import { suvFactor } from './suv.ts';
import { dateTime, fullDateTime } from './time.ts';
import { writeDicom } from './write.ts';

const pool = framePool({ threads: 1 });
afterAll(() => pool.close());

const total = (voxels: ArrayLike<number>) => Array.from(voxels).reduce((sum, value) => sum + value, 0);

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return [error.code, error.where.file, error.message] as const;
    throw error;
  }
  return null;
};

describe('a series of slices', () => {
  test('is put in order along the normal, calibrated, placed in the patient', async () => {
    const volume = await readVolume([slice(2), slice(0), slice(1)], pool);
    expect(volume).toMatchObject({
      dims: [4, 3, 3],
      spacing: [0.25, 0.5, 2],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      origin: [-10, -20, 5],
      unit: "[hnsf'U]",
      meaning: 'CT number',
      frameOfReference: '2.25.4',
      marks: [],
    });
    expect(volume.voxels).toBeInstanceOf(Int16Array);
    expect([...volume.voxels.subarray(0, 3), volume.voxels[12], volume.voxels[35]]).toEqual([
      -1024, -1023, -1022, -924, -813,
    ]);
  });

  test('a turned series keeps its directions right-handed', () => {
    const sagittal = { ImageOrientationPatient: ['0', '1', '0', '0', '0', '-1'] };
    const at = (k: number) => slice(k, { ...sagittal, ImagePositionPatient: [String(3 - 2 * k), '0', '9'] });
    const { direction, origin, slices } = planVolume([at(0), at(1)]);
    expect(direction.map((value) => value + 0)).toEqual([0, 0, -1, 1, 0, 0, 0, -1, 0]);
    expect(origin).toEqual([3, 0, 9]);
    expect(slices.map(({ plane }) => plane.file.name)).toEqual(['slice0.dcm', 'slice1.dcm']);
  });

  test('gaps, duplicates, mixed and missing geometry are refused, naming the file', () => {
    const first = slice(0);
    expect(refusal(() => planVolume([first, slice(1), slice(3)]))).toEqual([
      'dicom-slice-gap',
      'slice3.dcm',
      expect.stringContaining('between slice1.dcm and slice3.dcm'),
    ]);
    expect(refusal(() => planVolume([first, slice(1), slice(1, { SOPInstanceUID: '2.25.99' })]))?.[0]).toBe(
      'dicom-slice-twice',
    );
    const uneven = slice(2, { ImagePositionPatient: ['-10', '-20', '9.3'] });
    expect(refusal(() => planVolume([first, slice(1), uneven, slice(3)]))?.slice(0, 2)).toEqual([
      'dicom-slice-gap',
      'slice2.dcm',
    ]);
    const mixed: readonly Readonly<Record<string, NewValue>>[] = [
      { ImageOrientationPatient: ['0', '1', '0', '0', '0', '-1'] },
      { FrameOfReferenceUID: '2.25.5' },
      { PatientID: 'P2' },
      { SeriesInstanceUID: '2.25.33' },
      { PixelSpacing: ['1', '1'] },
    ];
    for (const changed of mixed) {
      expect(refusal(() => planVolume([first, slice(1, changed)]))?.slice(0, 2)).toEqual([
        'dicom-series-mixed',
        'slice1.dcm',
      ]);
    }
    for (const keyword of ['ImagePositionPatient', 'ImageOrientationPatient', 'PixelSpacing']) {
      expect(refusal(() => planVolume([first, slice(1, {}, [keyword])]))?.slice(0, 2)).toEqual([
        'dicom-geometry',
        'slice1.dcm',
      ]);
    }
    expect(refusal(() => planVolume([slice(0, {}, ['SliceThickness'])]))?.[0]).toBe('dicom-geometry');
    expect(refusal(() => planVolume([slice(0, {}, ['RescaleSlope', 'RescaleIntercept'])]))?.[0]).toBe(
      'dicom-uncalibrated',
    );
    expect(refusal(() => planVolume([first, slice(1, { RescaleType: 'US' })]))?.[0]).toBe('dicom-series-mixed');
  });

  test('a tilted gantry is said, and the direction follows the slices', () => {
    const at = (k: number) =>
      slice(k, { ImagePositionPatient: ['-10', String(-20 + k), String(5 + 2 * k)], GantryDetectorTilt: '26.5' });
    const { marks, direction, spacing } = planVolume([at(0), at(1), at(2)]);
    expect(marks.map(({ code: each }) => each)).toEqual(['dicom-gantry-tilt']);
    expect(marks[0]!.message).toMatch(/26\.57°.*26\.5°/);
    expect(spacing[2]).toBeCloseTo(Math.sqrt(5), 12);
    expect([direction[2], direction[5], direction[8]].map((value) => value.toFixed(6))).toEqual([
      '0.000000',
      '0.447214',
      '0.894427',
    ]);
  });

  test('values that 16 bits do not hold, and fractions, become floats; tables are looked up', async () => {
    const steep = await readVolume([slice(0, { RescaleSlope: '100' })], pool);
    expect([steep.voxels.constructor, steep.voxels[11]]).toEqual([Int16Array, 76]);
    const over = await readVolume([slice(0, { RescaleSlope: '4000' })], pool);
    expect([over.voxels.constructor, over.voxels[11]]).toEqual([Float32Array, 42_976]);
    const half = await readVolume([slice(0, { RescaleSlope: '0.5', RescaleIntercept: '0' })], pool);
    expect([half.voxels.constructor, half.voxels[11]]).toEqual([Float32Array, 5.5]);
    const lut = dataSet({ LUTDescriptor: [4, 2, 16], LUTData: [40, 41, 42, 43], ModalityLUTType: 'OD' });
    const table = await readVolume(
      [slice(0, { ModalityLUTSequence: [lut], Modality: 'CR' }, ['RescaleSlope', 'RescaleIntercept', 'RescaleType'])],
      pool,
    );
    expect([...table.voxels]).toEqual([40, 40, 40, 41, 42, 43, 43, 43, 43, 43, 43, 43]);
  });
});

describe('PET', () => {
  const drug = (changed: Readonly<Record<string, NewValue>> = {}) => ({
    Units: 'BQML',
    DecayCorrection: 'START',
    CorrectedImage: ['DECY', 'ATTN'],
    PatientWeight: '70',
    RadiopharmaceuticalInformationSequence: [
      dataSet({
        RadiopharmaceuticalStartTime: '091600',
        RadionuclideTotalDose: '350000000',
        RadionuclideHalfLife: '6586.2',
        ...changed,
      }),
    ],
  });

  test('SUV by body weight: the dose decayed to the start of the scan', () => {
    const { factor, how } = suvFactor(dataSet({ ...IDENTITY, ...drug() }), 'pet');
    expect(factor).toBeCloseTo(70_000 / (350e6 * 2 ** (-3600 / 6586.2)), 15);
    expect(how).toContain('3600 s');
    const admin = suvFactor(dataSet({ ...IDENTITY, ...drug(), DecayCorrection: 'ADMIN' }), 'pet');
    expect(admin.factor).toBeCloseTo(70_000 / 350e6, 15);
    const dayBefore = suvFactor(dataSet({ ...IDENTITY, ...drug({ RadiopharmaceuticalStartTime: '235900' }) }), 'pet');
    expect(dayBefore.how).toContain('37020 s');
  });

  test.each([
    ['PatientWeight', { PatientWeight: '0' }],
    ['DecayCorrection', { DecayCorrection: 'NONE' }],
    ['CorrectedImage', { CorrectedImage: ['DECY'] }],
    ['Units', { Units: 'CPS' }],
  ])('without %s there is none', (element, changed) => {
    expect(() => suvFactor(dataSet({ ...IDENTITY, ...drug(), ...changed }), 'pet')).toThrow(
      expect.objectContaining({ code: 'dicom-uncalibrated', where: { file: 'pet', element } }),
    );
  });

  test('a volume of activity, or of SUV', async () => {
    const pet = slice(0, { ...drug(), Modality: 'PT', RescaleSlope: '2', RescaleIntercept: '0' }, ['RescaleType']);
    expect(await readVolume([pet], pool)).toMatchObject({ unit: 'Bq/mL', meaning: 'activity concentration' });
    const suv = await readVolume([pet], pool, { suv: true });
    expect(suv.unit).toBe('g/mL');
    expect(suv.voxels[5]).toBeCloseTo(10 * suvFactor(pet.dataSet, 'pet').factor, 8);
  });
});

/** An enhanced image or segmentation of 2×2 frames at these heights. */
function multiFrame(
  heights: readonly number[],
  pixels: Uint8Array,
  more: Readonly<Record<string, NewValue>>,
  own: (frame: number) => Readonly<Record<string, NewValue>>,
): DicomFile {
  const set = dataSet({
    ...IDENTITY,
    FrameOfReferenceUID: '2.25.4',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    NumberOfFrames: String(heights.length),
    Rows: 2,
    Columns: 2,
    PixelRepresentation: 0,
    SharedFunctionalGroupsSequence: [
      dataSet({
        PixelMeasuresSequence: [dataSet({ PixelSpacing: ['1', '1'], SliceThickness: '3' })],
        PlaneOrientationSequence: [dataSet({ ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'] })],
      }),
    ],
    PerFrameFunctionalGroupsSequence: heights.map((z, frame) =>
      dataSet({ PlanePositionSequence: [dataSet({ ImagePositionPatient: ['0', '0', String(z)] })], ...own(frame) }),
    ),
    ...more,
  });
  return parseDicom(writeDicom(set.with(newElement('PixelData', 'OB', pixels))), 'frames.dcm');
}

test('an enhanced multi-frame image is one volume, each frame by its own functional groups', async () => {
  const bits = { BitsAllocated: 8, BitsStored: 8, HighBit: 7 };
  const file = multiFrame([3, 0], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), bits, (frame) => ({
    PixelValueTransformationSequence: [
      dataSet({ RescaleSlope: String(frame + 1), RescaleIntercept: '0', RescaleType: 'HU' }),
    ],
  }));
  const volume = await readVolume([file], pool);
  expect([...volume.voxels]).toEqual([10, 12, 14, 16, 1, 2, 3, 4]);
  expect(volume).toMatchObject({ dims: [2, 2, 2], spacing: [1, 1, 3], origin: [0, 0, 0] });
});

describe('segmentations', () => {
  const segments = (...labels: readonly string[]) =>
    labels.map((label, i) =>
      dataSet({
        SegmentNumber: i + 1,
        SegmentLabel: label,
        SegmentAlgorithmType: 'MANUAL',
        SegmentedPropertyCategoryCodeSequence: code('SCT', '123037004', 'Anatomical structure'),
        SegmentedPropertyTypeCodeSequence: code('SCT', '10200004', 'Liver'),
      }),
    );
  const which = (number: number) => ({ SegmentIdentificationSequence: [dataSet({ ReferencedSegmentNumber: number })] });

  test('binary: bits of frames that begin within a byte, slices without voxels left empty', () => {
    const values = {
      BitsAllocated: 1,
      BitsStored: 1,
      HighBit: 0,
      SegmentationType: 'BINARY',
      SegmentSequence: segments('Liver', 'Cyst'),
    };
    const read = readSegmentation(
      multiFrame([0, 3, 9], Uint8Array.of(0b0110_1001, 0b1111), values, (frame) => which(frame === 1 ? 2 : 1)),
    );
    expect(read.segments.map(({ label, frames, type }) => [label, frames, type?.codings[0]?.code])).toEqual([
      ['Liver', 2, '10200004'],
      ['Cyst', 1, '10200004'],
    ]);
    expect(read.grid.dims).toEqual([2, 2, 4]);
    expect([...read.volume(1).voxels]).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect([...read.volume(2).voxels]).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => read.volume(3)).toThrow(/no segment 3/);
  });

  test('fractional: shares of the greatest value; other types are refused', () => {
    const values = {
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      SegmentSequence: segments('Lesion'),
      MaximumFractionalValue: 200,
      SegmentationFractionalType: 'PROBABILITY',
    };
    const make = (type: string) =>
      multiFrame([0], Uint8Array.of(0, 50, 100, 200), { ...values, SegmentationType: type }, () => which(1));
    const read = readSegmentation(make('FRACTIONAL'));
    expect([...read.volume(1).voxels]).toEqual([0, 0.25, 0.5, 1]);
    expect(read.volume(1).meaning).toBe('probability of Lesion');
    expect(() => readSegmentation(make('LABELMAP'))).toThrow(/LABELMAP/);
  });
});

describe('structure sets', () => {
  const grid = {
    dims: [40, 40, 3],
    spacing: [1, 1, 2],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    origin: [0, 0, 0],
    frameOfReference: '2.25.4',
  } as const;
  const circle = (radius: number, z: number, count = 720) =>
    Array.from({ length: count }, (_, i) => {
      const angle = (2 * Math.PI * i) / count;
      return [20.3 + radius * Math.cos(angle), 19.6 + radius * Math.sin(angle), z];
    }).flatMap((point) => point.map((value) => value.toFixed(4)));
  const structure = (contours: readonly (readonly string[])[], type = 'CLOSED_PLANAR', frame = '2.25.4') => {
    const set = dataSet({
      ...IDENTITY,
      StructureSetROISequence: [
        dataSet({
          ROINumber: '1',
          ROIName: 'Ring',
          ReferencedFrameOfReferenceUID: frame,
          ROIGenerationAlgorithm: 'MANUAL',
        }),
      ],
      ROIContourSequence: [
        dataSet({
          ReferencedROINumber: '1',
          ContourSequence: contours.map((points) =>
            dataSet({
              ContourGeometricType: type,
              NumberOfContourPoints: String(points.length / 3),
              ContourData: points,
            }),
          ),
        }),
      ],
      RTROIObservationsSequence: [dataSet({ ReferencedROINumber: '1', RTROIInterpretedType: 'ORGAN' })],
    });
    return readStructures(parseDicom(writeDicom(set), 'rt.dcm'))[0]!;
  };

  test('a ring: as many voxels as have their centre in it, the hole left out', () => {
    const ring = structure([circle(15, 2), circle(6, 2)]);
    expect(ring).toMatchObject({ name: 'Ring', interpretedType: 'ORGAN' });
    const { voxels } = structureMask(ring, grid, 'rt.dcm');
    let within = 0;
    for (let y = 0; y < 40; y++) {
      for (let x = 0; x < 40; x++) {
        const distance = Math.hypot(x - 20.3, y - 19.6);
        const inside = distance < 15 && distance > 6 ? 1 : 0;
        within += inside;
        // The polygon is a hair's breadth inside the circle.
        if (Math.abs(distance - 15) > 1e-3 && Math.abs(distance - 6) > 1e-3)
          expect(voxels[1600 + y * 40 + x]).toBe(inside);
      }
    }
    expect(Math.abs(total(voxels) - within)).toBeLessThanOrEqual(1);
    expect(within).toBeGreaterThan(550);
    expect(voxels.subarray(0, 1600).some((value) => value !== 0)).toBe(false);
  });

  test('edges shared by two contours are counted once', () => {
    const box = (left: number, right: number) =>
      [
        [left, 2],
        [right, 2],
        [right, 6],
        [left, 6],
      ].flatMap(([x, y]) => [String(x), String(y), '0']);
    const { voxels } = structureMask(structure([box(2, 5), box(5, 9)]), grid, 'rt.dcm');
    expect(total(voxels)).toBe(7 * 4);
  });

  test('contours beside the slices, in another frame, or open, are refused', () => {
    const cases = [
      structure([circle(5, 1)]),
      structure([circle(5, 20)]),
      structure([circle(5, 2)], 'OPEN_PLANAR'),
      structure([circle(5, 2)], 'CLOSED_PLANAR', '2.25.9'),
      structure([]),
    ];
    for (const each of cases)
      expect(refusal(() => structureMask(each, grid, 'rt.dcm'))?.slice(0, 2)).toEqual(['dicom-contour', 'rt.dcm']);
    expect(() => structure([['1', '2', '3', '4']])).toThrow(expect.objectContaining({ code: 'dicom-element' }));
  });
});

test('dates and times of any precision; what is none is null', () => {
  const at = (text: string) => Date.parse(text);
  expect(dateTime('20240229', '134512.5')).toEqual({
    local: at('2024-02-29T13:45:12.500Z'),
    offset: null,
    dateOnly: false,
  });
  expect(dateTime('2024.02.29', '13')?.local).toBe(at('2024-02-29T13:00:00Z'));
  expect(dateTime('20240229', null)?.dateOnly).toBe(true);
  expect(dateTime('20230229', '10')).toBeNull();
  expect(fullDateTime('20240131101500.25-0330')).toEqual({
    local: at('2024-01-31T10:15:00.250Z'),
    offset: -210,
    dateOnly: false,
  });
  expect(fullDateTime('2024')).toBeNull();
});
