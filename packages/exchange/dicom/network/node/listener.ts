import type { Socket } from 'node:net';
import { CodedError } from '@gemel/core/error';
import { concat } from '../../../bytes.ts';
import { type ListenOptions, listen } from '../../../node/listen.ts';
import { TRANSFER_SYNTAXES } from '../../uids.data.ts';
import { COMMANDS, type DimseCommand, fileOf, readCommand, STATUS, writeCommand } from '../command.ts';
import {
  type AnsweredContext,
  APPLICATION_CONTEXT,
  type DataValue,
  dataPdus,
  encodePdu,
  type Pdu,
  PduReader,
} from '../pdu.ts';

/** An object that came, as a DICOM file with the bytes it was sent in. */
export interface Received {
  readonly file: Uint8Array;
  readonly sopClass: string;
  readonly sopInstance: string;
  /** Title the peer gives itself, and its address. */
  readonly calling: string;
  readonly peer: string;
}

/** What is answered: 0 only once the object is kept durably; a comment of at most 64 characters. */
export interface StoreAnswer {
  readonly status: number;
  readonly comment?: string;
}

export interface DimseOptions extends ListenOptions {
  /** Application entity title that peers must call; any where absent. */
  readonly title?: string;
  readonly take: (object: Received) => Promise<StoreAnswer>;
  /** Bytes of the largest object; 1 GiB where absent. A larger one ends its association. */
  readonly largest?: number;
  /** ms an association may be silent; 60 s where absent. */
  readonly idle?: number;
  /** Associations at once; 16 where absent. Further ones are asked to come again. */
  readonly most?: number;
}

export interface DimseListener {
  readonly port: number;
  /** Takes no more associations and aborts those that are open; an object that is being kept is kept, without an answer. */
  close(): Promise<void>;
}

const VERIFICATION = '1.2.840.10008.1.1';
/** Storage SOP classes begin so (PS3.4, B.5); those of queries, worklists and printing do not. */
const STORAGE = '1.2.840.10008.5.1.4.1.1.';
/** Transfer syntaxes whose pixels are somewhere else. */
const REFERRING = /^1\.2\.840\.10008\.1\.2\.4\.9[45]$/;
/** Bytes of the longest P-DATA-TF taken. */
const LONGEST_PDU = 2 ** 18;
const LARGEST = 2 ** 30;

/** A server of C-ECHO and C-STORE (DICOM PS3.4, annexes A and B; PS3.7; PS3.8), over TLS where given. */
export async function listenDimse(options: DimseOptions): Promise<DimseListener> {
  const open = new Map<Socket, Promise<void>>();
  const serve = (socket: Socket) => {
    const association = new Association(socket, options, open.size >= (options.most ?? 16));
    open.set(
      socket,
      association.run().finally(() => open.delete(socket)),
    );
  };
  const { server, port } = await listen(options, serve);
  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open.keys()) {
        if (socket.writable) socket.write(encodePdu({ kind: 'abort', source: 2, reason: 0 }));
        socket.destroySoon();
      }
      await Promise.all(open.values());
      await closed;
    },
  };
}

/** Why an association ends before it was released. */
class Ended extends Error {}

class Association {
  readonly #socket: Socket;
  readonly #options: DimseOptions;
  readonly #full: boolean;
  /** Accepted contexts by id; null before the association is. */
  #contexts: Map<number, { readonly abstractSyntax: string; readonly transferSyntax: string }> | null = null;
  #longest = 0;
  #calling = '';
  /** The command that waits for its data set. */
  #store: { readonly command: DimseCommand; readonly context: number } | null = null;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(socket: Socket, options: DimseOptions, full: boolean) {
    this.#socket = socket;
    this.#options = options;
    this.#full = full;
  }

  /** Serves until the association ends; never rejects. */
  async run(): Promise<void> {
    const socket = this.#socket;
    const reader = new PduReader(LONGEST_PDU);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.setTimeout(this.#options.idle ?? 60_000, () => socket.destroy());
    try {
      // The next bytes are read once these are served: a peer that sends faster than the disk writes is made to wait.
      // What ends the loop is still to be told to the peer.
      for await (const chunk of socket.iterator({ destroyOnReturn: false }))
        for (const pdu of reader.push(chunk as Buffer)) await this.#serve(pdu);
    } catch (error) {
      // 2, 6: by the service provider, for an invalid parameter value; 2, 0: no reason given.
      const reason = error instanceof CodedError ? 6 : 0;
      if (socket.writable && !(error instanceof Ended)) socket.end(encodePdu({ kind: 'abort', source: 2, reason }));
    } finally {
      if (socket.writable) socket.end();
      socket.destroySoon();
    }
  }

  async #serve(pdu: Pdu): Promise<void> {
    if (pdu.kind === 'abort') throw new Ended();
    if (pdu.kind === 'associate-rq' && this.#contexts === null) return this.#associate(pdu);
    if (this.#contexts === null) throw new Error('nothing is associated');
    if (pdu.kind === 'release-rq') {
      this.#send(encodePdu({ kind: 'release-rp' }));
      throw new Ended();
    }
    if (pdu.kind !== 'data') throw new Error(`${pdu.kind} within an association`);
    for (const value of pdu.values) await this.#value(value);
  }

  #associate(pdu: Extract<Pdu, { kind: 'associate-rq' }>): void {
    const reject = (result: number, source: number, reason: number) => {
      this.#send(encodePdu({ kind: 'associate-rj', result, source, reason }));
      throw new Ended();
    };
    // PS3.8, table 9-21.
    if (this.#full) reject(2, 3, 2);
    if ((pdu.protocol & 1) === 0) reject(1, 2, 2);
    if (pdu.applicationContext !== APPLICATION_CONTEXT) reject(1, 1, 2);
    if (this.#options.title !== undefined && pdu.called !== this.#options.title) reject(1, 1, 7);
    this.#contexts = new Map();
    this.#longest = pdu.longest;
    this.#calling = pdu.calling;
    const contexts = pdu.contexts.map(({ id, abstractSyntax, transferSyntaxes }): AnsweredContext => {
      const known = abstractSyntax === VERIFICATION || abstractSyntax.startsWith(STORAGE);
      const syntax = transferSyntaxes.find((uid) => TRANSFER_SYNTAXES[uid] !== undefined && !REFERRING.test(uid));
      const result = !known ? 3 : syntax === undefined ? 4 : 0;
      if (result === 0) this.#contexts!.set(id, { abstractSyntax, transferSyntax: syntax! });
      return { id, result, transferSyntax: syntax ?? transferSyntaxes[0] ?? '' };
    });
    const titles = { called: pdu.called || 'ANY', calling: pdu.calling || 'ANY' };
    this.#send(encodePdu({ kind: 'associate-ac', ...titles, contexts, longest: LONGEST_PDU }));
  }

  async #value({ context, command, last, bytes }: DataValue): Promise<void> {
    const syntaxes = this.#contexts!.get(context);
    if (syntaxes === undefined || command !== (this.#store === null) || (this.#store?.context ?? context) !== context)
      throw new Error('a fragment of what is not expected');
    this.#size += bytes.length;
    const largest = command ? LONGEST_PDU : (this.#options.largest ?? LARGEST);
    if (this.#size > largest) {
      if (this.#store !== null)
        this.#answer(this.#store, { status: STATUS.outOfResources, comment: `over ${largest} bytes` });
      throw new Error('too large');
    }
    this.#parts.push(bytes);
    if (!last) return;
    const whole = concat(this.#parts);
    [this.#parts, this.#size] = [[], 0];
    if (command) return this.#command(readCommand(whole), context);
    const store = this.#store!;
    this.#store = null;
    this.#answer(store, await this.#take(store.command, syntaxes.transferSyntax, whole));
  }

  #command(command: DimseCommand, context: number): void {
    if (command.field === COMMANDS.cancel) return;
    if (command.field === COMMANDS.store && command.hasData) {
      this.#store = { command, context };
      return;
    }
    if (command.hasData || command.field >= COMMANDS.answer) throw new Error('a command that is not served');
    const known = command.field === COMMANDS.echo;
    this.#answer({ command, context }, { status: known ? STATUS.success : STATUS.unrecognised });
  }

  async #take(command: DimseCommand, transferSyntax: string, bytes: Uint8Array): Promise<StoreAnswer> {
    const { sopClass, sopInstance } = command;
    const calling = this.#calling || 'ANY';
    const peer = this.#socket.remoteAddress ?? '';
    try {
      const file = fileOf(bytes, { sopClass, sopInstance, transferSyntax, source: calling });
      return await this.#options.take({ file, sopClass, sopInstance, calling, peer });
    } catch {
      return { status: STATUS.processingFailure };
    }
  }

  #answer(
    { command, context }: { readonly command: DimseCommand; readonly context: number },
    { status, comment = '' }: StoreAnswer,
  ): void {
    const field = command.field | COMMANDS.answer;
    const bytes = writeCommand({ ...command, field, hasData: false, status, comment });
    for (const pdu of dataPdus(context, true, bytes, this.#longest)) this.#send(pdu);
  }

  #send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }
}
