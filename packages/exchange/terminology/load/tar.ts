import { terminologyErrors } from '../errors.data.ts';

const BLOCK = 512;
const MOST_FILES = 50_000;

/** The plain files of a tar archive (POSIX ustar, pax and GNU long names), as views. @throws terminology-package */
export function* tarFiles(
  bytes: Uint8Array,
  name: string,
): Generator<{ readonly path: string; readonly bytes: Uint8Array }, void, void> {
  const fail = (why: string) => terminologyErrors.error('terminology-package', `${name}: ${why}`, { file: name });
  let longName: string | null = null;
  let count = 0;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!checksumHolds(header)) throw fail(`it is no tar archive at byte ${at}`);
    const size = octal(header, 124, 12);
    if (size === null || size < 0) throw fail(`a file at byte ${at} has no size`);
    const body = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (body.length < size) throw fail('it ends within a file');
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156]!);
    if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(body))?.[1] ?? longName;
    else if (type === 'L') longName = text(body, 0, body.length);
    else {
      const prefix = text(header, 345, 155);
      const path: string = longName ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
      longName = null;
      if (type !== '0' && type !== '\0') continue;
      if (++count > MOST_FILES) throw fail(`it holds more than ${MOST_FILES} files`);
      yield { path, bytes: body };
    }
  }
}

function checksumHolds(header: Uint8Array): boolean {
  const stated = octal(header, 148, 8);
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return stated === sum;
}

function octal(header: Uint8Array, start: number, length: number): number | null {
  const digits = text(header, start, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

function text(bytes: Uint8Array, start: number, length: number): string {
  const whole = bytes.subarray(start, start + length);
  const end = whole.indexOf(0);
  return new TextDecoder().decode(end < 0 ? whole : whole.subarray(0, end));
}
