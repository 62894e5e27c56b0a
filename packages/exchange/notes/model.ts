/** What a model marked in a text. */
export interface ModelSpan {
  /** UTF-16 code units, end exclusive. */
  readonly charStart: number;
  readonly charEnd: number;
  readonly kind: 'problem' | 'drug';
  /** 0 to 1, the model's own. */
  readonly score: number;
}

/** A model that marks spans. Its findings are derived from text like all others, and say which model made them. */
export interface NoteModel {
  /** Name and version: `clinical-ner 1.2`. */
  readonly id: string;
  spans(text: string): Promise<readonly ModelSpan[]>;
}
