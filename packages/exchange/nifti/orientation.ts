import type { Problem } from '@gemel/core/error';
import { niftiErrors } from './errors.data.ts';
import { LENGTHS } from './header.data.ts';
import type { NiftiHeader } from './header.ts';

/** Three rows of four, row by row: voxel index (i, j, k, 1) → millimetres. */
export type Affine = Float64Array;

/** Where voxels lie, in millimetres, x to the right, y to the front, z to the head (RAS+), as NIfTI states it. */
export interface Orientation {
  readonly affine: Affine;
  readonly form: 'sform' | 'qform';
  readonly problems: readonly Problem[];
}

/** Millimetres by which the two forms may place a corner differently before it is said, as a share of the smallest step. */
const FORMS_AGREE = 0.1;

/**
 * The orientation of an image: the sform where it is set, else the qform (nifti1.h, "3D IMAGE ORIENTATION AND LOCATION IN
 * SPACE", methods 3 and 2). Method 1 states no orientation, so it is refused.
 * @throws nifti-orientation-missing, nifti-orientation, nifti-unit-unknown
 */
export function orientationOf(header: NiftiHeader, file: string): Orientation {
  const problems: Problem[] = [];
  const code = header.xyztUnits & 0x07;
  const millimetres = code === 0 ? 1 : LENGTHS.get(code);
  if (millimetres === undefined)
    throw niftiErrors.error('nifti-unit-unknown', `${file}: unit of length ${code}`, { file, field: 'xyzt_units' });
  if (code === 0)
    problems.push(
      niftiErrors.problem('nifti-unit-missing', `${file} states no unit of length`, { file, field: 'xyzt_units' }),
    );
  const { sformCode, qformCode } = header;
  const said = { sform: sformCode > 0 ? sform(header) : null, qform: qformCode > 0 ? qform(header) : null };
  if (said.sform === null && said.qform === null)
    throw niftiErrors.error('nifti-orientation-missing', `${file}: sform_code ${sformCode}, qform_code ${qformCode}`, {
      file,
      field: 'sform_code',
    });
  const usable = {
    sform: said.sform !== null && invertible(said.sform) ? said.sform : null,
    qform: said.qform !== null && invertible(said.qform) ? said.qform : null,
  };
  for (const form of ['sform', 'qform'] as const) {
    if (said[form] !== null && usable[form] === null)
      problems.push(
        niftiErrors.problem('nifti-orientation', `${file}: the ${form} cannot be used`, { file, field: form }),
      );
  }
  const form = usable.sform !== null ? 'sform' : 'qform';
  const chosen = usable[form];
  if (chosen === null) {
    const message = `${file}: no form places the voxels`;
    throw niftiErrors.error('nifti-orientation', message, { file, field: form });
  }
  if (usable.sform !== null && usable.qform !== null) {
    const apart = farthestApart(usable.sform, usable.qform, header.shape);
    if (apart > FORMS_AGREE * smallestStep(usable.sform)) {
      const message = `${file}: the forms place a corner ${(apart * millimetres).toPrecision(3)} mm apart`;
      problems.push(niftiErrors.problem('nifti-forms-disagree', message, { file, field: 'qform' }));
    }
  }
  return { affine: chosen.map((value) => value * millimetres), form, problems };
}

function sform({ srow }: NiftiHeader): Affine {
  return Float64Array.from(srow);
}

/** nifti1.h method 2: a rotation from a unit quaternion, steps from pixdim, pixdim[0] the handedness (0 counts as 1). */
function qform({ quatern, qoffset, pixdim, shape }: NiftiHeader): Affine {
  let [b, c, d] = quatern as [number, number, number];
  let a = 1 - (b * b + c * c + d * d);
  if (a < 1e-7) {
    // A rotation by half a turn: what is left is rounding, and b, c, d are made a unit vector.
    const scale = 1 / Math.hypot(b, c, d);
    [b, c, d, a] = [b * scale, c * scale, d * scale, 0];
  } else a = Math.sqrt(a);
  // An axis that is not there, or has one voxel, may go without a step.
  const [x, y, depth] = [1, 2, 3].map((axis) => pixdim[axis]! || ((shape[axis - 1] ?? 1) === 1 ? 1 : 0)) as [
    number,
    number,
    number,
  ];
  const z = depth * (pixdim[0]! < 0 ? -1 : 1);
  return Float64Array.of(
    (a * a + b * b - c * c - d * d) * x,
    2 * (b * c - a * d) * y,
    2 * (b * d + a * c) * z,
    qoffset[0]!,
    2 * (b * c + a * d) * x,
    (a * a + c * c - b * b - d * d) * y,
    2 * (c * d - a * b) * z,
    qoffset[1]!,
    2 * (b * d - a * c) * x,
    2 * (c * d + a * b) * y,
    (a * a + d * d - b * b - c * c) * z,
    qoffset[2]!,
  );
}

/** The quaternion and handedness of a rotation with steps, columns at right angles; the inverse of method 2. */
export function quaternOf(
  affine: Affine,
): { quatern: readonly number[]; qfac: 1 | -1; steps: readonly number[] } | null {
  const steps = [0, 1, 2].map((column) => Math.hypot(affine[column]!, affine[4 + column]!, affine[8 + column]!));
  if (steps.some((step) => !(step > 0))) return null;
  const r = [0, 1, 2].map((row) => [0, 1, 2].map((column) => affine[4 * row + column]! / steps[column]!));
  for (const [p, q] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    if (Math.abs(r.reduce((sum, row) => sum + row[p]! * row[q]!, 0)) > 1e-6) return null;
  }
  const qfac = determinant(affine) < 0 ? -1 : 1;
  for (const row of r) row[2] = row[2]! * qfac;
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = r as [number[], number[], number[]] as unknown as [
    [number, number, number],
    [number, number, number],
    [number, number, number],
  ];
  const trace = xx + yy + zz;
  let q: [number, number, number, number];
  if (trace > 0) {
    const s = 2 * Math.sqrt(1 + trace);
    q = [s / 4, (zy - yz) / s, (xz - zx) / s, (yx - xy) / s];
  } else if (xx >= yy && xx >= zz) {
    const s = 2 * Math.sqrt(1 + xx - yy - zz);
    q = [(zy - yz) / s, s / 4, (xy + yx) / s, (xz + zx) / s];
  } else if (yy >= zz) {
    const s = 2 * Math.sqrt(1 + yy - xx - zz);
    q = [(xz - zx) / s, (xy + yx) / s, s / 4, (yz + zy) / s];
  } else {
    const s = 2 * Math.sqrt(1 + zz - xx - yy);
    q = [(yx - xy) / s, (xz + zx) / s, (yz + zy) / s, s / 4];
  }
  // The file keeps b, c and d; a is their complement and must not be negative.
  const sign = q[0] < 0 ? -1 : 1;
  return { quatern: q.slice(1).map((value) => value * sign), qfac, steps };
}

function determinant(m: Affine): number {
  const [a, b, c, , d, e, f, , g, h, i] = m as unknown as number[];
  return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!);
}

function invertible(affine: Affine): boolean {
  if (!affine.every(Number.isFinite)) return false;
  const steps = [0, 1, 2].map((column) => Math.hypot(affine[column]!, affine[4 + column]!, affine[8 + column]!));
  // The volume of a voxel against that of its box: flat or sheared beyond use below one in a thousand.
  return Math.abs(determinant(affine)) > 1e-3 * steps[0]! * steps[1]! * steps[2]! && steps.every((step) => step > 0);
}

function smallestStep(affine: Affine): number {
  return Math.min(...[0, 1, 2].map((column) => Math.hypot(affine[column]!, affine[4 + column]!, affine[8 + column]!)));
}

/** Greatest distance between where two forms place a corner of the image. */
function farthestApart(one: Affine, other: Affine, shape: readonly number[]): number {
  let farthest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const at = [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? (shape[axis] ?? 1) - 1 : 0));
    const difference = [0, 1, 2].map((row) => {
      const place = (m: Affine) =>
        m[4 * row]! * at[0]! + m[4 * row + 1]! * at[1]! + m[4 * row + 2]! * at[2]! + m[4 * row + 3]!;
      return place(one) - place(other);
    });
    farthest = Math.max(farthest, Math.hypot(...difference));
  }
  return farthest;
}

/** The same place with x to the left and y to the back (LPS+, as DICOM states it), or back again: two rows change sign. */
export function turnAbout(affine: Affine): Affine {
  return affine.map((value, i) => (i < 8 ? -value : value) + 0);
}
