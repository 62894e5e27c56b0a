import type { Decoded } from '@gemel/core/raw';
import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { Vector3, Volume } from '../dicom/volume.ts';
import { niftiDoor } from './door.ts';
import { NIBABEL } from './fixture.data.ts';
import { quaternOf, turnAbout } from './orientation.ts';
import { type NiftiImage, readNifti } from './read.ts';
import { niftiOf, volumesOf } from './volume.ts';
import { type NiftiContent, packNifti, writeNifti } from './write.ts';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const valuesOf = ({ stored, slope, intercept }: NiftiImage) => [...stored].map((value) => slope * value + intercept);
const plain: NiftiContent = {
  shape: [2, 2, 2],
  stored: Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  affine: Float64Array.of(2, 0, 0, -10, 0, 2, 0, -20, 0, 0, 3, 5),
};
const changed = (change: (view: DataView) => void, content = plain) => {
  const bytes = writeNifti(content);
  change(new DataView(bytes.buffer));
  return bytes;
};
const refusal = (bytes: Uint8Array) => {
  try {
    readNifti(bytes, 'a.nii');
  } catch (error) {
    return (error as { code: string }).code;
  }
  return null;
};
const decoded = (bytes: Uint8Array): Decoded[] => [...niftiDoor.decode(bytes, { name: 'a.nii' })];

describe('NIfTI', () => {
  test.each(NIBABEL)('as nibabel reads it: $name', ({ base64, shape, affine, values }) => {
    const image = readNifti(bytesOf(base64), 'a.nii.gz');
    expect(image.header.shape).toEqual(shape);
    for (const [i, value] of affine.entries()) expect(image.orientation.affine[i]).toBeCloseTo(value, 5);
    expect(valuesOf(image)).toEqual(values);
  });

  test('the sform is used where both are set, and a disagreement is said', () => {
    const { base64 } = NIBABEL.find(({ name }) => name.includes('disagree'))!;
    const { orientation } = readNifti(bytesOf(base64), 'a.nii.gz');
    expect(orientation.form).toBe('sform');
    expect(orientation.problems.map(({ code }) => code)).toContain('nifti-forms-disagree');
    const alike = readNifti(writeNifti(plain), 'a.nii');
    expect([alike.orientation.form, alike.problems]).toEqual(['sform', []]);
  });

  test('right, front and head of NIfTI are left, back and head of a volume with the sign changed', () => {
    // Voxel (1, 0, 0) is 2 mm further to the right than voxel (0, 0, 0), which is 10 mm left and 20 mm behind the origin.
    const [volume] = volumesOf(readNifti(writeNifti(plain), 'a.nii'), 'a.nii');
    expect(volume!.origin).toEqual([10, 20, 5]);
    expect(volume!.spacing).toEqual([2, 2, 3]);
    expect(volume!.direction).toEqual([-1, 0, 0, 0, -1, 0, 0, 0, 1]);
    expect([...turnAbout(turnAbout(plain.affine))]).toEqual([...plain.affine]);
  });

  test('metres and micrometres become millimetres; a missing unit is said', () => {
    for (const [units, factor] of [
      [1, 1000],
      [3, 0.001],
    ] as const) {
      const image = readNifti(
        changed((view) => view.setUint8(123, units)),
        'a.nii',
      );
      expect(image.orientation.affine[0]).toBeCloseTo(2 * factor, 6);
    }
    const silent = readNifti(
      changed((view) => view.setUint8(123, 0)),
      'a.nii',
    );
    expect(silent.problems.map(({ code }) => code)).toEqual(['nifti-unit-missing']);
  });

  test('steps of time in milliseconds are read as seconds', () => {
    const four = { ...plain, shape: [2, 2, 1, 2], seconds: 2000 };
    const image = readNifti(
      changed((view) => view.setUint8(123, 2 | 16), four),
      'a.nii',
    );
    expect(image.fourth).toEqual({ step: 2, unit: 's' });
    expect(volumesOf(image, 'a.nii').map(({ voxels }) => [...voxels])).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  test.each<[string, string, (view: DataView) => void]>([
    ['no signature', 'nifti-not-nifti', (view) => view.setUint8(345, 0x78)],
    ['half a pair', 'nifti-pair', (view) => view.setUint8(345, 0x69)],
    ['no axes', 'nifti-header', (view) => view.setInt16(40, 0, true)],
    ['eight axes', 'nifti-header', (view) => view.setInt16(40, 8, true)],
    ['an empty axis', 'nifti-header', (view) => view.setInt16(44, 0, true)],
    ['an axis too long for the file', 'nifti-size', (view) => view.setInt16(44, 3, true)],
    ['more than is read', 'nifti-too-large', (view) => [42, 44, 46].map((at) => view.setInt16(at, 32_000, true))],
    ['bits of another datatype', 'nifti-header', (view) => view.setInt16(72, 8, true)],
    ['complex values', 'nifti-datatype', (view) => view.setInt16(70, 32, true)],
    ['a datatype of nobody', 'nifti-datatype', (view) => view.setInt16(70, 77, true)],
    ['values within the header', 'nifti-header', (view) => view.setFloat32(108, 300, true)],
    ['values nowhere', 'nifti-header', (view) => view.setFloat32(108, Number.NaN, true)],
    ['an infinite scale', 'nifti-scale', (view) => view.setFloat32(112, Number.POSITIVE_INFINITY, true)],
    ['a unit of nobody', 'nifti-unit-unknown', (view) => view.setUint8(123, 5)],
    ['no orientation', 'nifti-orientation-missing', (view) => [252, 254].map((at) => view.setInt16(at, 0, true))],
    [
      'a flat orientation',
      'nifti-orientation',
      (view) => {
        view.setInt16(252, 0, true);
        view.setFloat32(280, 0, true);
      },
    ],
  ])('refused: %s', (_what, code, change) => {
    expect(refusal(changed(change))).toBe(code);
    expect(decoded(changed(change))).toMatchObject([{ type: 'file', fate: 'refused', problems: [{ code }] }]);
  });

  test('a file cut short is refused; bytes behind the values are said', () => {
    const bytes = writeNifti(plain);
    expect(refusal(bytes.subarray(0, bytes.length - 1))).toBe('nifti-size');
    const longer = Uint8Array.of(...bytes, 0, 0);
    expect(readNifti(longer, 'a.nii').problems.map(({ code }) => code)).toEqual(['nifti-size']);
  });

  test('whole numbers beyond 2^53 are refused', () => {
    const bytes = changed((view) => {
      view.setInt16(40, 1, true);
      view.setInt16(42, 2, true);
      view.setInt16(70, 1024, true);
      view.setInt16(72, 64, true);
      view.setBigInt64(360, 2n ** 53n, true);
    });
    expect(refusal(bytes)).toBe('nifti-value-inexact');
  });

  test('compressed: damaged, cut short, or unpacking to more than is read', () => {
    const packed = packNifti(plain);
    expect(readNifti(packed, 'a.nii.gz').stored).toEqual(plain.stored);
    for (const cut of [12, 40, packed.length - 1]) expect(refusal(packed.slice(0, cut))).toBe('nifti-gzip');
    const flipped = packed.slice();
    flipped[packed.length - 6]! ^= 1;
    expect(refusal(flipped)).toBe('nifti-gzip');
    const bomb = gzipSync(new Uint8Array(1e6));
    expect(() => readNifti(bomb, 'a.nii.gz', 1e5)).toThrow(/over 100000 bytes/);
  });

  test('more than four axes are refused', () => {
    const bytes = changed((view) => {
      for (const [i, size] of [5, 2, 2, 1, 1, 2].entries()) view.setInt16(40 + 2 * i, size, true);
    });
    expect(decoded(bytes)).toMatchObject([{ fate: 'refused', problems: [{ code: 'nifti-axes' }] }]);
  });

  test('the door keeps header and volumes with their place in the file', () => {
    const bytes = writeNifti(plain);
    expect(niftiDoor.sniff(bytes)).toBeGreaterThan(0.9);
    expect(niftiDoor.sniff(gzipSync(bytes))).toBeGreaterThan(0.9);
    expect(niftiDoor.sniff(gzipSync(new Uint8Array(400)))).toBe(0);
    expect(decoded(bytes)).toMatchObject([
      { type: 'header', fate: 'kept', provenance: { byteStart: 0, byteEnd: 352 } },
      { type: 'volume', fate: 'kept', provenance: { byteStart: 352, byteEnd: 368 }, kept: { least: 1, greatest: 8 } },
    ]);
  });

  test('what is written is read: every kind of value, any place, both versions', () => {
    const kinds = [
      Uint8Array,
      Int8Array,
      Uint16Array,
      Int16Array,
      Uint32Array,
      Int32Array,
      Float32Array,
      Float64Array,
    ] as const;
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
        fc.tuple(angle, angle, angle),
        fc.tuple(...Array.from({ length: 3 }, () => fc.double({ min: 0.2, max: 8, noNaN: true }))),
        fc.array(fc.integer(), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        fc.constantFrom(1, 2) as fc.Arbitrary<1 | 2>,
        (kind, dims, angles, spacing, numbers, mirrored, version) => {
          const voxels = new kind(dims[0] * dims[1] * dims[2]);
          for (let i = 0; i < voxels.length; i++) voxels[i] = numbers[i % numbers.length]!;
          const volume: Volume = {
            voxels,
            dims,
            spacing: spacing as unknown as Vector3,
            direction: rotation(angles, mirrored),
            origin: [angles[0] * 30, -7, angles[2] * 100],
            unit: '1',
            meaning: 'voxel value',
            frameOfReference: null,
            marks: [],
          };
          const content = { ...niftiOf([volume]), version };
          const bytes = writeNifti(content);
          for (const form of ['sform', 'qform'] as const) {
            const own = bytes.slice();
            const view = new DataView(own.buffer);
            if (form === 'qform' && version === 1) view.setInt16(254, 0, true);
            if (form === 'qform' && version === 2) view.setInt32(348, 0, true);
            const image = readNifti(own, 'a.nii');
            expect([image.orientation.form, image.problems]).toEqual([form, []]);
            const [back] = volumesOf(image, 'a.nii');
            expect([back!.voxels, back!.dims]).toEqual([voxels, dims]);
            // A rotation within 6e-4 of half a turn is taken for one (nifti1.h), so the qform holds three digits.
            const digits = version === 2 && form === 'sform' ? 9 : 2;
            for (const part of ['spacing', 'direction', 'origin'] as const)
              for (const [i, value] of volume[part].entries()) expect(back![part][i]).toBeCloseTo(value, digits);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a sheared image has no qform, and keeps its sform', () => {
    const affine = Float64Array.of(1, 0.4, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
    expect(quaternOf(affine)).toBeNull();
    const image = readNifti(writeNifti({ ...plain, affine }), 'a.nii');
    expect([image.header.qformCode, image.orientation.affine[1]]).toEqual([0, Math.fround(0.4)]);
  });

  test('bytes of any kind are read or refused, plain and compressed', () => {
    const bytes = writeNifti(plain);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
        fc.nat(bytes.length),
        fc.boolean(),
        (edits, cut, compressed) => {
          const own = bytes.slice(0, cut);
          for (const [at, value] of edits) if (at < own.length) own[at] = value;
          const entries = decoded(compressed ? gzipSync(own) : own);
          expect(entries.length).toBeGreaterThan(0);
          niftiDoor.sniff(own);
        },
      ),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (junk) => {
        const gzip = Uint8Array.of(0x1f, 0x8b, 8, ...junk);
        expect(decoded(gzip)).toMatchObject([{ fate: 'refused' }]);
        niftiDoor.sniff(gzip);
      }),
      { numRuns: 100 },
    );
  });
});

function rotation([x, y, z]: readonly [number, number, number], mirrored: boolean): Volume['direction'] {
  const [cx, sx, cy, sy, cz, sz] = [x, y, z].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const m = mirrored ? -1 : 1;
  return [
    cy * cz,
    -cy * sz,
    m * sy,
    sx * sy * cz + cx * sz,
    cx * cz - sx * sy * sz,
    m * -sx * cy,
    sx * sz - cx * sy * cz,
    cx * sy * sz + sx * cz,
    m * cx * cy,
  ];
}
