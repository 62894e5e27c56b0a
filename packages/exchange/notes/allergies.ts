import { allergens, noAllergies, reactionWords } from './allergies.data.ts';
import type { AllergyFinding } from './finding.ts';
import type { Match } from './phrases.ts';
import type { CompiledRules, LexiconEntry } from './rules.ts';
import type { Placed } from './sections.ts';
import type { Tokens } from './tokens.ts';

/** A name found at a token. */
export interface Named {
  readonly at: number;
  readonly match: Match<LexiconEntry>;
}

/** An allergy read in a sentence; `entry` null where none is known. */
export interface AllergyReading {
  readonly from: number;
  readonly to: number;
  readonly entry: LexiconEntry | null;
  readonly reactions: AllergyFinding['reactions'];
}

/** The end of a span, past the bracket that closes one opened within it. */
function closed(tokens: Tokens, from: number, end: number, most: number): number {
  let open = 0;
  for (let i = from; i < end; i++) open += tokens.word[i] === '(' ? 1 : tokens.word[i] === ')' ? -1 : 0;
  return open > 0 && end < most && tokens.word[end] === ')' ? end + 1 : end;
}

/** Allergies of a sentence that speaks of them, with the reactions that stand after each; empty where it names no substance. */
export function readAllergies(
  tokens: Tokens,
  rules: CompiledRules,
  { body, section, sentence: { to } }: Placed,
  drugs: readonly Named[],
  taken: (token: number) => boolean,
): readonly AllergyReading[] {
  for (let i = body; i < to; i++) {
    const none = noAllergies.at(tokens, i, to);
    if (none !== null) return [{ from: i, to: none.end, entry: null, reactions: [] }];
  }
  const bare = section === 'allergies' && /^(none|nil|no|denies)$/.test(tokens.word[body]!);
  if (bare && (body + 1 >= to || /^(\.|known|,|reported)$/.test(tokens.word[body + 1]!))) {
    return [{ from: body, to: body + 1, entry: null, reactions: [] }];
  }
  const named = [...drugs];
  for (let i = body; i < to; i++) {
    const match = taken(i) ? null : allergens.at(tokens, i, to);
    if (match !== null && !drugs.some(({ at, match: drug }) => at <= i && i < drug.end)) named.push({ at: i, match });
  }
  named.sort((a, b) => a.at - b.at);
  return named.map(({ at, match }, n) => {
    const reactions: { readonly name: string; readonly codings: LexiconEntry['codings'] }[] = [];
    let end = match.end;
    for (let i = match.end; i < (named[n + 1]?.at ?? to); i++) {
      const reaction = reactionWords.at(tokens, i, to) ?? rules.problems.at(tokens, i, to);
      if (reaction === null) continue;
      reactions.push({ name: reaction.value.name, codings: reaction.value.codings });
      i = reaction.end - 1;
      end = reaction.end;
    }
    return { from: at, to: closed(tokens, at, end, to), entry: match.value, reactions };
  });
}
