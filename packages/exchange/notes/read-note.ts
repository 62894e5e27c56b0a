import { type AllergyReading, type Named, readAllergies } from './allergies.ts';
import { assertSpan } from './assert-spans.ts';
import { type Assertion, assertOn, findTriggers, type Trigger } from './assertion.ts';
import { byteOffsets } from './byte-offsets.ts';
import type { AllergyFinding, DrugFinding, Finding, MeasureFinding, NoteSection, TextSpan } from './finding.ts';
import type { MeasureReading } from './measure-value.ts';
import { type DrugReading, readDrug } from './medications.ts';
import type { ModelSpan } from './model.ts';
import type { Match } from './phrases.ts';
import { BEGINS, type CompiledRules, compileRules, type LexiconEntry, type NoteRules, noteRules } from './rules.ts';
import { scanMeasures } from './scan-measures.ts';
import { type Placed, placeSentences, sectionsOf } from './sections.ts';
import { splitSentences } from './sentences.ts';
import { findTimes, nearestTime, type TimeMention } from './times.ts';
import { glued, NUMBER, type Tokens, tokenize } from './tokens.ts';

/** What the reader knows beside the text. */
export interface NoteContext {
  readonly rules?: NoteRules;
  /** When the note was written, as its own clock showed it: milliseconds as if that clock were UTC. Absent: relative times are not settled. */
  readonly localTime?: number;
  /** Order of day and month in dates that leave it open. */
  readonly dates?: 'day-first' | 'month-first';
  /** Texts of earlier notes of the same person, by which sentences copied forward are known. */
  readonly earlier?: readonly string[];
  /** Spans that a model marked, beside what the rules find. */
  readonly model?: { readonly id: string; readonly spans: readonly ModelSpan[] };
  /** Set where the source has one byte for each character (Windows-1252). */
  readonly singleByte?: boolean;
}

/** A note read: what was found in it, in the order of the text. */
export interface NoteReading {
  readonly findings: readonly Finding[];
  readonly sections: readonly NoteSection[];
  readonly sentences: number;
}

/** Reads clinical text. Pure, in one pass whose cost grows with the length of the text alone. Never throws on any text. */
export function readNote(text: string, context: NoteContext = {}): NoteReading {
  const rules = compileRules(context.rules ?? noteRules);
  const tokens = tokenize(text);
  const placed = placeSentences(tokens, splitSentences(tokens), rules);
  const reader = new NoteReader(tokens, rules, context, placed);
  return { findings: reader.read(), sections: sectionsOf(tokens, placed), sentences: placed.length };
}

/** Shortest sentence that is taken for copied when it comes again. */
const COPIED_TOKENS = 6;

class NoteReader {
  readonly #tokens: Tokens;
  readonly #rules: CompiledRules;
  readonly #context: NoteContext;
  readonly #placed: readonly Placed[];
  readonly #byteAt: (char: number) => number;
  /** Tokens that belong to a value, and those at which a drug begins. */
  readonly #taken: Uint8Array;
  /** What each token may begin, bits of `BEGINS`. */
  readonly #begins: Uint8Array;
  readonly #seen = new Map<string, number>();
  readonly #findings: Finding[] = [];

  constructor(tokens: Tokens, rules: CompiledRules, context: NoteContext, placed: readonly Placed[]) {
    this.#tokens = tokens;
    this.#rules = rules;
    this.#context = context;
    this.#placed = placed;
    this.#byteAt = context.singleByte === true ? (char) => char : byteOffsets(tokens.text);
    this.#taken = new Uint8Array(tokens.count + 1);
    this.#begins = new Uint8Array(tokens.count);
    for (let i = 0; i < tokens.count; i++) {
      this.#begins[i] = tokens.kind[i] === NUMBER ? BEGINS.time : (rules.begins.get(tokens.word[i]!) ?? 0);
    }
    for (const earlier of context.earlier ?? []) {
      const old = tokenize(earlier);
      for (const { from, to } of splitSentences(old))
        if (to - from >= COPIED_TOKENS) this.#seen.set(old.word.slice(from, to).join(' '), -1);
    }
  }

  read(): readonly Finding[] {
    for (let i = 0; i < this.#placed.length; i++) {
      const place = this.#placed[i]!;
      if (place.body < place.sentence.to) this.#sentence(place, i);
    }
    this.#fromModel();
    return this.#findings.sort((a, b) => a.span.charStart - b.span.charStart);
  }

  #sentence(place: Placed, index: number): void {
    const { from, to } = place.sentence;
    const tokens = this.#tokens;
    const measures = scanMeasures(tokens, this.#rules, this.#placed, index, this.#begins, this.#taken);
    const drugs: Named[] = [];
    const problems: Named[] = [];
    for (let i = place.body; i < to; i++) {
      const begins = this.#begins[i]!;
      if ((begins & NAMES) === 0 || this.#taken[i] === 1) continue;
      const drug = (begins & BEGINS.drug) === 0 ? null : this.#rules.drugs.at(tokens, i, to);
      const problem = (begins & BEGINS.problem) === 0 ? null : this.#rules.problems.at(tokens, i, to);
      const end = Math.max(drug?.end ?? 0, problem?.end ?? 0);
      if (end > 0 && glued(tokens, i, end)) continue;
      if (drug !== null && (problem === null || drug.end >= problem.end)) {
        drugs.push({ at: i, match: drug });
        i = drug.end - 1;
      } else if (problem !== null) {
        problems.push({ at: i, match: problem });
        i = problem.end - 1;
      }
    }
    const allergic = place.section === 'allergies' || this.#mentions(BEGINS.allergy, place.body, to);
    if (measures.length + drugs.length + problems.length === 0 && !allergic) {
      this.#remember(from, to);
      return;
    }
    const triggers = findTriggers(tokens, place.body, to, this.#rules);
    const times = this.#times(place);
    const scope = { place, triggers, times, copiedFrom: this.#remember(from, to) };
    for (const reading of measures) this.#addMeasure(reading, scope);
    const allergies = allergic ? readAllergies(tokens, this.#rules, place, drugs, (i) => this.#taken[i] === 1) : [];
    for (const reading of allergies) this.#addAllergy(reading, scope);
    if (allergies.length > 0) return;
    const starts = new Set(drugs.map(({ at }) => at));
    for (const { at, match } of drugs) {
      const stop = (i: number) => this.#taken[i] === 1 || (i !== at && starts.has(i));
      for (const reading of readDrug(tokens, at, match, place.body, to, stop)) this.#addDrug(reading, at, scope);
    }
    for (const { at, match } of problems) this.#addProblem(match, at, scope);
  }

  #times({ body, sentence }: Placed): readonly TimeMention[] {
    const { localTime, dates } = this.#context;
    const mayBegin = (i: number) => (this.#begins[i]! & BEGINS.time) !== 0;
    return findTimes(this.#tokens, body, sentence.to, localTime ?? null, dates, mayBegin);
  }

  #mentions(bits: number, from: number, to: number): boolean {
    for (let i = from; i < to; i++) if ((this.#begins[i]! & bits) !== 0) return true;
    return false;
  }

  /** Where the same sentence stood before, and notes it. */
  #remember(from: number, to: number): number | null {
    if (to - from < COPIED_TOKENS) return null;
    const words = this.#tokens.word.slice(from, to).join(' ');
    const earlier = this.#seen.get(words);
    if (earlier === undefined) this.#seen.set(words, this.#tokens.start[from]!);
    return earlier ?? null;
  }

  #base(from: number, to: number, { place, times, copiedFrom }: Scope, assertion: Assertion) {
    return {
      span: this.#span(from, to),
      text: this.#tokens.text.slice(this.#tokens.start[from], this.#tokens.end[to - 1]),
      section: place.section,
      assertion,
      time: nearestTime(times, from, to),
      copiedFrom,
    };
  }

  #span(from: number, to: number): TextSpan {
    const charStart = this.#tokens.start[from]!;
    const charEnd = this.#tokens.end[to - 1]!;
    return { charStart, charEnd, byteStart: this.#byteAt(charStart), byteEnd: this.#byteAt(charEnd) };
  }

  #addMeasure(reading: MeasureReading, scope: Scope): void {
    const { id, codings, value, comparator, unit, by, strange, earlier, impossible, from, to, rule } = reading;
    const near = scope.triggers.filter(
      ({ to: end, rules }) =>
        rules.some(({ says }) => says !== 'historical' || (end <= from && from - end <= 1)) &&
        rules.some(({ says }) => MEASURE_AXES.has(says)),
    );
    const said = assertOn(
      this.#tokens,
      scope.place.sentence,
      near,
      from,
      to,
      scope.place.says === 'historical' ? undefined : scope.place.says,
    );
    const assertion: Assertion = {
      ...said,
      negated: false,
      uncertain: false,
      temporality: earlier === true ? 'historical' : said.temporality,
    };
    const finding: MeasureFinding = {
      kind: 'measure',
      ...this.#base(from, to, scope, assertion),
      name: codings[0]?.display ?? id,
      codings,
      rule,
      confidence: CONFIDENCE[rule.includes('nameless') ? 'nameless' : by],
      measure: {
        id,
        value,
        unit,
        by,
        ...(comparator !== undefined && { comparator }),
        ...(strange !== undefined && { strange }),
        ...(earlier === true && { earlier }),
        ...(impossible === true && { impossible }),
      },
    };
    this.#findings.push(finding);
  }

  #addDrug(reading: DrugReading, at: number, scope: Scope): void {
    const { entry, from, to, ...drug } = reading;
    const near = scope.triggers.filter((trigger) => drugTrigger(this.#tokens, trigger, at));
    const said = assertOn(
      this.#tokens,
      scope.place.sentence,
      near,
      at,
      to,
      scope.place.says === 'family' ? 'family' : undefined,
    );
    const status = said.negated
      ? 'not-taken'
      : said.temporality === 'hypothetical' && (drug.status === 'active' || drug.status === 'started')
        ? 'planned'
        : drug.status;
    const finding: DrugFinding = {
      kind: 'drug',
      ...this.#base(from, to, scope, said),
      name: entry.name,
      codings: entry.codings,
      rule: 'drug.signature',
      confidence: drug.dose === undefined ? CONFIDENCE.named : CONFIDENCE.dosed,
      drug: { ...drug, status },
    };
    this.#findings.push(finding);
  }

  #addProblem(match: Match<LexiconEntry>, at: number, scope: Scope): void {
    const said = assertOn(this.#tokens, scope.place.sentence, scope.triggers, at, match.end, scope.place.says);
    const base = this.#base(at, match.end, scope, this.#dated(said, nearestTime(scope.times, at, match.end)));
    const afebrile = this.#tokens.word[at] === 'afebrile';
    const assertion = afebrile ? { ...base.assertion, negated: true, because: ['a-'] } : base.assertion;
    const cased = match.value.exact?.includes(base.text) === true;
    this.#findings.push({
      kind: 'problem',
      ...base,
      assertion,
      name: match.value.name,
      codings: match.value.codings,
      rule: 'problem.lexicon',
      confidence: cased ? CONFIDENCE.abbreviated : CONFIDENCE.problem,
    });
  }

  /** What is dated more than two weeks before the note is of the past (Harkema 2009). */
  #dated(assertion: Assertion, time: TimeMention | null): Assertion {
    const { localTime } = this.#context;
    if (time === null || assertion.temporality !== 'recent' || assertion.negated || time.kind !== 'point')
      return assertion;
    const old =
      time.end === null
        ? /year|yr|month/.test(time.text)
        : localTime === undefined
          ? /^in \d{4}$/.test(time.text)
          : time.end < localTime - TWO_WEEKS;
    return old ? { ...assertion, temporality: 'historical', because: [...assertion.because, time.text] } : assertion;
  }

  #addAllergy({ from, to, entry, reactions }: AllergyReading, scope: Scope): void {
    const near = scope.triggers.filter(({ rules }) => rules.some(({ says }) => ALLERGY_AXES.has(says)));
    const said = assertOn(this.#tokens, scope.place.sentence, near, from, to, undefined);
    const finding: AllergyFinding = {
      kind: 'allergy',
      ...this.#base(from, to, scope, entry === null ? { ...said, negated: false } : said),
      name: entry?.name ?? 'no known allergies',
      codings: entry?.codings ?? [],
      rule: 'allergy.statement',
      confidence: CONFIDENCE.allergy,
      none: entry === null,
      reactions,
    };
    this.#findings.push(finding);
  }

  /** What a model marked and no rule found. */
  #fromModel(): void {
    const { model } = this.#context;
    if (model === undefined) return;
    const covered = new Uint8Array(this.#tokens.text.length);
    for (const { span } of this.#findings) covered.fill(1, span.charStart, span.charEnd);
    for (const { charStart, charEnd, kind, score } of model.spans) {
      if (covered.subarray(charStart, charEnd).includes(1)) continue;
      const { place, from, to, triggers, assertion } = assertSpan(
        this.#tokens,
        this.#placed,
        { charStart, charEnd },
        this.#rules,
      );
      if (place === null) continue;
      const times = this.#times(place);
      const base = this.#base(from, to, { place, triggers, times, copiedFrom: null }, assertion);
      const named = { ...base, name: base.text, codings: [], rule: `model.${model.id}`, confidence: score };
      this.#findings.push(
        kind === 'problem'
          ? { kind, ...named }
          : { kind, ...named, drug: { asNeeded: false, status: 'active', step: 0 } },
      );
    }
  }
}

interface Scope {
  readonly place: Placed;
  readonly triggers: readonly Trigger[];
  readonly times: readonly TimeMention[];
  readonly copiedFrom: number | null;
}

const NAMES = BEGINS.drug | BEGINS.problem;

const TWO_WEEKS = 14 * 86_400_000;

const MEASURE_AXES: ReadonlySet<string | undefined> = new Set([
  'historical',
  'hypothetical',
  'family',
  'other',
  undefined,
]);

const ALLERGY_AXES: ReadonlySet<string | undefined> = new Set(['negated', 'family', 'other']);

/** By what of a rule's pattern was there. */
const CONFIDENCE = {
  written: 0.95,
  column: 0.9,
  convention: 0.85,
  missing: 0.5,
  nameless: 0.6,
  dosed: 0.9,
  named: 0.75,
  problem: 0.85,
  abbreviated: 0.7,
  allergy: 0.85,
} as const;

/** Of what is asserted of findings, only what plainly speaks of taking a drug. */
function drugTrigger(tokens: Tokens, { from, to, rules }: Trigger, at: number): boolean {
  const word = tokens.word[from]!;
  if (rules.some(({ says }) => says === 'family' || says === 'other')) return true;
  if (rules.some(({ says }) => says === 'hypothetical'))
    return /^(if|unless|until|should|return|call|come)$/.test(word);
  return (
    rules.some(({ says, acts }) => says === 'negated' && acts === 'forward') &&
    to <= at &&
    at - to <= (/^den/.test(word) ? 2 : 0)
  );
}
