/** A piece of a word as a model's vocabulary has it, with the characters it stands for. */
export interface WordPiece {
  readonly id: number;
  readonly charStart: number;
  readonly charEnd: number;
  /** First piece of its word. */
  readonly first: boolean;
}

/** Longest word that is cut into pieces; a longer one is unknown (as in BERT). */
const LONGEST_WORD = 100;

/** A vocabulary of WordPiece (Devlin 2019): one piece a line, continuations after `##`; `[UNK]`, `[CLS]` and `[SEP]` among them. */
export class WordPieces {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #lowerCase: boolean;
  readonly #unknown: number;
  readonly begin: number;
  readonly end: number;

  /** @throws RangeError where a special piece is missing */
  constructor(vocabulary: string, lowerCase: boolean) {
    this.#ids = new Map(vocabulary.split(/\r?\n/).map((piece, id) => [piece, id]));
    this.#lowerCase = lowerCase;
    const special = (piece: string) => {
      const id = this.#ids.get(piece);
      if (id === undefined) throw new RangeError(`the vocabulary has no ${piece}`);
      return id;
    };
    this.#unknown = special('[UNK]');
    this.begin = special('[CLS]');
    this.end = special('[SEP]');
  }

  /** The pieces of a text: words at blanks and marks, each cut into its longest known pieces from the left. */
  cut(text: string): readonly WordPiece[] {
    const pieces: WordPiece[] = [];
    for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu))
      this.#cutWord(match[0], match.index, pieces);
    return pieces;
  }

  #cutWord(word: string, at: number, pieces: WordPiece[]): void {
    const plain = this.#lowerCase ? word.toLowerCase() : word;
    const found: WordPiece[] = [];
    const whole = { id: this.#unknown, charStart: at, charEnd: at + word.length, first: true };
    // A letter whose lower case has another length would shift what follows.
    if (plain.length !== word.length || word.length > LONGEST_WORD) {
      pieces.push(whole);
      return;
    }
    for (let from = 0; from < plain.length; ) {
      let to = plain.length;
      let id: number | undefined;
      for (; to > from && id === undefined; to--) id = this.#ids.get((from > 0 ? '##' : '') + plain.slice(from, to));
      if (id === undefined) {
        pieces.push(whole);
        return;
      }
      found.push({ id, charStart: at + from, charEnd: at + to + 1, first: from === 0 });
      from = to + 1;
    }
    pieces.push(...found);
  }
}
