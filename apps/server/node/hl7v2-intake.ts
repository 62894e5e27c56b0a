import { CodedError, type Decoded, type Problem } from '@gemel/core';
import { acknowledgements, type Verdict } from '@gemel/exchange/hl7v2/acknowledge';
import { stampAt } from '@gemel/exchange/hl7v2/encode';
import { type Taking, takeMessage } from '@gemel/exchange/hl7v2/take';
import { serverErrors } from '../errors.data.ts';
import { Quarantine } from './quarantine.ts';
import { sha256, type World } from './world.ts';

export interface IntakeOptions {
  readonly world: World;
  /** Zone of times that neither themselves nor MSH-7 state one for. */
  readonly zone?: string;
  /** Name of the feed in provenance. */
  readonly name?: string;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly peer: string;
  readonly taking: Taking;
  readonly done: (verdict: Verdict) => void;
}

/** Messages that go into the log together at most: one wait for the disk serves them all. */
const TOGETHER = 500;

/**
 * Takes HL7 v2 messages into the log. A verdict is given only once the log, or the quarantine, has the message on the disk.
 * What comes while the log is being written goes in with the next write.
 */
export class Hl7v2Intake {
  readonly quarantine: Quarantine;
  readonly #options: IntakeOptions;
  #waiting: Waiting[] = [];
  #writing = false;
  #count = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.quarantine = new Quarantine(options.world.store);
  }

  /** What is sent back for one message. */
  async answer(bytes: Uint8Array, peer: string): Promise<readonly Uint8Array[]> {
    const verdict = await this.take(bytes, peer);
    const now = this.#options.world.clock();
    const controlId = `G${now.toString(36).toUpperCase()}${(this.#count++).toString(36).toUpperCase()}`;
    return acknowledgements(bytes, verdict, { stamp: stampAt(now, 0), controlId });
  }

  /** Takes one message, or puts it into quarantine. */
  async take(bytes: Uint8Array, peer: string): Promise<Verdict> {
    const verdict = await this.admit(bytes, peer);
    if (verdict.outcome !== 'taken') {
      await this.quarantine.put(bytes, verdict.problems, peer, this.#options.world.clock());
    }
    return verdict;
  }

  /** Takes one message whole, or none of it. */
  admit(bytes: Uint8Array, peer: string): Promise<Verdict> {
    const { name = 'mllp', zone } = this.#options;
    const given = {
      name: `${name}:${peer.replace(/:\d+$/, '')}`,
      sha256: sha256(bytes),
      ...(zone !== undefined && { zone }),
    };
    const taking = takeMessage(bytes, given);
    if (taking.verdict.outcome !== 'taken') return Promise.resolve(taking.verdict);
    return new Promise((done) => {
      this.#waiting.push({ bytes, peer, taking, done });
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
      const problem = await this.#log(batch);
      if (problem === null) for (const { done } of batch) done({ outcome: 'taken', problems: [] });
      else if (batch.length === 1) batch[0]!.done({ outcome: 'error', problems: [problem] });
      else {
        for (const one of batch) {
          const own = await this.#log([one]);
          one.done(own === null ? { outcome: 'taken', problems: [] } : { outcome: 'error', problems: [own] });
        }
      }
    }
    this.#writing = false;
  }

  async #log(batch: readonly Waiting[]): Promise<Problem | null> {
    const { world, name = 'mllp' } = this.#options;
    const bytes = batch.reduce((sum, one) => sum + one.bytes.length, 0);
    const hash =
      batch.length === 1 ? sha256(batch[0]!.bytes) : sha256(batch.map((one) => sha256(one.bytes)).join('\n'));
    try {
      await world.hub.admit(elements(batch), { name, sha256: hash, format: 'hl7v2', bytes });
      return null;
    } catch (error) {
      if (error instanceof CodedError) return error.toJSON();
      return serverErrors.problem('server-internal', error instanceof Error ? error.message : String(error));
    }
  }
}

function* elements(batch: readonly Waiting[]): Generator<Decoded, void, void> {
  for (const { taking } of batch) yield* taking.decoded;
}
