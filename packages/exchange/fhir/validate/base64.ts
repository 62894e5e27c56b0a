const FORM = /^[A-Za-z0-9+/]*={0,2}$/;

/** Whether the text is base64 of whole bytes; blanks may stand anywhere. */
export function isBase64(text: string): boolean {
  const plain = /\s/.test(text) ? text.replace(/\s+/g, '') : text;
  return plain.length % 4 === 0 && FORM.test(plain);
}

/** The bytes of a base64 text, or null where it is none. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!isBase64(text)) return null;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
