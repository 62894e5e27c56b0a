import { BEGINS, type CompiledRules, type ContextRule, type ContextValue } from './rules.ts';
import { joined, type Tokens } from './tokens.ts';

/** What the words around a finding say of it. */
export interface Assertion {
  readonly negated: boolean;
  readonly uncertain: boolean;
  readonly temporality: 'recent' | 'historical' | 'hypothetical';
  readonly experiencer: 'patient' | 'family' | 'other';
  /** The words that say so, in the order of the text. */
  readonly because: readonly string[];
}

/** A trigger found in a sentence. */
export interface Trigger {
  readonly from: number;
  readonly to: number;
  readonly rules: readonly ContextRule[];
}

/** The triggers between two tokens, the longest at each place; what only looks like one is passed over. */
export function findTriggers(
  tokens: Tokens,
  from: number,
  to: number,
  { context, begins }: CompiledRules,
): readonly Trigger[] {
  const found: Trigger[] = [];
  for (let i = from; i < to; i++) {
    if (((begins.get(tokens.word[i]!) ?? 0) & BEGINS.context) === 0) continue;
    const match = context.at(tokens, i, to);
    if (match === null) continue;
    const rules = match.value.filter((rule) => rule.atEnd !== true || endsThere(tokens, match.end, to));
    if (rules.length === 0 && match.value.length > 0) continue;
    if (rules.length > 0) found.push({ from: i, to: match.end, rules });
    i = match.end - 1;
  }
  return found;
}

function endsThere(tokens: Tokens, at: number, to: number): boolean {
  return at >= to || /^[.,;)]$/.test(tokens.word[at]!);
}

/**
 * What the triggers of a sentence say of the tokens [from, to). A trigger acts up to the end of the sentence, its own reach or the next
 * termination of its axis; triggers within the finding itself do not count.
 */
export function assertOn(
  tokens: Tokens,
  sentence: { readonly from: number; readonly to: number },
  triggers: readonly Trigger[],
  from: number,
  to: number,
  section: ContextValue | undefined,
): Assertion {
  const said = new Set<ContextValue>();
  const because: string[] = [];
  const say = (value: ContextValue, words: string) => {
    said.add(value);
    because.push(words);
  };
  for (const trigger of triggers) {
    for (const rule of trigger.rules) {
      if (rule.says === undefined || said.has(rule.says) || rule.acts === 'terminate' || rule.acts === 'pseudo')
        continue;
      const forward = rule.acts !== 'backward' && trigger.to <= from;
      const backward = rule.acts !== 'forward' && trigger.from >= to;
      if (!forward && !backward) continue;
      const [begin, end] = forward ? [trigger.to, from] : [to, trigger.from];
      if (end - begin > (rule.within ?? Number.POSITIVE_INFINITY)) continue;
      if (
        triggers.some((other) => other !== trigger && other.from >= begin && other.to <= end && ends(other, rule.says!))
      )
        continue;
      say(rule.says, tokens.text.slice(tokens.start[trigger.from], tokens.end[trigger.to - 1]));
    }
  }
  const sign = signBefore(tokens, sentence.from, from);
  if (sign === 'negated' && !said.has('negated')) say('negated', '-');
  if (sign === 'affirmed') said.delete('negated');
  if (section !== undefined && !said.has(section) && !(section === 'historical' && said.has('hypothetical')))
    say(section, 'section');
  return {
    negated: said.has('negated'),
    uncertain: said.has('uncertain') && !said.has('negated'),
    temporality: said.has('hypothetical') ? 'hypothetical' : said.has('historical') ? 'historical' : 'recent',
    experiencer: said.has('family') ? 'family' : said.has('other') ? 'other' : 'patient',
    because,
  };
}

function ends({ rules }: Trigger, axis: ContextValue): boolean {
  return rules.some(({ acts, says }) => acts === 'terminate' && (says === undefined || says === axis));
}

/** `-fever`, `(-) fever`, `[ ] fever` are negated; `+cough`, `[x] cough` are not; a dash that begins a list item says nothing. */
function signBefore(tokens: Tokens, begin: number, from: number): 'negated' | 'affirmed' | null {
  const { word } = tokens;
  const i = from - 1;
  if (i < begin) return null;
  const mark = word[i]!;
  if (mark === ']') {
    if (word[i - 1] === '[' && i - 1 >= begin) return 'negated';
    return word[i - 1] === 'x' && word[i - 2] === '[' && i - 2 >= begin ? 'affirmed' : null;
  }
  if (mark === ')' && word[i - 2] === '(' && i - 2 >= begin)
    return word[i - 1] === '-' ? 'negated' : word[i - 1] === '+' ? 'affirmed' : null;
  if (mark === '+') return 'affirmed';
  if (mark !== '-') return null;
  const lineStart = i === 0 || tokens.line[i - 1] !== tokens.line[i];
  if (lineStart) return joined(tokens, from) ? 'negated' : null;
  const before = word[i - 1]!;
  return /^[,:;(+]$/.test(before) || (joined(tokens, from) && !joined(tokens, i)) ? 'negated' : null;
}
