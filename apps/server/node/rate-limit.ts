/** Counts what each client sends, and says how long one that sent too much must wait. */
export class RateLimit {
  readonly #most: number;
  readonly #window: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { level: number; at: number }>();
  #swept = 0;

  /** @param most requests in `window` ms, all at once or spread */
  constructor(most: number, window: number, now: () => number) {
    this.#most = most;
    this.#window = window;
    this.#now = now;
  }

  /** Counts one; seconds to wait where it is too many, else 0. A bucket that leaks as fast as requests may come. */
  take(client: string): number {
    const now = this.#now();
    this.#sweep(now);
    const leak = this.#most / this.#window;
    const bucket = this.#buckets.get(client) ?? { level: 0, at: now };
    // A clock that is set back takes nothing from anybody.
    const level = Math.max(0, bucket.level - Math.max(0, now - bucket.at) * leak);
    if (level + 1 > this.#most) {
      this.#buckets.set(client, { level, at: now });
      return Math.ceil((level + 1 - this.#most) / leak / 1000);
    }
    this.#buckets.set(client, { level: level + 1, at: now });
    return 0;
  }

  /** Lets go of clients that have long been quiet. */
  #sweep(now: number): void {
    if (now - this.#swept < this.#window) return;
    this.#swept = now;
    for (const [client, { at }] of this.#buckets) if (now - at >= this.#window) this.#buckets.delete(client);
  }
}
