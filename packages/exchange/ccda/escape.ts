/** Text without the control characters that neither XML nor FHIR can hold. */
export function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '');
}

/** Text or attribute value as it must be written in XML; what XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return withoutControls(text.toWellFormed()).replace(/[&<>"]/g, (found) => ESCAPES[found]!);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
