import { CodedError, type Decoded, type Problem } from '@gemel/core';
import { sniffDoor } from '@gemel/exchange';
import { STATUS } from '@gemel/exchange/dicom/network/command';
import type { Received, StoreAnswer } from '@gemel/exchange/dicom/network/node/listener';
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
};

/**
 * Takes DICOM objects into the store, and into the log: an entry for each study and series they begin, and what the door of
 * their kind makes of them. An object counts as taken once the disk has it and the log has its entries.
 */
export class DicomIntake {
  readonly store: DicomStore;
  readonly #log: SharedWrite;
  readonly #zone: string | undefined;

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
      const staged = await this.store.stage(bytes, name);
      const { object, known } = staged;
      const unwanted = refuse(object);
      if (unwanted !== null) return { problem: unwanted };
      if (known) return { object, known };
      const decoded = this.#entries(staged, bytes, name);
      if (decoded.length > 0) {
        const { failed } = await this.#log.write({ bytes, decoded });
        if (failed !== null) return { problem: failed };
      }
      await this.store.commit([staged]);
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

  #entries({ file, object }: Staged, bytes: Uint8Array, name: string): readonly Decoded[] {
    const { dataSet } = file;
    const id = dataSet.text('PatientID');
    const issuer = dataSet.text('IssuerOfPatientID');
    const subject = id === null ? {} : { subject: issuer === null ? id : `${issuer}|${id}` };
    const entry = (type: 'imaging study' | 'imaging series', element: string, kept: object): Decoded => ({
      type,
      ...subject,
      fate: 'kept',
      items: [],
      problems: [],
      provenance: { source: name, sha256: object.sha256, element, sourceId: element },
      kept,
    });
    const said = (...keywords: readonly string[]) =>
      Object.fromEntries(keywords.map((keyword) => [keyword, dataSet.text(keyword)]));
    const made: Decoded[] = [];
    if (!this.store.hasStudy(object.study))
      made.push(
        entry('imaging study', object.study, {
          StudyInstanceUID: object.study,
          ...said('StudyDate', 'StudyTime', 'StudyDescription', 'AccessionNumber'),
        }),
      );
    if (!this.store.hasSeries(object.series))
      made.push(
        entry('imaging series', object.series, {
          StudyInstanceUID: object.study,
          SeriesInstanceUID: object.series,
          ...said('Modality', 'SeriesDate', 'SeriesTime', 'SeriesDescription', 'BodyPartExamined'),
        }),
      );
    const zone = this.#zone === undefined ? {} : { zone: this.#zone };
    const door = sniffDoor(bytes, name);
    // What the door only keeps is in the store whole.
    if (door !== null)
      for (const one of door.decode(bytes, { name, sha256: object.sha256, ...zone }))
        if (one.fate === 'mapped') made.push(one);
    return made;
  }
}
