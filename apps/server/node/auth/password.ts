import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Argon2id as OWASP advises where memory is dear: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). */
const MEMORY = 19_456;
const PASSES = 2;
const LANES = 1;
const BYTES = 32;

const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

/** The hash of a password in the PHC string format, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const parameters = {
    message: normal(password),
    nonce,
    memory: MEMORY,
    passes: PASSES,
    parallelism: LANES,
    tagLength: BYTES,
  };
  const tag = await derive('argon2id', parameters);
  return `$argon2id$v=19$m=${MEMORY},t=${PASSES},p=${LANES}$${plain(nonce)}$${plain(tag)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** Of nobody's password: a name that is not known takes as long as one that is. */
const NOBODY = `$argon2id$v=19$m=${MEMORY},t=${PASSES},p=${LANES}$${plain(Buffer.alloc(16))}$${plain(Buffer.alloc(BYTES))}`;

/** Whether the password is the one of the hash; takes as long where there is no hash. */
export async function passwordFits(password: string, hash: string | null): Promise<boolean> {
  const [, memory, passes, lanes, salt, tag] = PHC.exec(hash ?? NOBODY) ?? PHC.exec(NOBODY)!;
  const kept = Buffer.from(tag!, 'base64');
  const found = await derive('argon2id', {
    message: normal(password),
    nonce: Buffer.from(salt!, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(lanes),
    tagLength: kept.length,
  });
  return timingSafeEqual(found, kept) && hash !== null && PHC.test(hash);
}

/** The same letters typed on another keyboard are the same password (RFC 8265, OpaqueString). */
const normal = (password: string): string => password.normalize('NFC');

function plain(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
