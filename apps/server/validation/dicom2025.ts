import { defineValidation } from '@gemel/core/validation';
import { dicomDoor } from '@gemel/exchange/dicom/door';
import { framePool } from '@gemel/exchange/dicom/node/frame-pool';
import { parseDicom } from '@gemel/exchange/dicom/parse';
import { writeDicom } from '@gemel/exchange/dicom/write';

const FILES = `
  693_J2KR 693_UNCI 693_UNCR HTJ2K_08_RGB JLSL_16_15_1_1F JPEG-LL JPEG2000_UNC SC_rgb SC_rgb_16bit SC_rgb_16bit_2frame
  SC_rgb_2frame SC_rgb_32bit SC_rgb_32bit_2frame SC_rgb_dcmtk_ebcr_dcmd SC_rgb_dcmtk_ebcyn1_dcmd SC_rgb_dcmtk_ebcyn2_dcmd
  SC_rgb_dcmtk_ebcynp_dcmd SC_rgb_dcmtk_ebcys2_dcmd SC_rgb_dcmtk_ebcys4_dcmd SC_rgb_expb SC_rgb_expb_16bit
  SC_rgb_expb_16bit_2frame SC_rgb_expb_2frame SC_rgb_expb_32bit SC_rgb_expb_32bit_2frame SC_rgb_gdcm2k_uncompressed US1_J2KI
  US1_J2KR US1_UNCI US1_UNCR eCT_Supplemental
`
  .trim()
  .split(/\s+/);

/** Files that hold the same picture, with how far apart they may be. */
const PAIRS = [
  ['CT, JPEG 2000 lossless', '693_J2KR', '693_UNCR', 0],
  ['ultrasound in colour, JPEG 2000 lossless', 'US1_J2KR', 'US1_UNCR', 0],
  ['ultrasound in colour, JPEG 2000 lossy', 'US1_J2KI', 'US1_UNCI', 1],
  ['big endian, 8 bits', 'SC_rgb_expb', 'SC_rgb', 0],
  ['big endian, 16 bits', 'SC_rgb_expb_16bit', 'SC_rgb_16bit', 0],
  ['big endian, 32 bits', 'SC_rgb_expb_32bit', 'SC_rgb_32bit', 0],
  ['big endian, 8 bits, two frames', 'SC_rgb_expb_2frame', 'SC_rgb_2frame', 0],
  ['big endian, 16 bits, two frames', 'SC_rgb_expb_16bit_2frame', 'SC_rgb_16bit_2frame', 0],
  ['big endian, 32 bits, two frames', 'SC_rgb_expb_32bit_2frame', 'SC_rgb_32bit_2frame', 0],
  ['JPEG 2000 unpacked by GDCM', 'SC_rgb_gdcm2k_uncompressed', 'SC_rgb', 0],
] as const;

/** Public sample images: every element accounted for, every frame unpacked, packed and plain ones the same. */
export default defineValidation({
  id: 'dicom2025',
  title: 'DICOM: elements accounted for, compressed and plain images the same',
  citation: 'NEMA PS3 / ISO 12052, DICOM, 2025; images: pydicom/pydicom-data',
  data: FILES.map((name) => `dicom/${name}.dcm`),
  slow: false,
  rows: [
    { name: 'files', unit: '', expected: FILES.length },
    { name: 'files whose elements cover them to the byte', unit: '', expected: FILES.length },
    { name: 'elements mapped', unit: '', expected: null },
    { name: 'elements kept as they stand', unit: '', expected: null },
    { name: 'elements refused', unit: '', expected: 0 },
    { name: 'files whose frames are all unpacked', unit: '', expected: FILES.length },
    { name: 'files that come back the same when written', unit: '', expected: FILES.length },
    ...PAIRS.map(([name, , , tolerance]) => ({
      name: `${name}: greatest difference`,
      source: 'the same picture without compression',
      unit: '',
      expected: 0,
      tolerance,
    })),
    { name: 'JPEG lossless: sum of the values', source: 'pydicom 3.0.2 with pylibjpeg', unit: '', expected: 3_596_452 },
    { name: 'JPEG-LS: sum of the values', source: 'pydicom 3.0.2 with pyjpegls', unit: '', expected: -66_250_735 },
  ],
  async run({ read }) {
    const pool = framePool();
    const pictures = new Map<string, number[][]>();
    const count = { covered: 0, mapped: 0, kept: 0, refused: 0, unpacked: 0, same: 0 };
    try {
      for (const name of FILES) {
        const bytes = read(`dicom/${name}.dcm`);
        const file = parseDicom(bytes, name);
        for (const { fate } of dicomDoor.fields(bytes, { name, subject: 'x' })) count[fate]++;
        let at = 132;
        let covered = true;
        for (const { byteStart, byteEnd } of [...file.meta.elements.values(), ...file.dataSet.elements.values()]) {
          covered &&= byteStart === at;
          at = byteEnd;
        }
        if (covered && at === bytes.length) count.covered++;
        const frames = await pool.frames(file);
        pictures.set(
          name,
          frames.map(({ values }) => Array.from(values)),
        );
        if (frames.every(({ values, rows, columns, samples }) => values.length === rows * columns * samples))
          count.unpacked++;
        const packed = file.syntax.pixels !== 'native';
        const written = writeDicom(file.dataSet, packed ? { transferSyntax: file.transferSyntax } : {});
        const back = parseDicom(written, name);
        const again = writeDicom(back.dataSet, packed ? { transferSyntax: file.transferSyntax } : {});
        if (back.dataSet.elements.size > 0 && written.every((byte, i) => byte === again[i])) count.same++;
      }
    } finally {
      await pool.close();
    }
    const flat = (name: string) => pictures.get(name)!.flat();
    const sum = (name: string) => flat(name).reduce((total, value) => total + value, 0);
    return {
      files: pictures.size,
      'files whose elements cover them to the byte': count.covered,
      'elements mapped': count.mapped,
      'elements kept as they stand': count.kept,
      'elements refused': count.refused,
      'files whose frames are all unpacked': count.unpacked,
      'files that come back the same when written': count.same,
      ...Object.fromEntries(
        PAIRS.map(([name, a, b]) => {
          const other = flat(b);
          return [
            `${name}: greatest difference`,
            flat(a).reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0),
          ];
        }),
      ),
      'JPEG lossless: sum of the values': sum('JPEG-LL'),
      'JPEG-LS: sum of the values': sum('JLSL_16_15_1_1F'),
    };
  },
});
