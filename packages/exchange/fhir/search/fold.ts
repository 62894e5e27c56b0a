/** A text as strings are compared: lower case, without accents and punctuation, spaces collapsed. */
export function folded(text: string): string {
  let plain = text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII, which has no accents to take off
  if (!/^[\x00-\x7f]*$/.test(text)) plain = text.normalize('NFKD').replace(/\p{M}+/gu, '');
  return plain
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
