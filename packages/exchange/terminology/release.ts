import type { Coding } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { CodeSystemHead, ConceptEntry, Designation, Property } from './code-system.ts';
import type { ConceptMapHead, Mapping } from './concept-map.ts';
import type { ValueSet } from './value-set.ts';

/** Takes the concepts of one code system in. Numbers are those that `add` gave. */
export interface SystemWriter {
  /** The number of the new concept; −1 where its code is there already, and nothing was added. */
  add(entry: ConceptEntry): number;
  /** The concept of a code; −1 where there is none. */
  find(code: string): number;
  /** Gives the concept the name it is shown by. */
  rename(n: number, display: string): void;
  designate(n: number, designation: Designation): void;
  describe(n: number, property: Property): void;
  /** Puts one concept under another. Doing so twice changes nothing. */
  place(child: number, parent: number): void;
  /** Indexes what was written; returns a code on a circle of the hierarchy, which is then left out, or null. */
  finish(): string | null;
}

/** Takes a release in. */
export interface ReleaseWriter {
  system(head: CodeSystemHead): SystemWriter;
  valueSet(valueSet: ValueSet): void;
  map(head: ConceptMapHead): { add(mapping: Mapping): void };
}

/** The files of a release, unpacked; paths with `/`, relative to the folder given. */
export interface ReleaseFiles {
  /** The name shown in problems. */
  readonly name: string;
  readonly paths: readonly string[];
  /** The bytes of one file, in pieces. */
  read(path: string): Iterable<Uint8Array>;
}

export interface LoadOptions {
  /** Version of the release where its files do not say it. */
  readonly version?: string;
  /** BCP 47 language of the names to show, where a release has several (SNOMED CT). */
  readonly language?: string;
}

/** What a loader tells while it works: each step a row or a file read, so that its driver can show progress and stop it. */
export interface LoadStep {
  readonly path: string;
  /** Bytes read of all files so far. */
  readonly bytes: number;
}

/** One kind of release. Bad rows are reported with file and line, and left out; the rest is kept. */
export interface ReleaseFormat {
  readonly id: string;
  readonly title: string;
  /** Whether these files are such a release. */
  knows(files: ReleaseFiles): boolean;
  load(
    files: ReleaseFiles,
    writer: ReleaseWriter,
    report: (problem: Problem) => void,
    options: LoadOptions,
  ): Generator<LoadStep, void, void>;
}

/** A plain text property. */
export function stringProperty(name: string, value: string): Property {
  return { name, value: { kind: 'string', value } };
}

/** A property whose value is a code of the same system. */
export function codeProperty(name: string, value: string): Property {
  return { name, value: { kind: 'code', value } };
}

/** Another name without language or use. */
export function synonym(value: string, use: Coding | null = null, language: string | null = null): Designation {
  return { language, use, value };
}
