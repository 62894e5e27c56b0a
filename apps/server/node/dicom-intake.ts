import { CodedError, type Decoded, type Problem } from '@gemel/core';
import { dicomDoor } from '@gemel/exchange/dicom/door';
import { STATUS } from '@gemel/exchange/dicom/network/command';
import type { Received, StoreAnswer } from '@gemel/exchange/dicom/network/node/listener';
import { objectKind } from '@gemel/exchange/dicom/object';
import type { DicomFile } from '@gemel/exchange/dicom/parse';
import { subjectOfDataSet } from '@gemel/exchange/dicom/patient';
import { dicomwebErrors } from '@gemel/exchange/dicom/web/errors.data';
import { serverErrors } from '../errors.data.ts';
import type { DicomStore, Staged, StoredObject } from './dicom-store.ts';
import { SharedWrite } from './shared-write.ts';
import type { World } from './world.ts';

/** What became of an object: stored (or there already), or not, and why. */
export type Taken = { readonly object: StoredObject; readonly known: boolean } | { readonly problem: Problem };

/** What is answered to C-STORE, by the code of what was wrong. */
const STATUSES: Readonly<Record<string, number>> = {
  'dicomweb-duplicate': STATUS.duplicate,
  'dicomweb-object': STATUS.mismatch,
  'dicom-too-large': STATUS.outOfResources,
  'server-internal': STATUS.processingFailure,
  'store-erased': STATUS.notAuthorized,
};

/**
 * Takes DICOM objects into the store, and into the log: an entry for each study and series they begin, and what the door of
 * their kind makes of them. An object counts as taken once the disk has it and the log has its entries.
 */
export class DicomIntake {
  readonly store: DicomStore;
  readonly #log: SharedWrite;
  readonly #zone: string | undefined;
  /** Studies and series whose entries are being written: objects that come meanwhile begin none. */
  readonly #begun = new Set<string>();

  constructor(world: World, store: DicomStore, options: { readonly name?: string; readonly zone?: string } = {}) {
    this.store = store;
    this.#log = new SharedWrite(world, { name: options.name ?? 'dicom', format: 'dicom' });
    this.#zone = options.zone;
  }

  /** Never rejects. `refuse` may say why an object that was understood is not wanted here. */
  async take(
    bytes: Uint8Array,
    name: string,
    refuse: (object: StoredObject) => Problem | null = () => null,
  ): Promise<Taken> {
    try {
      await this.store.settle();
      const staged = this.store.describe(bytes, name);
      const { object, known } = staged;
      const unwanted = refuse(object);
      if (unwanted !== null) return { problem: unwanted };
      if (known) return { object, known };
      await this.store.write(staged, bytes);
      await this.#keep(staged, bytes, name);
      return { object, known };
    } catch (error) {
      if (error instanceof CodedError) return { problem: error.toJSON() };
      return {
        problem: serverErrors.problem('server-internal', error instanceof Error ? error.message : String(error)),
      };
    }
  }

  /** Takes what came by C-STORE; success is answered once the disk and the log have it. */
  async answer({ file, sopClass, sopInstance, calling, peer }: Received): Promise<StoreAnswer> {
    const taken = await this.take(file, `dimse:${calling}@${peer}`, (object) =>
      object.instance === sopInstance && object.sopClass === sopClass
        ? null
        : dicomwebErrors.problem('dicomweb-object', `the data set is ${object.instance} of ${object.sopClass}`),
    );
    if ('object' in taken) return { status: STATUS.success };
    const { code, message } = taken.problem;
    return { status: STATUSES[code] ?? STATUS.cannotUnderstand, comment: `${code}: ${message}` };
  }

  /** Puts what the object begins and says into the log, then the object into the index. @throws what either could not take */
  async #keep(staged: Staged, bytes: Uint8Array, name: string): Promise<void> {
    const { file, object } = staged;
    const newTo = (uid: string, stored: boolean) => !stored && !this.#begun.has(uid);
    const newStudy = newTo(object.study, this.store.hasStudy(object.study));
    const newSeries = newTo(object.series, this.store.hasSeries(object.series));
    const begun = [...(newStudy ? [object.study] : []), ...(newSeries ? [object.series] : [])];
    for (const uid of begun) this.#begun.add(uid);
    try {
      const decoded: Decoded[] = [];
      if (newStudy) decoded.push(studyEntry(file, object));
      if (newSeries) decoded.push(seriesEntry(file, object));
      // The images of a series say the same of the patient; what the door only keeps is in the store whole.
      if (newSeries || objectKind(file) !== 'image') {
        const zone = this.#zone === undefined ? {} : { zone: this.#zone };
        for (const one of dicomDoor.decode(bytes, { name, sha256: object.sha256, ...zone }))
          if (one.fate !== 'kept') decoded.push(one);
      }
      if (decoded.length > 0) {
        const { failed } = await this.#log.write({ bytes, decoded });
        if (failed !== null) throw new CodedError(failed);
      }
      await this.store.commit([staged]);
    } finally {
      for (const uid of begun) this.#begun.delete(uid);
    }
  }
}

function studyEntry(file: DicomFile, object: StoredObject): Decoded {
  const said = ['StudyDate', 'StudyTime', 'StudyDescription', 'AccessionNumber'];
  return entry('imaging study', file, object.study, object, { StudyInstanceUID: object.study }, said);
}

function seriesEntry(file: DicomFile, object: StoredObject): Decoded {
  const said = ['Modality', 'SeriesDate', 'SeriesTime', 'SeriesDescription', 'BodyPartExamined'];
  const uids = { StudyInstanceUID: object.study, SeriesInstanceUID: object.series };
  return entry('imaging series', file, object.series, object, uids, said);
}

function entry(
  type: string,
  { name, dataSet }: DicomFile,
  uid: string,
  { sha256 }: StoredObject,
  uids: object,
  said: readonly string[],
): Decoded {
  const subject = subjectOfDataSet(dataSet);
  return {
    type,
    ...(subject === null ? {} : { subject }),
    fate: 'kept',
    items: [],
    problems: [],
    provenance: { source: name, sha256, element: uid, sourceId: uid },
    kept: { ...uids, ...Object.fromEntries(said.map((keyword) => [keyword, dataSet.text(keyword)])) },
  };
}
