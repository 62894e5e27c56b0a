/** From characters to bytes of UTF-8; the same number where all are ASCII. */
export function byteOffsets(text: string): (char: number) => number {
  let plain = 0;
  while (plain < text.length && text.charCodeAt(plain) < 128) plain++;
  if (plain === text.length) return (char) => char;
  const bytes = new Uint32Array(text.length + 1);
  let at = plain;
  for (let i = 0; i < plain; i++) bytes[i] = i;
  for (let i = plain; i < text.length; i++) {
    bytes[i] = at;
    const code = text.charCodeAt(i);
    const high = code >= 0xd800 && code < 0xdc00;
    const low = code >= 0xdc00 && code < 0xe000;
    if (high && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes[++i] = at;
      at += 4;
    } else at += code < 128 ? 1 : code < 2048 ? 2 : high || low ? 3 : 3;
  }
  bytes[text.length] = at;
  return (char) => bytes[char]!;
}
