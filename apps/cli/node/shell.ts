import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { CodedError, type LossAccount, type Problem, type Progress } from '@gemel/core';
import { cliErrors } from '../errors.data.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** Options every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly seed: number;
  readonly out?: string;
  readonly data: string;
  readonly at?: string;
}

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';
const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, yellow: 33, green: 32 };

/**
 * What a command speaks through. Results go to standard output, all else to standard error. Colours only on a terminal
 * and without NO_COLOR; progress only on a terminal.
 */
export class Shell {
  readonly options: GlobalOptions;
  readonly signal: AbortSignal;
  readonly #given: (option: keyof GlobalOptions) => boolean;
  #line = '';
  #shownAt = 0;
  #exit: ExitCode = EXIT.ok;
  /** Set by commands that run until they are stopped: being stopped is then their proper end. */
  untilStopped = false;

  constructor(
    options: GlobalOptions,
    signal: AbortSignal,
    given: (option: keyof GlobalOptions) => boolean = () => false,
  ) {
    this.options = options;
    this.signal = signal;
    this.#given = given;
  }

  /** Whether the person gave the option, rather than its default. */
  given(option: keyof GlobalOptions): boolean {
    return this.#given(option);
  }

  get exit(): ExitCode {
    return this.#exit;
  }

  /** Sets the exit code; an earlier one that is not 0 stays. */
  end(code: ExitCode): void {
    if (this.#exit === EXIT.ok) this.#exit = code;
  }

  /** The result: one JSON document with --json, the text otherwise; to --out where given. */
  async result(value: unknown, text: string): Promise<void> {
    this.clear();
    const body = this.options.json ? `${JSON.stringify(value, null, 2)}\n` : text.endsWith('\n') ? text : `${text}\n`;
    if (this.options.out !== undefined && this.options.out !== '-') await this.write(this.options.out, body);
    else this.print(body);
  }

  /** Text to standard output. */
  print(body: string): void {
    this.clear();
    process.stdout.write(body);
  }

  /** Writes a file; throws `cli-file-unwritable`. */
  async write(path: string, body: string | Uint8Array): Promise<void> {
    try {
      await writeFile(path, body);
    } catch (cause) {
      throw cliErrors.error('cli-file-unwritable', `${path} cannot be written`, { file: path }, undefined, cause);
    }
  }

  /** A remark on standard error. */
  note(text: string): void {
    this.clear();
    process.stderr.write(`${text}\n`);
  }

  problem(problem: Problem): void {
    this.clear();
    if (this.options.json) process.stderr.write(`${JSON.stringify({ error: problem })}\n`);
    else process.stderr.write(`${problemText(problem, this)}\n`);
  }

  /** Tells how far long work has come: one line, rewritten in place. */
  progress = (progress: Progress): void => {
    if (!process.stderr.isTTY || this.options.json) return;
    const now = Date.now();
    if (now - this.#shownAt < 100 && progress.fraction < 1) return;
    this.#shownAt = now;
    const text = `${Math.round(progress.fraction * 100)
      .toString()
      .padStart(3)} %  ${progress.message}`.slice(0, (process.stderr.columns ?? 80) - 1);
    process.stderr.write(`\r${text.padEnd(this.#line.length)}`);
    this.#line = text;
  };

  /** Takes the progress line away. */
  clear(): void {
    if (this.#line === '') return;
    process.stderr.write(`\r${' '.repeat(this.#line.length)}\r`);
    this.#line = '';
  }

  style(style: Style, text: string, stream: NodeJS.WriteStream = process.stderr): string {
    const colours = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
    return colours ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
  }

  /** Throws `cli-cancelled` when Ctrl-C was pressed. */
  checkpoint(): void {
    if (this.signal.aborted) throw cliErrors.error('cli-cancelled', 'stopped');
  }
}

function problemText(problem: Problem, shell: Shell): string {
  const { file, element, field, line, byte } = problem.where;
  const place = [
    file === undefined ? undefined : line === undefined ? file : `${file}:${line}`,
    element,
    field,
    byte === undefined ? undefined : `byte ${byte}`,
  ].filter((part) => part !== undefined);
  const head = `${shell.style('red', 'error')} ${shell.style('bold', problem.code)}`;
  const where = place.length > 0 ? `  ${shell.style('dim', place.join(', '))}` : '';
  return `${head}${where}\n  ${problem.message}\n  try: ${problem.remedy}`;
}

/** Where an error of any kind leaves the command. */
export function exitOf(error: unknown): ExitCode {
  if (!(error instanceof CodedError)) return EXIT.internal;
  if (error.code === 'cli-cancelled') return EXIT.interrupted;
  if (error.code === 'cli-internal') return EXIT.internal;
  if (error.code === 'cli-file-unwritable' || error.code === 'cli-file-unreadable') return EXIT.input;
  if (error.code === 'cli-model-unreadable') return EXIT.input;
  if (error.code === 'server-refused' || error.code === 'govern-withheld') return EXIT.withheld;
  // Thrown before a run, these are about what was asked for.
  if (/^(cli|simulation)-/.test(error.code) || error.code === 'stochastic-request') return EXIT.usage;
  return EXIT.input;
}

/** A loss account in a few lines. */
export function accountText(account: LossAccount, shell: Shell): string {
  const { source, format, entries, mapped, kept, duplicates, refused, truncated } = account;
  const counts = `${entries} entries: ${mapped} mapped, ${kept} kept as is, ${duplicates} duplicates, ${refused} refused`;
  const lines = [
    `${shell.style('bold', source, process.stdout)} (${format})  ${counts}${truncated ? ', cut short' : ''}`,
  ];
  const shown = account.problems.slice(0, 8);
  for (const problem of shown) {
    const { line, element } = problem.where;
    const place = line === undefined ? (element ?? '') : `line ${line}`;
    lines.push(`  ${problem.code}  ${place}  ${problem.message}`);
  }
  const more = account.problems.length - shown.length;
  if (more > 0) lines.push(`  … and ${more} more; --json lists them all`);
  return lines.join('\n');
}
