import type { ModelSpan } from './model.ts';

/** What a label of a model means here; null for what is left out (`O`, and labels of other kinds). */
export type LabelMeaning = Readonly<Record<string, ModelSpan['kind'] | null>>;

/** Labels that models of clinical text use, by their words. */
export function meaningOf(label: string): ModelSpan['kind'] | null {
  if (/problem|disease|disorder|symptom|diagnos|condition|finding/i.test(label)) return 'problem';
  return /drug|medic|chemical|treatment/i.test(label) ? 'drug' : null;
}

/** A place with the label and the score a model gave it. */
export interface Labelled {
  readonly charStart: number;
  readonly charEnd: number;
  /** `B-Problem`, `I-Problem`, `O`. */
  readonly label: string;
  readonly score: number;
}

/** Joins labelled places into spans: a `B-` begins one, an `I-` of the same label goes on, also where no `B-` came before. The score is the mean. */
export function spansOf(places: readonly Labelled[], meanings: LabelMeaning = {}): readonly ModelSpan[] {
  const open: { readonly name: string; readonly charStart: number; charEnd: number; readonly scores: number[] }[] = [];
  let last: (typeof open)[number] | null = null;
  for (const { charStart, charEnd, label, score } of places) {
    const [, mark, name] = /^(?:([BI])-)?(.*)$/.exec(label)!;
    if (name === 'O' || name === '') last = null;
    else if (last !== null && last.name === name && mark !== 'B') {
      last.charEnd = charEnd;
      last.scores.push(score);
    } else {
      last = { name: name!, charStart, charEnd, scores: [score] };
      open.push(last);
    }
  }
  return open.flatMap(({ name, charStart, charEnd, scores }): ModelSpan[] => {
    const kind = Object.hasOwn(meanings, name) ? meanings[name]! : meaningOf(name);
    if (kind === null) return [];
    return [{ charStart, charEnd, kind, score: scores.reduce((sum, each) => sum + each, 0) / scores.length }];
  });
}
