import { grown } from './calendar.ts';

/** Where a customer is not in a line, has no group, no parent. */
export const NONE = -1;

/** What is known of each customer, a column for each thing. A customer is its row; rows of those who left are used again. */
export class Customers {
  /** Rows used so far, and customers in the world. */
  high = 0;
  present = 0;
  /** Place in the routes. */
  place = new Int32Array(16);
  serial = new Uint32Array(16);
  source = new Int32Array(16);
  born = new Float64Array(16);
  /** Raised whenever what was scheduled for the customer no longer holds. */
  stamp = new Int32Array(16);
  /** Since when it waits. */
  since = new Float64Array(16);
  /** When what it is held by ends; what was left of it when it was interrupted, NaN if it was not. */
  due = new Float64Array(16);
  left = new Float64Array(16);
  /** Place in a line: its priority, and its key among equals. */
  priority = new Float64Array(16);
  key = new Float64Array(16);
  line = new Int32Array(16);
  before = new Int32Array(16);
  after = new Int32Array(16);
  /** The step whose request it waits with. */
  request = new Int32Array(16);
  /** Requests it holds. */
  holding = new Int32Array(16);
  /** The customer it was forked from, children still to come back, and the first member of the group it leads. */
  parent = new Int32Array(16);
  pending = new Int32Array(16);
  member = new Int32Array(16);
  readonly attributes: Float64Array[];
  readonly visits: Int32Array[];
  /** By seize step: the alternative taken, −1 for none. */
  readonly taken: Int32Array[];
  #free = new Int32Array(16);
  #freeCount = 0;

  constructor(attributes: number, visits: number, seizes: number) {
    this.attributes = Array.from({ length: attributes }, () => new Float64Array(16));
    this.visits = Array.from({ length: visits }, () => new Int32Array(16));
    this.taken = Array.from({ length: seizes }, () => new Int32Array(16).fill(NONE));
  }

  create(source: number, serial: number, born: number, place: number): number {
    if (this.#freeCount === 0 && this.high === this.place.length) this.#grow();
    const who = this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.high++;
    this.present++;
    this.place[who] = place;
    this.serial[who] = serial;
    this.source[who] = source;
    this.born[who] = born;
    this.left[who] = Number.NaN;
    this.line[who] = NONE;
    this.parent[who] = NONE;
    this.member[who] = NONE;
    for (const column of this.attributes) column[who] = 0;
    for (const column of this.visits) column[who] = 0;
    return who;
  }

  /** Its row may be used again; what is still scheduled for it no longer holds. */
  remove(who: number): void {
    this.stamp[who]++;
    this.present--;
    this.place[who] = NONE;
    this.#free[this.#freeCount++] = who;
  }

  #grow(): void {
    const length = 2 * this.place.length;
    for (const name of COLUMNS) {
      const column = this[name];
      const make = column.constructor as new (length: number) => typeof column;
      (this[name] as typeof column) = grown(column, new make(length));
    }
    this.#free = grown(this.#free, new Int32Array(length));
    for (const columns of [this.attributes, this.visits, this.taken] as (Float64Array | Int32Array)[][]) {
      for (let i = 0; i < columns.length; i++) {
        const old = columns[i];
        columns[i] =
          old instanceof Float64Array ? grown(old, new Float64Array(length)) : grown(old, new Int32Array(length));
        if (columns === this.taken) columns[i].fill(NONE, old.length);
      }
    }
  }

  /** Everything, as named columns cut to the rows in use. */
  columns(): Record<string, Float64Array | Int32Array | Uint32Array> {
    const cut: Record<string, Float64Array | Int32Array | Uint32Array> = {};
    for (const name of COLUMNS) cut[name] = this[name].slice(0, this.high);
    cut.free = this.#free.slice(0, this.#freeCount);
    for (const [name, columns] of Object.entries({
      attributes: this.attributes,
      visits: this.visits,
      taken: this.taken,
    })) {
      columns.forEach((column, i) => {
        cut[`${name} ${i}`] = column.slice(0, this.high);
      });
    }
    return cut;
  }

  load(columns: Readonly<Record<string, Float64Array | Int32Array | Uint32Array>>): void {
    this.high = columns.place.length;
    while (this.place.length < this.high) this.#grow();
    for (const name of COLUMNS) this[name].set(columns[name]);
    this.#freeCount = columns.free.length;
    this.#free.set(columns.free);
    this.present = this.high - this.#freeCount;
    for (const [name, all] of Object.entries({ attributes: this.attributes, visits: this.visits, taken: this.taken })) {
      all.forEach((column, i) => {
        column.set(columns[`${name} ${i}`]);
      });
    }
  }
}

const COLUMNS = [
  'place',
  'serial',
  'source',
  'born',
  'stamp',
  'since',
  'due',
  'left',
  'priority',
  'key',
  'line',
  'before',
  'after',
  'request',
  'holding',
  'parent',
  'pending',
  'member',
] as const;
