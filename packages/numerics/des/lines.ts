import { type Customers, NONE } from './customers.ts';

/** Waiting lines: linked lists through the customers, each in order of priority and then of key. */
export class Lines {
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly length: Int32Array;
  readonly #customers: Customers;

  constructor(count: number, customers: Customers) {
    this.head = new Int32Array(count).fill(NONE);
    this.tail = new Int32Array(count).fill(NONE);
    this.length = new Int32Array(count);
    this.#customers = customers;
  }

  /** Puts a customer behind all who do not come after it by priority and key; those interrupted come first among equals. */
  join(line: number, who: number): void {
    const { priority, key, before, after } = this.#customers;
    const p = priority[who];
    const k = key[who];
    let front = this.tail[line];
    while (front !== NONE && (priority[front] > p || (priority[front] === p && key[front] > k))) front = before[front];
    const behind = front === NONE ? this.head[line] : after[front];
    before[who] = front;
    after[who] = behind;
    if (front === NONE) this.head[line] = who;
    else after[front] = who;
    if (behind === NONE) this.tail[line] = who;
    else before[behind] = who;
    this.#customers.line[who] = line;
    this.length[line]++;
  }

  quit(who: number): void {
    const { line, before, after } = this.#customers;
    const of = line[who];
    const front = before[who];
    const behind = after[who];
    if (front === NONE) this.head[of] = behind;
    else after[front] = behind;
    if (behind === NONE) this.tail[of] = front;
    else before[behind] = front;
    line[who] = NONE;
    this.length[of]--;
  }
}
