import { type Tokens, tokenize } from './tokens.ts';

interface Node<T> {
  next: Map<string, Node<T>> | null;
  /** What ends here, by whether it must be written exactly so. */
  exact: { readonly spelling: string; readonly value: T }[] | null;
  any: T | null;
}

/** A phrase found at a token. */
export interface Match<T> {
  readonly value: T;
  /** The token after its last. */
  readonly end: number;
}

/** Phrases by their tokens, the longest found first; hyphens between words may be there or not. Looking up takes no longer for more phrases. */
export class PhraseTable<T> {
  readonly #root: Node<T> = { next: null, exact: null, any: null };

  /** Adds a phrase; `cased` where only this spelling is meant (`Na`, `PE`). The first of several with one spelling holds. */
  add(phrase: string, value: T, cased = false): void {
    const { word, count } = tokenize(phrase);
    if (count === 0) return;
    let node = this.#root;
    for (const each of word) {
      if (each === '-') continue;
      node.next ??= new Map();
      let next = node.next.get(each);
      if (next === undefined) {
        next = { next: null, exact: null, any: null };
        node.next.set(each, next);
      }
      node = next;
    }
    if (cased) {
      node.exact ??= [];
      node.exact.push({ spelling: phrase, value });
    } else node.any ??= value;
  }

  /** The words that phrases begin with. */
  firstWords(): Iterable<string> {
    return this.#root.next?.keys() ?? [];
  }

  /** The longest phrase that begins at token `from` and ends before token `limit`. */
  at(tokens: Tokens, from: number, limit: number): Match<T> | null {
    let node = this.#root.next?.get(tokens.word[from]!);
    let found: Match<T> | null = null;
    for (let i = from + 1; node !== undefined; i++) {
      const value = this.#ending(node, tokens, from, i);
      if (value !== null) found = { value, end: i };
      if (i >= limit || node.next === null) break;
      let after: Node<T> | undefined = node.next.get(tokens.word[i]!);
      while (after === undefined && tokens.word[i] === '-' && i + 1 < limit) after = node.next.get(tokens.word[++i]!);
      node = after;
    }
    return found;
  }

  #ending(node: Node<T>, tokens: Tokens, from: number, to: number): T | null {
    if (node.exact !== null) {
      const written = tokens.text.slice(tokens.start[from], tokens.end[to - 1]);
      const same = node.exact.find(({ spelling }) => spelling === written);
      if (same !== undefined) return same.value;
    }
    return node.any;
  }
}
