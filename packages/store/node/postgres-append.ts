import type { AppendResult, Durability } from '../contract.ts';
import { ofOneCall } from './postgres-error.ts';
import type { Call, Turn } from './postgres-turn.ts';

interface Waiting {
  readonly call: Call;
  readonly durable: Durability;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

/** What is committed together at most: a turn should not keep other processes waiting for long. */
const MOST_ENTRIES = 5_000;

/** Calls of `append` that come while another is under way wait for it, and are then committed together. */
export class AppendQueue {
  readonly #write: <T>(work: (turn: Turn) => Promise<T>, durable: Durability) => Promise<T>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;

  constructor(write: <T>(work: (turn: Turn) => Promise<T>, durable: Durability) => Promise<T>) {
    this.#write = write;
  }

  append(call: Call, durable: Durability): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, durable, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves once everything given so far is committed or refused. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      let many = 0;
      let entries = 0;
      while (many < this.#waiting.length && (many === 0 || entries < MOST_ENTRIES)) {
        entries += this.#waiting[many++]!.call.entries.length;
      }
      await this.#commit(this.#waiting.splice(0, many));
    }
    this.#running = null;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const durable = group.some((one) => one.durable === 'disk') ? 'disk' : 'process';
    try {
      const outcomes = await this.#write((turn) => turn.appendAll(group.map(({ call }) => call)), durable);
      outcomes.forEach((outcome, i) => {
        if (outcome instanceof Error) group[i]!.reject(outcome);
        else group[i]!.resolve(outcome);
      });
    } catch (error) {
      // One of them is at fault, and the others must not suffer for it.
      if (group.length > 1 && ofOneCall(error)) for (const one of group) await this.#commit([one]);
      else for (const one of group) one.reject(error);
    }
  }
}
