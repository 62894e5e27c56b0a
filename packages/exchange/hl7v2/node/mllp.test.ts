import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { acknowledgements, readAcknowledgement, type Verdict } from '../acknowledge.ts';
import { parseMessage } from '../message.ts';
import { frame } from '../mllp.ts';
import { takeMessage } from '../take.ts';
import { CERTIFICATE, KEY } from './fixture-certificate.ts';
import { listenMllp, type MllpOptions } from './listener.ts';
import { sendMllp } from './sender.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const message = (id: string, more = '', body = 'PID|1||7^^^H&1.2&ISO||Doe^J') =>
  bytesOf(`MSH|^~\\&|A|B|C|D|20240131120000+0100||ADT^A31|${id}|P|2.5.1${more}\r${body}\r`);
const frameOf = { stamp: '20240131120001+0000', controlId: 'X' };
const taken: Verdict = { outcome: 'taken', problems: [] };
const answered = async (options: Partial<MllpOptions> = {}) =>
  listenMllp({
    port: 0,
    take: async (bytes) => acknowledgements(bytes, takeMessage(bytes, { name: 'wire' }).verdict, frameOf),
    ...options,
  });
const codes = (replies: readonly Uint8Array[]) => replies.map((reply) => readAcknowledgement(reply));

describe('acknowledgements', () => {
  test('original mode: one answer, to whom it came from, about the message it names', () => {
    const [reply, ...rest] = acknowledgements(message('M1'), taken, frameOf);
    expect(rest).toEqual([]);
    const ack = parseMessage(reply!, 0, reply!.length);
    if (!('segments' in ack)) throw new Error('no message');
    expect([3, 4, 5, 6].map((n) => ack.header.text(n))).toEqual(['C', 'D', 'A', 'B']);
    expect([ack.code, ack.event, ack.version]).toEqual(['ACK', 'A31', '2.5.1']);
    expect(readAcknowledgement(reply!)).toMatchObject({ code: 'AA', controlId: 'M1', errors: [] });
  });

  test.each([
    ['|||AL|AL', 'taken', ['CA', 'AA']],
    ['|||AL|NE', 'taken', ['CA']],
    ['|||NE|NE', 'taken', []],
    ['|||ER|SU', 'taken', ['AA']],
    ['|||ER|ER', 'error', ['CE', 'AE']],
    ['|||SU|AL', 'reject', ['AR']],
  ] as const)('enhanced mode %s, %s: %j', (asked, outcome, expected) => {
    const replies = acknowledgements(message('M1', asked), { outcome, problems: [] }, frameOf);
    expect(codes(replies).map((each) => each!.code)).toEqual(expected);
  });

  test.each([
    ['MSH|^~\\&|A|B|C|D|20240131||ADT^A31|M2|P|2.2\r', 'AR', 'MSH-12'],
    ['MSH|^~\\&|A|B|C|D|20240131|||M2|P|2.5\r', 'AE', 'MSH-9'],
    ['MSH|^~\\&|A|B|C|D|20240131||QBP^Q11|M2|P|2.5\r', 'AR', 'MSH-9'],
    ['MSH|^~\\&|A|B|C|D|20240131||ADT^A31|M2|P|2.5\rPID|1||||Doe^J||19700101\r', 'AE', 'PID-3'],
    [
      'MSH|^~\\&|A|B|C|D|20240131||ORU^R01|M2|P|2.5\rPID|1||7\rOBR|1||F|X^Y^LN\rOBX|1|NM|X^Y^LN||5|mg|||||F|||20240131120000\r',
      'AE',
      'OBX-14',
    ],
  ])('%j is answered %s naming %s', (source, code, place) => {
    const bytes = bytesOf(source);
    const { verdict } = takeMessage(bytes, { name: 'wire' });
    const [reply] = acknowledgements(bytes, verdict, frameOf);
    expect(readAcknowledgement(reply!)).toMatchObject({ code, controlId: 'M2' });
    const told = new TextDecoder()
      .decode(reply)
      .split('\r')
      .filter((line) => line.startsWith('ERR'));
    const [segment, field] = place.split('-');
    expect(told.some((line) => line.startsWith(`ERR||${segment}^1^${field}|`))).toBe(true);
  });
});

describe('listener and sender', () => {
  test('messages are answered in their order, one at a time or ahead of the answers', async () => {
    const listener = await answered();
    try {
      for (const window of [1, 8]) {
        const ids = Array.from({ length: 20 }, (_, i) => `W${window}-${i}`);
        const replies: Uint8Array[] = [];
        for await (const reply of sendMllp(
          ids.map((id) => message(id)),
          { host: '127.0.0.1', port: listener.port, window },
        ))
          replies.push(reply);
        expect(codes(replies).map((each) => each!.controlId)).toEqual(ids);
      }
    } finally {
      await listener.close();
    }
  });

  test('an answer is held until the message is in the log, whatever comes meanwhile', async () => {
    const order: string[] = [];
    let release = () => {};
    const written = new Promise<void>((resolve) => {
      release = resolve;
    });
    const listener = await answered({
      take: async (bytes) => {
        await written;
        order.push('written');
        return acknowledgements(bytes, taken, frameOf);
      },
    });
    try {
      const replies = sendMllp([message('M1')], { host: '127.0.0.1', port: listener.port });
      const first = replies.next().then(() => order.push('answered'));
      await new Promise((resolve) => setImmediate(resolve));
      expect(order).toEqual([]);
      release();
      await first;
      expect(order).toEqual(['written', 'answered']);
      await replies.return();
    } finally {
      await listener.close();
    }
  });

  test('over TLS, and not without it', async () => {
    const listener = await answered({ tls: { key: KEY, cert: CERTIFICATE } });
    try {
      const sent = (tls: object | undefined) =>
        sendMllp([message('T')], {
          host: '127.0.0.1',
          port: listener.port,
          ...(tls === undefined ? {} : { tls }),
          timeout: 5000,
        }).next();
      expect(readAcknowledgement((await sent({ ca: CERTIFICATE })).value!)).toMatchObject({
        code: 'AA',
        controlId: 'T',
      });
      await expect(sent({})).rejects.toMatchObject({ code: 'hl7v2-peer' });
      await expect(sent(undefined)).rejects.toMatchObject({ code: 'hl7v2-peer' });
    } finally {
      await listener.close();
    }
  });

  test('what is no message, or is too long, ends that connection and no other', async () => {
    const listener = await answered({ longest: 1000 });
    try {
      const closed = new Promise<void>((resolve) => {
        const socket = connect(listener.port, '127.0.0.1', () => socket.write(frame(new Uint8Array(2000).fill(65))));
        socket.on('close', () => resolve());
        socket.on('error', () => {});
      });
      await closed;
      const reply = await sendMllp([message('M1')], { host: '127.0.0.1', port: listener.port }).next();
      expect(readAcknowledgement(reply.value!)).toMatchObject({ code: 'AA' });
      const junk = await sendMllp([bytesOf('hello')], { host: '127.0.0.1', port: listener.port }).next();
      expect(readAcknowledgement(junk.value!)).toMatchObject({ code: 'AE', controlId: '' });
    } finally {
      await listener.close();
    }
  });

  test('nobody there: a coded error', async () => {
    const listener = await answered();
    await listener.close();
    await expect(sendMllp([message('M1')], { host: '127.0.0.1', port: listener.port }).next()).rejects.toMatchObject({
      code: 'hl7v2-peer',
    });
  });
});
