import { type Break, Scanner } from './scan.ts';

/** Where one entry of a source lies, and the few words needed to resolve references to it. Bytes are 0-based, end exclusive. */
export interface EntrySpan {
  /** Path in the source: `Bundle.entry[12]`, `Observation` for a resource on its own, `line[3]` in NDJSON. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** The resource within the entry; null where the entry has none. */
  readonly resource: { readonly start: number; readonly end: number } | null;
  readonly fullUrl: string | null;
  readonly type: string | null;
  readonly id: string | null;
  /** Member names in the entry, to find out whether any is given twice. */
  readonly names: number;
  readonly deepest: number;
  readonly line?: number;
  /** Set where the stretch could not be walked. */
  readonly broken: Break | null;
}

/** The structure of a FHIR JSON source: one scan over the bytes, no values built. */
export interface Layout {
  readonly resourceType: string | null;
  /** Bundle.type. */
  readonly bundleType: string | null;
  /** Bundle.total. */
  readonly total: number | null;
  /** Bundle.link with relation `next`: there are further pages. */
  readonly nextPage: string | null;
  readonly entries: readonly EntrySpan[];
  /** Where the outer structure broke, if it did. */
  readonly broken: Break | null;
  /** Bytes at which a comma between entries is missing. */
  readonly commas: readonly number[];
  /** First byte of anything after the document. */
  readonly trailing: number | null;
}

const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_ARRAY = 0x5d;
/** What may follow an entry: a comma, the end of the array, the end of the source, or, a comma missing, the next entry. */
const SEPARATORS = new Set([COMMA, CLOSE_ARRAY, OPEN_OBJECT, -1]);

/** A break is tried to be stepped over this often; after that the rest of the source counts as one broken entry. */
const MOST_RECOVERIES = 64;

/** Scans a Bundle or a single resource that begins at byte `from`. */
export function layOut(bytes: Uint8Array, from: number): Layout {
  const scanner = new Scanner(bytes, from);
  scanner.next();
  const start = scanner.at;
  let resourceType: string | null = null;
  let bundleType: string | null = null;
  let id: string | null = null;
  let total: number | null = null;
  let nextPage: string | null = null;
  const entries: EntrySpan[] = [];
  const commas: number[] = [];
  scanner.members((name) => {
    if (name === 'resourceType') resourceType ??= scanner.peekString();
    else if (name === 'type') bundleType ??= scanner.peekString();
    else if (name === 'id') id ??= scanner.peekString();
    else if (name === 'total') total = asCount(skipped(scanner));
    else if (name === 'link') nextPage = nextLink(skipped(scanner));
    else if (name === 'entry' && resourceType !== null && resourceType !== 'Bundle') return false;
    else if (name === 'entry' && scanner.next() === 0x5b) readEntries(scanner, entries, commas);
    else return false;
    return name === 'total' || name === 'link' || name === 'entry';
  });
  const bundle = resourceType === 'Bundle' || (resourceType === null && entries.some((entry) => entry.type !== null));
  const { broken } = scanner;
  const trailing = broken === null && scanner.next() !== -1 ? scanner.at : null;
  const whole: EntrySpan = {
    path: resourceType ?? 'resource',
    start,
    end: scanner.at,
    resource: { start, end: scanner.at },
    fullUrl: null,
    type: resourceType,
    id,
    names: scanner.names,
    deepest: scanner.deepest,
    broken,
  };
  return {
    resourceType: bundle ? 'Bundle' : resourceType,
    bundleType,
    total,
    nextPage,
    entries: bundle ? entries : [{ ...whole, end: broken === null ? whole.end : bytes.length }],
    broken,
    commas: bundle ? commas : [],
    trailing,
  };
}

/** The lines of an NDJSON source that hold anything, each with the resource on it. */
export function* layOutLines(bytes: Uint8Array, from: number): Generator<EntrySpan, void, void> {
  let line = 0;
  for (let start = from; start < bytes.length; ) {
    line++;
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    let last = end;
    while (last > start && bytes[last - 1]! <= 0x20) last--;
    let first = start;
    while (first < last && bytes[first]! <= 0x20) first++;
    if (first < last) {
      const span = readResource(new Scanner(bytes.subarray(0, last), first));
      const cut = span.broken?.reason === 'cut' && feed >= 0;
      yield {
        ...span,
        path: `line[${line - 1}]`,
        start: first,
        end: last,
        resource: { start: first, end: last },
        fullUrl: null,
        line,
        // A line that ends early inside the file is broken, not the file cut off.
        broken: cut ? { reason: 'structure', at: last } : span.broken,
      };
    }
    start = end + 1;
  }
}

function readEntries(scanner: Scanner, entries: EntrySpan[], commas: number[]): void {
  scanner.at++;
  let recoveries = 0;
  let names = scanner.names;
  for (;;) {
    const byte = scanner.next();
    if (byte === CLOSE_ARRAY) {
      scanner.at++;
      scanner.names = names;
      return;
    }
    if (byte === -1) {
      scanner.fail('cut');
      return;
    }
    const start = scanner.at;
    const entry = readEntry(scanner);
    names += entry.names;
    const separator = entry.broken === null ? scanner.next() : -1;
    // An entry that something senseless follows may have ended too early, and is not trusted.
    const broken: Break | null =
      entry.broken ?? (SEPARATORS.has(separator) ? null : { reason: 'structure', at: scanner.at });
    if (broken === null) {
      entries.push({ ...entry, path: `Bundle.entry[${entries.length}]` });
      if (separator === COMMA) scanner.at++;
      else if (separator === OPEN_OBJECT) commas.push(scanner.at);
      continue;
    }
    let resume = -1;
    let at = entry.broken === null ? scanner.at : start;
    for (; resume < 0 && recoveries < MOST_RECOVERIES; recoveries++) {
      at = nextEntryStart(scanner.bytes, at + 1);
      if (at < 0) break;
      const trial = readEntry(new Scanner(scanner.bytes, at));
      if (trial.broken === null && trial.type !== null) resume = at;
    }
    const end = resume < 0 ? scanner.bytes.length : resume;
    entries.push({ ...entry, path: `Bundle.entry[${entries.length}]`, start, end, resource: null, broken });
    if (resume < 0) {
      scanner.broken = broken;
      return;
    }
    scanner.at = resume;
    scanner.broken = null;
  }
}

function readEntry(scanner: Scanner): EntrySpan {
  const start = scanner.at;
  scanner.names = 0;
  scanner.deepest = 0;
  let fullUrl: string | null = null;
  let inner: EntrySpan | null = null;
  if (scanner.next() !== OPEN_OBJECT) scanner.skip();
  else {
    scanner.members((name) => {
      if (name === 'fullUrl') fullUrl ??= scanner.peekString();
      if (name !== 'resource' || scanner.next() !== OPEN_OBJECT) return false;
      const resource = readResource(scanner);
      inner ??= resource;
      return true;
    });
  }
  const resource = inner as EntrySpan | null;
  return {
    path: '',
    start,
    end: scanner.at,
    resource: resource === null ? null : { start: resource.start, end: resource.end },
    fullUrl,
    type: resource?.type ?? null,
    id: resource?.id ?? null,
    names: scanner.names,
    deepest: scanner.deepest,
    broken: scanner.broken,
  };
}

/** Steps over one resource and reads its type and id. */
function readResource(scanner: Scanner): EntrySpan {
  const start = scanner.at;
  let type: string | null = null;
  let id: string | null = null;
  if (scanner.next() === OPEN_OBJECT) {
    scanner.members((name) => {
      if (name === 'resourceType') type ??= scanner.peekString();
      else if (name === 'id') id ??= scanner.peekString();
      return false;
    });
  } else scanner.skip();
  const { at: end, names, deepest, broken } = scanner;
  return { path: '', start, end, resource: { start, end }, fullUrl: null, type, id, names, deepest, broken };
}

/** First byte at or after `from` where an object begins whose first member is `fullUrl` or `resource`; −1 where none does. */
function nextEntryStart(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x7b, from); at >= 0; at = bytes.indexOf(0x7b, at + 1)) {
    const ahead = new Scanner(bytes, at + 1);
    const name = ahead.peekString();
    if (name === 'fullUrl' || name === 'resource') return at;
  }
  return -1;
}

/** Steps over a small value and gives it parsed; null where it is not valid JSON. */
function skipped(scanner: Scanner): unknown {
  const start = scanner.at;
  if (!scanner.skip()) return null;
  try {
    return JSON.parse(new TextDecoder().decode(scanner.bytes.subarray(start, scanner.at)));
  } catch {
    return null;
  }
}

function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

function nextLink(value: unknown): string | null {
  if (!Array.isArray(value)) return null;
  const next = value.find((link) => link?.relation === 'next');
  return typeof next?.url === 'string' ? next.url : null;
}
