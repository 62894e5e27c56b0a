import { afterEach, describe, expect, test } from 'vitest';
import { takeMessage } from '../take.ts';
import { type TakingPool, takingPool } from './taking-pool.ts';

const options = { name: 'feed', sha256: '0', zone: 'Europe/Berlin' };
const message = (id: number, more = '') =>
  new TextEncoder().encode(
    [
      `MSH|^~\\&|LAB|HOSP|G|H|20240131120000||ORU^R01|M${id}|P|${id % 7 === 3 ? '1.0' : '2.5.1'}`,
      `PID|1||${id}^^^HOSP&1.2.3&ISO^MR||Doe^Jane||19700102|F`,
      'OBR|1|P1|F1|24321-2^Panel^LN|||20240131113000',
      `OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L^^UCUM|||||F|||20240131114500${more}`,
    ].join('\r'),
  );

let pool: TakingPool;
afterEach(() => pool.close());

describe('threads that read messages', () => {
  test.each([0, 1, 2])(
    '%d threads say of each message what is said where it came in, in the order given',
    async (threads) => {
      pool = takingPool({ threads });
      // Long and short ones, so that later messages are read sooner.
      const messages = Array.from({ length: 70 }, (_, i) => message(i, i % 17 === 0 ? 'x'.repeat(200_000) : ''));
      const order: number[] = [];
      const takings = await Promise.all(
        messages.map(async (bytes, i) => {
          const taking = await pool.take(bytes, options);
          order.push(i);
          return taking;
        }),
      );
      expect(order).toEqual(messages.map((_, i) => i));
      expect(takings).toEqual(messages.map((bytes) => takeMessage(bytes, options)));
      expect(new Set(takings.map(({ verdict }) => verdict.outcome))).toEqual(new Set(['taken', 'reject']));
    },
  );

  test('what is under way when it closes is answered all the same, and so is what comes later', async () => {
    pool = takingPool({ threads: 1 });
    const takings = Array.from({ length: 40 }, (_, i) => pool.take(message(i), options));
    await pool.close();
    expect(await Promise.all(takings)).toEqual(takings.map((_, i) => takeMessage(message(i), options)));
    expect(await pool.take(message(1), options)).toEqual(takeMessage(message(1), options));
  });

  test('a message that takes more memory than a thread has is refused; those beside it are read', async () => {
    pool = takingPool({ threads: 1, mostHeap: 32 });
    const line = '\rOBX|2|NM|2345-7^Glucose^LN||5.4|mmol/L^^UCUM|||||F|||20240131114500';
    const takings = await Promise.all(
      [message(1), message(2, line.repeat(20_000)), message(4)].map((bytes) => pool.take(bytes, options)),
    );
    expect(takings.map(({ verdict }) => verdict.outcome)).toEqual(['taken', 'error', 'taken']);
    expect(takings[1]).toMatchObject({ decoded: [], verdict: { problems: [{ code: 'hl7v2-unread' }] } });
  }, 30_000);
});
