import { type Assertion, assertOn, findTriggers } from './assertion.ts';
import { type CompiledRules, compileRules, type NoteRules, noteRules } from './rules.ts';
import { type Placed, placeSentences } from './sections.ts';
import { splitSentences } from './sentences.ts';
import { type Tokens, tokenize } from './tokens.ts';

/** What the text says of spans that something else found: ConText for any finder. One assertion for each span, in their order. */
export function assertSpans(
  text: string,
  spans: readonly { readonly charStart: number; readonly charEnd: number }[],
  rules: NoteRules = noteRules,
): readonly Assertion[] {
  const compiled = compileRules(rules);
  const tokens = tokenize(text);
  const placed = placeSentences(tokens, splitSentences(tokens), compiled);
  return spans.map((span) => assertSpan(tokens, placed, span, compiled).assertion);
}

/** The sentence and the tokens a span of characters stands in, with what is asserted of it. */
export function assertSpan(
  tokens: Tokens,
  placed: readonly Placed[],
  { charStart, charEnd }: { readonly charStart: number; readonly charEnd: number },
  rules: CompiledRules,
) {
  let low = 0;
  for (let high = placed.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if (tokens.start[placed[middle]!.sentence.from]! <= charStart) low = middle;
    else high = middle - 1;
  }
  const place = placed[low];
  if (place === undefined) return { place: null, from: 0, to: 0, triggers: [], assertion: NOTHING_SAID };
  const { from: begin, to: limit } = place.sentence;
  let from = begin;
  while (from + 1 < limit && tokens.end[from]! <= charStart) from++;
  let to = from + 1;
  while (to < limit && tokens.start[to]! < charEnd) to++;
  const triggers = findTriggers(tokens, place.body, limit, rules);
  const assertion = assertOn(tokens, place.sentence, triggers, from, to, place.says);
  return { place, from, to, triggers, assertion };
}

const NOTHING_SAID: Assertion = {
  negated: false,
  uncertain: false,
  temporality: 'recent',
  experiencer: 'patient',
  because: [],
};
