import { CodedError } from '@gemel/core';
import { storeErrors } from '../errors.data.ts';

type Code = Parameters<typeof storeErrors.error>[0];

/** Primary result codes (sqlite.org/rescode.html) and what they mean to the reader. */
const MEANING: Readonly<Record<number, Code>> = {
  3: 'store-folder',
  5: 'store-busy',
  6: 'store-busy',
  8: 'store-folder',
  10: 'store-folder',
  11: 'store-corrupt',
  13: 'store-folder',
  14: 'store-folder',
  26: 'store-corrupt',
};

/** What SQLite says, as a coded error; anything unknown is passed on as it is. */
export function coded(error: unknown, file: string): unknown {
  if (error instanceof CodedError || !(error instanceof Error)) return error;
  if (error.message.includes('store-append-only')) {
    return storeErrors.error('store-append-only', 'A log entry was to be changed.', { file }, undefined, error);
  }
  if (error.message.includes('entry.id')) {
    return storeErrors.error(
      'store-id-taken',
      'The log already has an entry with that id.',
      { file },
      undefined,
      error,
    );
  }
  const number = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : -1;
  const code = MEANING[number];
  return code === undefined ? error : storeErrors.error(code, `${file}: ${error.message}.`, { file }, undefined, error);
}
