import type { LossAccount, Problem } from '@gemel/core';

/** What finally became of one element of a source. */
export type Outcome = 'mapped' | 'kept' | 'duplicates' | 'refused';

export interface Source {
  readonly name: string;
  readonly sha256: string;
  readonly format: string;
  readonly bytes: number;
}

type Counts = Record<Outcome, number>;

const none = (): Counts => ({ mapped: 0, kept: 0, duplicates: 0, refused: 0 });

/** Counts what became of each element; each is counted once, so that the four always add up to `entries`. */
export class LossAccountBook {
  readonly #source: Source;
  readonly #counts = none();
  readonly #byType = new Map<string, Counts>();
  readonly #problems: Problem[] = [];
  readonly #grouped = new Map<string, { readonly index: number; count: number }>();
  #truncated = false;

  constructor(source: Source) {
    this.#source = source;
  }

  count(type: string, outcome: Outcome): void {
    this.#counts[outcome]++;
    let own = this.#byType.get(type);
    if (own === undefined) {
      own = none();
      this.#byType.set(type, own);
    }
    own[outcome]++;
  }

  problem(problem: Problem): void {
    if (problem.code.endsWith('-truncated')) this.#truncated = true;
    this.#problems.push(problem);
  }

  /** A problem that thousands of elements may share is listed once, at its first place, with how often it came. */
  grouped(key: string, problem: Problem): void {
    const known = this.#grouped.get(key);
    if (known !== undefined) known.count++;
    else {
      this.#grouped.set(key, { index: this.#problems.length, count: 1 });
      this.#problems.push(problem);
    }
  }

  get entries(): number {
    const { mapped, kept, duplicates, refused } = this.#counts;
    return mapped + kept + duplicates + refused;
  }

  account(): LossAccount {
    const problems = [...this.#problems];
    for (const { index, count } of this.#grouped.values()) {
      const first = problems[index]!;
      if (count > 1) problems[index] = { ...first, message: `${first.message} ${count} times in this source.` };
    }
    const { name, sha256, format, bytes } = this.#source;
    return {
      source: name,
      sha256,
      format,
      bytes,
      entries: this.entries,
      ...this.#counts,
      byType: Object.fromEntries(this.#byType),
      problems,
      truncated: this.#truncated,
    };
  }
}
