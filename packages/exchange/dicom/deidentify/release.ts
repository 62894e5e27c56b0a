import { CodedError, type Problem } from '@gemel/core/error';
import type { DataSet } from '../dataset.ts';
import type { DicomFile } from '../parse.ts';
import { type Defacing, defaced } from './deface.ts';
import { deidentified, type ElementAction, type PixelMethod } from './deidentify.ts';
import { deidentifyErrors } from './errors.data.ts';
import { blanked, burnedIn, type Rectangle, refuseHiddenOverlays } from './pixels.ts';
import type { ProfileOptions } from './profile.ts';
import type { KeyedHash } from './replacement.ts';

export interface ReleaseOptions extends ProfileOptions {
  readonly keyed: KeyedHash;
  /** Text in pixels is blanked: outside of stated ultrasound regions, and in these rectangles of every frame. */
  readonly cleanPixels?: boolean;
  readonly blank?: readonly Rectangle[];
  /** Faces are cut off series of heads. */
  readonly cleanFaces?: boolean;
  /** A person states that the images show nothing of a head. */
  readonly noHead?: boolean;
}

/** One object of a release: what may leave, or why nothing may. */
export type Released =
  | {
      readonly name: string;
      readonly dataSet: DataSet;
      readonly transferSyntax: string;
      readonly actions: readonly ElementAction[];
      readonly defacing: Defacing | null;
    }
  | { readonly name: string; readonly problem: Problem };

/** Modalities of which faces can be made from volumes, and photographs. */
const SHOWING_FACES = new Set(['MR', 'CT', 'PT', 'XC']);
/** Parts of the body that are no head; what is not one of these may be. */
const NO_HEAD = new Set(
  `ABDOMEN ABDOMENPELVIS ANKLE ARM AORTA BLADDER BREAST CALF CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE COCCYX COLON ELBOW
ESOPHAGUS EXTREMITY FEMUR FINGER FOOT FOREARM HAND HEART HIP HUMERUS KIDNEY KNEE LEG LIVER LSPINE LUNG MEDIASTINUM PANCREAS
PELVIS PROSTATE RADIUS RIB SCAPULA SHOULDER SPLEEN STERNUM STOMACH THIGH THORAX THUMB TIBIA TOE TSPINE UTERUS WRIST`.split(
    /\s+/,
  ),
);
const HEAD_WORDS =
  /HEAD|BRAIN|SKULL|NECK|FACE|FACIAL|SINUS|ORBIT|CEREB|NEURO|CRANI|PITUIT|DENTAL|MANDIB|WHOLE ?BODY|TEMPORAL/i;
/** Names of outlines of the body's surface. */
const SKIN_WORDS = /BODY|SKIN|EXTERNAL|FACE|HEAD|OUTLINE|SURFACE/i;
/** SOP classes of documents, reports, voices and surfaces, by the beginning of their UIDs. */
const CLASSES = {
  documents: '1.2.840.10008.5.1.4.1.1.104.',
  reports: '1.2.840.10008.5.1.4.1.1.88.',
  audio: '1.2.840.10008.5.1.4.1.1.9.4.',
  surfaces: ['1.2.840.10008.5.1.4.1.1.66.5', '1.2.840.10008.5.1.4.1.1.68.'],
} as const;

/**
 * Objects as they may be released: by the basic profile and the options, with text in pixels blanked and faces cut off where
 * that was asked for. What might tell who the patient is, and cannot be cleaned, is refused.
 */
export function release(files: readonly DicomFile[], options: ReleaseOptions): readonly Released[] {
  const faceless = options.cleanFaces === true ? seriesDefaced(files, options) : new Map<DicomFile, DefacedImage>();
  return files.map((file) => {
    const { name, transferSyntax } = file;
    try {
      refuseUnreadable(file);
      const face = faceless.get(file);
      if (face !== undefined && 'problem' in face) return { name, problem: face.problem };
      let dataSet = face?.image ?? file.dataSet;
      const methods: PixelMethod[] = [];
      refuseContent(file, options);
      refuseHiddenOverlays(dataSet, name);
      const text = burnedIn(dataSet);
      if (text !== null && options.cleanPixels !== true)
        throw deidentifyErrors.error('deidentify-burned-in', `${name}: ${text}`, { file: name, element: 'PixelData' });
      if (options.cleanPixels === true && (text !== null || (options.blank?.length ?? 0) > 0)) {
        dataSet = blanked(dataSet, options.blank ?? [], name);
        methods.push('cleanPixels');
      }
      if (face !== undefined) methods.push('cleanFaces');
      else if (mayShowFace(file.dataSet, options)) {
        const message = `${name}: ${file.dataSet.text('Modality') ?? 'an object'} of ${file.dataSet.text('BodyPartExamined') ?? 'a part that is not stated'}`;
        throw deidentifyErrors.error('deidentify-face', message, { file: name, element: 'BodyPartExamined' });
      }
      const made = deidentified(dataSet, options, options.keyed, methods);
      return { name, transferSyntax, ...made, defacing: face?.defacing ?? null };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { name, problem: error.toJSON() };
    }
  });
}

function refuseUnreadable({ name, truncated, refused }: DicomFile): void {
  if (!truncated && refused.length === 0) return;
  const message = refused[0] === undefined ? `${name} ends early` : refused[0].problem.message;
  throw deidentifyErrors.error('deidentify-unread', message, { file: name, element: refused[0]?.path ?? '' });
}

function refuseContent({ name, dataSet }: DicomFile, options: ReleaseOptions): void {
  const sopClass = dataSet.text('SOPClassUID') ?? '';
  const where = { file: name, element: 'SOPClassUID' };
  const surface = CLASSES.surfaces.some((start) => sopClass.startsWith(start)) || dataSet.get('SurfaceSequence');
  const document = sopClass.startsWith(CLASSES.documents) || dataSet.get('EncapsulatedDocument');
  if (document || surface || sopClass.startsWith(CLASSES.audio))
    throw deidentifyErrors.error('deidentify-content', `${name} is of SOP class ${sopClass}`, where);
  const report = sopClass.startsWith(CLASSES.reports) || dataSet.get('ContentSequence') !== undefined;
  if (report && options.cleanStructuredContent !== true)
    throw deidentifyErrors.error('deidentify-report', `${name} is of SOP class ${sopClass}`, where);
}

/** Whether a face may be seen in, or made from, the images or the outlines. */
function mayShowFace(dataSet: DataSet, options: ReleaseOptions): boolean {
  if (options.noHead === true) return false;
  if (outlinesSkin(dataSet)) return true;
  if (dataSet.get('PixelData') === undefined) return false;
  const stated = dataSet.text('RecognizableVisualFeatures');
  if (stated !== null) return stated !== 'NO';
  if (!SHOWING_FACES.has(dataSet.text('Modality') ?? '')) return false;
  const words = ['StudyDescription', 'SeriesDescription', 'ProtocolName', 'BodyPartExamined'].map(
    (name) => dataSet.text(name) ?? '',
  );
  if (words.some((text) => HEAD_WORDS.test(text))) return true;
  return !NO_HEAD.has((dataSet.text('BodyPartExamined') ?? '').toUpperCase().replaceAll(/[ _]/g, ''));
}

/** Whether a structure set or a segmentation draws the surface of the body, which may be that of a head. */
function outlinesSkin(dataSet: DataSet): boolean {
  const types = dataSet.sequence('RTROIObservationsSequence').map((item) => item.text('RTROIInterpretedType'));
  const names = [
    ...dataSet.sequence('StructureSetROISequence').map((item) => item.text('ROIName')),
    ...dataSet.sequence('SegmentSequence').map((item) => item.text('SegmentLabel')),
  ];
  return types.includes('EXTERNAL') || names.some((name) => SKIN_WORDS.test(name ?? ''));
}

type DefacedImage = { readonly image: DataSet; readonly defacing: Defacing } | { readonly problem: Problem };

/** Every series that may show a face, with the face cut off or the reason why not, by file. */
function seriesDefaced(files: readonly DicomFile[], options: ReleaseOptions): Map<DicomFile, DefacedImage> {
  const series = new Map<string, DicomFile[]>();
  for (const file of files) {
    if (!mayShowFace(file.dataSet, options)) continue;
    const uid = file.dataSet.text('SeriesInstanceUID') ?? file.name;
    series.set(uid, [...(series.get(uid) ?? []), file]);
  }
  const found = new Map<DicomFile, DefacedImage>();
  for (const members of series.values()) {
    try {
      const { images, defacing } = defaced(
        members.map(({ dataSet }) => dataSet),
        members[0]!.name,
      );
      for (const [i, file] of members.entries()) found.set(file, { image: images[i]!, defacing });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      for (const file of members) found.set(file, { problem: error.toJSON() });
    }
  }
  return found;
}
