import { CodedError, type Problem } from '@gemel/core';
import type { MqttMessage } from '@gemel/exchange/device/node/mqtt/message';
import { readMessage } from '@gemel/exchange/device/node/mqtt/message';
import type { TopicPattern } from '@gemel/exchange/device/topic';
import { serverErrors } from '../errors.data.ts';
import { Quarantine, type Quarantined } from './quarantine.ts';
import { SharedWrite } from './shared-write.ts';
import type { World } from './world.ts';

export interface MqttIntakeOptions {
  readonly world: World;
  readonly pattern: TopicPattern;
  readonly zone?: string;
}

/**
 * Takes messages of devices into the log. What can be taken is; a message of which anything was refused waits in quarantine
 * besides, so that replaying it mended adds what was missing (what is there already is a duplicate).
 */
export class MqttIntake {
  readonly quarantine: Quarantine;
  readonly #options: MqttIntakeOptions;
  readonly #log: SharedWrite;

  constructor(options: MqttIntakeOptions) {
    this.#options = options;
    this.quarantine = new Quarantine(options.world.store);
    this.#log = new SharedWrite(options.world, { name: 'mqtt', format: 'mqtt' });
  }

  /**
   * Resolves once the log has the message on the disk, and the quarantine what was refused of it.
   * @throws the error for which the log could not take it: it must not be acknowledged
   */
  async take(message: MqttMessage): Promise<void> {
    const { topic, subject, device, payload } = message;
    const problems = await this.#admit(message);
    if (problems.length === 0) return;
    const waiting = { feed: 'mqtt', message: payload, problems, peer: device, topic } as const;
    await this.quarantine.put(waiting, this.#options.world.clock(), [subject]);
  }

  /** Takes a message that waited, as it was or mended; what is refused of it. @throws server-request-invalid for another topic */
  async admit({ topic = '', at }: Quarantined, payload: Uint8Array): Promise<readonly Problem[]> {
    const { pattern, zone } = this.#options;
    const message = readMessage(topic, payload, pattern, { zone, received: at as never });
    if (message === null) {
      const words = `"${topic}" is no topic of ${pattern.filter}, or the message is too long`;
      throw serverErrors.error('server-request-invalid', words, { field: 'topic' });
    }
    return this.#admit(message);
  }

  async #admit({ payload, decoded }: MqttMessage): Promise<readonly Problem[]> {
    const unread = decoded.flatMap(({ fate, problems }) => (fate === 'refused' ? problems : []));
    const readable = decoded.filter(({ fate }) => fate !== 'refused');
    if (readable.length === 0) return unread;
    const { failed, refused } = await this.#log.write({ bytes: payload, decoded: readable });
    // What the store could not do now it may do when the message comes again; anything else would only fail again.
    if (failed?.code.startsWith('store-')) throw new CodedError(failed);
    return [...unread, ...(failed === null ? refused : [failed])];
  }
}
