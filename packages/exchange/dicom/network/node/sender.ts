import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { concat } from '../../../bytes.ts';
import { parseDicom } from '../../parse.ts';
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE } from '../../uids.data.ts';
import { encodeDataSet } from '../../write.ts';
import { COMMANDS, type DimseCommand, readCommand, writeCommand } from '../command.ts';
import { dimseErrors } from '../errors.data.ts';
import { APPLICATION_CONTEXT, dataPdus, encodePdu, type Pdu, PduReader, type ProposedContext } from '../pdu.ts';

export interface DimseSendOptions {
  readonly host: string;
  readonly port: number;
  /** Application entity titles of the peer and of this side. */
  readonly called: string;
  readonly calling: string;
  /** Options of the TLS connection; a plain one where absent. */
  readonly tls?: ConnectionOptions;
  /** ms to wait for each answer; 30 s where absent. */
  readonly timeout?: number;
}

/** What the peer said of an object. */
export interface Sent {
  readonly sopInstance: string;
  /** 0 is stored; B000, B006 and B007 hexadecimal are stored with a warning. */
  readonly status: number;
  readonly comment: string;
}

const VERIFICATION = '1.2.840.10008.1.1';
const LONGEST_PDU = 2 ** 18;
/** Presentation contexts that one association can have: odd ids of a byte. */
const MOST_CONTEXTS = 128;

/**
 * Sends DICOM files over one association, each once the one before is answered, and gives what the peer said of each.
 * Native pixels go in the syntax they are stored in, else in another little-endian one; compressed ones as they are.
 * @throws dimse-peer, dimse-rejected, dimse-context, dimse-pdu, dimse-title, and those of parseDicom
 */
export async function* sendDicom(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: DimseSendOptions,
): AsyncGenerator<Sent, void, void> {
  const objects = files.map(({ name, bytes }) => {
    const { dataSet, transferSyntax, syntax, inflated, byteStart } = parseDicom(bytes, name);
    const sopClass = dataSet.text('SOPClassUID') ?? '';
    const sopInstance = dataSet.text('SOPInstanceUID') ?? '';
    // A data set of native pixels may go in either of the syntaxes that every peer knows.
    const other = syntax.pixels === 'native' ? [EXPLICIT_LITTLE, IMPLICIT_LITTLE] : [];
    const syntaxes = [...new Set([transferSyntax, ...other])];
    const asStored = inflated ? null : bytes.subarray(byteStart);
    return { name, dataSet, sopClass, sopInstance, transferSyntax, syntaxes, asStored };
  });
  const contexts = new Map<string, ProposedContext>();
  for (const { sopClass, syntaxes } of objects) {
    for (const transferSyntax of syntaxes) {
      const key = `${sopClass} ${transferSyntax}`;
      const id = 2 * contexts.size + 1;
      if (!contexts.has(key)) contexts.set(key, { id, abstractSyntax: sopClass, transferSyntaxes: [transferSyntax] });
    }
  }
  if (contexts.size > MOST_CONTEXTS)
    throw dimseErrors.error(
      'dimse-context',
      `${contexts.size} classes and syntaxes at once`,
      {},
      'Send fewer kinds of objects at once.',
    );
  const peer = await Peer.associate([...contexts.values()], options);
  try {
    for (const [i, { name, dataSet, sopClass, sopInstance, transferSyntax, syntaxes, asStored }] of objects.entries()) {
      const syntax = syntaxes.find((uid) => peer.accepts(contexts.get(`${sopClass} ${uid}`)!.id));
      if (syntax === undefined)
        throw dimseErrors.error('dimse-context', `${name} is of class ${sopClass} in ${transferSyntax}`, {
          file: name,
        });
      const data =
        syntax === transferSyntax && asStored !== null
          ? asStored
          : encodeDataSet(dataSet, { explicit: syntax !== IMPLICIT_LITTLE });
      const { id } = contexts.get(`${sopClass} ${syntax}`)!;
      const command = { field: COMMANDS.store, message: (i % 65_535) + 1, sopClass, sopInstance, hasData: true };
      const { status, comment } = await peer.ask(id, { ...command, status: null, comment: '' }, data);
      yield { sopInstance, status: status ?? 0, comment };
    }
    await peer.release();
  } finally {
    peer.destroy();
  }
}

/** Asks a peer whether it is there: C-ECHO. @throws dimse-peer, dimse-rejected, dimse-context */
export async function echoDicom(options: DimseSendOptions): Promise<number> {
  const context = { id: 1, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT_LITTLE] };
  const peer = await Peer.associate([context], options);
  try {
    if (!peer.accepts(1)) throw dimseErrors.error('dimse-context', 'the peer takes no C-ECHO');
    const command = { field: COMMANDS.echo, message: 1, sopClass: VERIFICATION, sopInstance: '', hasData: false };
    const { status } = await peer.ask(1, { ...command, status: null, comment: '' }, null);
    await peer.release();
    return status ?? 0;
  } finally {
    peer.destroy();
  }
}

class Peer {
  readonly #socket: Socket;
  readonly #where: string;
  readonly #arrived: Pdu[] = [];
  #failure: Error | null = null;
  #wake = () => {};
  #accepted = new Set<number>();
  #longest = 0;

  private constructor({ host, port, tls, timeout = 30_000 }: DimseSendOptions) {
    this.#where = `${host}:${port}`;
    this.#socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...tls });
    const reader = new PduReader(LONGEST_PDU);
    this.#socket.setNoDelay(true);
    this.#socket.setTimeout(timeout, () => this.#fail(`did not answer within ${timeout} ms`));
    this.#socket.on('error', (cause) => this.#fail(cause.message, cause));
    this.#socket.on('close', () => this.#fail('closed the connection'));
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        this.#arrived.push(...reader.push(chunk));
      } catch (cause) {
        this.#failure ??= cause as Error;
      }
      this.#wake();
    });
  }

  #fail(why: string, cause?: unknown): void {
    this.#failure ??= dimseErrors.error('dimse-peer', `${this.#where} ${why}`, { file: this.#where }, undefined, cause);
    this.#wake();
  }

  static async associate(contexts: readonly ProposedContext[], options: DimseSendOptions): Promise<Peer> {
    const { called, calling } = options;
    const protocol = 1;
    const request = encodePdu({
      kind: 'associate-rq',
      called,
      calling,
      protocol,
      applicationContext: APPLICATION_CONTEXT,
      contexts,
      longest: LONGEST_PDU,
    });
    const peer = new Peer(options);
    try {
      peer.#socket.write(request);
      const answer = await peer.#next();
      if (answer.kind === 'associate-rj') {
        const { result, source, reason } = answer;
        const message = `${peer.#where} rejected the association: result ${result}, source ${source}, reason ${reason}`;
        throw dimseErrors.error('dimse-rejected', message, { file: peer.#where });
      }
      if (answer.kind !== 'associate-ac') throw peer.#unexpected(answer);
      for (const { id, result } of answer.contexts) if (result === 0) peer.#accepted.add(id);
      peer.#longest = answer.longest;
      return peer;
    } catch (error) {
      peer.destroy();
      throw error;
    }
  }

  accepts(context: number): boolean {
    return this.#accepted.has(context);
  }

  /** The answer to a command, with a data set where there is one. */
  async ask(context: number, command: DimseCommand, data: Uint8Array | null): Promise<DimseCommand> {
    for (const pdu of dataPdus(context, true, writeCommand(command), this.#longest)) await this.#write(pdu);
    if (data !== null) for (const pdu of dataPdus(context, false, data, this.#longest)) await this.#write(pdu);
    const parts: Uint8Array[] = [];
    for (;;) {
      const pdu = await this.#next();
      if (pdu.kind !== 'data') throw this.#unexpected(pdu);
      for (const value of pdu.values) {
        if (!value.command) throw this.#unexpected(pdu);
        parts.push(value.bytes);
        if (!value.last) continue;
        const answer = readCommand(concat(parts));
        if (answer.field !== (command.field | COMMANDS.answer) || answer.message !== command.message)
          throw this.#unexpected(pdu);
        return answer;
      }
    }
  }

  async release(): Promise<void> {
    await this.#write(encodePdu({ kind: 'release-rq' }));
    const answer = await this.#next();
    if (answer.kind !== 'release-rp') throw this.#unexpected(answer);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Waits where the peer takes more slowly than is sent. */
  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#socket.once('drain', resolve);
    });
    if (this.#failure !== null) throw this.#failure;
  }

  async #next(): Promise<Pdu> {
    for (;;) {
      const next = this.#arrived.shift();
      if (next !== undefined) return next;
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #unexpected(pdu: Pdu): Error {
    const message = `${this.#where} sent ${pdu.kind} where something else was due`;
    return dimseErrors.error('dimse-peer', message, { file: this.#where });
  }
}
