import { acknowledgements, type Verdict } from '@gemel/exchange/hl7v2/acknowledge';
import { stampAt } from '@gemel/exchange/hl7v2/encode';
import type { TakingPool } from '@gemel/exchange/hl7v2/node/taking-pool';
import { takeMessage } from '@gemel/exchange/hl7v2/take';
import { Quarantine } from './quarantine.ts';
import { SharedWrite } from './shared-write.ts';
import { sha256, type World } from './world.ts';

export interface IntakeOptions {
  readonly world: World;
  /** Zone of times that neither themselves nor MSH-7 state one for. */
  readonly zone?: string;
  /** Name of the feed in provenance. */
  readonly name?: string;
  /** Threads that read the messages; without them each is read where it comes in. */
  readonly readers?: TakingPool;
}

/** Takes HL7 v2 messages into the log. A verdict is given only once the log, or the quarantine, has the message on the disk. */
export class Hl7v2Intake {
  readonly quarantine: Quarantine;
  readonly #options: IntakeOptions;
  readonly #log: SharedWrite;
  #count = 0;

  constructor(options: IntakeOptions) {
    const { world, name = 'mllp' } = options;
    this.#options = options;
    this.quarantine = new Quarantine(world.store);
    this.#log = new SharedWrite(world, { name, format: 'hl7v2' });
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
    const { outcome, problems } = verdict;
    if (outcome !== 'taken') {
      await this.quarantine.put({ feed: 'hl7v2', message: bytes, problems, peer }, this.#options.world.clock());
    }
    return verdict;
  }

  /**
   * Takes one message whole, or none of it; but where a value is refused only at admission (a unit that does not measure what
   * the code says), the others are in by then, and the message in error all the same: mended, it adds what was missing.
   */
  async admit(bytes: Uint8Array, peer: string): Promise<Verdict> {
    const { name = 'mllp', zone, readers } = this.#options;
    const given = {
      name: `${name}:${peer.replace(/:\d+$/, '')}`,
      sha256: sha256(bytes),
      ...(zone !== undefined && { zone }),
    };
    const { decoded, verdict } = readers === undefined ? takeMessage(bytes, given) : await readers.take(bytes, given);
    if (verdict.outcome !== 'taken') return verdict;
    const { failed, refused } = await this.#log.write({ bytes, decoded });
    const problems = failed === null ? refused : [failed];
    return problems.length === 0 ? verdict : { outcome: 'error', problems };
  }
}
