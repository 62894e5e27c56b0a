import type { Instant } from '@gemel/core/time';
import { connect, type IClientOptions } from 'mqtt';
import type { TopicPattern } from '../../topic.ts';
import { readMessage, type Take } from './message.ts';

export interface MqttSubscriberOptions {
  /** `mqtt://host:1883`, `mqtts://…`, `ws://…`. */
  readonly url: string;
  /** Identity of the session: under the same one, the broker keeps what came while nobody listened. */
  readonly client: string;
  readonly pattern: TopicPattern;
  /** Zone for payloads with local times. */
  readonly zone?: string;
  readonly clock: () => Instant;
  /** User, password and certificates. */
  readonly access?: Pick<IClientOptions, 'username' | 'password' | 'ca' | 'cert' | 'key'>;
  readonly take: Take;
  /** Told of a message whose topic does not fit or that is too long; it is acknowledged, or it would come for ever. */
  readonly refused?: (topic: string) => void;
}

export interface MqttSubscriber {
  close(): Promise<void>;
}

/**
 * Subscribes to a broker with QoS 1. A message is acknowledged only after `take` has resolved; where it rejects, the connection
 * is dropped and made anew, and the broker sends the message again. One message is taken at a time: where speed matters,
 * devices put many values into one message.
 */
export async function subscribeMqtt(options: MqttSubscriberOptions): Promise<MqttSubscriber> {
  const { url, client: clientId, pattern, zone, clock, access, take, refused } = options;
  const client = connect(url, { ...access, clientId, clean: false, reconnectPeriod: 500, manualConnect: true });
  // Set before the first connection: what a broker kept for this session comes at once.
  client.handleMessage = (packet, done) => {
    const message = readMessage(packet.topic, packet.payload, pattern, { zone, received: clock() });
    if (message === null) {
      refused?.(packet.topic);
      done();
      return;
    }
    take(message).then(
      () => done(),
      () => void client.stream.destroy(),
    );
  };
  const connected = new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  client.connect();
  try {
    await connected;
  } catch (error) {
    await client.endAsync(true);
    throw error;
  }
  // A later fault of the connection is mended by the next one.
  client.on('error', () => {});
  await client.subscribeAsync(pattern.filter, { qos: 1 });
  return { close: () => client.endAsync() };
}
