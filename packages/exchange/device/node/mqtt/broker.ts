import { setTimeout } from 'node:timers/promises';
import type { Instant } from '@gemel/core/time';
import { Aedes, type Client } from 'aedes';
import { type ListenOptions, listen } from '../../../node/listen.ts';
import type { TopicAddress, TopicPattern } from '../../topic.ts';
import { LONGEST, readMessage, type Take } from './message.ts';
import { guardPackets } from './packet-guard.ts';

export interface MqttBrokerOptions<Peer> extends ListenOptions {
  readonly pattern: TopicPattern;
  /** Zone for payloads with local times. */
  readonly zone?: string;
  readonly clock: () => Instant;
  /** Who connects; null where it may not. */
  readonly authenticate: (
    client: string,
    user: string | undefined,
    password: Uint8Array | undefined,
  ) => Promise<Peer | null>;
  /** Whether a peer may speak for a subject and device. */
  readonly allowed: (peer: Peer, address: TopicAddress) => boolean;
  readonly take: Take;
  /** Messages a second that are taken of one client; what comes faster waits. 1,000 where not given. */
  readonly pace?: number;
  /** Connections at a time; 1,000 where not given. */
  readonly connections?: number;
}

export interface MqttBroker {
  readonly port: number;
  close(): Promise<void>;
}

/** Bytes a packet needs besides its payload: topic and header. */
const AROUND = 70_000;

/** What is known of a connection. */
interface Guest<Peer> {
  readonly peer: Peer;
  /** Its last message that is being taken. */
  turn: Promise<void>;
  /** When its next message may be taken, ms of a clock that only goes forward. */
  next: number;
}

/**
 * A broker for devices: they publish, nobody subscribes. A QoS 1 message is acknowledged only after `take` has resolved, in the
 * order of the messages of its client; where `take` rejects, or the topic is not the client's own, the connection is closed
 * without an acknowledgement, so that the device keeps the message. A packet that is too long ends the connection at its header.
 */
export async function listenMqtt<Peer extends object>(options: MqttBrokerOptions<Peer>): Promise<MqttBroker> {
  const { pattern, zone, clock, allowed, take, pace = 1000, connections = 1000 } = options;
  const guests = new WeakMap<Client, Guest<Peer>>();
  const broker = await Aedes.createBroker({
    authenticate: (client, user, password, done) => {
      options.authenticate(client.id, user, password).then(
        (peer) => {
          if (peer !== null) guests.set(client, { peer, turn: Promise.resolve(), next: 0 });
          done(null, peer !== null);
        },
        () => done(null, false),
      );
    },
    authorizeSubscribe: (_client, _subscription, done) => done(null, null),
    authorizePublish: (client, packet, done) => {
      const guest = client === null ? undefined : guests.get(client);
      if (guest === undefined) {
        done(new Error('no client'));
        return;
      }
      const message = readMessage(packet.topic, packet.payload, pattern, { zone, received: clock() });
      if (message === null || !allowed(guest.peer, message)) {
        done(new Error('not a topic of this client, or too long'));
        return;
      }
      // Begun at once, so that what waits goes into the log together; acknowledged in turn.
      const taken = paced(guest, pace).then(() => take(message));
      // Where an earlier one was not taken, nobody else hears of this one.
      taken.catch(() => {});
      guest.turn = guest.turn.then(() => taken);
      guest.turn.then(
        () => done(),
        () => done(new Error('not taken')),
      );
    },
  });
  const { server, port } = await listen(options, (stream) => {
    guardPackets(stream, LONGEST + AROUND);
    broker.handle(stream);
  });
  server.maxConnections = connections;
  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await closed;
    },
  };
}

/** Waits until the next message of the client is due: at `pace` a second, a second's worth at once. */
async function paced(guest: { next: number }, pace: number): Promise<void> {
  const now = performance.now();
  guest.next = Math.max(guest.next, now - 1000) + 1000 / pace;
  if (guest.next > now) await setTimeout(guest.next - now);
}
