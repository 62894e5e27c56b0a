import { createServer } from 'node:net';
import { type Instant, instant } from '@gemel/core';
import { Aedes } from 'aedes';
import fc from 'fast-check';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { MDC } from '../../mdc/codes.data.ts';
import { topicPattern } from '../../topic.ts';
import { listenMqtt, type MqttBrokerOptions } from './broker.ts';
import type { MqttMessage } from './message.ts';
import { PacketGuard } from './packet-guard.ts';
import { subscribeMqtt } from './subscriber.ts';

const pattern = topicPattern('twins/{subject}/{device}/#')!;
const TOPIC = 'twins/Patient%2F4711/cuff-1/pressure';
/** A blood pressure of a personal health device, as FHIR with MDC codes. */
const PAYLOAD = JSON.stringify({
  resourceType: 'Observation',
  id: 'bp-1',
  status: 'final',
  code: { coding: [{ system: MDC, code: '150020' }] },
  effectiveDateTime: '2024-03-01T08:00:00+01:00',
  component: [
    [150021, 128],
    [150022, 82],
  ].map(([code, value]) => ({
    code: { coding: [{ system: MDC, code: String(code) }] },
    valueQuantity: { value, system: MDC, code: '266016' },
  })),
});

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Peer {
  readonly device: string;
}

const clock = (): Instant => instant(Date.UTC(2024, 2, 1, 8));

async function broker(options: Partial<MqttBrokerOptions<Peer>>) {
  const made = await listenMqtt<Peer>({
    port: 0,
    pattern,
    clock,
    authenticate: async (device, user) => (user === 'cuff' ? { device } : null),
    allowed: (peer, { device }) => peer.device === device,
    take: async () => {},
    ...options,
  });
  closing.push(() => made.close());
  return made;
}

async function device(port: number, more: object = {}): Promise<MqttClient> {
  const client = await connectAsync(
    `mqtt://127.0.0.1:${port}`,
    { clientId: 'cuff-1', username: 'cuff', clean: false, reconnectPeriod: 20, ...more },
    false,
  );
  client.on('error', () => {});
  closing.push(() => client.endAsync(true));
  return client;
}

/** A promise with its levers. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('the broker for devices', () => {
  test('a QoS 1 message is acknowledged only after the log has it', async () => {
    const written = gate();
    const came = gate();
    const log: MqttMessage[] = [];
    const { port } = await broker({
      async take(message) {
        came.open();
        await written.opened;
        log.push(message);
      },
    });
    const client = await device(port);
    let acknowledged = false;
    const published = client.publishAsync(TOPIC, PAYLOAD, { qos: 1 }).then(() => {
      acknowledged = true;
    });
    await came.opened;
    // A whole exchange with the broker after it shows that no acknowledgement is on its way.
    await client.subscribeAsync('x').catch(() => {});
    expect(acknowledged).toBe(false);
    written.open();
    await published;
    expect(log).toHaveLength(1);
    const [{ subject, device: name, decoded }] = log as [MqttMessage];
    expect([subject, name]).toEqual(['Patient/4711', 'cuff-1']);
    expect(decoded.flatMap(({ items }) => items)).toMatchObject([
      {
        subject: 'Patient/4711',
        codings: [{ code: '8480-6' }, {}],
        value: { value: 128, unit: 'mm[Hg]' },
        provenance: { device: 'cuff-1' },
      },
      {
        subject: 'Patient/4711',
        codings: [{ code: '8462-4' }, {}],
        value: { value: 82, unit: 'mm[Hg]' },
        provenance: { device: 'cuff-1' },
      },
    ]);
  });

  test('what the log could not take is not acknowledged, and comes again under the same identity', async () => {
    const ids: (string | undefined)[] = [];
    const { port } = await broker({
      async take({ decoded }) {
        ids.push(decoded[0]!.items[0]!.provenance.sourceId);
        if (ids.length === 1) throw new Error('the disk is full');
      },
    });
    const client = await device(port);
    await client.publishAsync(TOPIC, PAYLOAD, { qos: 1 });
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  test('acknowledgements keep the order of the messages, though the log takes several at once', async () => {
    const first = gate();
    let taken = 0;
    const both = gate();
    const { port } = await broker({
      async take() {
        taken++;
        if (taken === 2) both.open();
        if (taken === 1) await first.opened;
      },
    });
    const client = await device(port);
    const order: number[] = [];
    const published = [1, 2].map((n) => client.publishAsync(TOPIC, PAYLOAD, { qos: 1 }).then(() => order.push(n)));
    await both.opened;
    first.open();
    await Promise.all(published);
    expect(order).toEqual([1, 2]);
  });

  test('a device speaks only for itself, and nobody listens in', async () => {
    const log: MqttMessage[] = [];
    const { port } = await broker({
      async take(message) {
        log.push(message);
      },
    });
    const client = await device(port, { reconnectPeriod: 0 });
    await expect(client.subscribeAsync('twins/#')).rejects.toThrow();
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.publish('twins/Patient%2F4711/another/pressure', PAYLOAD, { qos: 1 }, () => {});
    await closed;
    expect(log).toEqual([]);
    await expect(device(port, { username: 'stranger' })).rejects.toThrow();
  });

  test('a payload no door understands is handed on as refused, and acknowledged', async () => {
    const log: MqttMessage[] = [];
    const { port } = await broker({
      async take(message) {
        log.push(message);
      },
    });
    const client = await device(port);
    await client.publishAsync(TOPIC, 'pulse=61', { qos: 1 });
    expect(log[0]!.decoded.map(({ fate, problems }) => [fate, problems[0]!.code])).toEqual([
      ['refused', 'exchange-format-unknown'],
    ]);
  });
});

describe('what is too much', () => {
  test('a packet that is too long ends the connection before it has come', async () => {
    const log: MqttMessage[] = [];
    const { port } = await broker({
      async take(message) {
        log.push(message);
      },
    });
    const client = await device(port, { reconnectPeriod: 0 });
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    // A publication that announces 200 MB.
    client.stream.write(Uint8Array.of(0x32, 0x80, 0x80, 0x80, 0x60, 0x00));
    await closed;
    expect(log).toEqual([]);
  });

  test('lengths are followed over any division of the bytes', () => {
    const packets = [2, 130, 0, 20_000, 5].flatMap((length) => {
      const header = [0x30, (length & 0x7f) | (length > 127 ? 0x80 : 0)];
      if (length > 127) header.push((length >> 7) & 0x7f);
      if (length > 16_383) header.splice(2, 1, ((length >> 7) & 0x7f) | 0x80, length >> 14);
      return [...header, ...Array(length).fill(0xff)];
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), fc.boolean(), (steps, bad) => {
        const guard = new PacketGuard(20_000);
        const bytes = Uint8Array.from(bad ? [...packets, 0x30, 0xff, 0xff, 0x02] : packets);
        let refused = false;
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const step = steps[i % steps.length]!;
          refused ||= guard.refuses(bytes.subarray(at, at + step));
          at += step;
        }
        expect(refused).toBe(bad);
      }),
    );
  });

  test('what comes faster than the pace waits, and all of it is taken', async () => {
    let taken = 0;
    const { port } = await broker({
      pace: 50,
      async take() {
        taken++;
      },
    });
    const client = await device(port);
    await Promise.all(Array.from({ length: 55 }, () => client.publishAsync(TOPIC, PAYLOAD, { qos: 1 })));
    expect(taken).toBe(55);
  });
});

describe('a subscription to a broker outside', () => {
  test('takes what comes, again where it could not be taken, and steps over foreign topics', async () => {
    const outside = await Aedes.createBroker({});
    const server = createServer((stream) => void outside.handle(stream));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    closing.push(
      () => new Promise<void>((resolve) => server.close(() => resolve())),
      () => new Promise<void>((resolve) => outside.close(() => resolve())),
    );
    const { port } = server.address() as { port: number };
    const log: MqttMessage[] = [];
    const foreign: string[] = [];
    const twice = gate();
    let tries = 0;
    const subscriber = await subscribeMqtt({
      url: `mqtt://127.0.0.1:${port}`,
      client: 'gemel',
      pattern,
      clock,
      refused: (topic) => foreign.push(topic),
      async take(message) {
        tries++;
        if (tries === 1) throw new Error('the disk is full');
        log.push(message);
        twice.open();
      },
    });
    closing.push(() => subscriber.close());
    const client = await device(port);
    await client.publishAsync('twins/%zz/cuff-1/x', PAYLOAD, { qos: 1 });
    await client.publishAsync(TOPIC, PAYLOAD, { qos: 1 });
    await twice.opened;
    expect(tries).toBe(2);
    expect(foreign).toEqual(['twins/%zz/cuff-1/x']);
    expect(log[0]!.decoded[0]!.fate).toBe('mapped');
  });
});
