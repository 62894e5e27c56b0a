import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '@gemel/core';
import { dicomErrors } from '@gemel/exchange/dicom/errors.data';
import { type DicomFile, parseDicom } from '@gemel/exchange/dicom/parse';
import { subjectOfDataSet } from '@gemel/exchange/dicom/patient';
import { dicomwebErrors } from '@gemel/exchange/dicom/web/errors.data';
import { type JsonDataSet, toJson } from '@gemel/exchange/dicom/web/json';
import { encodeDataSet } from '@gemel/exchange/dicom/write';
import { SOURCE_PREFIX } from '@gemel/runtime/log';
import type { Store } from '@gemel/store';
import { sealPlainObjects } from './dicom-plain.ts';
import { sha256 } from './world.ts';

/** An object that is stored, as the index has it. */
export interface StoredObject {
  /** Whose it is, as the log names them; the server's own name where the object names nobody. */
  readonly subject: string;
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

/** What is asked for: all, or what lies within a study, a series, or one object. */
export interface Place {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
}

/** A line of the index. What is sealed dies with its subject; the keyed hashes that stay say that something was here, not what. */
interface Line {
  /** Of study, series and instance. */
  readonly uids: readonly [string, string, string];
  /** Hash that names the file; absent once erased, as is the object. */
  readonly file?: string;
  /** A `StoredObject`, sealed, base 64. */
  readonly object?: string;
}

/** Characters of the longest element that the index holds. */
const LONGEST = 2048;
const UID = /^[0-2](\.(0|[1-9]\d*))+$/;
/** Whose the objects are that name nobody, and the key of the index. */
const NOBODY = `${SOURCE_PREFIX}dicom`;
const SALT = 'dicom-index';

/**
 * DICOM objects on the disk: each as it came, sealed under its patient's key, in a file named by its content, and an index of the same. The
 * object is on the disk before its line of the index is, so that every line has its object; a line cut short by the machine's
 * end counts for nothing. What was erased is gone for whoever asks next: its line keeps hashes of its UIDs, its file is deleted.
 */
export class DicomStore {
  readonly #folder: string;
  readonly #log: Store;
  readonly #objects = new Map<string, StoredObject>();
  readonly #studies = new Set<string>();
  readonly #series = new Set<string>();
  /** Hashes of the UIDs of what was erased. */
  readonly #gone = new Set<string>();
  #salt: Uint8Array = new Uint8Array();
  /** Erasures of the log that are reckoned with. */
  #erasures = -1;
  #writing: Promise<unknown> = Promise.resolve();
  /** Files written so far, for names of those half written. */
  #count = 0;

  private constructor(folder: string, log: Store) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Opens the folder, and makes it where it is absent. What an earlier version stored unsealed is sealed. */
  static async open(folder: string, log: Store): Promise<DicomStore> {
    const store = new DicomStore(folder, log);
    await mkdir(join(folder, 'objects'), { recursive: true });
    await store.#letGo();
    await sealPlainObjects(folder, store);
    return store;
  }

  get #index(): string {
    return join(this.#folder, 'index.sealed');
  }

  #path(hash: string): string {
    return join(this.#folder, 'objects', hash.slice(0, 2), `${hash}.sealed`);
  }

  #hash(uid: string): string {
    return createHmac('sha256', this.#salt).update(uid).digest('hex').slice(0, 32);
  }

  /** Whether any object of the study is there. */
  hasStudy(uid: string): boolean {
    return this.#studies.has(uid);
  }

  hasSeries(uid: string): boolean {
    return this.#series.has(uid);
  }

  /** The objects of a place, in the order they came. */
  async find({ study, series, instance }: Place = {}): Promise<readonly StoredObject[]> {
    await this.settle();
    const objects = instance === undefined ? this.#objects.values() : [this.#objects.get(instance)];
    const found: StoredObject[] = [];
    for (const object of objects) {
      if (object === undefined) continue;
      if (study !== undefined && object.study !== study) continue;
      if (series !== undefined && object.series !== series) continue;
      found.push(object);
    }
    return found;
  }

  /** Whether something was at the place that was erased with its patient. */
  wasErased({ study, series, instance }: Place): boolean {
    const uid = instance ?? series ?? study;
    return uid !== undefined && this.#gone.has(this.#hash(uid));
  }

  /** The object as it came. @throws dicomweb-gone, store-erased */
  async read(object: StoredObject): Promise<Uint8Array> {
    await this.settle();
    if (!this.#objects.has(object.instance)) throw gone(object.instance);
    const bytes = await this.#log.unseal(await readFile(this.#path(object.sha256)), aboutFile(object.sha256));
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
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

  /** Puts the file of an object on the disk, sealed and durably; `commit` makes it findable. @throws store-erased */
  async write({ object }: Staged, bytes: Uint8Array): Promise<void> {
    const path = this.#path(object.sha256);
    const sealed = await this.#log.seal(object.subject, bytes, aboutFile(object.sha256));
    await mkdir(dirname(path), { recursive: true });
    await this.#replace(path, sealed);
  }

  /** Makes objects whose files are on the disk findable; durable when it returns. @throws dicomweb-duplicate where another came first */
  commit(staged: readonly Staged[]): Promise<void> {
    return this.#inTurn(async () => {
      const fresh = staged.filter(({ object }) => !this.#known(object)).map(({ object }) => object);
      if (fresh.length === 0) return;
      const lines: string[] = [];
      for (const object of fresh) lines.push(`${JSON.stringify(await this.#lineOf(object))}\n`);
      const index = await open(this.#index, 'a');
      try {
        const { size } = await index.stat();
        try {
          await index.writeFile(lines.join(''));
          await index.sync();
        } catch (error) {
          // Half a line would spoil the next one.
          await index.truncate(size);
          throw error;
        }
      } finally {
        await index.close();
      }
      for (const object of fresh) this.#add(object);
    });
  }

  /** Lets go of what was erased since it was last asked. */
  async settle(): Promise<void> {
    if ((await this.#log.erasures()) !== this.#erasures) await this.#inTurn(() => this.#letGo());
  }

  #add(object: StoredObject): void {
    this.#objects.set(object.instance, object);
    this.#studies.add(object.study);
    this.#series.add(object.series);
  }

  /** One piece of work on the index at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => {});
    return done;
  }

  async #lineOf(object: StoredObject): Promise<Line> {
    const uids = [this.#hash(object.study), this.#hash(object.series), this.#hash(object.instance)] as const;
    const sealed = await this.#log.seal(object.subject, Buffer.from(JSON.stringify(object)), aboutLine(uids));
    return { uids, file: object.sha256, object: Buffer.from(sealed).toString('base64') };
  }

  /** Reads the index; what was erased loses what the index and the disk have of it. */
  async #letGo(): Promise<void> {
    const erasures = await this.#log.erasures();
    if (erasures === this.#erasures) return;
    const text = await readFile(this.#index, 'utf8').catch(() => '');
    const [head, ...rest] = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    if (!head) return this.#begin(erasures);
    this.#salt = await this.#log.unseal(Buffer.from(head, 'base64'), SALT);
    const objects: StoredObject[] = [];
    const erased: Line[] = [];
    const kept: Line[] = [];
    for (const each of rest) {
      if (each === '') continue;
      const line = JSON.parse(each) as Line;
      const object = await this.#opened(line);
      if (object !== null) objects.push(object);
      else if (line.file !== undefined) erased.push(line);
      kept.push(object === null ? { uids: line.uids } : line);
    }
    for (const set of [this.#objects, this.#studies, this.#series, this.#gone]) set.clear();
    for (const object of objects) this.#add(object);
    for (const { uids, file } of kept) if (file === undefined) for (const uid of uids) this.#gone.add(uid);
    this.#erasures = erasures;
    // What was cut short goes too.
    if (erased.length === 0 && text.endsWith('\n')) return;
    for (const { file } of erased) await rm(this.#path(file!), { force: true });
    await this.#replace(
      this.#index,
      Buffer.from(`${[head, ...kept.map((line) => JSON.stringify(line))].join('\n')}\n`),
    );
  }

  /** The object of a line; null once it was erased. */
  async #opened({ uids, object }: Line): Promise<StoredObject | null> {
    if (object === undefined) return null;
    try {
      const bytes = await this.#log.unseal(Buffer.from(object, 'base64'), aboutLine(uids));
      return JSON.parse(new TextDecoder().decode(bytes)) as StoredObject;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'store-erased') return null;
      throw error;
    }
  }

  /** An index that holds nothing. */
  async #begin(erasures: number): Promise<void> {
    this.#salt = randomBytes(32);
    const head = Buffer.from(await this.#log.seal(NOBODY, this.#salt, SALT)).toString('base64');
    await this.#replace(this.#index, Buffer.from(`${head}\n`));
    this.#erasures = erasures;
  }

  /** Puts a file in the place of another, durably. */
  async #replace(path: string, bytes: Uint8Array): Promise<void> {
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
}

/** What the seal of an object's file is bound to. */
const aboutFile = (hash: string) => `dicom|${hash}`;
const aboutLine = (uids: Line['uids']) => `${SALT}|${uids.join('|')}`;

/** What is said of a place whose patient was erased. */
export function gone(what: string): CodedError {
  return dicomwebErrors.error('dicomweb-gone', `${what} was erased with its patient.`, { element: what });
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
    subject: subjectOfDataSet(dataSet) ?? NOBODY,
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
