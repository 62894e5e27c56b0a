import type { NoteSection } from './finding.ts';
import type { CompiledRules, ContextValue } from './rules.ts';
import type { SectionKind } from './sections.data.ts';
import { itemLength, type Sentence } from './sentences.ts';
import { MARK, type Tokens, WORD } from './tokens.ts';

/** The section a sentence stands in, and where its own words begin. */
export interface Placed {
  readonly sentence: Sentence;
  /** First token after list mark and header. */
  readonly body: number;
  readonly section: SectionKind;
  readonly says: ContextValue | undefined;
  /** Tokens of a header that begins here; empty where none does. */
  readonly header: readonly [from: number, to: number];
}

/** Headers so short that only a colon after them makes them one. */
const SHORT = 4;
/** Words of a heading that is in no list. */
const UNKNOWN_WORDS = 6;

/** Follows the headers through the sentences: SecTag's idea (Denny 2009) with a list of headers, and headings in capitals. */
export function placeSentences(
  tokens: Tokens,
  sentences: readonly Sentence[],
  rules: CompiledRules,
): readonly Placed[] {
  let section: SectionKind = 'unknown';
  let says: ContextValue | undefined;
  return sentences.map((sentence): Placed => {
    const { from, to } = sentence;
    const start = Math.min(to, from + itemLength(tokens, from));
    const known = rules.sections.at(tokens, start, to);
    if (known !== null) {
      const colon = tokens.word[known.end] === ':' && known.end < to;
      const alone = known.end === to && start === from && beginsLine(tokens, from) && endsLine(tokens, to);
      const long = tokens.end[known.end - 1]! - tokens.start[start]! > SHORT;
      if (colon || (alone && long)) {
        section = known.value.kind;
        says = known.value.says;
        const body = colon ? known.end + 1 : known.end;
        return { sentence, body, section, says, header: [start, body] };
      }
    }
    if (beginsLine(tokens, from) && isHeading(tokens, start, to)) {
      section = 'unknown';
      says = undefined;
      return { sentence, body: to, section, says, header: [start, to] };
    }
    return { sentence, body: start, section, says, header: [start, start] };
  });
}

function beginsLine(tokens: Tokens, i: number): boolean {
  return i === 0 || tokens.line[i - 1] !== tokens.line[i];
}

function endsLine(tokens: Tokens, to: number): boolean {
  return to >= tokens.count || tokens.line[to] !== tokens.line[to - 1];
}

/** A line of a few words that ends with a colon, or is all in capitals. */
function isHeading(tokens: Tokens, from: number, to: number): boolean {
  if (!endsLine(tokens, to) || to - from < 1 || to - from > UNKNOWN_WORDS + 1) return false;
  const colon = tokens.word[to - 1] === ':';
  const last = colon ? to - 1 : to;
  let letters = 0;
  for (let i = from; i < last; i++) {
    if (tokens.kind[i] === WORD) letters += tokens.end[i]! - tokens.start[i]!;
    else if (tokens.kind[i] !== MARK || !/^[/&,()-]$/.test(tokens.word[i]!)) return false;
  }
  if (letters < 4) return false;
  const text = tokens.text.slice(tokens.start[from], tokens.end[last - 1]);
  return colon || (text === text.toUpperCase() && letters > 6);
}

/** The sections of a text, each up to the next. */
export function sectionsOf(tokens: Tokens, placed: readonly Placed[]): readonly NoteSection[] {
  const found: { kind: NoteSection['kind']; header: string; charStart: number }[] = [];
  for (const { section, header } of placed) {
    const [from, to] = header;
    if (to === from) continue;
    const text = tokens.text.slice(tokens.start[from], tokens.end[to - 1]);
    found.push({ kind: section, header: text.replace(/\s*:$/, ''), charStart: tokens.start[from]! });
  }
  return found.map((each, i) => ({ ...each, charEnd: found[i + 1]?.charStart ?? tokens.text.length }));
}
