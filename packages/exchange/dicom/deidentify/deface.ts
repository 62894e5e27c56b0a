import { type DataSet, newElement } from '../dataset.ts';
import { PIXEL_DATA } from '../element.ts';
import { deidentifyErrors } from './errors.data.ts';
import { nativePixels } from './pixels.ts';

/** Least side of the rectangles that silhouettes are counted in, mm. */
const BIN = 2;
/** Least breadth of tissue that counts as part of the head's silhouette, mm. */
const BREADTH = 20;
/** Breadth of tissue at the edge of the images that counts as reaching it, mm. */
const TOUCH = 5;
/** CT number between air and skin. */
const SKIN = -300;

/**
 * The cut, in shares of the head's length from forehead to occiput, L. It begins .45 L below the vertex at the forehead and
 * leans back by .25 L over the next .3 L, to at most .45 L; it ends below the chin, 1.3 L below the vertex. In a head of 190 mm
 * that is 86 mm below the vertex, above the brows; 22 mm deep at the eyes; nose, lips and chin lie before it, the frontal and
 * temporal poles of the brain behind.
 */
const CUT = { begin: 0.45, lean: 0.25 / 0.3, deepest: 0.45, end: 1.3 } as const;
/** What a head measures: length in mm, breadth against length. */
const HEAD = { shortest: 120, longest: 240, narrowest: 0.6, broadest: 1 } as const;
/** Share of the head that the cut may take: less, and no face was there; more, and it was no head. */
const SHARE = { least: 0.01, most: 0.4 } as const;
const FEWEST_SLICES = 10;

interface Slice {
  readonly dataSet: DataSet;
  readonly pixels: Uint8Array | Uint16Array | Int16Array;
  readonly rows: number;
  readonly columns: number;
  /** Place of pixel (0, 0), and steps along a row and down a column, mm, LPS. */
  readonly origin: readonly number[];
  readonly along: readonly number[];
  readonly down: readonly number[];
  /** Stored value above which there is tissue. */
  tissue: number;
}

/** What was found and done, for the report. */
export interface Defacing {
  readonly slices: number;
  /** mm. */
  readonly length: number;
  readonly breadth: number;
  /** Share of the head's volume that was removed. */
  readonly removed: number;
  /** False where the images end above the brows, so that no face is in them. */
  readonly face: boolean;
}

/**
 * A series of images of one head with its face cut off: everything before a plane that leans back from the forehead
 * (`CUT`), so that what is left in front is flat. The head is found by the silhouettes of tissue (CT: above -300 HU, else
 * halfway from the background to Otsu's threshold) from the side and from the front; the result is measured again and refused where tissue is
 * left before the plane, or more or less than a face was removed.
 *
 * @throws deidentify-face-left where there are fewer than 10 images, they are not of one orientation, the vertex is not in them,
 *   what is in them does not measure as a head, or in MR the face reaches the edge, behind which it may be wrapped around;
 *   deidentify-pixels where the pixels cannot be changed
 */
export function defaced(images: readonly DataSet[], file: string): { images: readonly DataSet[]; defacing: Defacing } {
  const refuse = (why: string) => deidentifyErrors.error('deidentify-face-left', `${file}: ${why}`, { file });
  if (images.length < FEWEST_SLICES) throw refuse(`${images.length} images are too few to find a head in`);
  const slices = images.map((image) => sliceOf(image, file, refuse));
  const modality = images[0]!.text('Modality');
  if (modality !== 'CT') {
    const threshold = tissueThreshold(slices);
    for (const slice of slices) slice.tissue = threshold;
  }
  const before = silhouettes(slices);
  const head = measured(before, modality === 'MR', refuse);
  const whole = { slices: slices.length, length: head.length, breadth: head.breadth };
  if (!head.face) return { images, defacing: { ...whole, removed: 0, face: false } };
  const removed = cut(slices, head) / head.volume;
  if (removed < SHARE.least || removed > SHARE.most)
    throw refuse(`${(100 * removed).toFixed(1)} % of the head would be removed, which is no face`);
  const after = silhouettes(slices);
  for (let row = 0; row < after.rows; row++) {
    const z = after.top - (row + 0.5) * after.step;
    const front = after.side[row]!.findIndex((breadth) => breadth > 0);
    // A rectangle reaches half its side beyond the plane, and slices stand for what lies half a step around them.
    const slack = after.bin + CUT.lean * after.step;
    if (front >= 0 && after.front + (front + 0.5) * after.bin < planeAt(z, head) - slack)
      throw refuse('tissue is left before the plane of the cut');
  }
  return {
    images: slices.map(({ dataSet, pixels }) => {
      const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
      return dataSet.with(newElement('PixelData', dataSet.get(PIXEL_DATA)!.vr, bytes));
    }),
    defacing: { ...whole, removed, face: true },
  };
}

function sliceOf(dataSet: DataSet, file: string, refuse: (why: string) => Error): Slice {
  const { rows, columns, samples, frames, width, bytes } = nativePixels(dataSet, file);
  if (samples !== 1 || frames !== 1 || width === 4) throw refuse('the images are not single frames of grey values');
  const origin = dataSet.numbers('ImagePositionPatient');
  const axes = dataSet.numbers('ImageOrientationPatient');
  const [between, across] = dataSet.numbers('PixelSpacing') as [number?, number?];
  const stated = [...origin, ...axes, between ?? Number.NaN, across ?? Number.NaN];
  if (origin.length !== 3 || axes.length !== 6 || !stated.every(Number.isFinite) || !(between! > 0 && across! > 0))
    throw refuse('an image does not say where it lies');
  const signed = dataSet.number('PixelRepresentation') === 1;
  const pixels = width === 1 ? bytes : signed ? new Int16Array(bytes.buffer) : new Uint16Array(bytes.buffer);
  const slope = dataSet.number('RescaleSlope') || 1;
  const intercept = dataSet.number('RescaleIntercept') ?? 0;
  return {
    dataSet,
    pixels: pixels.subarray(0, rows * columns),
    rows,
    columns,
    origin,
    along: axes.slice(0, 3).map((axis) => axis * across!),
    down: axes.slice(3).map((axis) => axis * between!),
    tissue: (SKIN - intercept) / slope,
  };
}

/**
 * Halfway between the mean of the background and Otsu's threshold (IEEE Trans Syst Man Cybern 9:62, 1979), over all pixels in
 * 512 classes up to the 99.9th percentile: above it lies tissue, the dark included.
 */
function tissueThreshold(slices: readonly Slice[]): number {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { pixels } of slices) {
    for (const value of pixels) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  if (!(greatest > least)) return greatest;
  const classes = new Float64Array(512);
  const step = (greatest - least) / classes.length;
  let total = 0;
  for (const { pixels } of slices) {
    for (const value of pixels) classes[Math.min(classes.length - 1, Math.floor((value - least) / step))]!++;
    total += pixels.length;
  }
  let beyond = 0;
  for (let i = classes.length - 1; beyond + classes[i]! < total / 1000; i--) {
    beyond += classes[i]!;
    classes[i] = 0;
  }
  const sum = classes.reduce((all, count, i) => all + count * i, 0);
  let [below, belowSum, best, first, last, background] = [0, 0, -1, 0, 0, 0];
  for (const [i, count] of classes.entries()) {
    below += count;
    belowSum += count * i;
    const above = total - beyond - below;
    if (below === 0 || above === 0) continue;
    const apart = belowSum / below - (sum - belowSum) / above;
    const score = below * above * apart ** 2;
    // Where nothing lies between the two, every threshold between them is as good.
    if (score === best) last = i;
    if (score > best) [best, first, last, background] = [score, i, i, belowSum / below];
  }
  return least + ((background + (first + last) / 2 + 1) / 2) * step;
}

/** Breadths of tissue, mm, seen from the side (rows from above, front to back) and from the front (right to left). */
interface Silhouettes {
  readonly rows: number;
  /** Upper end of the first row, and what a row stands for, mm. */
  readonly top: number;
  readonly step: number;
  /** What a column stands for, mm. */
  readonly bin: number;
  readonly front: number;
  readonly side: readonly Float64Array[];
  readonly face: readonly Float64Array[];
  /** Most anterior y of the images in each row, whatever is there. */
  readonly edge: Float64Array;
}

function silhouettes(slices: readonly Slice[]): Silhouettes {
  const low = [0, 1, 2].map(() => Number.POSITIVE_INFINITY);
  const high = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
  for (const { origin, along, down, rows, columns } of slices) {
    for (const [r, c] of [
      [0, 0],
      [rows - 1, 0],
      [0, columns - 1],
      [rows - 1, columns - 1],
    ] as const) {
      for (const axis of [0, 1, 2]) {
        const at = origin[axis]! + r * down[axis]! + c * along[axis]!;
        low[axis] = Math.min(low[axis]!, at);
        high[axis] = Math.max(high[axis]!, at);
      }
    }
  }
  const between = spacingOf(slices);
  const normal = normalOf(slices[0]!);
  // No finer than voxels lie apart, so that none is empty.
  const finest = (axis: number) => {
    const { along, down } = slices[0]!;
    const steps = [along[axis]!, down[axis]!, normal[axis]! * between];
    return Math.max(BIN, ...steps.map((each) => 1.001 * Math.abs(each)));
  };
  const step = finest(2);
  const bin = Math.max(finest(0), finest(1));
  const rows = Math.floor((high[2]! - low[2]!) / step) + 1;
  const size = (axis: number) => Math.floor((high[axis]! - low[axis]!) / bin) + 1;
  const side = Array.from({ length: rows }, () => new Float64Array(size(1)));
  const face = Array.from({ length: rows }, () => new Float64Array(size(0)));
  const edge = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  for (const slice of slices) {
    const { origin, along, down, pixels, tissue } = slice;
    const share = (Math.hypot(...along) * Math.hypot(...down) * between) / (bin * step);
    for (let r = 0, i = 0; r < slice.rows; r++) {
      for (let c = 0; c < slice.columns; c++, i++) {
        const y = origin[1]! + r * down[1]! + c * along[1]!;
        const row = Math.floor((high[2]! - (origin[2]! + r * down[2]! + c * along[2]!)) / step);
        if (y < edge[row]!) edge[row] = y;
        if (!(pixels[i]! > tissue)) continue;
        const x = origin[0]! + r * down[0]! + c * along[0]!;
        side[row]![Math.floor((y - low[1]!) / bin)]! += share;
        face[row]![Math.floor((x - low[0]!) / bin)]! += share;
      }
    }
  }
  return { rows, top: high[2]!, step, bin, front: low[1]!, side, face, edge };
}

function normalOf({ along, down }: Slice): readonly number[] {
  const [ax, ay, az] = along as [number, number, number];
  const [dx, dy, dz] = down as [number, number, number];
  const cross = [ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx];
  const length = Math.hypot(...cross);
  return cross.map((each) => each / length);
}

/** Distance between neighbouring slices, mm: the median along their normal. */
function spacingOf(slices: readonly Slice[]): number {
  const normal = normalOf(slices[0]!);
  const places = slices
    .map(({ origin }) => origin.reduce((sum, at, axis) => sum + at * normal[axis]!, 0))
    .sort((a, b) => a - b);
  const gaps = places.slice(1).map((place, i) => place - places[i]!);
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
}

interface Head {
  readonly vertex: number;
  readonly forehead: number;
  readonly length: number;
  readonly breadth: number;
  readonly volume: number;
  readonly face: boolean;
}

function measured(seen: Silhouettes, wraps: boolean, refuse: (why: string) => Error): Head {
  const { rows, top, step, bin, front, edge } = seen;
  if (!(step > 0 && step <= 8)) throw refuse('the slices lie too far apart, or in one place');
  const side = largestShape(seen.side.map((row) => row.map((breadth) => (breadth >= BREADTH ? 1 : 0))));
  const extent = (row: ArrayLike<number> | undefined, least: number): readonly [number, number] | null => {
    if (row === undefined) return null;
    let [first, last] = [-1, -1];
    for (let i = 0; i < row.length; i++) {
      if (row[i]! < least) continue;
      if (first < 0) first = i;
      last = i;
    }
    return first < 0 ? null : [first, last];
  };
  const first = side.findIndex((row) => extent(row, 1) !== null);
  if (first <= 0) throw refuse(first < 0 ? 'there is no head in them' : 'the vertex is not in the images');
  const rowAt = (below: number) => first + Math.round(below / step);
  const spans = (from: number, to: number, of: readonly ArrayLike<number>[], least: number) =>
    Array.from({ length: Math.max(0, rowAt(to) - rowAt(from) + 1) }, (_, i) =>
      extent(of[rowAt(from) + i], least),
    ).filter((span) => span !== null);
  const longest = (found: readonly (readonly [number, number])[]) =>
    Math.max(0, ...found.map(([from, to]) => (to - from + 1) * bin));
  const length = longest(spans(30, 90, side, 1));
  const breadth = longest(spans(30, 90, seen.face, BREADTH));
  if (
    length < HEAD.shortest ||
    length > HEAD.longest ||
    breadth < HEAD.narrowest * length ||
    breadth > HEAD.broadest * length
  )
    throw refuse(`what is in them is ${length} mm long and ${breadth} mm broad, which is no head`);
  const brow = spans(0.2 * length, CUT.begin * length, side, 1);
  const forehead = front + bin * Math.min(...brow.map(([from]) => from));
  const vertex = top - first * step;
  const face = rows * step > first * step + CUT.begin * length;
  let volume = 0;
  for (let row = first; row < Math.min(rows, rowAt(CUT.end * length)); row++) {
    for (const [i, inside] of side[row]!.entries()) if (inside) volume += seen.side[row]![i]! * bin * step;
    const begin = extent(seen.side[row], TOUCH)?.[0];
    const below = (row - first) * step > CUT.begin * length;
    if (wraps && below && begin !== undefined && front + begin * bin <= edge[row]! + bin)
      throw refuse('the face reaches the edge of the images, behind which it may be wrapped around');
  }
  return { vertex, forehead, length, breadth, volume, face };
}

/** y of the plane at a height; nothing is cut where it is -∞. */
function planeAt(z: number, { vertex, forehead, length }: Head): number {
  const below = vertex - z - CUT.begin * length;
  if (below <= 0 || vertex - z > CUT.end * length) return Number.NEGATIVE_INFINITY;
  return forehead + Math.min(below * CUT.lean, CUT.deepest * length);
}

/** Blanks what lies before the plane; returns the tissue that was there, mm³. */
function cut(slices: readonly Slice[], head: Head): number {
  let blank = Number.POSITIVE_INFINITY;
  for (const { pixels } of slices) for (const value of pixels) if (value < blank) blank = value;
  const between = spacingOf(slices);
  let removed = 0;
  for (const { origin, along, down, pixels, rows, columns, tissue } of slices) {
    const voxel = Math.hypot(...along) * Math.hypot(...down) * between;
    for (let r = 0, i = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++, i++) {
        const z = origin[2]! + r * down[2]! + c * along[2]!;
        if (origin[1]! + r * down[1]! + c * along[1]! >= planeAt(z, head)) continue;
        if (pixels[i]! > tissue) removed += voxel;
        pixels[i] = blank;
      }
    }
  }
  return removed;
}

/** The largest connected shape of ones, the rest set to nought. */
function largestShape(rows: readonly Float64Array[]): readonly Float64Array[] {
  const labels = rows.map((row) => new Int32Array(row.length));
  let [best, bestSize, label] = [0, 0, 0];
  for (const [r, row] of rows.entries()) {
    for (let c = 0; c < row.length; c++) {
      if (row[c] === 0 || labels[r]![c] !== 0) continue;
      label++;
      let size = 0;
      const open = [[r, c] as const];
      labels[r]![c] = label;
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        size++;
        const [y, x] = next;
        for (const [ny, nx] of [
          [y - 1, x],
          [y + 1, x],
          [y, x - 1],
          [y, x + 1],
        ] as const) {
          if (!rows[ny]?.[nx] || labels[ny]![nx] !== 0) continue;
          labels[ny]![nx] = label;
          open.push([ny, nx]);
        }
      }
      if (size > bestSize) [best, bestSize] = [label, size];
    }
  }
  return rows.map((row, r) => row.map((_, c) => (labels[r]![c] === best && best > 0 ? 1 : 0)));
}
