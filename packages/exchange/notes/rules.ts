import type { Coding } from '@gemel/core/concept';
import { allergyWords } from './allergies.data.ts';
import { CODE_SYSTEMS, contextRules } from './context.data.ts';
import { drugs } from './drugs.data.ts';
import { noteErrors } from './errors.data.ts';
import { type MeasureRule, measures } from './measures.data.ts';
import { PhraseTable } from './phrases.ts';
import { problems } from './problems.data.ts';
import { type SectionRule, sections } from './sections.data.ts';
import { TIME_WORDS } from './times.ts';

/** What a word around a finding says of it: the axes of ConText (Harkema 2009), with uncertainty as an axis of its own. */
export type ContextValue = 'negated' | 'uncertain' | 'historical' | 'hypothetical' | 'family' | 'other';

/**
 * One trigger of NegEx (Chapman 2001) and ConText (Harkema 2009). `forward` acts on what follows in the sentence, `backward` on what
 * stands before, `terminate` ends what acts on its axes there, `pseudo` looks like a trigger and is none.
 */
export interface ContextRule {
  readonly phrase: string;
  readonly acts: 'forward' | 'backward' | 'both' | 'terminate' | 'pseudo';
  /** What it says; for `terminate` what it ends, nothing meaning everything. */
  readonly says?: ContextValue;
  /** Tokens it reaches at most; absent: to the end of the sentence. */
  readonly within?: number;
  /** Meant only where the sentence or its part ends after it (`fever: no`). */
  readonly atEnd?: boolean;
}

/** A finding, a drug or a substance with its names and codes. */
export interface LexiconEntry {
  readonly name: string;
  /** Other spellings. */
  readonly also?: readonly string[];
  /** Spellings that are meant only exactly so (`PE`, `MS`). */
  readonly exact?: readonly string[];
  readonly codings: readonly Coding[];
}

/** Everything the reading goes by; open to see in the `.data.ts` files of this folder, and to extend. */
export interface NoteRules {
  readonly context: readonly ContextRule[];
  readonly sections: readonly SectionRule[];
  readonly problems: readonly LexiconEntry[];
  readonly drugs: readonly LexiconEntry[];
  readonly measures: readonly MeasureRule[];
}

/** The rules that are shipped. */
export const noteRules: NoteRules = { context: contextRules, sections, problems, drugs, measures };

const ACTS = new Set(['forward', 'backward', 'both', 'terminate', 'pseudo']);
const SAYS = new Set(['negated', 'uncertain', 'historical', 'hypothetical', 'family', 'other']);

/**
 * The rules with a user's own before them: a JSON object with `context`, `problems` and `drugs`, each a list as in the data files;
 * a coding may be written `ICD-10-CM J18.9` or as an object.
 * @throws note-rules-invalid naming the element
 */
export function extendRules(json: unknown, file = 'rules'): NoteRules {
  if (!isObject(json)) throw invalid(file, '', 'is no JSON object');
  for (const name of Object.keys(json))
    if (!['context', 'problems', 'drugs'].includes(name))
      throw invalid(file, name, 'is none of context, problems, drugs');
  const context = list(json, 'context', file).map((rule, i): ContextRule => {
    const at = `context[${i}]`;
    const phrase = text(rule, 'phrase', at, file);
    if (typeof rule.acts !== 'string' || !ACTS.has(rule.acts))
      throw invalid(file, `${at}.acts`, `is none of ${[...ACTS].join(', ')}`);
    if (rule.says !== undefined && !SAYS.has(String(rule.says)))
      throw invalid(file, `${at}.says`, `is none of ${[...SAYS].join(', ')}`);
    if (rule.says === undefined && /forward|backward|both/.test(rule.acts))
      throw invalid(file, `${at}.says`, 'is missing');
    if (rule.within !== undefined && !(Number.isInteger(rule.within) && Number(rule.within) > 0))
      throw invalid(file, `${at}.within`, 'is no whole number above 0');
    return {
      phrase,
      acts: rule.acts as ContextRule['acts'],
      ...(rule.says !== undefined && { says: rule.says as ContextValue }),
      ...(rule.within !== undefined && { within: Number(rule.within) }),
    };
  });
  const entries = (name: string) =>
    list(json, name, file).map((entry, i) => lexiconEntry(entry, `${name}[${i}]`, file));
  return {
    ...noteRules,
    context: [...context, ...noteRules.context],
    problems: [...entries('problems'), ...noteRules.problems],
    drugs: [...entries('drugs'), ...noteRules.drugs],
  };
}

/** The same from the text of a JSON file. @throws note-rules-invalid */
export function parseRules(source: string, file = 'rules'): NoteRules {
  let json: unknown;
  try {
    json = JSON.parse(source.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw noteErrors.error(
      'note-rules-invalid',
      `${file} is no JSON: ${(cause as Error).message}.`,
      { file },
      undefined,
      cause,
    );
  }
  return extendRules(json, file);
}

function lexiconEntry(entry: Record<string, unknown>, at: string, file: string): LexiconEntry {
  const words = (name: string) => {
    const given = entry[name] ?? [];
    if (!Array.isArray(given) || given.some((each) => typeof each !== 'string'))
      throw invalid(file, `${at}.${name}`, 'is no list of words');
    return given as string[];
  };
  const codings = entry.codings ?? [];
  if (!Array.isArray(codings)) throw invalid(file, `${at}.codings`, 'is no list');
  return {
    name: text(entry, 'name', at, file),
    also: words('also'),
    exact: words('exact'),
    codings: codings.map((each, i) => codingOf(each, `${at}.codings[${i}]`, file)),
  };
}

function codingOf(given: unknown, at: string, file: string): Coding {
  if (typeof given === 'string') {
    const [name, code] = given.split(/ (?=\S+$)/);
    if (name !== undefined && code !== undefined && Object.hasOwn(CODE_SYSTEMS, name))
      return { system: CODE_SYSTEMS[name]!, code };
    throw invalid(file, at, `names none of ${Object.keys(CODE_SYSTEMS).join(', ')} with a code`);
  }
  if (isObject(given) && typeof given.system === 'string' && typeof given.code === 'string') {
    const display = typeof given.display === 'string' ? { display: given.display } : {};
    return { system: given.system, code: given.code, ...display };
  }
  throw invalid(file, at, 'is no coding');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(json: Record<string, unknown>, name: string, file: string): Record<string, unknown>[] {
  const given = json[name] ?? [];
  if (!Array.isArray(given)) throw invalid(file, name, 'is no list');
  given.forEach((each, i) => {
    if (!isObject(each)) throw invalid(file, `${name}[${i}]`, 'is no object');
  });
  return given;
}

function text(holder: Record<string, unknown>, name: string, at: string, file: string): string {
  const given = holder[name];
  if (typeof given !== 'string' || given.trim() === '') throw invalid(file, `${at}.${name}`, 'is no text');
  return given;
}

function invalid(file: string, element: string, what: string) {
  return noteErrors.error('note-rules-invalid', `${file}: ${element} ${what}.`, { file, element });
}

/** Rules made ready for matching. */
export interface CompiledRules {
  /** All rules of one phrase; none where it is a pseudo-trigger. */
  readonly context: PhraseTable<readonly ContextRule[]>;
  readonly sections: PhraseTable<SectionRule>;
  readonly problems: PhraseTable<LexiconEntry>;
  readonly drugs: PhraseTable<LexiconEntry>;
  readonly measures: PhraseTable<MeasureRule>;
  /** What may begin with a word, as bits of `BEGINS`: one question of each token in place of one for each table. */
  readonly begins: ReadonlyMap<string, number>;
}

/** Bits of what a word may begin. */
export const BEGINS = { measure: 1, drug: 2, problem: 4, context: 8, time: 16, allergy: 32 } as const;

const compiled = new WeakMap<NoteRules, CompiledRules>();

/** Compiled once for each set of rules. */
export function compileRules(rules: NoteRules): CompiledRules {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const context = new PhraseTable<readonly ContextRule[]>();
  const sectionTable = new PhraseTable<SectionRule>();
  const measureTable = new PhraseTable<MeasureRule>();
  const problemTable = lexicon(rules.problems);
  const drugTable = lexicon(rules.drugs);
  const byPhrase = Map.groupBy(rules.context, ({ phrase }) => phrase.toLowerCase());
  for (const [phrase, group] of byPhrase) context.add(phrase, group.some(({ acts }) => acts === 'pseudo') ? [] : group);
  for (const rule of rules.sections) for (const header of rule.headers) sectionTable.add(header, rule);
  for (const rule of rules.measures) {
    for (const name of rule.names) measureTable.add(name, rule);
    for (const name of rule.exact ?? []) measureTable.add(name, rule, true);
  }
  const begins = new Map<string, number>();
  const mark = (words: Iterable<string>, bit: number) => {
    for (const word of words) begins.set(word, (begins.get(word) ?? 0) | bit);
  };
  mark(measureTable.firstWords(), BEGINS.measure);
  mark(drugTable.firstWords(), BEGINS.drug);
  mark(problemTable.firstWords(), BEGINS.problem);
  mark(context.firstWords(), BEGINS.context);
  mark(TIME_WORDS, BEGINS.time);
  mark(allergyWords, BEGINS.allergy);
  const made: CompiledRules = {
    context,
    sections: sectionTable,
    problems: problemTable,
    drugs: drugTable,
    measures: measureTable,
    begins,
  };
  compiled.set(rules, made);
  return made;
}

function lexicon(entries: readonly LexiconEntry[]): PhraseTable<LexiconEntry> {
  const table = new PhraseTable<LexiconEntry>();
  for (const entry of entries) {
    table.add(entry.name, entry);
    for (const spelling of entry.also ?? []) table.add(spelling, entry);
    for (const spelling of entry.exact ?? []) table.add(spelling, entry, true);
  }
  return table;
}
