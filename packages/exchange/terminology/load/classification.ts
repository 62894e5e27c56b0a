import { SaxesParser } from 'saxes';
import { terminologyErrors } from '../errors.data.ts';
import type { LoadStep, ReleaseFiles, ReleaseFormat, SystemWriter } from '../release.ts';
import { synonym } from '../release.ts';
import { ICD10CM } from './icd10cm.ts';
import { Reading } from './rows.ts';

/** Bytes at the start of a file that tell what it is. */
const HEAD = 4096;
const DEEPEST = 100;
const LONGEST_LABEL = 100_000;

/** An XML file whose start holds a mark; null where there is none. */
function xmlWith(files: ReleaseFiles, mark: RegExp): string | null {
  for (const path of files.paths.filter((each) => /\.xml$/i.test(each))) {
    for (const bytes of files.read(path)) {
      const head = new TextDecoder().decode(bytes.subarray(0, HEAD));
      if (mark.test(head)) return path;
      break;
    }
  }
  return null;
}

const CLAML = /<ClaML[\s>]/;
const TABULAR = /<ICD10CM\.tabular[\s>]/i;

/** Classifications in ClaML (EN 14463), as the WHO and national bodies publish ICD-10. */
export const clamlFormat: ReleaseFormat = {
  id: 'claml',
  title: 'a classification in ClaML',
  knows: (files) => xmlWith(files, CLAML) !== null,
  *load(files, writer, report, options) {
    const reading = new Reading(files, report);
    yield* read(reading, xmlWith(files, CLAML)!, (path) => {
      const claml = new Claml(reading, path);
      return {
        open: (name, attributes) => claml.open(name, attributes),
        text: (text) => claml.text(text),
        close: (name) => claml.close(name),
        end: () => {
          const system = writer.system({
            url: claml.url,
            version: options.version ?? claml.version,
            name: claml.title,
            caseSensitive: false,
            hierarchy: 'is-a',
            valueSet: `${claml.url}/vs`,
            complete: true,
            notice: null,
          });
          claml.write(system);
        },
      };
    });
  },
};

/** ICD-10-CM as its tabular list: chapters, blocks and codes within one another, with inclusion terms. */
export const icd10cmTabularFormat: ReleaseFormat = {
  id: 'icd10cm-tabular',
  title: 'ICD-10-CM (tabular XML)',
  knows: (files) => xmlWith(files, TABULAR) !== null,
  *load(files, writer, report, options) {
    const reading = new Reading(files, report);
    yield* read(reading, xmlWith(files, TABULAR)!, (path) => {
      const tabular = new Tabular();
      return {
        open: (name, attributes) => tabular.open(name, attributes),
        text: (text) => tabular.text(text),
        close: (name) => tabular.close(name),
        end: () => {
          const system = writer.system({
            url: ICD10CM,
            version: options.version ?? tabular.version,
            name: 'ICD-10-CM',
            caseSensitive: false,
            hierarchy: 'is-a',
            valueSet: `${ICD10CM}/vs`,
            complete: true,
            notice: null,
          });
          write(tabular.classes, system, reading, path);
        },
      };
    });
  },
};

interface Events {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
  end(): void;
}

/** Feeds a file to the events; declared entities, depth and length are bounded. @throws terminology-xml */
function* read(reading: Reading, path: string, make: (path: string) => Events): Generator<LoadStep, void, void> {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const events = make(path);
  let depth = 0;
  const fail = (why: string): never => {
    throw terminologyErrors.error('terminology-xml', `${path}: ${why}`, { file: path, line: parser.line });
  };
  parser.on('error', (error) => fail(error.message));
  // ClaML names its document type; one that declares anything is refused.
  parser.on('doctype', (text) => text.includes('<!') && fail('it declares entities'));
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > DEEPEST) fail(`it is nested more than ${DEEPEST} deep`);
    events.open(name, attributes);
  });
  parser.on('text', (text) => events.text(text));
  parser.on('closetag', ({ name }) => {
    depth--;
    events.close(name);
  });
  const decoder = new TextDecoder('utf-8');
  for (const bytes of reading.files.read(path)) {
    reading.bytes += bytes.length;
    parser.write(decoder.decode(bytes, { stream: true }));
    yield { path, bytes: reading.bytes };
  }
  parser.write(decoder.decode());
  parser.close();
  events.end();
}

/** One class of a classification before it is written. */
interface Class {
  readonly code: string;
  readonly abstract: boolean;
  readonly parents: string[];
  readonly children: string[];
  display: string | null;
  definition: string | null;
  readonly names: string[];
}

function emptyClass(code: string, abstract: boolean): Class {
  return { code, abstract, parents: [], children: [], display: null, definition: null, names: [] };
}

/** Codes of classifications whose ClaML title says which they are. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/ICD-?10-?GM/i, 'http://fhir.de/CodeSystem/bfarm/icd-10-gm'],
  [/ICD-?10-?CM/i, ICD10CM],
  [/ICD-?O-?3/i, 'http://hl7.org/fhir/sid/icd-o-3'],
  [/ICD-?10/i, 'http://hl7.org/fhir/sid/icd-10'],
];

class Claml {
  title = 'classification';
  version: string | null = null;
  readonly #classes: Class[] = [];
  readonly #reading: Reading;
  readonly #path: string;
  #class: Class | null = null;
  #kind = '';
  #label = '';
  #within = '';

  constructor(reading: Reading, path: string) {
    this.#reading = reading;
    this.#path = path;
  }

  /** @throws terminology-xml where the title is of no classification with a known URI */
  get url(): string {
    const known = SYSTEMS.find(([pattern]) => pattern.test(this.title));
    if (known !== undefined) return known[1];
    const message = `${this.#path}: "${this.title}" is no classification with a URI that is known here`;
    throw terminologyErrors.error('terminology-xml', message, { file: this.#path });
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'Title') {
      this.title = attributes.name ?? this.title;
      this.version = attributes.version ?? null;
    } else if (name === 'Class') this.#class = emptyClass(attributes.code ?? '', attributes.kind !== 'category');
    else if (name === 'SuperClass') this.#class?.parents.push(attributes.code ?? '');
    else if (name === 'SubClass') this.#class?.children.push(attributes.code ?? '');
    else if (name === 'Rubric') this.#kind = attributes.kind ?? '';
    else if (name === 'Label') this.#label = '';
    this.#within = name;
  }

  text(text: string): void {
    if (this.#within === 'Title' && text.trim() !== '') this.title = `${this.title} ${text.trim()}`.slice(0, 300);
    else if (this.#kind !== '' && this.#label.length < LONGEST_LABEL) this.#label += text;
  }

  close(name: string): void {
    this.#within = '';
    const label = this.#label.replaceAll(/\s+/g, ' ').trim();
    if (name === 'Label' && this.#class !== null && label !== '') {
      if (this.#kind === 'preferred') this.#class.display ??= label;
      else if (this.#kind === 'definition') this.#class.definition ??= label;
      else if (this.#kind === 'inclusion' || this.#kind === 'preferredLong') this.#class.names.push(label);
    } else if (name === 'Rubric') this.#kind = '';
    else if (name === 'Class' && this.#class !== null) {
      this.#classes.push(this.#class);
      this.#class = null;
    }
  }

  write(system: SystemWriter): void {
    write(this.#classes, system, this.#reading, this.#path);
  }
}

class Tabular {
  version: string | null = null;
  readonly classes: Class[] = [];
  readonly #open: { name: string; made: Class | null }[] = [];
  #list = '';
  #text = '';

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#text = '';
    if (name === 'chapter' || name === 'section' || name === 'diag') {
      this.#open.push({ name, made: null });
      // A section is named by its id, the others by an element of their own.
      if (name === 'section') this.#begin(attributes.id ?? '');
    } else if (name !== 'note' && name !== 'name' && name !== 'desc') this.#list = name;
  }

  text(text: string): void {
    if (this.#text.length < LONGEST_LABEL) this.#text += text;
  }

  close(name: string): void {
    const text = this.#text.replaceAll(/\s+/g, ' ').trim();
    this.#text = '';
    const last = this.#open.at(-1);
    if (name === 'version') this.version = text || null;
    else if (last === undefined) return;
    else if (name === 'name' && last.made === null) this.#begin(last.name === 'chapter' ? `chapter ${text}` : text);
    else if (name === 'desc' && last.made !== null) last.made.display ??= text;
    else if (name === 'note' && this.#list === 'inclusionTerm') last.made?.names.push(text);
    else if (name === last.name) this.#open.pop();
  }

  #begin(code: string): void {
    const last = this.#open.at(-1)!;
    last.made = emptyClass(code, last.name !== 'diag');
    const parent = this.#open.at(-2)?.made?.code;
    if (parent !== undefined) last.made.parents.push(parent);
    this.classes.push(last.made);
  }
}

function write(classes: readonly Class[], system: SystemWriter, reading: Reading, path: string): void {
  const where = { file: path };
  const numbers = classes.map(({ code, display, definition, abstract, names }) => {
    if (code === '') {
      reading.problem('terminology-row', `${path}: a class has no code`, where);
      return -1;
    }
    const n = system.add({ code, display, definition, inactive: false, abstract });
    if (n < 0)
      reading.problem('terminology-code-twice', `${path}: ${code} is there twice`, { ...where, element: code });
    else for (const name of names) system.designate(n, synonym(name));
    return n;
  });
  for (const [i, { code, parents, children }] of classes.entries()) {
    const n = numbers[i]!;
    if (n < 0) continue;
    for (const [list, up] of [
      [parents, true],
      [children, false],
    ] as const) {
      for (const other of list) {
        const found = system.find(other);
        if (found < 0) {
          const message = `${path}: ${code} names ${other.slice(0, 40)}, which is not there`;
          reading.problem('terminology-row-unmatched', message, { ...where, element: code });
        } else if (up) system.place(n, found);
        else system.place(found, n);
      }
    }
  }
  const circle = system.finish();
  if (circle !== null) reading.problem('terminology-circle', `${circle} lies on a circle`, where);
}
