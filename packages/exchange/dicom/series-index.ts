import type { Neighbours } from '../waveform/recording.ts';
import { objectKind } from './object.ts';
import { looksLikeDicom, parseDicom } from './parse.ts';

/** Names of the images of each series of a folder, by the name of each. */
type SeriesIndex = ReadonlyMap<string, readonly string[]>;

// Every file of a folder asks for its series: the folder is looked through once.
const indices = new WeakMap<Neighbours, SeriesIndex>();

/**
 * The other images of its series, for the first image by name; none for the others, and for what is no image of a series.
 */
export function laterImages(name: string, neighbours: Neighbours): readonly string[] {
  let index = indices.get(neighbours);
  if (index === undefined) {
    index = indexOf(neighbours);
    indices.set(neighbours, index);
  }
  const names = index.get(name) ?? [];
  return names[0] === name ? names.slice(1) : [];
}

function indexOf(neighbours: Neighbours): SeriesIndex {
  const bySeries = new Map<string, string[]>();
  for (const name of [...neighbours.names].sort()) {
    const key = seriesOf(name, neighbours);
    if (key === null) continue;
    const names = bySeries.get(key);
    if (names === undefined) bySeries.set(key, [name]);
    else names.push(name);
  }
  return new Map([...bySeries.values()].flatMap((names) => names.map((name) => [name, names] as const)));
}

function seriesOf(name: string, neighbours: Neighbours): string | null {
  const bytes = neighbours.read(name);
  if (bytes === null || looksLikeDicom(bytes) === 'no') return null;
  try {
    const file = parseDicom(bytes, name);
    const series = file.dataSet.text('SeriesInstanceUID');
    if (series === null || objectKind(file) !== 'image') return null;
    return `${file.dataSet.text('PatientID') ?? ''} ${series}`;
  } catch {
    // What cannot be read is told when the file itself is read.
    return null;
  }
}
