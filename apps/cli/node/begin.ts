import { type Command, InvalidArgumentError } from 'commander';
import type { Shell } from './shell.ts';

/** How a command asks for its shell once its options are read. */
export type Begin = (command: Command) => Shell;

/** Reads an option that is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('not a whole number');
  return Number(text);
}
