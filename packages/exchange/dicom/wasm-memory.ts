const PAGE = 65_536;
const MEMORY_SECTION = 5;

/**
 * A WebAssembly module whose own memory may not grow beyond `mostBytes` (Core Specification, 5.5.8): the limits of its memory
 * section are rewritten. A module that asks for more at its start gets what it asks for and no more.
 * @throws TypeError where the bytes are no module with one memory
 */
export function withMemoryCap(module: Uint8Array, mostBytes: number): Uint8Array<ArrayBuffer> {
  let at = 8;
  while (at < module.length) {
    const id = module[at]!;
    const size = readLeb(module, at + 1);
    const start = size.next;
    if (id === MEMORY_SECTION) {
      const flags = module[start + 1]!;
      if (module[start] !== 1 || flags > 1) break;
      const least = readLeb(module, start + 2).value;
      const most = Math.max(least, Math.floor(mostBytes / PAGE));
      const content = [1, 1, ...leb(least), ...leb(most)];
      const section = [MEMORY_SECTION, ...leb(content.length), ...content];
      const rest = module.subarray(start + size.value);
      const out = new Uint8Array(at + section.length + rest.length);
      out.set(module.subarray(0, at));
      out.set(section, at);
      out.set(rest, at + section.length);
      return out;
    }
    at = start + size.value;
  }
  throw new TypeError('the module has no memory of its own');
}

function readLeb(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i]!;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  throw new TypeError('a number of the module is too long');
}

function leb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return out;
}
