import { ELEMENTS, REPEATING } from './dictionary.data.ts';
import type { Tag, Vr } from './element.ts';

/** What the registry says of an element. */
export interface Registered {
  /** One, or several where the data set decides (`US`, `SS`). */
  readonly vrs: readonly Vr[];
  readonly keyword: string;
}

let byTag: Map<Tag, Registered> | undefined;
let byKeyword: Map<string, Tag> | undefined;
let patterns: readonly { readonly mask: number; readonly value: number; readonly entry: Registered }[] = [];

function load(): Map<Tag, Registered> {
  if (byTag !== undefined) return byTag;
  byTag = new Map();
  byKeyword = new Map();
  for (const line of ELEMENTS.trim().split('\n')) {
    const [tag, vrs, keyword = ''] = line.split(' ') as [string, string, string?];
    byTag.set(Number.parseInt(tag, 16), { vrs: vrs.split('/') as Vr[], keyword });
    if (keyword !== '') byKeyword.set(keyword, Number.parseInt(tag, 16));
  }
  patterns = REPEATING.trim()
    .split('\n')
    .map((line) => {
      const [tag, vrs, keyword = ''] = line.split(' ') as [string, string, string?];
      const mask = Number.parseInt(tag.replace(/[^x]/g, 'f').replace(/x/g, '0'), 16) >>> 0;
      return {
        mask,
        value: Number.parseInt(tag.replace(/x/g, '0'), 16),
        entry: { vrs: vrs.split('/') as Vr[], keyword },
      };
    });
  return byTag;
}

/** The registry's entry of a tag; null for private and unregistered ones. */
export function registered(tag: Tag): Registered | null {
  const found = load().get(tag);
  if (found !== undefined) return found;
  return patterns.find(({ mask, value }) => (tag & mask) >>> 0 === value)?.entry ?? null;
}

/** The tag of a keyword (`PatientName`); null where the registry has none. */
export function tagOfKeyword(keyword: string): Tag | null {
  load();
  return byKeyword!.get(keyword) ?? null;
}

/** The keyword of a tag, else the tag as `(0009,1001)`. */
export function nameOfTag(tag: Tag): string {
  return registered(tag)?.keyword || tagText(tag);
}

/** `(0010,0020)`. */
export function tagText(tag: Tag): string {
  const hex = tag.toString(16).toUpperCase().padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
