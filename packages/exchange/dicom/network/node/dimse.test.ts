import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../../../bytes.ts';
import { CERTIFICATE, KEY } from '../../../hl7v2/node/fixture-certificate.ts';
import { DataSet, newElement } from '../../dataset.ts';
import { parseDicom } from '../../parse.ts';
import { IMPLICIT_LITTLE } from '../../uids.data.ts';
import { encodeDataSet, writeDicom } from '../../write.ts';
import { COMMANDS, fileOf, readCommand, STATUS, writeCommand } from '../command.ts';
import {
  APPLICATION_CONTEXT,
  dataPdus,
  decodePdu,
  encodePdu,
  type Pdu,
  PduReader,
  type ProposedContext,
} from '../pdu.ts';
import { type DimseListener, type DimseOptions, listenDimse, type Received } from './listener.ts';
import { echoDicom, sendDicom } from './sender.ts';

const MR = '1.2.840.10008.5.1.4.1.1.4';
const dataSet = new DataSet([
  newElement('SOPClassUID', 'UI', MR),
  newElement('SOPInstanceUID', 'UI', '1.2.3'),
  newElement('PatientID', 'LO', 'P7'),
  newElement('Rows', 'US', 1),
  newElement('PixelData', 'OW', new Uint8Array(1000).fill(7)),
]);
const file = { name: 'a.dcm', bytes: writeDicom(dataSet) };

async function listening(
  options: Partial<DimseOptions>,
  use: (listener: DimseListener, taken: Received[]) => Promise<void>,
) {
  const taken: Received[] = [];
  const take = async (object: Received) => {
    taken.push(object);
    return { status: STATUS.success };
  };
  const listener = await listenDimse({ port: 0, take, ...options });
  try {
    await use(listener, taken);
  } finally {
    await listener.close();
  }
}
const to = ({ port }: DimseListener) => ({ host: '127.0.0.1', port, called: 'GEMEL', calling: 'TEST', timeout: 5000 });
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of items) found.push(each);
  return found;
}
const asking = (contexts: readonly ProposedContext[], more: object = {}): Uint8Array =>
  encodePdu({
    kind: 'associate-rq',
    called: 'GEMEL',
    calling: 'RAW',
    protocol: 1,
    applicationContext: APPLICATION_CONTEXT,
    contexts,
    longest: 16_384,
    ...more,
  } as Pdu);
const mr: ProposedContext = { id: 1, abstractSyntax: MR, transferSyntaxes: [IMPLICIT_LITTLE] };

/** A peer that writes what it is told and gives the PDUs that come until the connection ends. */
async function raw(port: number, ...writes: readonly Uint8Array[]): Promise<readonly Pdu[]> {
  const socket: Socket = connect(port, '127.0.0.1');
  const reader = new PduReader(2 ** 20);
  const found: Pdu[] = [];
  socket.on('data', (chunk) => found.push(...reader.push(chunk)));
  socket.on('error', () => {});
  for (const bytes of writes) socket.write(bytes);
  await once(socket, 'close');
  return found;
}

describe('C-STORE and C-ECHO', () => {
  test('an object arrives byte for byte, in a file that says where it came from', async () => {
    await listening({}, async (listener, taken) => {
      expect(await all(sendDicom([file, file], to(listener)))).toEqual([
        { sopInstance: '1.2.3', status: 0, comment: '' },
        { sopInstance: '1.2.3', status: 0, comment: '' },
      ]);
      const [one] = taken;
      expect(one).toMatchObject({ sopClass: MR, sopInstance: '1.2.3', calling: 'TEST' });
      const back = parseDicom(one!.file, 'back');
      expect(back.meta.text('SourceApplicationEntityTitle')).toBe('TEST');
      expect(back.problems).toEqual([]);
      expect(encodeDataSet(back.dataSet)).toEqual(encodeDataSet(dataSet));
      expect(await echoDicom(to(listener))).toBe(0);
    });
  });

  test('over TLS, and not without it', async () => {
    await listening({ tls: { key: KEY, cert: CERTIFICATE } }, async (listener, taken) => {
      expect(await echoDicom({ ...to(listener), tls: { ca: CERTIFICATE } })).toBe(0);
      await expect(echoDicom(to(listener))).rejects.toMatchObject({ code: 'dimse-peer' });
      expect(taken).toEqual([]);
    });
  });

  test('the answer is held until the object is kept, and says what was wrong', async () => {
    const order: string[] = [];
    const take = async ({ sopInstance }: Received) => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('kept');
      return sopInstance === '1.2.3' ? { status: STATUS.duplicate, comment: 'there is another' } : { status: 0 };
    };
    await listening({ take }, async (listener) => {
      for await (const sent of sendDicom([file], to(listener))) {
        order.push('answered');
        expect(sent).toEqual({ sopInstance: '1.2.3', status: 0x0111, comment: 'there is another' });
      }
      expect(order).toEqual(['kept', 'answered']);
    });
    const broken = async () => Promise.reject(new Error('disk full'));
    await listening({ take: broken }, async (listener) => {
      expect(await all(sendDicom([file], to(listener)))).toMatchObject([{ status: STATUS.processingFailure }]);
    });
  });

  test('another title than ours is rejected; a title too long is none', async () => {
    await listening({ title: 'GEMEL' }, async (listener) => {
      expect(await echoDicom(to(listener))).toBe(0);
      await expect(echoDicom({ ...to(listener), called: 'OTHER' })).rejects.toMatchObject({ code: 'dimse-rejected' });
      await expect(echoDicom({ ...to(listener), called: 'A'.repeat(17) })).rejects.toMatchObject({
        code: 'dimse-title',
      });
    });
  });

  test('a class that is no storage, and a syntax nobody knows, are not accepted', async () => {
    const worklist = new DataSet([
      newElement('SOPClassUID', 'UI', '1.2.840.10008.5.1.4.31'),
      newElement('SOPInstanceUID', 'UI', '1.2'),
    ]);
    await listening({}, async (listener) => {
      const sending = all(sendDicom([{ name: 'w', bytes: writeDicom(worklist) }], to(listener)));
      await expect(sending).rejects.toMatchObject({ code: 'dimse-context' });
      const contexts = [
        { id: 1, abstractSyntax: '1.2.840.10008.5.1.4.1.2.1.1', transferSyntaxes: [IMPLICIT_LITTLE] },
        { id: 3, abstractSyntax: MR, transferSyntaxes: ['1.2.3', '1.2.840.10008.1.2.4.94'] },
        { id: 5, abstractSyntax: MR, transferSyntaxes: ['1.2.3', IMPLICIT_LITTLE] },
      ];
      const [answer, released] = await raw(listener.port, asking(contexts), encodePdu({ kind: 'release-rq' }));
      expect(answer).toMatchObject({
        contexts: [{ result: 3 }, { result: 4 }, { result: 0, transferSyntax: IMPLICIT_LITTLE }],
      });
      expect(released).toEqual({ kind: 'release-rp' });
    });
  });

  test('too many associations at once are asked to come again', async () => {
    await listening({ most: 1 }, async (listener) => {
      const first = connect(listener.port, '127.0.0.1');
      first.write(asking([mr]));
      await once(first, 'data');
      expect(await raw(listener.port, asking([mr]))).toEqual([
        { kind: 'associate-rj', result: 2, source: 3, reason: 2 },
      ]);
      first.destroy();
    });
  });
});

describe('what a peer must not do', () => {
  const store = writeCommand({
    field: COMMANDS.store,
    message: 1,
    sopClass: MR,
    sopInstance: '1.2.3',
    hasData: true,
    status: null,
    comment: '',
  });
  const command = [...dataPdus(1, true, store, 0)];
  const long = new Uint8Array(6);
  long[0] = 4;
  new DataView(long.buffer).setUint32(2, 2 ** 31);

  test.each<[string, readonly Uint8Array[], object]>([
    ['speak HTTP', [new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n')], { kind: 'abort' }],
    ['send data before associating', [...command], { kind: 'abort' }],
    ['associate twice', [asking([mr]), asking([mr])], { kind: 'abort' }],
    ['send a PDU longer than agreed', [asking([mr]), long], { kind: 'abort', reason: 6 }],
    ['use a context that was not accepted', [asking([mr]), ...dataPdus(3, true, store, 0)], { kind: 'abort' }],
    ['send data without a command', [asking([mr]), ...dataPdus(1, false, store, 0)], { kind: 'abort' }],
    [
      'send a command without its id',
      [asking([mr]), ...dataPdus(1, true, new Uint8Array(0), 0)],
      { kind: 'abort', reason: 6 },
    ],
    [
      'send an object larger than is taken',
      [asking([mr]), ...command, ...dataPdus(1, false, new Uint8Array(5000), 0)],
      { kind: 'abort' },
    ],
    ['speak another version', [asking([mr], { protocol: 2 })], { kind: 'associate-rj', source: 2, reason: 2 }],
    [
      'speak of something else',
      [asking([mr], { applicationContext: '1.2.3' })],
      { kind: 'associate-rj', source: 1, reason: 2 },
    ],
  ])('%s', async (_what, writes, last) => {
    await listening({ largest: 4000 }, async (listener, taken) => {
      expect((await raw(listener.port, ...writes)).at(-1)).toMatchObject(last);
      expect(taken).toEqual([]);
      expect(await echoDicom(to(listener))).toBe(0);
    });
  });

  test('stop in the middle of an object', async () => {
    await listening({ idle: 50 }, async (listener, taken) => {
      await raw(listener.port, asking([mr]), ...command);
      expect(taken).toEqual([]);
    });
  });
});

describe('PDUs and commands', () => {
  const title = fc.stringMatching(/^[A-Z0-9_]{1,16}$/);
  const uid = fc.stringMatching(/^[12](\.\d{1,5}){1,6}$/);
  const pdu: fc.Arbitrary<Pdu> = fc.oneof(
    fc.record({
      kind: fc.constant('associate-rq' as const),
      called: title,
      calling: title,
      protocol: fc.constant(1),
      applicationContext: uid,
      contexts: fc.array(
        fc.record({
          id: fc.integer({ min: 1, max: 255 }),
          abstractSyntax: uid,
          transferSyntaxes: fc.array(uid, { maxLength: 3 }),
        }),
        { maxLength: 4 },
      ),
      longest: fc.nat(),
    }),
    fc.record({
      kind: fc.constant('associate-ac' as const),
      called: title,
      calling: title,
      contexts: fc.array(
        fc.record({
          id: fc.integer({ min: 1, max: 255 }),
          result: fc.integer({ min: 0, max: 4 }),
          transferSyntax: uid,
        }),
        { maxLength: 4 },
      ),
      longest: fc.nat(),
    }),
    fc.record({
      kind: fc.constant('associate-rj' as const),
      result: fc.nat(255),
      source: fc.nat(255),
      reason: fc.nat(255),
    }),
    fc.record({ kind: fc.constant('abort' as const), source: fc.nat(255), reason: fc.nat(255) }),
    fc.record({
      kind: fc.constant('data' as const),
      values: fc.array(
        fc.record({
          context: fc.nat(255),
          command: fc.boolean(),
          last: fc.boolean(),
          bytes: fc.uint8Array({ maxLength: 30 }),
        }),
        { maxLength: 3 },
      ),
    }),
    fc.constantFrom<Pdu>({ kind: 'release-rq' }, { kind: 'release-rp' }),
  );

  test('what is written is read, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(
        fc.array(pdu, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (pdus, sizes) => {
          const bytes = concat(pdus.map(encodePdu));
          const reader = new PduReader(1000);
          const found: Pdu[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length]!;
            found.push(...reader.push(bytes.slice(at, at + size)));
            at += size;
          }
          expect(found).toEqual(pdus);
        },
      ),
    );
  });

  test('any bytes are a PDU or refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 }),
        fc.uint8Array({ maxLength: 120 }),
        pdu,
        fc.array(fc.tuple(fc.nat(200), fc.nat(255))),
        (type, junk, whole, edits) => {
          const edited = encodePdu(whole);
          for (const [at, value] of edits) if (at < edited.length) edited[at] = value;
          for (const bytes of [Uint8Array.of(type, 0, 0, 0, 0, junk.length, ...junk), edited]) {
            try {
              decodePdu(bytes);
              new PduReader(1000).push(bytes);
            } catch (error) {
              expect(error).toMatchObject({ code: 'dimse-pdu' });
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('commands are cut into PDUs of the length agreed and read again', () => {
    const answer = {
      field: 0x8001,
      message: 7,
      sopClass: MR,
      sopInstance: '1.2.3',
      hasData: false,
      status: 0xa900,
      comment: 'not the same',
    };
    for (const longest of [0, 70, 128, 16_384]) {
      const pdus = [...dataPdus(1, true, writeCommand(answer), longest)];
      const values = pdus.flatMap((bytes) => (decodePdu(bytes) as Extract<Pdu, { kind: 'data' }>).values);
      if (longest > 0) for (const bytes of pdus) expect(bytes.length - 6).toBeLessThanOrEqual(longest);
      expect(values.map(({ last }) => last)).toEqual([...values.slice(1).map(() => false), true]);
      expect(readCommand(concat(values.map(({ bytes }) => bytes)))).toEqual(answer);
    }
    expect(
      parseDicom(
        fileOf(encodeDataSet(dataSet), {
          sopClass: MR,
          sopInstance: '1.2.3',
          transferSyntax: '1.2.840.10008.1.2.1',
          source: 'X',
        }),
        'x',
      ).problems,
    ).toEqual([]);
  });
});
