/** Every tag opened is closed in order, and every attribute is quoted: what an XML reader asks for first. */
export function wellFormed(markup: string): boolean {
  const open: string[] = [];
  for (const [, slash, name, rest] of markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*\s*\/?)>/g)) {
    if (slash === '/') {
      if (open.pop() !== name) return false;
    } else if (!rest!.trimEnd().endsWith('/')) open.push(name!);
  }
  return open.length === 0 && !/<(?!\/?[a-zA-Z])/.test(markup) && !/&(?!(amp|lt|gt|quot|#\d+);)/.test(markup);
}
