import { createRequire } from 'node:module';
import { CodedError } from '@gemel/core/error';
import fc from 'fast-check';
import { inflateSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { paletteRgb } from './colour.ts';
import type { NewValue } from './dataset.ts';
import { newElement } from './dataset.ts';
import { encodeSequential } from './fixtures/encode-jpeg.ts';
import { FRAMES, VAST } from './fixtures/frames.data.ts';
import { colour, dataSet, grey, HEIGHT, IDENTITY, packedImage, WIDTH } from './fixtures/objects.ts';
import { decodeFrame } from './frame.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { framePool } from './node/frame-pool.ts';
import { parseDicom } from './parse.ts';
import { frameSources, type PixelDescription, pixelDescription } from './pixels.ts';
import { decodeRle } from './rle.ts';
import { TRANSFER_SYNTAXES } from './uids.data.ts';
import { withMemoryCap } from './wasm-memory.ts';
import { writeDicom } from './write.ts';

const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const size = { rows: HEIGHT, columns: WIDTH };
const greatest = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
};
const shape = (bits: number, samples: 1 | 3, more: Readonly<Record<string, NewValue>> = {}) => ({
  SamplesPerPixel: samples,
  PhotometricInterpretation: samples === 1 ? 'MONOCHROME2' : 'RGB',
  ...(samples === 3 ? { PlanarConfiguration: 0 } : {}),
  Rows: HEIGHT,
  Columns: WIDTH,
  BitsAllocated: bits > 8 ? 16 : 8,
  BitsStored: bits,
  HighBit: bits - 1,
  PixelRepresentation: 0,
  ...more,
});
const pool = framePool({ threads: 1 });
afterAll(() => pool.close());

describe('JPEG', () => {
  test.each(Object.entries(FRAMES).filter(([name]) => name.startsWith('lossless')))(
    '%s comes back bit for bit',
    (_, frame) => {
      const image = decodeJpeg(bytes(frame.data), { ...size, samples: frame.samples });
      expect(image).toMatchObject({ lossless: true, precision: frame.bits });
      expect([...image.values]).toEqual(frame.samples === 3 ? colour() : grey(frame.bits));
    },
  );

  test.each(['baseline8', 'restart8', 'baseline422'] as const)('%s is within one level of another decoder', (name) => {
    const frame = FRAMES[name];
    const { values } = decodeJpeg(bytes(frame.data), { ...size, samples: frame.samples });
    expect(greatest(values, bytes(frame.decoded))).toBeLessThanOrEqual(1);
  });

  test.each([8, 12] as const)('extended sequential of %s bits comes back to within rounding', (bits) => {
    const { values, precision } = decodeJpeg(encodeSequential(grey(bits), WIDTH, HEIGHT, bits), {
      ...size,
      samples: 1,
    });
    expect(precision).toBe(bits);
    expect(greatest(values, grey(bits))).toBeLessThanOrEqual(1);
  });

  test('what is not read, or not what the data set says, is refused', () => {
    const progressive = () => decodeJpeg(bytes(FRAMES.progressive.data), { ...size, samples: 3 });
    expect(progressive).toThrow(/progressive/);
    const other = () => decodeJpeg(bytes(FRAMES.baseline8.data), { rows: 5, columns: 5, samples: 1 });
    expect(other).toThrow(/24×17/);
    for (const name of ['lossless12', 'baseline8', 'restart8'] as const) {
      const whole = bytes(FRAMES[name].data);
      for (let end = 0; end < whole.length - 4; end += 3) {
        expect(() => decodeJpeg(whole.subarray(0, end), { ...size, samples: 1 })).toThrow(CodedError);
      }
    }
  });

  test('changed bytes give an image or a coded error', () => {
    const frames = [FRAMES['lossless16-4'], FRAMES.baseline422, FRAMES.restart8];
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
        (frame, changes) => {
          const broken = bytes(frame.data);
          for (const [at, value] of changes) if (at < broken.length) broken[at] = value;
          try {
            decodeJpeg(broken, { ...size, samples: frame.samples });
          } catch (error) {
            expect(error).toBeInstanceOf(CodedError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('RLE', () => {
  test('comes back bit for bit', () => {
    expect([...new Uint16Array(decodeRle(bytes(FRAMES.rle16.data), WIDTH * HEIGHT, 1, 2).buffer)]).toEqual(grey(16));
    expect([...decodeRle(bytes(FRAMES.rle8rgb.data), WIDTH * HEIGHT, 3, 1)]).toEqual(colour());
  });

  test('changed or cut bytes give pixels or a coded error', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 8 }), fc.nat(900), (changes, end) => {
        const broken = bytes(FRAMES.rle16.data).slice(0, end);
        for (const [at, value] of changes) if (at < broken.length) broken[at] = value;
        try {
          decodeRle(broken, WIDTH * HEIGHT, 1, 2);
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
      { numRuns: 400 },
    );
  });
});

interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
}

/** Encoders of the codec packages: only the tests compress. */
interface Encoder {
  getDecodedBuffer(frame: object): Uint8Array;
  setNearLossless?(value: number): void;
  setDecompositions?(count: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
}
const require = createRequire(import.meta.url);
async function encode(script: string, name: string, values: Uint8Array, frame: FrameInfo): Promise<Uint8Array> {
  const module = await (require(script) as (options: object) => Promise<Record<string, new () => Encoder>>)({
    print() {},
    printErr() {},
  });
  const encoder = new module[name]!();
  encoder.getDecodedBuffer({ isUsingColorTransform: frame.componentCount === 3, ...frame }).set(values);
  encoder.setNearLossless?.(0);
  encoder.setDecompositions?.(1);
  encoder.encode();
  return Uint8Array.from(encoder.getEncodedBuffer());
}
const CODECS = [
  ['1.2.840.10008.1.2.4.80', '@cornerstonejs/codec-charls/wasmjs', 'JpegLSEncoder'],
  ['1.2.840.10008.1.2.4.90', '@cornerstonejs/codec-openjpeg/wasmjs', 'J2KEncoder'],
  ['1.2.840.10008.1.2.4.201', '@cornerstonejs/codec-openjph', 'HTJ2KEncoder'],
] as const;

describe('codecs', () => {
  test.each(CODECS)(
    '%s: lossless frames come back bit for bit, signed and unsigned, grey and colour',
    async (uid, script, name) => {
      const signed = grey(12).map((value) => value - 2048);
      const frame = {
        width: WIDTH,
        height: HEIGHT,
        bitsPerSample: 16,
        componentCount: 1,
        isSigned: !uid.endsWith('.80'),
      };
      const packed = await encode(script, name, new Uint8Array(Int16Array.from(signed).buffer), frame);
      const file = packedImage([packed], uid, shape(16, 1, { PixelRepresentation: 1 }));
      expect([...(await pool.frame(file, 0)).values]).toEqual(signed);
      const rgb = await encode(script, name, Uint8Array.from(colour()), {
        ...frame,
        bitsPerSample: 8,
        componentCount: 3,
        isSigned: false,
      });
      const photometric = uid.endsWith('.80') ? 'RGB' : 'YBR_RCT';
      const image = packedImage([rgb], uid, shape(8, 3, { PhotometricInterpretation: photometric }));
      expect([...(await pool.frame(image, 0)).values]).toEqual(colour());
    },
  );

  test.each(CODECS)('%s: broken frames are refused, and the next one is read', async (uid, script, name) => {
    const frame = { width: WIDTH, height: HEIGHT, bitsPerSample: 8, componentCount: 1, isSigned: false };
    const good = await encode(script, name, Uint8Array.from(grey(8)), frame);
    const large = Uint8Array.from(good);
    large[uid.endsWith('.80') ? 7 : 9] = 0xff;
    const other = packedImage([large], uid, shape(8, 1));
    await expect(pool.frame(other, 0)).rejects.toMatchObject({ code: 'dicom-codec', where: { file: 'packed.dcm' } });
    const random = fc.sample(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }), {
      numRuns: 25,
      seed: 1,
    });
    for (const changes of random) {
      const broken = Uint8Array.from(good);
      for (const [at, value] of changes) broken[at] = value;
      await pool
        .frame(packedImage([broken], uid, shape(8, 1)), 0)
        .catch((error) => expect(error).toBeInstanceOf(CodedError));
    }
    expect([...(await pool.frame(packedImage([good], uid, shape(8, 1)), 0)).values]).toEqual(grey(8));
  });

  test('a codec may not take more memory than it is given', () => {
    // A module with a memory of one page and a function that asks for as many more as it is told.
    const grow = [
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 0x67, 0,
      0, 10, 8, 1, 6, 0, 0x20, 0, 0x40, 0, 11,
    ];
    const grown = (module: Uint8Array<ArrayBuffer>) =>
      (new WebAssembly.Instance(new WebAssembly.Module(module)).exports.g as (pages: number) => number)(3);
    expect(grown(Uint8Array.from(grow))).toBe(1);
    expect(grown(withMemoryCap(Uint8Array.from(grow), 4 * 65_536))).toBe(1);
    expect(grown(withMemoryCap(Uint8Array.from(grow), 3 * 65_536))).toBe(-1);
    expect(() => withMemoryCap(Uint8Array.from(grow).subarray(0, 20), 1)).toThrow(TypeError);
  });

  test('a frame that takes too long or too much memory ends with a code', async () => {
    const packed = inflateSync(bytes(VAST));
    const file = packedImage([packed], CODECS[1][0], { ...shape(8, 1), Rows: 4096, Columns: 4096 });
    for (const limits of [{ longest: 1 }, { mostBytes: 2 ** 20 }]) {
      const small = framePool({ threads: 1, ...limits });
      await expect(small.frame(file, 0)).rejects.toMatchObject({ code: 'dicom-codec-limit' });
      await small.close();
    }
  });
});

describe('frames of one object', () => {
  const packed = (data: string) => bytes(data);
  const rle = '1.2.840.10008.1.2.5';
  const one = packed(FRAMES.rle16.data);
  const shapes = shape(16, 1, { NumberOfFrames: '2' });

  test('told apart by number, by the offset table, by how codestreams begin', async () => {
    expect([...(await pool.frames(packedImage([one, one], rle, shapes)))[1]!.values]).toEqual(grey(16));
    const halves = [one.subarray(0, 100), one.subarray(100)];
    const table = new Uint8Array(new Uint32Array([0, one.length + 16]).buffer);
    const file = packedImage([...halves, ...halves], rle, shapes, table);
    expect([...(await pool.frames(file))[1]!.values]).toEqual(grey(16));
    await expect(pool.frames(packedImage([...halves, ...halves], rle, shapes))).rejects.toMatchObject({
      code: 'dicom-pixels',
    });
    const jpeg = packed(FRAMES['lossless16-1'].data);
    const cut = [jpeg.subarray(0, 200), jpeg.subarray(200)];
    const scanned = packedImage([...cut, ...cut], '1.2.840.10008.1.2.4.70', shapes);
    expect([...(await pool.frames(scanned))[1]!.values]).toEqual(grey(16));
  });

  test('fewer pixels than described, and descriptions that contradict themselves, are refused', () => {
    const native = (values: Readonly<Record<string, NewValue>>, pixels: Uint8Array) => {
      const set = dataSet({ ...IDENTITY, ...shape(8, 1), ...values }).with(newElement('PixelData', 'OB', pixels));
      const file = parseDicom(writeDicom(set), 'x.dcm');
      return () => frameSources(file, pixelDescription(file));
    };
    const whole = new Uint8Array(WIDTH * HEIGHT);
    expect(native({}, whole)).not.toThrow();
    expect(native({}, whole.subarray(2))).toThrow(/406 bytes of pixels/);
    expect(native({ BitsAllocated: 12 }, whole)).toThrow(/12 bits/);
    expect(native({ Rows: 0 }, whole)).toThrow(/Rows is 0/);
    expect(native({ HighBit: 3 }, whole)).toThrow(/HighBit/);
    expect(native({ PhotometricInterpretation: 'CMYK' }, whole)).toThrow(/CMYK/);
    expect(native({ SamplesPerPixel: 3 }, whole)).toThrow(/samples a pixel/);
    expect(native({ NumberOfFrames: '2000000000' }, whole)).toThrow(
      expect.objectContaining({ code: 'dicom-too-large' }),
    );
  });
});

describe('stored values', () => {
  const described: PixelDescription = {
    rows: 1,
    columns: 4,
    frames: 1,
    samples: 1,
    photometric: 'MONOCHROME2',
    planar: false,
    allocated: 16,
    stored: 12,
    highBit: 11,
    signed: false,
    float: false,
  };
  const native = TRANSFER_SYNTAXES['1.2.840.10008.1.2.1']!;
  const read = (values: ArrayBuffer, changed: Partial<PixelDescription>, skip = 0) => [
    ...decodeFrame({ bytes: new Uint8Array(values), skip }, { ...described, ...changed }, native, {
      file: 'x',
      frame: 0,
    }).values,
  ];

  test('bits beside the stored ones are cleared, signs restored', () => {
    const cells = Uint16Array.of(0xf001, 0x0fff, 0x8800, 0x07ff).buffer;
    expect(read(cells, {})).toEqual([1, 4095, 0x800, 0x7ff]);
    expect(read(cells, { signed: true })).toEqual([1, -1, -2048, 2047]);
    expect(read(Uint16Array.of(0x0010, 0xfff0, 0x8000, 0x7ff0).buffer, { signed: true, highBit: 15 })).toEqual([
      1, -1, -2048, 2047,
    ]);
    expect(read(Float32Array.of(1.5, -2, 0, 3).buffer, { allocated: 32, float: true })).toEqual([1.5, -2, 0, 3]);
    expect(read(Uint8Array.of(0b10110100).buffer, { allocated: 1, stored: 1, highBit: 0 }, 2)).toEqual([1, 0, 1, 1]);
  });

  test('colours: planes, full range, halved, palette', () => {
    const rgb = { samples: 3, allocated: 8, stored: 8, highBit: 7, columns: 2, photometric: 'RGB' } as const;
    expect(read(Uint8Array.of(1, 2, 3, 4, 5, 6).buffer, { ...rgb, planar: true })).toEqual([1, 3, 5, 2, 4, 6]);
    // ITU-R BT.601: pure red is Y 76, Cb 85, Cr 255.
    expect(read(Uint8Array.of(76, 85, 255, 255, 128, 128).buffer, { ...rgb, photometric: 'YBR_FULL' })).toEqual([
      254, 0, 0, 255, 255, 255,
    ]);
    expect(read(Uint8Array.of(76, 255, 128, 128).buffer, { ...rgb, photometric: 'YBR_FULL_422' })).toEqual([
      76, 76, 76, 255, 255, 255,
    ]);
    const lut = (data: number[]) => new Uint8Array(Uint16Array.from(data).buffer);
    const palette = dataSet({
      RedPaletteColorLookupTableDescriptor: [3, 1, 16],
      GreenPaletteColorLookupTableDescriptor: [3, 1, 16],
      BluePaletteColorLookupTableDescriptor: [3, 1, 16],
      RedPaletteColorLookupTableData: lut([10, 20, 30]),
      GreenPaletteColorLookupTableData: lut([1, 2, 3]),
      BluePaletteColorLookupTableData: lut([7, 8, 9]),
    });
    expect([...paletteRgb(Uint8Array.of(0, 1, 2, 200), palette, 'x')]).toEqual([
      10, 1, 7, 10, 1, 7, 20, 2, 8, 30, 3, 9,
    ]);
    expect(() => paletteRgb(Uint8Array.of(0), dataSet({}), 'x')).toThrow(/palette is missing/);
  });
});
