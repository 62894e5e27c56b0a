import type { Socket } from 'node:net';
import { type ListenOptions, listen } from '../../node/listen.ts';
import { frame, Unframer } from '../mllp.ts';

/** One message of a connection; what is returned is sent back, in order. It may be returned only once the log has it. */
export type Take = (message: Uint8Array, peer: string) => Promise<readonly Uint8Array[]>;

export interface MllpOptions extends ListenOptions {
  /** Bytes of the longest message; the connection of a longer one is closed. */
  readonly longest?: number;
  readonly take: Take;
}

export interface MllpListener {
  readonly port: number;
  /** Takes no more connections, answers what has come, and closes. */
  close(): Promise<void>;
}

/** Messages of one connection that may wait for their answers before its sender is made to wait. */
const MOST_WAITING = 256;

/** Listens for messages in MLLP frames, over TLS where given. Answers stay in the order of their messages. */
export async function listenMllp(options: MllpOptions): Promise<MllpListener> {
  const sockets = new Map<Socket, () => Promise<void>>();
  const serve = (socket: Socket) => {
    sockets.set(socket, connection(socket, options));
    socket.once('close', () => sockets.delete(socket));
  };
  const { server, port } = await listen(options, serve);
  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...sockets].map(([, answered]) => answered()));
      for (const socket of sockets.keys()) socket.destroy();
      await closed;
    },
  };
}

/** Serves one connection; the function returned resolves when all that came is answered. */
function connection(socket: Socket, { take, longest }: MllpOptions): () => Promise<void> {
  const unframer = new Unframer(longest);
  const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
  let answers: Promise<void> = Promise.resolve();
  let waiting = 0;
  const send = (replies: readonly Uint8Array[]) => {
    if (replies.length === 0 || !socket.writable) return;
    // The answers of messages that went into the log together leave together.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    for (const reply of replies) socket.write(frame(reply));
  };
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    let messages: readonly Uint8Array[];
    try {
      messages = unframer.push(chunk);
    } catch {
      socket.destroy();
      return;
    }
    for (const message of messages) {
      waiting++;
      if (waiting >= MOST_WAITING) socket.pause();
      // Begun at once, so that what waits goes into the log together; answered in turn.
      const taken = take(Uint8Array.from(message), peer);
      answers = answers
        .then(() => taken)
        .then(
          (replies) => {
            send(replies);
          },
          () => void socket.destroy(),
        )
        .then(() => {
          waiting--;
          if (waiting < MOST_WAITING / 2 && socket.isPaused()) socket.resume();
        });
    }
  });
  return () => answers;
}
