import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Keys are put in order in so many slices, one after another, one each time the log has grown by so many entries. */
const SLICES = 64;
const EVERY = 256;
/** Of entries further back than this, every key is in its table. */
const NEWEST = SLICES * EVERY;
/** Entries of an older log whose keys are written together. */
const FILLED = 200_000;
/** Hashes of keys have 48 bits. */
const HASHES = 2 ** 48;

/** What a column of the newest entries holds and its table does not yet. */
interface Newest {
  readonly hash: number;
  readonly seq: number;
}

const sliceOf = (hash: number): number => Math.floor(hash / (HASHES / SLICES));

/**
 * The positions at which slices are due after `from` and until `to`. They follow from the position alone, so that every process
 * knows which entries are in a table.
 */
function* due(from: number, to: number): Generator<{ readonly slice: number; readonly through: number }> {
  const first = Math.max(Math.floor(from / EVERY) + 1, Math.floor(to / EVERY) - SLICES + 1);
  for (let turn = first; turn * EVERY <= to; turn++) yield { slice: turn % SLICES, through: turn * EVERY };
}

/** One column by which an entry is found: its id, or the keyed hash of its dedupe key. */
class Column {
  readonly #newest: readonly Map<string, Newest>[] = Array.from({ length: SLICES }, () => new Map());
  readonly #hash: (text: string) => number;
  readonly #at: StatementSync;
  readonly #among: StatementSync;
  readonly #text: (seq: number) => string | null;
  readonly #insert: StatementSync;
  readonly #insertMany: StatementSync;
  readonly #added: string[] = [];
  /** Hashes of texts that this transaction looked up together, and those of them that the table has. */
  readonly #asked = new Map<string, number>();
  readonly #there = new Set<number>();

  /** `hash`: the text as a number below 2^48. `text`: what the entry at a position has in this column. */
  constructor(
    database: DatabaseSync,
    table: string,
    hash: (text: string) => number,
    text: (seq: number) => string | null,
  ) {
    this.#hash = hash;
    this.#text = text;
    this.#at = database.prepare(`select seq from ${table} where hash = ?`);
    this.#among = database.prepare(`select hash from json_each(?) cross join ${table} on hash = value`);
    this.#insert = database.prepare(`insert or ignore into ${table} (hash, seq) values (?, ?)`);
    this.#insertMany = database.prepare(
      `insert or ignore into ${table} (hash, seq) select value ->> 0, value ->> 1 from json_each(?)`,
    );
  }

  /** Looks texts up together that are to be added next: one question to the table instead of one for each. */
  ask(texts: readonly string[]): void {
    this.#asked.clear();
    this.#there.clear();
    for (const text of texts) this.#asked.set(text, this.#hash(text));
    const hashes = `[${[...this.#asked.values()].join()}]`;
    for (const { hash } of this.#among.all(hashes) as { hash: number }[]) this.#there.add(hash);
  }

  find(text: string): number | null {
    return this.#find(this.#hash(text), text);
  }

  /** Takes an entry in; or gives the position of the one that has the text already. */
  add(text: string, seq: number): number | null {
    const asked = this.#asked.get(text);
    const hash = asked ?? this.#hash(text);
    const newest = this.#newest[sliceOf(hash)]!.get(text);
    if (newest !== undefined) return newest.seq;
    const there = asked !== undefined && !this.#there.has(hash) ? null : this.#find(hash, text);
    if (there !== null) return there;
    this.#newest[sliceOf(hash)]!.set(text, { hash, seq });
    this.#added.push(text);
    return null;
  }

  /** Takes in an entry that was read from the log. */
  know(text: string, seq: number): void {
    const hash = this.#hash(text);
    this.#newest[sliceOf(hash)]!.set(text, { hash, seq });
  }

  /** Writes a slice to the table, in order: its rows lie side by side there, and go to the disk in few pages. */
  write(slice: number): void {
    const rows = [...this.#newest[slice]!.values()].sort((a, b) => a.hash - b.hash);
    const { changes } = this.#insertMany.run(`[${rows.map(({ hash, seq }) => `[${hash},${seq}]`).join()}]`);
    if (changes !== rows.length) for (const { hash, seq } of rows) this.#put(hash, seq);
  }

  /** Lets go of what is in the table by now. */
  drop(slice: number, through: number): void {
    const newest = this.#newest[slice]!;
    for (const [text, { seq }] of newest) if (seq <= through) newest.delete(text);
  }

  clear(): void {
    for (const newest of this.#newest) newest.clear();
    this.#added.length = 0;
  }

  committed(): void {
    this.#added.length = 0;
    this.#asked.clear();
  }

  rolledBack(): void {
    for (const text of this.#added) this.#newest[sliceOf(this.#hash(text))]!.delete(text);
    this.#added.length = 0;
    this.#asked.clear();
  }

  /** Texts of one hash, of which there are hardly ever two, stand one after another. */
  #find(hash: number, text: string): number | null {
    const newest = this.#newest[sliceOf(hash)]!.get(text);
    if (newest !== undefined) return newest.seq;
    for (let at = hash; ; at++) {
      const row = this.#at.get(at) as { seq: number } | undefined;
      if (row === undefined) return null;
      if (this.#text(row.seq) === text) return row.seq;
    }
  }

  #put(hash: number, seq: number): void {
    for (let at = hash; this.#insert.run(at, seq).changes === 0; at++) {
      if ((this.#at.get(at) as { seq: number }).seq === seq) return;
    }
  }
}

/**
 * Finds entries by their id and by their dedupe key. Keys are hashes without order: each entry written to an index of them would
 * change a page of its own. So the newest are kept in memory, read from the log where the process has just begun, and are written
 * to tables of hashes some hundred at a time.
 */
export class EntryKeys {
  readonly #ids: Column;
  readonly #dedupes: Column;
  readonly #columns: readonly Column[];
  readonly #last: StatementSync;
  readonly #rows: StatementSync;
  readonly #newest: StatementSync;
  /** Known and committed through here; null where the log is to be read first. */
  #through: number | null = null;
  #foreign = false;
  #seq = 0;

  constructor(database: DatabaseSync) {
    const id = database.prepare('select id as text from entry where seq = ?');
    const dedupe = database.prepare('select dedupe as text from entry where seq = ?');
    this.#last = database.prepare('select coalesce(max(seq), 0) as seq from entry');
    this.#rows = database.prepare('select seq, id, dedupe from entry where seq > ? order by seq');
    this.#newest = database.prepare('select seq from entry where seq > ? and id = ?');
    this.#ids = new Column(
      database,
      'entry_id',
      (text) => Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16),
      (seq) => (id.get(seq) as { text: string } | undefined)?.text ?? null,
    );
    this.#dedupes = new Column(
      database,
      'entry_dedupe',
      (tag) => Buffer.from(tag, 'latin1').readUIntBE(0, 6),
      (seq) => {
        const tag = (dedupe.get(seq) as { text: Uint8Array | null } | undefined)?.text ?? null;
        return tag === null ? null : latin1(tag);
      },
    );
    this.#columns = [this.#ids, this.#dedupes];
  }

  /** The last position of the log, what this transaction appended included. */
  get lastSeq(): number {
    this.#ready();
    return this.#seq;
  }

  /** Somebody else wrote to the log. */
  foreign(): void {
    this.#foreign = true;
  }

  /** The position of the entry with this id. Who only reads need not know the newest entries by heart. */
  seqOf(id: string): number | null {
    if (this.#through !== null) {
      this.#ready();
      return this.#ids.find(id);
    }
    const older = this.#ids.find(id);
    if (older !== null) return older;
    const { seq: last } = this.#last.get() as { seq: number };
    return (this.#newest.get(last - NEWEST, id) as { seq: number } | undefined)?.seq ?? null;
  }

  /** Looks up together what is to be added next. */
  ask(ids: readonly string[], tags: readonly Uint8Array[]): void {
    this.#ready();
    this.#ids.ask(ids);
    this.#dedupes.ask(tags.map(latin1));
  }

  /** Whether an entry has this dedupe key, given as its keyed hash; if not, the entry to be added next has it. */
  repeated(tag: Uint8Array): boolean {
    this.#ready();
    return this.#dedupes.add(latin1(tag), this.#seq + 1) !== null;
  }

  /** Takes the id of the entry that follows; false when it is taken already. */
  add(id: string): boolean {
    this.#ready();
    if (this.#ids.add(id, this.#seq + 1) !== null) return false;
    this.#seq++;
    return true;
  }

  /** Writes the slices that are due; the last thing before a commit. */
  settle(): void {
    if (this.#through === null) return;
    for (const { slice } of due(this.#through, this.#seq)) for (const column of this.#columns) column.write(slice);
  }

  committed(): void {
    if (this.#through === null) return;
    for (const { slice } of due(this.#through, this.#seq)) {
      for (const column of this.#columns) column.drop(slice, this.#seq);
    }
    for (const column of this.#columns) column.committed();
    this.#through = this.#seq;
  }

  rolledBack(): void {
    for (const column of this.#columns) column.rolledBack();
    this.#seq = this.#through ?? 0;
  }

  /** Makes the tables of a log that has none yet; inside a transaction. */
  fill(): void {
    let known = 0;
    const write = () => {
      for (const column of this.#columns) {
        for (let slice = 0; slice < SLICES; slice++) column.write(slice);
        column.clear();
      }
    };
    for (const row of this.#rows.iterate(0)) {
      this.#know(row);
      if (++known % FILLED === 0) write();
    }
    write();
  }

  /** Whether an entry is found by its own keys. */
  finds(row: { readonly seq: number; readonly id: string; readonly dedupe: Uint8Array | null }): boolean {
    const { seq, id, dedupe } = row;
    this.#ready();
    return this.seqOf(id) === seq && (dedupe === null || this.#dedupes.find(latin1(dedupe)) === seq);
  }

  /** Reads what is not known of the newest entries yet. */
  #ready(): void {
    if (this.#through !== null && !this.#foreign) return;
    const { seq: last } = this.#last.get() as { seq: number };
    if (this.#through === null || last - this.#through > NEWEST / 4) {
      for (const column of this.#columns) column.clear();
      this.#through = Math.max(0, last - NEWEST);
    }
    for (const row of this.#rows.iterate(this.#through)) this.#know(row);
    for (const { slice, through } of due(this.#through, last)) {
      for (const column of this.#columns) column.drop(slice, through);
    }
    this.#through = last;
    this.#seq = last;
    this.#foreign = false;
  }

  #know(row: Record<string, unknown>): void {
    this.#ids.know(row.id as string, row.seq as number);
    if (row.dedupe !== null) this.#dedupes.know(latin1(row.dedupe as Uint8Array), row.seq as number);
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
