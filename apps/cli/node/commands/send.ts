import type { RawItem } from '@gemel/core';
import { Argument, Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { Shell } from '../shell.ts';
import type { RecordOptions, Source } from '../sources.ts';
import { addRecordOptions } from './record-options.ts';

interface SendOptions extends RecordOptions {
  readonly mllp?: string;
  readonly broker?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly device: string;
  readonly dimse?: string;
  readonly title: string;
  readonly from: string;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly receiver: string;
}

/** `gemel send`: HL7 v2 messages or DICOM objects to a peer, or values to a broker, each sent until it is acknowledged. */
export function sendCommand(begin: Begin): Command {
  const command = new Command('send')
    .description(
      'send HL7 v2 messages over MLLP, made of records or of a file; values over MQTT; DICOM files by C-STORE',
    )
    .addArgument(
      new Argument('<type>', 'adt (who patients are), oru (observations), mqtt (values), dicom (objects)').choices([
        'adt',
        'oru',
        'mqtt',
        'dicom',
      ]),
    )
    .argument('<records...>', 'files or folders; - is standard input')
    .option('--mllp <host:port>', 'where to, for adt and oru')
    .option('--broker <url>', 'where to, for mqtt: mqtt://host:1883, mqtts://host')
    .option('--user <name>', 'user name at the broker')
    .option('--password-file <file>', 'file that holds the password or token for the broker')
    .option('--device <name>', 'device of values that name none', 'gemel')
    .option('--dimse <host:port>', 'where to, for dicom')
    .option('--title <title>', 'application entity title of the peer, for dicom', 'ANY-SCP')
    .option('--from <title>', 'application entity title of this side, for dicom', 'GEMEL')
    .option('--tls', 'over TLS')
    .option('--ca <file>', 'certificates (PEM) the peer must show one signed by')
    .option('--receiver <application|facility>', 'whom messages made here are for', '|');
  return addRecordOptions(command).action(
    async (type: 'adt' | 'oru' | 'mqtt' | 'dicom', paths: string[], options: SendOptions, self: Command) => {
      const shell = begin(self);
      if (type === 'mqtt') return sendValues(paths, options, shell);
      const place = placeOf(options, type === 'dicom' ? 'dimse' : 'mllp');
      const { readBytes } = await import('../given-file.ts');
      const ca = options.ca === undefined ? {} : { ca: Buffer.from(await readBytes(options.ca)) };
      const tls = options.tls || options.ca !== undefined ? { tls: ca } : {};
      if (type === 'dicom') {
        const { sendDicomFiles } = await import('../send-dicom.ts');
        return sendDicomFiles(paths, { place, title: options.title, from: options.from, ...tls }, shell);
      }
      const { readSources } = await import('../sources.ts');
      const { sendMllp } = await import('@gemel/exchange/hl7v2/node/sender');
      const { readAcknowledgement } = await import('@gemel/exchange/hl7v2/acknowledge');
      const messages: Uint8Array[] = [];
      for (const source of await readSources(paths, options))
        messages.push(...(await messagesOf(source, type, options)));
      if (messages.length === 0)
        throw cliErrors.error('cli-nothing-to-send', `there is nothing for ${type} messages`, { field: 'records' });
      const answers: { code: string; controlId: string; errors: readonly string[] }[] = [];
      for await (const reply of sendMllp(messages, { ...place, ...tls })) {
        shell.checkpoint();
        const answer = readAcknowledgement(reply) ?? {
          code: '',
          controlId: '',
          errors: ['the answer is no acknowledgement'],
        };
        answers.push(answer);
        if (/^[AC]A$/.test(answer.code)) continue;
        shell.problem(
          cliErrors.problem('cli-message-refused', `${answer.controlId}: ${answer.code} ${answer.errors.join('; ')}`),
        );
        shell.end(EXIT.input);
      }
      const taken = answers.filter(({ code }) => /^[AC]A$/.test(code)).length;
      await shell.result(
        { sent: messages.length, taken, answers },
        `${messages.length} sent, ${taken} acknowledged as taken`,
      );
    },
  );
}

/** Host and port of the option that says where to. @throws cli-option-unreadable */
function placeOf(options: SendOptions, option: 'mllp' | 'dimse'): { readonly host: string; readonly port: number } {
  const place = /^(.+):(\d{1,5})$/.exec(options[option] ?? '');
  if (place === null) {
    const message = `"${options[option] ?? ''}" is no host:port`;
    throw cliErrors.error('cli-option-unreadable', message, { field: `--${option}` });
  }
  return { host: place[1]!, port: Number(place[2]) };
}

/** The messages of a type in an HL7 v2 file as they stand; else messages made of what the records say. */
async function messagesOf(source: Source, type: 'adt' | 'oru', options: SendOptions): Promise<readonly Uint8Array[]> {
  const { layOut } = await import('@gemel/exchange/hl7v2/layout');
  const { parseMessage } = await import('@gemel/exchange/hl7v2/message');
  const { bytes } = source;
  if (source.door.id === 'hl7v2') {
    return [...layOut(bytes)].flatMap((span) => {
      if (span.kind !== 'message') return [];
      const message = parseMessage(bytes, span.start, span.end);
      // What cannot be read is sent as it is: the peer says what is wrong with it.
      const other = 'segments' in message && message.code.toLowerCase() !== type;
      return other ? [] : [Uint8Array.from([...bytes.subarray(span.start, span.end), 0x0d])];
    });
  }
  const { decode } = await import('../sources.ts');
  const { encodeAdt, encodeOru, stampAt } = await import('@gemel/exchange/hl7v2/encode');
  const items: RawItem[] = [];
  for (const entry of decode(source, options)) items.push(...entry.items);
  const now = Date.now();
  const [application = '', facility = ''] = options.receiver.split('|');
  const frame = {
    stamp: stampAt(now, 0),
    controlId: `G${now.toString(36).toUpperCase()}`,
    from: ['GEMEL', ''],
    to: [application, facility],
  } as const;
  return type === 'oru' ? encodeOru(items, frame) : encodeAdt(items, frame);
}

/** Publishes the values of records as rows, under `twins/{subject}/{device}/values`; each message counts once it is acknowledged. */
async function sendValues(paths: readonly string[], options: SendOptions, shell: Shell): Promise<void> {
  const { broker, user, passwordFile, ca, device } = options;
  if (broker === undefined) throw cliErrors.error('cli-usage', 'mqtt needs --broker', { field: '--broker' });
  const { decode, readSources } = await import('../sources.ts');
  const { readBytes, readText } = await import('../given-file.ts');
  const { encodeRows } = await import('@gemel/exchange/device/rows/encode');
  const { publishMqtt } = await import('@gemel/exchange/device/node/mqtt/publisher');
  const items: RawItem[] = [];
  for (const source of await readSources(paths, options)) {
    for (const entry of decode(source, options)) items.push(...entry.items);
  }
  const { messages, unsaid } = encodeRows(items, device);
  if (messages.length === 0)
    throw cliErrors.error('cli-nothing-to-send', 'there are no values for mqtt messages', { field: 'records' });
  const access = {
    ...(user === undefined ? {} : { username: user }),
    ...(passwordFile === undefined ? {} : { password: (await readText(passwordFile)).trim() }),
    ...(ca === undefined ? {} : { ca: Buffer.from(await readBytes(ca)) }),
  };
  const topics = messages.map((message) => ({
    topic: ['twins', message.subject, message.device, 'values'].map(encodeURIComponent).join('/'),
    payload: message.payload,
  }));
  const told = { url: broker, access, signal: shell.signal };
  await publishMqtt(topics, told).catch((cause) => {
    const message = `${broker}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw cliErrors.error('cli-peer-unreachable', message, { field: '--broker' }, undefined, cause);
  });
  const values = messages.reduce((sum, { rows }) => sum + rows, 0);
  const left = unsaid === 0 ? '' : `; ${unsaid} items are no plain numbers and were not sent`;
  await shell.result(
    { messages: messages.length, values, unsaid },
    `${values} values in ${messages.length} messages acknowledged${left}`,
  );
}
