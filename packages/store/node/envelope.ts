import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { storeErrors } from '../errors.data.ts';

/** AES-256-GCM (NIST SP 800-38D): 96-bit random nonce, 128-bit tag, then the ciphertext. */
const NONCE = 12;
const TAG = 16;
const KEY = 32;
/** Longer texts are compressed before they are sealed. */
const COMPRESS_FROM = 2048;

export function newKey(): Buffer {
  return randomBytes(KEY);
}

/** The key in the form the cipher takes seven times faster than bytes (measured: 7.8 against 54 µs an entry). */
export function keyOf(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes);
}

/** Nonces are drawn in blocks: one system call for many entries. */
let pool = Buffer.alloc(0);
let used = 0;
function nonce(): Buffer {
  if (used + NONCE > pool.length) {
    pool = randomBytes(NONCE * 512);
    used = 0;
  }
  used += NONCE;
  return pool.subarray(used - NONCE, used);
}

const NOTHING = new Uint8Array();
/** Bytes sealed at a time: what the cipher gives is copied to its place while it is still in the cache. */
const PIECE = 1 << 18;

/** Seals bytes; `about` is bound to them and must be given again to open. What stands `before` is not sealed. */
export function seal(key: KeyObject, plain: Uint8Array, about: string, before: Uint8Array = NOTHING): Uint8Array {
  const start = before.length;
  const sealed = Buffer.allocUnsafe(start + NONCE + TAG + plain.length);
  sealed.set(before);
  const iv = nonce();
  iv.copy(sealed, start);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(about));
  for (let at = 0; at < plain.length; at += PIECE) {
    cipher.update(plain.subarray(at, at + PIECE)).copy(sealed, start + NONCE + TAG + at);
  }
  cipher.final();
  cipher.getAuthTag().copy(sealed, start + NONCE);
  return sealed;
}

/** Opens what `seal` made. @throws store-corrupt when anything was changed */
export function unseal(key: KeyObject, sealed: Uint8Array, about: string): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE));
    decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
    decipher.setAAD(Buffer.from(about));
    const plain = decipher.update(sealed.subarray(NONCE + TAG));
    decipher.final();
    return plain;
  } catch (cause) {
    throw storeErrors.error(
      'store-corrupt',
      'What was sealed does not match its seal.',
      { element: about },
      undefined,
      cause,
    );
  }
}

/** Bytes of the number of the subject in front of an object that is kept beside the log. */
const NUMBER = 6;

/** Seals an object that is kept beside the log; the subject's number stands in front. It never opens as a payload, nor a payload as it. */
export function sealObject(n: number, key: KeyObject, plain: Uint8Array, about: string): Uint8Array {
  const before = Buffer.allocUnsafe(NUMBER);
  before.writeUIntLE(n, 0, NUMBER);
  return seal(key, plain, `object|${n}|${about}`, before);
}

/** The number of the subject that an object is sealed for; null where the bytes are too few to be one. */
export function numberOf(sealed: Uint8Array): number | null {
  if (sealed.length < NUMBER + NONCE + TAG) return null;
  return Buffer.from(sealed.buffer, sealed.byteOffset, NUMBER).readUIntLE(0, NUMBER);
}

/** Opens what `sealObject` made. @throws store-corrupt when anything was changed */
export function unsealObject(n: number, key: KeyObject, sealed: Uint8Array, about: string): Buffer {
  return unseal(key, sealed.subarray(NUMBER), `object|${n}|${about}`);
}

/** The first level is as small as the third on payloads of the log, and a quarter faster. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const PLAIN = Buffer.of(0);
const COMPRESSED = Buffer.of(1);

/** `compressFrom`: bytes from which on the time it takes to compress is worth the room it saves. */
export function sealText(key: KeyObject, text: string, about: string, compressFrom = COMPRESS_FROM): Uint8Array {
  const bytes = Buffer.from(text);
  const marked =
    bytes.length < compressFrom
      ? Buffer.concat([PLAIN, bytes])
      : Buffer.concat([COMPRESSED, zstdCompressSync(bytes, FAST)]);
  return seal(key, marked, about);
}

export function unsealText(key: KeyObject, sealed: Uint8Array, about: string): string {
  const marked = unseal(key, sealed, about);
  const body = marked.subarray(1);
  return (marked[0] === 0 ? body : zstdDecompressSync(body)).toString();
}

/** SHA-256. Through a string, which the one-shot hash gives three times faster than bytes of their own. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}

/** The block that the key makes in front of what is hashed, inside and outside. */
interface Blocks {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const BLOCK = 64;
const blocks = new WeakMap<KeyObject, Blocks>();

function blocksOf(key: KeyObject): Blocks {
  let made = blocks.get(key);
  if (made === undefined) {
    const bytes = key.export();
    const filled = (pad: number) => Buffer.alloc(BLOCK, pad).map((byte, i) => byte ^ (bytes[i] ?? 0)) as Buffer;
    made = { inner: filled(0x36), outer: filled(0x5c) };
    blocks.set(key, made);
  }
  return made;
}

/**
 * Keyed hash, 128 bits: equal texts give equal tags, and a tag tells nothing without the key. HMAC-SHA-256 (RFC 2104) by two
 * one-shot hashes, which is three times faster than an object for each.
 */
export function tagOf(key: KeyObject, text: string): Uint8Array {
  const { inner, outer } = blocksOf(key);
  return sha256(Buffer.concat([outer, sha256(Buffer.concat([inner, Buffer.from(text)]))])).subarray(0, 16);
}
