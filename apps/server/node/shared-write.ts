import { CodedError, type Decoded, type Problem } from '@gemel/core';
import { serverErrors } from '../errors.data.ts';
import { sha256, type World } from './world.ts';

/** A message that was decoded, to go into the log. */
export interface Incoming {
  readonly bytes: Uint8Array;
  readonly decoded: readonly Decoded[];
}

/** What became of it: in the log on the disk but for what admission refused; or not in at all, and why. */
export type Written =
  | { readonly failed: null; readonly refused: readonly Problem[] }
  | { readonly failed: Problem; readonly refused: readonly [] };

interface Waiting extends Incoming {
  readonly done: (written: Written) => void;
}

/** Messages that go into the log together at most: one wait for the disk serves them all. */
const TOGETHER = 500;

/** Takes messages of a feed into the log. What comes while the log is being written goes in with the next write. */
export class SharedWrite {
  readonly #world: World;
  readonly #source: { readonly name: string; readonly format: string };
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(world: World, source: { readonly name: string; readonly format: string }) {
    this.#world = world;
    this.#source = source;
  }

  /** Resolves once the log has the message on the disk, or could not take it; never rejects. */
  write(incoming: Incoming): Promise<Written> {
    return new Promise((done) => {
      this.#waiting.push({ ...incoming, done });
      if (!this.#writing) void this.#write();
    });
  }

  /** Writes what waits, again and again until nothing does. */
  async #write(): Promise<void> {
    this.#writing = true;
    // Messages that arrive in the same turn go in together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, TOGETHER);
      this.#waiting = this.#waiting.slice(TOGETHER);
      const written = await this.#log(batch);
      // One that the log cannot take must not keep the others out.
      const each = 'code' in written && batch.length > 1 ? batch.map((one) => this.#log([one])) : null;
      for (const [i, { done }] of batch.entries()) {
        const own = each === null ? written : await each[i]!;
        if ('code' in own) done({ failed: own, refused: [] });
        else done({ failed: null, refused: own[each === null ? i : 0]! });
      }
    }
    this.#writing = false;
  }

  /** What admission refused of each message; or why none of them is in. */
  async #log(batch: readonly Incoming[]): Promise<readonly (readonly Problem[])[] | Problem> {
    const bytes = batch.reduce((sum, one) => sum + one.bytes.length, 0);
    const hash =
      batch.length === 1 ? sha256(batch[0]!.bytes) : sha256(batch.map((one) => sha256(one.bytes)).join('\n'));
    const refused: Problem[][] = batch.map(() => []);
    const whose = batch.flatMap(({ decoded }, i) => decoded.map(() => i));
    try {
      const { refusals } = await this.#world.hub.admit(elements(batch), { ...this.#source, sha256: hash, bytes });
      for (const { element, problem } of refusals) refused[whose[element]!]!.push(problem);
      return refused;
    } catch (error) {
      if (error instanceof CodedError) return error.toJSON();
      return serverErrors.problem('server-internal', error instanceof Error ? error.message : String(error));
    }
  }
}

function* elements(batch: readonly Incoming[]): Generator<Decoded, void, void> {
  for (const { decoded } of batch) yield* decoded;
}
