import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { hl7v2Errors } from '../errors.data.ts';
import { frame, Unframer } from '../mllp.ts';

export interface SendOptions {
  readonly host: string;
  readonly port: number;
  /** Options of the TLS connection; a plain one where absent. */
  readonly tls?: ConnectionOptions;
  /** Milliseconds to wait for each answer; 30 s where absent. */
  readonly timeout?: number;
  /** Messages sent before an answer is awaited; 1 where absent, as MLLP has it. */
  readonly window?: number;
}

/**
 * Sends messages over one connection and gives the answer to each, in order.
 * @throws exchange `hl7v2-peer` where the peer is not reached, does not answer in time or closes
 */
export async function* sendMllp(
  messages: Iterable<Uint8Array>,
  { host, port, tls, timeout = 30_000, window = 1 }: SendOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const where = `${host}:${port}`;
  const socket: Socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...tls });
  const unframer = new Unframer();
  const arrived: Uint8Array[] = [];
  let failure: Error | null = null;
  let wake = () => {};
  const fail = (message: string, cause?: unknown) => {
    failure ??= hl7v2Errors.error('hl7v2-peer', message, { file: where }, undefined, cause);
    wake();
  };
  socket.setNoDelay(true);
  socket.setTimeout(timeout, () => fail(`${where} did not answer within ${timeout} ms`));
  socket.on('error', (cause) => fail(`${where}: ${cause.message}`, cause));
  socket.on('close', () => fail(`${where} closed the connection`));
  socket.on('data', (chunk: Buffer) => {
    try {
      arrived.push(...unframer.push(chunk).map((message) => Uint8Array.from(message)));
    } catch (cause) {
      fail(`${where} answered with what is no message`, cause);
    }
    wake();
  });
  const answer = async (): Promise<Uint8Array> => {
    for (;;) {
      const next = arrived.shift();
      if (next !== undefined) return next;
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  try {
    let open = 0;
    for (const message of messages) {
      socket.write(frame(message));
      open++;
      if (open < window) continue;
      yield await answer();
      open--;
    }
    for (; open > 0; open--) yield await answer();
  } finally {
    socket.destroy();
  }
}
