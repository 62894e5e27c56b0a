import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { TopicAddress } from '@gemel/exchange/device/topic';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { serverErrors } from '../errors.data.ts';

const Device = Type.Object(
  {
    /** The user name it gives, or its client id where it gives none. */
    name: Type.String({ minLength: 1, maxLength: 200 }),
    /** `scrypt:salt:key`, hex: of its password or token. */
    secret: Type.String({ pattern: '^scrypt:[0-9a-f]{32}:[0-9a-f]{64}$' }),
    /** Whom it may speak for; `*` is anybody. */
    subjects: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    /** Names of devices under which it may speak; `*` is any. */
    devices: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
  },
  { additionalProperties: false },
);

/** What a client may speak for. */
export interface MqttPeer {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly devices: readonly string[];
}

/** A client with the hash of its password or token. */
export interface KnownDevice extends MqttPeer {
  readonly secret: string;
}

/** The devices of a list as it stands in a file. @throws server-devices-unreadable */
export function readDevices(text: string, file: string): readonly KnownDevice[] {
  const refuse = (message: string) => serverErrors.error('server-devices-unreadable', message, { file });
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw refuse(`${file} is not JSON`);
  }
  if (!Array.isArray(list)) throw refuse(`${file} is not a list of devices`);
  const names = new Set<string>();
  return list.map((each, i) => {
    if (!Value.Check(Device, each)) {
      const wrong = Value.Errors(Device, each)[0];
      throw refuse(`device ${i + 1} of ${file}: ${wrong?.instancePath ?? ''} ${wrong?.message ?? ''}`);
    }
    if (names.has(each.name)) throw refuse(`${file} names "${each.name}" twice`);
    names.add(each.name);
    return each;
  });
}

const derive = promisify<string | Uint8Array, Uint8Array, number, Buffer>(scrypt);

/** The hash of a password or token, with a salt of its own. */
export async function secretOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt:${salt.toString('hex')}:${(await derive(password, salt, 32)).toString('hex')}`;
}

/** A token that cannot be guessed. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** Who a client is by its name and its password or token; null where it is none of these. */
export function authenticator(devices: readonly KnownDevice[]) {
  const byName = new Map(devices.map((device) => [device.name, device]));
  // Takes as long for a name that is not known.
  const nobody = `scrypt:${'0'.repeat(32)}:${'0'.repeat(64)}`;
  return async (client: string, user: string | undefined, password: Uint8Array | undefined) => {
    const device = byName.get(user ?? client);
    const [, salt = '', key = ''] = (device?.secret ?? nobody).split(':');
    const given = await derive(password ?? '', Buffer.from(salt, 'hex'), 32);
    const same = timingSafeEqual(given, Buffer.from(key, 'hex'));
    return device !== undefined && password !== undefined && same ? device : null;
  };
}

/** Whether a client may speak for the subject and device of a topic. */
export function mayPublish({ subjects, devices }: MqttPeer, { subject, device }: TopicAddress): boolean {
  const holds = (list: readonly string[], name: string) => list.includes('*') || list.includes(name);
  return holds(subjects, subject) && holds(devices, device);
}
