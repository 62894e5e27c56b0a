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
  const spans: ModelSpan[] = [];
  let open: { name: string; from: number; to: number; scores: number[] } | null = null;
  const close = () => {
    const kind =
      open === null ? null : Object.hasOwn(meanings, open.name) ? meanings[open.name]! : meaningOf(open.name);
    if (open !== null && kind !== null) {
      const score = open.scores.reduce((sum, each) => sum + each, 0) / open.scores.length;
      spans.push({ charStart: open.from, charEnd: open.to, kind, score });
    }
    open = null;
  };
  for (const { charStart, charEnd, label, score } of places) {
    const [, mark, name] = /^(?:([BI])-)?(.*)$/.exec(label)!;
    if (name === 'O' || name === '') {
      close();
      continue;
    }
    if (open !== null && (open as { name: string }).name === name && mark !== 'B') {
      const current = open as { to: number; scores: number[] };
      current.to = charEnd;
      current.scores.push(score);
    } else {
      close();
      open = { name: name!, from: charStart, to: charEnd, scores: [score] };
    }
  }
  close();
  return spans;
}
