import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { TopicPattern } from '@gemel/exchange/device/topic';
import type { DicomIntake } from '@gemel/server/node/dicom-intake';
import type { World } from '@gemel/server/node/world';
import { cliErrors } from '../errors.data.ts';
import { readBytes, readText } from './given-file.ts';

/** What `gemel serve` is told of the feeds it takes in. */
export interface FeedOptions {
  readonly zone?: string;
  readonly mllp?: number;
  readonly mllpKey?: string;
  readonly mllpCert?: string;
  readonly mllpCa?: string;
  readonly mqtt?: number;
  readonly mqttHost?: string;
  readonly mqttKey?: string;
  readonly mqttCert?: string;
  readonly mqttCa?: string;
  readonly mqttBroker?: string;
  readonly mqttUser?: string;
  readonly mqttPasswordFile?: string;
  readonly topics: string;
  readonly dicom?: number;
  readonly dicomTitle?: string;
  readonly dicomKey?: string;
  readonly dicomCert?: string;
  readonly dicomCa?: string;
}

/** A feed that runs: what is told of it, and how it ends. */
export interface RunningFeed {
  readonly name: 'mllp' | 'mqtt' | 'mqttBroker' | 'dicom';
  /** Where it listens, or is subscribed. */
  readonly at: number | string;
  readonly words: string;
  close(): Promise<void>;
}

/** The file of a data folder that says which devices may publish. */
export const devicesFile = (data: string): string => join(data, 'devices.json');

/** Starts the feeds that the options ask for; those that run are ended where a later one cannot start. */
export async function startFeeds(
  world: World,
  data: string,
  options: FeedOptions,
  dicom: DicomIntake,
): Promise<readonly RunningFeed[]> {
  const running: RunningFeed[] = [];
  try {
    if (options.mllp !== undefined) running.push(await startMllp(world, options.mllp, options));
    if (options.mqtt !== undefined) running.push(await startBroker(world, data, options.mqtt, options));
    if (options.mqttBroker !== undefined) running.push(await startSubscriber(world, options.mqttBroker, options));
    if (options.dicom !== undefined) running.push(await startDimse(dicom, options.dicom, options));
  } catch (error) {
    for (const feed of running) await feed.close();
    throw error;
  }
  return running;
}

async function startMllp(world: World, port: number, options: FeedOptions): Promise<RunningFeed> {
  const { zone, mllpKey, mllpCert, mllpCa } = options;
  const { listenMllp } = await import('@gemel/exchange/hl7v2/node/listener');
  const { takingPool } = await import('@gemel/exchange/hl7v2/node/taking-pool');
  const { Hl7v2Intake } = await import('@gemel/server/node/hl7v2-intake');
  const tls = await tlsOf('--mllp', mllpKey, mllpCert, mllpCa);
  const readers = takingPool();
  const intake = new Hl7v2Intake({ world, readers, ...(zone === undefined ? {} : { zone }) });
  const take = (message: Uint8Array, peer: string) => intake.answer(message, peer);
  const listener = await listenMllp({ port, take, ...(tls === undefined ? {} : { tls }) });
  return {
    name: 'mllp',
    at: listener.port,
    words: `HL7 v2 (MLLP${tls === undefined ? '' : ', TLS'}) at 127.0.0.1:${listener.port}`,
    close: async () => {
      await listener.close();
      await readers.close();
    },
  };
}

async function startBroker(world: World, data: string, port: number, options: FeedOptions): Promise<RunningFeed> {
  const { zone, mqttHost: host = '127.0.0.1', mqttKey, mqttCert, mqttCa } = options;
  const { listenMqtt } = await import('@gemel/exchange/device/node/mqtt/broker');
  const { MqttIntake } = await import('@gemel/server/node/mqtt-intake');
  const { authenticator, mayPublish, readDevices } = await import('@gemel/server/node/mqtt-access');
  const pattern = await patternOf(options.topics);
  const tls = await tlsOf('--mqtt', mqttKey, mqttCert, mqttCa);
  const file = devicesFile(data);
  const known = existsSync(file) ? readDevices(await readText(file), file) : null;
  const local = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);
  if (!local && (tls === undefined || known === null)) {
    const message = `a broker on ${host} needs TLS (--mqtt-key, --mqtt-cert) and devices it knows (gemel devices add)`;
    throw cliErrors.error('cli-usage', message, { field: '--mqtt-host' });
  }
  const anybody = { name: 'anybody', subjects: ['*'], devices: ['*'] };
  const intake = new MqttIntake({ world, pattern, ...(zone === undefined ? {} : { zone }) });
  const broker = await listenMqtt({
    port,
    host,
    pattern,
    clock: world.clock,
    authenticate: known === null ? async () => anybody : authenticator(known),
    allowed: mayPublish,
    take: (message) => intake.take(message),
    ...(tls === undefined ? {} : { tls }),
    ...(zone === undefined ? {} : { zone }),
  });
  const whose = known === null ? 'any device of this machine' : `${known.length} known devices`;
  return {
    name: 'mqtt',
    at: broker.port,
    words: `Devices (MQTT${tls === undefined ? '' : ', TLS'}) at ${host}:${broker.port}, ${whose}`,
    close: () => broker.close(),
  };
}

async function startSubscriber(world: World, url: string, options: FeedOptions): Promise<RunningFeed> {
  const { zone, mqttUser, mqttPasswordFile, mqttCa } = options;
  const { subscribeMqtt } = await import('@gemel/exchange/device/node/mqtt/subscriber');
  const { MqttIntake } = await import('@gemel/server/node/mqtt-intake');
  const pattern = await patternOf(options.topics);
  const intake = new MqttIntake({ world, pattern, ...(zone === undefined ? {} : { zone }) });
  const password = mqttPasswordFile === undefined ? undefined : (await readText(mqttPasswordFile)).trim();
  const subscriber = await subscribeMqtt({
    url,
    client: 'gemel',
    pattern,
    clock: world.clock,
    take: (message) => intake.take(message),
    access: {
      ...(mqttUser === undefined ? {} : { username: mqttUser }),
      ...(password === undefined ? {} : { password }),
      ...(mqttCa === undefined ? {} : { ca: Buffer.from(await readBytes(mqttCa)) }),
    },
    ...(zone === undefined ? {} : { zone }),
  }).catch((cause) => {
    const message = `${url} cannot be subscribed to: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw cliErrors.error('cli-peer-unreachable', message, { field: '--mqtt-broker' }, undefined, cause);
  });
  return { name: 'mqttBroker', at: url, words: `Devices by ${url}`, close: () => subscriber.close() };
}

async function startDimse(intake: DicomIntake, port: number, options: FeedOptions): Promise<RunningFeed> {
  const { dicomTitle: title, dicomKey, dicomCert, dicomCa } = options;
  const { listenDimse } = await import('@gemel/exchange/dicom/network/node/listener');
  const tls = await tlsOf('--dicom', dicomKey, dicomCert, dicomCa);
  const listener = await listenDimse({
    port,
    take: (object) => intake.answer(object),
    ...(title === undefined ? {} : { title }),
    ...(tls === undefined ? {} : { tls }),
  });
  return {
    name: 'dicom',
    at: listener.port,
    words: `DICOM objects (C-STORE${tls === undefined ? '' : ', TLS'}) at ${title ?? 'any title'}@127.0.0.1:${listener.port}`,
    close: () => listener.close(),
  };
}

/** The pattern of `--topics`. @throws cli-option-unreadable */
export async function patternOf(text: string): Promise<TopicPattern> {
  const { topicPattern } = await import('@gemel/exchange/device/topic');
  const pattern = topicPattern(text);
  if (pattern !== null) return pattern;
  const message = `"${text}" is no pattern of topics with {subject} and {device}, such as twins/{subject}/{device}/#`;
  throw cliErrors.error('cli-option-unreadable', message, { field: '--topics' });
}

/** Key, certificate and, where peers must show one too, what theirs must be signed by. @throws cli-usage */
async function tlsOf(option: string, key?: string, cert?: string, ca?: string): Promise<TlsOptions | undefined> {
  if ((key === undefined) !== (cert === undefined)) {
    throw cliErrors.error('cli-usage', `TLS needs both ${option}-key and ${option}-cert`, { field: `${option}-key` });
  }
  if (key === undefined || cert === undefined) return undefined;
  const peers =
    ca === undefined ? {} : { ca: Buffer.from(await readBytes(ca)), requestCert: true, rejectUnauthorized: true };
  return { key: Buffer.from(await readBytes(key)), cert: Buffer.from(await readBytes(cert)), ...peers };
}
