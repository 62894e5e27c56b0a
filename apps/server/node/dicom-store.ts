import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dicomErrors } from '@gemel/exchange/dicom/errors.data';
import { type DicomFile, parseDicom } from '@gemel/exchange/dicom/parse';
import { dicomwebErrors } from '@gemel/exchange/dicom/web/errors.data';
import { type JsonDataSet, toJson } from '@gemel/exchange/dicom/web/json';
import { encodeDataSet } from '@gemel/exchange/dicom/write';
import { sha256 } from './world.ts';

/** An object that is stored, as the index has it. */
export interface StoredObject {
  readonly sha256: string;
  /** Hash of the data set alone, in one syntax: the same object by whatever way it came. */
  readonly content: string;
  readonly bytes: number;
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly sopClass: string;
  readonly transferSyntax: string;
  /** What searches are answered from: standard elements with short values, in the DICOM JSON model. */
  readonly attributes: JsonDataSet;
}

/** An object that is understood and not in the index yet. */
export interface Staged {
  readonly file: DicomFile;
  readonly object: StoredObject;
  /** The same object is in the index already. */
  readonly known: boolean;
}

/** Characters of the longest element that the index holds. */
const LONGEST = 2048;
const UID = /^[0-2](\.(0|[1-9]\d*))+$/;

/**
 * DICOM objects on the disk: each as it came, in a file named by its content, and an index that only grows. The object is on
 * the disk before its line of the index is, so that every line has its object; a line cut short by the machine's end counts for nothing.
 */
export class DicomStore {
  readonly #folder: string;
  readonly #objects = new Map<string, StoredObject>();
  readonly #studies = new Set<string>();
  readonly #series = new Set<string>();
  #writing: Promise<unknown> = Promise.resolve();
  /** Files written so far, for names of those half written. */
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens the folder, and makes it where it is absent. */
  static async open(folder: string): Promise<DicomStore> {
    const store = new DicomStore(folder);
    await mkdir(join(folder, 'objects'), { recursive: true });
    const index = await open(store.#index, 'a+');
    try {
      const text = await index.readFile('utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      for (const line of whole.split('\n')) if (line !== '') store.#add(JSON.parse(line) as StoredObject);
      if (whole.length < text.length) await index.truncate(Buffer.byteLength(whole));
    } finally {
      await index.close();
    }
    return store;
  }

  get #index(): string {
    return join(this.#folder, 'index.ndjson');
  }

  #path(hash: string): string {
    return join(this.#folder, 'objects', hash.slice(0, 2), `${hash}.dcm`);
  }

  #add(object: StoredObject): void {
    this.#objects.set(object.instance, object);
    this.#studies.add(object.study);
    this.#series.add(object.series);
  }

  /** Whether any object of the study is there. */
  hasStudy(uid: string): boolean {
    return this.#studies.has(uid);
  }

  hasSeries(uid: string): boolean {
    return this.#series.has(uid);
  }

  /** Every object, in the order they came. */
  objects(): Iterable<StoredObject> {
    return this.#objects.values();
  }

  get(instance: string): StoredObject | undefined {
    return this.#objects.get(instance);
  }

  /** The object as it came. */
  async read(object: StoredObject): Promise<Uint8Array> {
    return new Uint8Array(await readFile(this.#path(object.sha256)));
  }

  async parse(object: StoredObject): Promise<DicomFile> {
    return parseDicom(await this.read(object), `${object.instance}.dcm`);
  }

  /**
   * What a DICOM file would be stored as.
   * @throws the coded errors of parseDicom, dicom-truncated, dicomweb-object, dicomweb-duplicate
   */
  describe(bytes: Uint8Array, name: string): Staged {
    const file = parseDicom(bytes, name);
    if (file.truncated) throw dicomErrors.error('dicom-truncated', `${name} ends early`, { file: name });
    const object = described(file, sha256(bytes), bytes.length);
    return { file, object, known: this.#known(object) };
  }

  /** Whether the very same is there. @throws dicomweb-duplicate where another is under its UID */
  #known({ instance, content }: StoredObject): boolean {
    const there = this.#objects.get(instance);
    if (there !== undefined && there.content !== content)
      throw dicomwebErrors.error('dicomweb-duplicate', `another object is stored as ${instance}`, {
        element: instance,
      });
    return there !== undefined;
  }

  /** Puts the file of an object on the disk, durably; `commit` makes it findable. */
  async write({ object }: Staged, bytes: Uint8Array): Promise<void> {
    const path = this.#path(object.sha256);
    if ((await stat(path).catch(() => null))?.size === bytes.length) return;
    await mkdir(dirname(path), { recursive: true });
    const made = `${path}.${process.pid}.${this.#count++}`;
    const handle = await open(made, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(made, path);
    await synced(dirname(path));
  }

  /** Makes objects whose files are on the disk findable; durable when it returns. @throws dicomweb-duplicate where another came first */
  commit(staged: readonly Staged[]): Promise<void> {
    const done = this.#writing.then(async () => {
      const fresh = staged.filter(({ object }) => !this.#known(object)).map(({ object }) => object);
      if (fresh.length === 0) return;
      const index = await open(this.#index, 'a');
      try {
        await index.writeFile(fresh.map((object) => `${JSON.stringify(object)}\n`).join(''));
        await index.sync();
      } finally {
        await index.close();
      }
      for (const object of fresh) this.#add(object);
    });
    this.#writing = done.catch(() => {});
    return done;
  }
}

/** A renamed file is safe once its folder is on the disk. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function described(file: DicomFile, hash: string, bytes: number): StoredObject {
  const { dataSet, name, transferSyntax } = file;
  const uid = (keyword: string) => {
    const value = dataSet.text(keyword) ?? '';
    if (!UID.test(value) || value.length > 64)
      throw dicomwebErrors.error('dicomweb-object', `${name}: ${keyword} is “${value}”`, {
        file: name,
        element: keyword,
      });
    return value;
  };
  const attributes = Object.entries(toJson(dataSet, { bulk: () => null })).filter(
    ([key, element]) =>
      Number.parseInt(key.slice(0, 4), 16) % 2 === 0 &&
      element.InlineBinary === undefined &&
      key !== '7FE00010' &&
      JSON.stringify(element).length <= LONGEST,
  );
  return {
    sha256: hash,
    content: sha256(encodeDataSet(dataSet)),
    bytes,
    study: uid('StudyInstanceUID'),
    series: uid('SeriesInstanceUID'),
    instance: uid('SOPInstanceUID'),
    sopClass: uid('SOPClassUID'),
    transferSyntax,
    attributes: Object.fromEntries(attributes),
  };
}
