import type { CodeSystem, Designation, Property } from './code-system.ts';
import { terminologyErrors } from './errors.data.ts';
import type { Terminology } from './terminology.ts';

export interface LookupRequest {
  readonly system: string;
  readonly version?: string | null;
  readonly code: string;
  /** BCP 47 language to show the name in. */
  readonly displayLanguage?: string | null;
  /** Names of properties wanted; all where none is named. */
  readonly properties?: readonly string[];
}

/** What a code means ($lookup). */
export interface Lookup {
  readonly system: CodeSystem;
  readonly code: string;
  readonly display: string | null;
  readonly definition: string | null;
  readonly inactive: boolean;
  readonly abstract: boolean;
  readonly designations: readonly Designation[];
  /** With `parent` and `child`. */
  readonly properties: readonly Property[];
}

/** A concept may have hundreds of thousands of children; that many are told. */
const MOST_RELATIVES = 1000;

/** @throws terminology-system-unknown, terminology-code-unknown */
export function lookup(terminology: Terminology, request: LookupRequest): Lookup {
  const system = terminology.system(request.system, request.version ?? null);
  const n = system.find(request.code);
  if (n < 0) throw unknownCode(system, request.code);
  const { code, definition, inactive, abstract } = system.concept(n);
  const wanted = new Set(request.properties ?? []);
  const asked = (name: string) => wanted.size === 0 || wanted.has(name) || wanted.has('*');
  const relatives = (name: string, list: readonly number[]): Property[] =>
    asked(name)
      ? list
          .slice(0, MOST_RELATIVES)
          .map((each) => ({ name, value: { kind: 'code', value: system.concept(each).code } }))
      : [];
  return {
    system,
    code,
    display: displayOf(system, n, request.displayLanguage ?? null),
    definition: asked('definition') ? definition : null,
    inactive,
    abstract,
    designations: asked('designation') ? system.designations(n) : [],
    properties: [
      ...(asked('inactive') ? [{ name: 'inactive', value: { kind: 'boolean', value: inactive } } as const] : []),
      ...system.properties(n).filter(({ name }) => asked(name)),
      ...relatives('parent', system.parents(n)),
      ...relatives('child', system.children(n)),
    ],
  };
}

export function unknownCode(system: CodeSystem, code: string) {
  const { name, version, complete } = system.head;
  const part = complete ? '' : ', of which only a part is loaded';
  const message = `${name}${version === null ? '' : ` ${version}`} has no code "${code.slice(0, 100)}"${part}`;
  return terminologyErrors.error('terminology-code-unknown', message, { element: code.slice(0, 100) });
}

/** The name of a concept in a language, where it has one in it; else the name it is known by. */
export function displayOf(system: CodeSystem, n: number, language: string | null): string | null {
  const { display } = system.concept(n);
  if (language === null) return display;
  const wanted = language.toLowerCase();
  const inLanguage = system
    .designations(n)
    .filter((each) => each.language?.toLowerCase() === wanted || each.language?.toLowerCase().startsWith(`${wanted}-`));
  if (inLanguage.length === 0 || inLanguage.some(({ value }) => value === display)) return display;
  return (inLanguage.find(({ use }) => use?.code === 'preferredForLanguage') ?? inLanguage[0])!.value;
}
