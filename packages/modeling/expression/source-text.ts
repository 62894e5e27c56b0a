/** Part of a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text with a line of carets below a part of it; long texts are cut around it. */
export function pointAt(text: string, { start, end }: Span, width = 100): string {
  const flat = text.replace(/\s/g, ' ');
  const from = flat.length <= width ? 0 : Math.max(0, Math.min(start - 20, flat.length - width));
  const shown = flat.slice(from, from + width);
  const first = start - from;
  const last = Math.min(Math.max(end - from, first + 1), shown.length + 1);
  return `  ${shown}\n  ${' '.repeat(first)}${'^'.repeat(Math.max(1, last - first))}`;
}
