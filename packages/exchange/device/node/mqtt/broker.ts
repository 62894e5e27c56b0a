import { Aedes } from 'aedes';
import { type ListenOptions, listen } from '../../../node/listen.ts';
import type { TopicAddress, TopicPattern } from '../../topic.ts';
import { readMessage, type Take } from './message.ts';

export interface MqttBrokerOptions extends ListenOptions {
  readonly pattern: TopicPattern;
  /** Zone for payloads with local times. */
  readonly zone?: string;
  /** Who may connect. */
  readonly authenticate: (
    client: string,
    user: string | undefined,
    password: Uint8Array | undefined,
  ) => Promise<boolean>;
  /** Whether a client may speak for a subject and device. */
  readonly allowed: (client: string, address: TopicAddress) => boolean;
  readonly take: Take;
}

export interface MqttBroker {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A broker for devices: they publish, nobody subscribes. A QoS 1 message is acknowledged only after `take` has resolved, in the
 * order of the messages of its client; where `take` rejects, or the topic is not the client's own, the connection is closed
 * without an acknowledgement, so that the device keeps the message.
 */
export async function listenMqtt(options: MqttBrokerOptions): Promise<MqttBroker> {
  const { pattern, zone, allowed, take } = options;
  const turns = new Map<string, Promise<void>>();
  const broker = await Aedes.createBroker({
    authenticate: (client, user, password, done) => {
      options.authenticate(client.id, user, password).then(
        (known) => done(null, known),
        () => done(null, false),
      );
    },
    authorizeSubscribe: (_client, _subscription, done) => done(null, null),
    authorizePublish: (client, packet, done) => {
      if (client === null) {
        done(new Error('no client'));
        return;
      }
      const message = readMessage(packet.topic, packet.payload, pattern, zone);
      if (message === null || !allowed(client.id, message)) {
        done(new Error('not a topic of this client, or too long'));
        return;
      }
      // Begun at once, so that what waits goes into the log together; acknowledged in turn.
      const taken = take(message);
      const turn = (turns.get(client.id) ?? Promise.resolve()).then(() => taken);
      turns.set(client.id, turn);
      const over = () => {
        if (turns.get(client.id) === turn) turns.delete(client.id);
      };
      turn.then(
        () => {
          over();
          done();
        },
        () => {
          over();
          done(new Error('not taken'));
        },
      );
    },
  });
  const { server, port } = await listen(options, (stream) => void broker.handle(stream));
  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await closed;
    },
  };
}
