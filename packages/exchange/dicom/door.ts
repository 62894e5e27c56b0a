import { LOINC } from '@gemel/core/concept';
import { CodedError, type Problem } from '@gemel/core/error';
import type { Decoded, RawFact, RawObservation, RawTime, RawValue } from '@gemel/core/raw';
import { DAY, instant } from '@gemel/core/time';
import type { Door, DoorOptions, FieldLoss } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { recordingEntries } from '../waveform/entries.ts';
import { type Neighbours, NO_NEIGHBOURS } from '../waveform/recording.ts';
import { sampledObservations } from '../waveform/resources.ts';
import { contentJson, contentTree } from './content-tree.ts';
import { dicomErrors } from './errors.data.ts';
import { type Became, elementLoss } from './fields.ts';
import { headerDifference, keptHeader } from './header.ts';
import { measurementEntries } from './measurements.ts';
import { type ObjectContext, objectContext, objectKind } from './object.ts';
import { looksLikeDicom, parseDicom } from './parse.ts';
import { administrativeGender, isoDate, personName, subjectOfDataSet } from './patient.ts';
import { pixelDescription } from './pixels.ts';
import { imagingResources, measurementResource } from './resources.ts';
import { readSegmentation } from './segmentation.ts';
import { laterImages } from './series-index.ts';
import { planVolume } from './series-volume.ts';
import { readStructures } from './structures.ts';
import { dateTime, takenAt } from './time.ts';
import { waveformRecording } from './waveform-object.ts';

/** DICOM objects: images, reports, segmentations, structure sets and waveforms. Given a folder, the images of a series are read as one. */
export const dicomDoor = {
  id: 'dicom',
  title: 'DICOM',
  gathers: true,
  sniff(head) {
    const looks = looksLikeDicom(head);
    return looks === 'certain' ? 1 : looks === 'likely' ? 0.7 : 0;
  },
  companions: (_bytes: Uint8Array, name: string, neighbours: Neighbours) => laterImages(name, neighbours),
  decode,
  *resources(bytes, options) {
    const { contexts } = readObjects(bytes, options);
    yield* imagingResources(contexts);
    for (const context of contexts) {
      const kind = objectKind(context.file);
      if (kind === 'waveform') yield* sampledObservations(recording(context, bytes, options));
      for (const { items } of kind === 'report' ? measurementEntries(context) : bodyEntries(context)) {
        for (const item of items) {
          const resource = item.kind === 'observation' ? measurementResource(item) : null;
          if (resource !== null) yield resource;
        }
      }
    }
  },
  *fields(bytes, options): Generator<FieldLoss, void, void> {
    const { contexts, refused } = readObjects(bytes, options);
    for (const { problems, provenance } of refused) {
      const { byteStart = 0, byteEnd = bytes.length } = provenance;
      const codes = problems.map(({ code }) => code);
      yield { element: provenance.element, byteStart, byteEnd, fate: 'refused', to: [], left: [], codes };
    }
    const volume = volumeEntry(contexts)?.fate === 'kept' && volumeEntry(contexts)?.problems.length === 0;
    for (const context of contexts) yield* elementLoss(context.file, volume, becameOf(context, bytes, options));
  },
} satisfies Door;

interface Objects {
  readonly contexts: readonly ObjectContext[];
  readonly refused: readonly Decoded[];
}

/** The object of the source and those gathered with it; a file that cannot be read is refused alone. */
function readObjects(bytes: Uint8Array, options: DoorOptions): Objects {
  const contexts: ObjectContext[] = [];
  const refused: Decoded[] = [];
  const neighbours = options.neighbours ?? NO_NEIGHBOURS;
  const later = laterImages(options.name, neighbours);
  for (const name of [options.name, ...later]) {
    const own = name === options.name ? bytes : (neighbours.read(name) ?? new Uint8Array(0));
    const where = { file: name };
    const sha256 = options.sha256 === undefined ? {} : { sha256: options.sha256 };
    const provenance = { source: name, ...sha256, element: 'file', byteStart: 0, byteEnd: own.length };
    const refuse = (problem: Problem) =>
      refused.push({ type: 'file', fate: 'refused', items: [], problems: [problem], provenance });
    if (own.length === 0) {
      refuse(exchangeErrors.problem('exchange-empty', `${name} is empty`, where));
      continue;
    }
    try {
      const file = parseDicom(own, name);
      const subject = options.subject ?? subjectOfDataSet(file.dataSet);
      if (subject === null) {
        refuse(exchangeErrors.problem('exchange-subject-missing', `${name} names no person`, where));
        continue;
      }
      contexts.push(objectContext(file, subject, options));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      refuse(error.toJSON());
    }
  }
  return { contexts, refused };
}

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const { contexts, refused } = readObjects(bytes, options);
  yield* refused;
  const [first] = contexts;
  if (first === undefined) return;
  yield* subjectFacts(first);
  yield* bodyEntries(first);
  for (const context of contexts) {
    yield headerEntry(context, first);
    yield* refusedElements(context);
    yield* contentEntries(context, context === first, bytes, options);
  }
  const volume = volumeEntry(contexts);
  if (volume !== null) yield volume;
}

/** The header whole; of later images of a series only what differs from the first. */
function headerEntry(context: ObjectContext, first: ObjectContext): Decoded {
  const { file, subject } = context;
  const { dataSet, transferSyntax, problems } = file;
  const kept =
    context === first
      ? { transferSyntax, ...keptHeader(dataSet) }
      : { transferSyntax, differs: headerDifference(dataSet, first.file.dataSet) };
  const sourceId = dataSet.text('SOPInstanceUID');
  const provenance = { ...context.provenance(objectKind(file), dataSet), ...(sourceId === null ? {} : { sourceId }) };
  const told = new Set(file.refused.map(({ problem }) => problem));
  const rest = problems.filter((problem) => !told.has(problem));
  return { type: objectKind(file), subject, fate: 'kept', items: [], problems: rest, provenance, kept };
}

function* refusedElements({ file, subject, provenance }: ObjectContext): Generator<Decoded, void, void> {
  for (const { path, byteStart, byteEnd, problem } of file.refused) {
    const place = provenance(path, { byteStart, byteEnd });
    yield { type: 'element', subject, fate: 'refused', items: [], problems: [problem], provenance: place };
  }
}

/** Name, sex and birth date as facts of the day of the study. */
function* subjectFacts(context: ObjectContext): Generator<Decoded, void, void> {
  const { file, subject } = context;
  const { dataSet } = file;
  const time = dayOfStudy(context);
  const undated = `${file.name} has no date; who it is of is taken as always true`;
  const problems =
    time.start === 0 ? [dicomErrors.problem('dicom-element', undated, { file: file.name, element: 'StudyDate' })] : [];
  const values: readonly (readonly [fact: string, keyword: string, value: string | null])[] = [
    ['name', 'PatientName', personName(dataSet.text('PatientName'))?.text ?? null],
    ['sex', 'PatientSex', administrativeGender(dataSet.text('PatientSex'))],
    ['birthDate', 'PatientBirthDate', isoDate(dataSet.text('PatientBirthDate'))],
  ];
  for (const [fact, keyword, text] of values) {
    const element = dataSet.get(keyword);
    if (text === null || element === undefined) continue;
    const provenance = context.provenance(keyword, element);
    const value: RawValue = { kind: 'text', text };
    const item: RawFact = { kind: 'fact', subject, fact, codings: [], value, time, provenance };
    yield { type: 'subject', fate: 'mapped', items: [item], problems, provenance };
  }
}

/** When the study was, to the day where nothing tells the zone; without a date, since the epoch. */
function dayOfStudy({ file, instantOf }: ObjectContext): RawTime {
  const taken = takenAt(file.dataSet) ?? dateTime(file.dataSet.text('StudyDate'), null);
  if (taken === null) return { start: instant(0), offset: null };
  const at = instantOf(taken);
  if (!('problem' in at)) return { start: at.at, offset: at.offset };
  const day = instant(Math.floor(taken.local / DAY) * DAY);
  return { start: day, end: instant(day + DAY), offset: null };
}

/** Weight and height as they were told to the scanner. */
function* bodyEntries(context: ObjectContext): Generator<Decoded, void, void> {
  const { file, subject } = context;
  for (const [keyword, code, display, unit] of [
    ['PatientWeight', '29463-7', 'Body weight', 'kg'],
    ['PatientSize', '8302-2', 'Body height', 'm'],
  ] as const) {
    const element = file.dataSet.get(keyword);
    const value = file.dataSet.number(keyword);
    if (element === undefined || value === null) continue;
    const provenance = {
      ...context.provenance(keyword, element),
      // No part of the object's own entry, which would replace what it does not repeat.
      sourceId: `${file.dataSet.text('SOPInstanceUID')}|${keyword}`,
    };
    const at = context.instantOf(takenAt(file.dataSet));
    const where = { file: file.name, element: keyword, byte: element.byteStart };
    if (!(value > 0)) {
      // Scanners write 0 where nobody said.
      const problem = exchangeErrors.problem('exchange-value-missing', `${file.name}: ${keyword} is ${value}`, where);
      yield {
        type: 'body',
        subject,
        fate: 'kept',
        items: [],
        problems: [problem],
        provenance,
        kept: { [keyword]: String(value) },
      };
    } else if ('problem' in at) {
      yield { type: 'body', subject, fate: 'refused', items: [], problems: [at.problem], provenance };
    } else {
      const item: RawObservation = {
        kind: 'observation',
        subject,
        codings: [{ system: LOINC, code, display }],
        value: { kind: 'quantity', value, unit },
        time: { start: at.at, offset: at.offset },
        status: 'final',
        provenance,
      };
      yield { type: 'body', fate: 'mapped', items: [item], problems: [], provenance };
    }
  }
}

/** What an object holds beside its header. */
function* contentEntries(
  context: ObjectContext,
  first: boolean,
  bytes: Uint8Array,
  options: DoorOptions,
): Generator<Decoded, void, void> {
  const { file, subject } = context;
  const kind = objectKind(file);
  const kept = (type: string, element: string, value: unknown): Decoded => ({
    type,
    subject,
    fate: 'kept',
    items: [],
    problems: [],
    provenance: context.provenance(element, file.dataSet),
    kept: value,
  });
  try {
    if (kind === 'report') {
      yield kept('content', 'ContentSequence', contentJson(contentTree(file.dataSet)));
      yield* measurementEntries(context);
    } else if (kind === 'waveform') {
      for (const entry of recording(context, bytes, options)) {
        // Header and subject have their own entries.
        if (entry.type !== 'header' && entry.type !== 'subject') yield entry;
      }
    } else if (kind === 'segmentation') {
      const { binary, fraction, grid, segments } = readSegmentation(file);
      const { dims, spacing, direction, origin, frameOfReference } = grid;
      for (const segment of segments) {
        const shape = { dims, spacing, direction, origin, frameOfReference };
        yield kept('segment', `SegmentSequence ${segment.number}`, { ...segment, binary, fraction, ...shape });
      }
    } else if (kind === 'structures') {
      for (const { contours, ...structure } of readStructures(file)) {
        const types = [...new Set(contours.map(({ type }) => type))];
        const points = contours.reduce((sum, each) => sum + each.points.length / 3, 0);
        yield kept('structure', `StructureSetROISequence ${structure.number}`, {
          ...structure,
          contours: contours.length,
          types,
          points,
        });
      }
    } else if (kind === 'image' && first) {
      yield kept('pixels', 'PixelData', pixelDescription(file));
    }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const provenance = context.provenance(kind, file.dataSet);
    yield { type: kind, subject, fate: 'refused', items: [], problems: [error.toJSON()], provenance };
  }
}

/** The grid and meaning of the volume that the images make, or why they make none. Null where none is meant. */
function volumeEntry(contexts: readonly ObjectContext[]): Decoded | null {
  const images = contexts.filter(({ file }) => objectKind(file) === 'image');
  const [first] = images;
  if (first === undefined) return null;
  if (!meansVolume(images)) return null;
  const files = images.map(({ file }) => file);
  const { subject } = first;
  const provenance = { ...first.provenance('volume', first.file.dataSet), byteStart: 0 };
  try {
    const { slices, dims, spacing, direction, origin, frameOfReference, unit, meaning, marks, padding } =
      planVolume(files);
    const grid = { dims, spacing, direction, origin, frameOfReference, unit, meaning, padding };
    const kept = {
      ...grid,
      files: files.length,
      order: slices.map(({ plane }) => plane.file.name).filter((name, i, all) => name !== all[i - 1]),
    };
    return { type: 'volume', subject, fate: 'kept', items: [], problems: marks, provenance, kept };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { type: 'volume', subject, fate: 'refused', items: [], problems: [error.toJSON()], provenance };
  }
}

/** Several images of numbers, or one that places its frames; pictures in colour and single images are no volume. */
function meansVolume([first, ...later]: readonly ObjectContext[]): boolean {
  const { dataSet } = first!.file;
  if ((dataSet.number('SamplesPerPixel') ?? 1) > 1) return false;
  if (later.length > 0) return true;
  const placing = ['PerFrameFunctionalGroupsSequence', 'SharedFunctionalGroupsSequence', 'GridFrameOffsetVector'];
  return (dataSet.number('NumberOfFrames') ?? 1) > 1 && placing.some((keyword) => dataSet.get(keyword) !== undefined);
}

function recording(
  { file, subject }: ObjectContext,
  bytes: Uint8Array,
  options: DoorOptions,
): Generator<Decoded, void, void> {
  return recordingEntries(bytes, options, () => ({ subject, facts: [], header: {}, ...waveformRecording(file) }));
}

/** Content items and channels that became observations. */
function becameOf(context: ObjectContext, bytes: Uint8Array, options: DoorOptions): Became[] {
  const kind = objectKind(context.file);
  const entries =
    kind === 'report' ? measurementEntries(context) : kind === 'waveform' ? recording(context, bytes, options) : [];
  const became: Became[] = [];
  for (const { fate, provenance } of [...entries, ...bodyEntries(context)]) {
    const { byteStart, byteEnd } = provenance;
    if (fate !== 'mapped' || byteStart === undefined || byteEnd === undefined || context.file.inflated) continue;
    became.push({ byteStart, byteEnd, to: ['Observation.code', 'Observation.value'] });
  }
  return became;
}
