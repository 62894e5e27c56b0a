/**
 * The events to come, by time and, at one time, by the order in which they were put in. A 4-ary heap on typed arrays: an
 * event is a kind, a subject and a stamp by which its owner knows whether it is still meant.
 */
export class EventCalendar {
  /** Of the event that `next` took out last. */
  time = 0;
  kind = 0;
  subject = 0;
  stamp = 0;
  size = 0;
  /** Events put in so far. */
  order = 0;
  #times = new Float64Array(64);
  #orders = new Float64Array(64);
  /** Those after `size` are not in use. */
  #slots = new Int32Array(64);
  #kinds = new Uint8Array(64);
  #subjects = new Int32Array(64);
  #stamps = new Int32Array(64);
  /** The event taken out last still stands at the top: mostly one is put in next, which can take its place at once. */
  #open = false;

  constructor() {
    for (let i = 0; i < 64; i++) this.#slots[i] = i;
  }

  /** Time of the next event; infinite where there is none. */
  get due(): number {
    if (this.#open) this.#close();
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#times[0];
  }

  schedule(time: number, kind: number, subject: number, stamp: number): void {
    if (this.size === this.#times.length) this.#grow();
    const slot = this.#open ? this.#slots[0] : this.#slots[this.size];
    this.#kinds[slot] = kind;
    this.#subjects[slot] = subject;
    this.#stamps[slot] = stamp;
    if (this.#open) {
      this.#open = false;
      this.size++;
      this.#sink(time, this.order++, slot);
    } else this.#rise(this.size++, time, this.order++, slot);
  }

  /** Takes the next event out; false where there is none. */
  next(): boolean {
    if (this.#open) this.#close();
    if (this.size === 0) return false;
    const slot = this.#slots[0];
    this.time = this.#times[0];
    this.kind = this.#kinds[slot];
    this.subject = this.#subjects[slot];
    this.stamp = this.#stamps[slot];
    this.size--;
    this.#open = true;
    return true;
  }

  /** Puts the last event in the place of the one taken out. */
  #close(): void {
    this.#open = false;
    const last = this.size;
    const slots = this.#slots;
    const slot = slots[0];
    const moved = slots[last];
    if (last > 0) this.#sink(this.#times[last], this.#orders[last], moved);
    slots[last] = slot;
  }

  clear(): void {
    this.size = 0;
    this.#open = false;
  }

  /** Every event as rows of (time, order, kind, subject, stamp), in no order. */
  rows(): Float64Array {
    if (this.#open) this.#close();
    const rows = new Float64Array(this.size * 5);
    for (let i = 0; i < this.size; i++) {
      const slot = this.#slots[i];
      rows.set([this.#times[i], this.#orders[i], this.#kinds[slot], this.#subjects[slot], this.#stamps[slot]], i * 5);
    }
    return rows;
  }

  /** Puts rows back that `rows` gave, of a calendar that so many events had been put into; what was in this one is gone. */
  load(rows: Float64Array, order: number): void {
    this.clear();
    this.order = order;
    for (let i = 0; i < rows.length; i += 5) {
      if (this.size === this.#times.length) this.#grow();
      const slot = this.#slots[this.size];
      this.#kinds[slot] = rows[i + 2];
      this.#subjects[slot] = rows[i + 3];
      this.#stamps[slot] = rows[i + 4];
      this.#rise(this.size++, rows[i], rows[i + 1], slot);
    }
  }

  #rise(hole: number, time: number, order: number, slot: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    let at = hole;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const other = times[parent];
      if (time > other || (time === other && order > orders[parent])) break;
      times[at] = other;
      orders[at] = orders[parent];
      slots[at] = slots[parent];
      at = parent;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  #sink(time: number, order: number, slot: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const size = this.size;
    let at = 0;
    for (;;) {
      const first = 4 * at + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let soonest = times[first];
      for (let child = first + 1; child < end; child++) {
        const t = times[child];
        if (t < soonest || (t === soonest && orders[child] < orders[least])) {
          least = child;
          soonest = t;
        }
      }
      if (time < soonest || (time === soonest && order < orders[least])) break;
      times[at] = soonest;
      orders[at] = orders[least];
      slots[at] = slots[least];
      at = least;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  #grow(): void {
    const old = this.#times.length;
    const length = 2 * old;
    this.#times = grown(this.#times, new Float64Array(length));
    this.#orders = grown(this.#orders, new Float64Array(length));
    this.#kinds = grown(this.#kinds, new Uint8Array(length));
    this.#subjects = grown(this.#subjects, new Int32Array(length));
    this.#stamps = grown(this.#stamps, new Int32Array(length));
    this.#slots = grown(this.#slots, new Int32Array(length));
    for (let i = old; i < length; i++) this.#slots[i] = i;
  }
}

/** `larger` with what `small` holds at its start. */
export function grown<T extends Float64Array | Int32Array | Uint8Array | Uint32Array>(small: T, larger: T): T {
  larger.set(small);
  return larger;
}
