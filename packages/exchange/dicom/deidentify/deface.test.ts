import { describe, expect, test } from 'vitest';
import { DataSet, newElement } from '../dataset.ts';
import { parseDicom } from '../parse.ts';
import { writeDicom } from '../write.ts';
import { defaced } from './deface.ts';
import { keyedHash } from './node/keyed-hash.ts';
import { release } from './release.ts';

type Point = readonly [x: number, y: number, z: number];
const within = ([x, y, z]: Point, [cx, cy, cz]: Point, [rx, ry, rz]: Point) =>
  ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 <= 1;

/**
 * A head of simple shapes, LPS, vertex at z = 0: skull 190 mm long and 150 mm broad, brain, jaw, nose, eyes and neck.
 * 1 skin, 2 brain, 3 nose, 4 eyes, 0 air.
 */
function tissueAt(point: Point): number {
  if (within(point, [0, 0, -65], [62, 80, 52])) return 2;
  if (within(point, [0, -105, -135], [12, 18, 22])) return 3;
  if (within(point, [32, -78, -112], [13, 13, 13]) || within(point, [-32, -78, -112], [13, 13, 13])) return 4;
  const skull = within(point, [0, 0, -95], [75, 95, 95]);
  const jaw = within(point, [0, -40, -170], [55, 55, 50]);
  const neck = within(point, [0, 10, -200], [55, 55, 70]);
  return skull || jaw || neck ? 1 : 0;
}

const VALUE = { MR: [20, 400, 700, 450, 600], CT: [-1000, 60, 40, 60, 20] } as const;

interface Made {
  readonly modality?: 'MR' | 'CT';
  /** First and last z, mm, and step of the slices. */
  readonly z?: readonly [number, number, number];
  readonly plane?: 'axial' | 'sagittal';
  /** Most anterior y. */
  readonly front?: number;
  readonly tissue?: (point: Point) => number;
}

function head({ modality = 'MR', z = [20, -240, 4], plane = 'axial', front = -150, tissue = tissueAt }: Made = {}) {
  const step = 3;
  const [values, images] = [VALUE[modality], [] as DataSet[]];
  const places =
    plane === 'axial'
      ? Array.from({ length: Math.floor((z[0] - z[1]) / z[2]) }, (_, i) => z[0] - i * z[2])
      : Array.from({ length: 60 }, (_, i) => -88 + 3 * i);
  const columns = plane === 'axial' ? 66 : Math.floor((130 - front) / step);
  const rows = plane === 'axial' ? Math.floor((130 - front) / step) : Math.floor((z[0] - z[1]) / step);
  for (const [i, place] of places.entries()) {
    const pixels = new Int16Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const point: Point =
          plane === 'axial' ? [-98 + step * c, front + step * r, place] : [place, front + step * c, z[0] - step * r];
        // Noise of the background, the same each time.
        pixels[r * columns + c] = values[tissue(point)]! + ((r * 7 + c * 13 + i * 5) % 16);
      }
    }
    images.push(
      new DataSet([
        newElement('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.1.1.4'),
        newElement('SOPInstanceUID', 'UI', `1.2.3.${i + 1}`),
        newElement('Modality', 'CS', modality),
        newElement('BodyPartExamined', 'CS', 'HEAD'),
        newElement('SeriesInstanceUID', 'UI', '1.2.3'),
        newElement('ImagePositionPatient', 'DS', plane === 'axial' ? [-98, front, place] : [place, front, z[0]]),
        newElement('ImageOrientationPatient', 'DS', plane === 'axial' ? [1, 0, 0, 0, 1, 0] : [0, 1, 0, 0, 0, -1]),
        newElement('SamplesPerPixel', 'US', 1),
        newElement('Rows', 'US', rows),
        newElement('Columns', 'US', columns),
        newElement('PixelSpacing', 'DS', [step, step]),
        newElement('BitsAllocated', 'US', 16),
        newElement('PixelRepresentation', 'US', 1),
        newElement('RescaleIntercept', 'DS', '0'),
        newElement('RescaleSlope', 'DS', '1'),
        newElement('PixelData', 'OW', new Uint8Array(pixels.buffer)),
      ]),
    );
  }
  return images;
}

/** How much of each tissue is left, and how far the front surface of the face stands out from a plane, mm. */
function left(images: readonly DataSet[], modality: 'MR' | 'CT' = 'MR') {
  const [before, after] = [new Float64Array(5), new Float64Array(5)];
  for (const image of images) {
    const bytes = image.bytes('PixelData')!;
    const pixels = new Int16Array(bytes.slice().buffer);
    const [x0, y0, z0] = image.numbers('ImagePositionPatient') as [number, number, number];
    const axial = image.numbers('ImageOrientationPatient')[0] === 1;
    const columns = image.number('Columns')!;
    for (const [i, value] of pixels.entries()) {
      const [r, c] = [Math.floor(i / columns), i % columns];
      const kind = tissueAt(axial ? [x0 + 3 * c, y0 + 3 * r, z0] : [x0, y0 + 3 * c, z0 - 3 * r]);
      before[kind]!++;
      if (value > VALUE[modality][0] + 100) after[kind]!++;
    }
  }
  return {
    skin: after[1]! / before[1]!,
    brain: after[2]! / before[2]!,
    nose: after[3]! / before[3]!,
    eyes: after[4]! / before[4]!,
  };
}

describe('defacing', () => {
  test.each([
    ['MR, axial', { modality: 'MR', plane: 'axial' }],
    ['MR, sagittal', { modality: 'MR', plane: 'sagittal' }],
    ['CT, axial', { modality: 'CT', plane: 'axial' }],
  ] as const)('%s: the nose is gone, the eyes are cut, the brain is whole', (_name, made) => {
    const { images, defacing } = defaced(head(made), 'a.dcm');
    const share = left(images, made.modality);
    expect(share.nose).toBe(0);
    expect(share.eyes).toBeLessThan(0.7);
    expect(share.brain).toBeGreaterThan(0.995);
    expect(share.skin).toBeGreaterThan(0.6);
    expect(defacing.face).toBe(true);
    expect(defacing.length).toBeGreaterThan(180);
    expect(defacing.length).toBeLessThan(200);
    expect(defacing.removed).toBeGreaterThan(0.03);
  });

  test('two faces that differ in nothing but the face look alike from the front afterwards', () => {
    // The same head with a nose and a chin of another shape.
    const other = (point: Point) => (within(point, [6, -108, -128], [20, 20, 30]) ? 3 : tissueAt(point));
    const [one, two] = [head(), head({ tissue: other })].map((images) => defaced(images, 'a.dcm').images);
    let differing = 0;
    for (const [i, image] of one!.entries()) {
      const [a, b] = [image.bytes('PixelData')!, two![i]!.bytes('PixelData')!];
      for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) differing++;
    }
    expect(differing).toBe(0);
  });

  test.each<[string, RegExp, Made]>([
    ['the vertex is not in the images', /vertex/, { z: [-30, -240, 4] }],
    ['there are few slices', /too few/, { z: [20, -10, 4] }],
    ['slices lie far apart', /too far apart/, { z: [20, -240, 12] }],
    ['the nose reaches the edge of an MR', /edge/, { front: -110 }],
    ['there is nothing in them', /no head|vertex/, { tissue: () => 0 }],
    ['a ball is no head', /no head/, { tissue: (point) => (within(point, [0, 0, -95], [50, 50, 90]) ? 1 : 0) }],
  ])('refused: %s', (_what, words, made) => {
    expect(() => defaced(head(made), 'a.dcm')).toThrow(words);
  });

  test('images that end above the brows have no face, and stay', () => {
    const { images, defacing } = defaced(head({ z: [20, -76, 4] }), 'a.dcm');
    expect(defacing).toMatchObject({ face: false, removed: 0 });
    expect(left(images).skin).toBe(1);
  });

  test('a release of a head is defaced whole and says so, or is refused whole', () => {
    const keyed = keyedHash(new Uint8Array(16).fill(7));
    const filesOf = (images: readonly DataSet[]) => images.map((image, i) => parseDicom(writeDicom(image), `${i}.dcm`));
    const good = release(filesOf(head()), { keyed, cleanFaces: true });
    for (const one of good) {
      if ('problem' in one) throw new Error(one.problem.message);
      expect(one.dataSet.text('RecognizableVisualFeatures')).toBe('NO');
      const codes = one.dataSet.sequence('DeidentificationMethodCodeSequence').map((item) => item.text('CodeValue'));
      expect(codes).toContain('113102');
    }
    const bad = release(filesOf(head({ z: [-30, -240, 4] })), { keyed, cleanFaces: true });
    expect(bad.every((one) => 'problem' in one && one.problem.code === 'deidentify-face-left')).toBe(true);
  });
});
