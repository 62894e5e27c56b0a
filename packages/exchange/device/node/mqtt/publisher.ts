import { connect, type IClientOptions } from 'mqtt';

export interface MqttPublishOptions {
  /** `mqtt://host:1883`, `mqtts://…`, `ws://…`. */
  readonly url: string;
  /** User, password and certificates. */
  readonly access?: Pick<IClientOptions, 'username' | 'password' | 'ca' | 'cert' | 'key' | 'clientId'>;
  /** Ends the work. */
  readonly signal?: AbortSignal;
}

/** Messages on their way at a time. */
const WINDOW = 32;

/**
 * Publishes messages with QoS 1 in their order; resolves once the broker has acknowledged each. A connection that ends is made
 * anew once, for what was not acknowledged; one that ends twice without an acknowledgement between is given up.
 * @throws what the connection failed of; AbortError
 */
export async function publishMqtt(
  messages: Iterable<{ readonly topic: string; readonly payload: Uint8Array }>,
  { url, access, signal }: MqttPublishOptions,
): Promise<void> {
  const client = connect(url, { ...access, reconnectPeriod: 200, manualConnect: true });
  let ends = 0;
  const failed = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    client.on('error', reject);
    client.on('close', () => {
      if (++ends > 1) reject(new Error('the broker ends the connection and does not take the message'));
    });
  });
  failed.catch(() => {});
  try {
    const connected = new Promise<void>((resolve) => client.once('connect', () => resolve()));
    client.connect();
    await Promise.race([connected, failed]);
    const open = new Set<Promise<unknown>>();
    for (const { topic, payload } of messages) {
      if (open.size >= WINDOW) await Promise.race([...open, failed]);
      const sent = client.publishAsync(topic, Buffer.from(payload), { qos: 1 }).then(() => {
        ends = 0;
        open.delete(sent);
      });
      sent.catch(() => {});
      open.add(sent);
    }
    await Promise.race([Promise.all(open), failed]);
  } finally {
    await client.endAsync(true);
  }
}
