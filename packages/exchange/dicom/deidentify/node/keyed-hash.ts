import { createHmac } from 'node:crypto';
import { deidentifyErrors } from '../errors.data.ts';
import type { KeyedHash } from '../replacement.ts';

/** HMAC-SHA-256 under a key of at least 16 bytes. @throws deidentify-key */
export function keyedHash(key: Uint8Array): KeyedHash {
  if (key.length < 16) throw deidentifyErrors.error('deidentify-key', `the key has ${key.length} bytes`);
  return (text) => new Uint8Array(createHmac('sha256', key).update(text).digest());
}
