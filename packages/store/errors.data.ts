import { defineErrors } from '@gemel/core';

export const storeErrors = defineErrors({
  'store-erased': {
    meaning: "The subject's key was destroyed; its payloads can never be read again and the name is refused.",
    remedy: 'If the subject deliberately returns, admit the records under a new identifier.',
  },
  'store-append-only': {
    meaning: 'Something tried to change or delete a log entry. The log only grows.',
    remedy: 'Append a correction or a retraction that names the entry in `supersedes`.',
  },
  'store-id-taken': {
    meaning: 'An entry with this id is already in the log, or twice in what was to be appended.',
    remedy: 'Give every entry an id of its own; use a dedupe key for repeats.',
  },
  'store-payload': {
    meaning: 'The payload cannot be written as JSON.',
    remedy: 'Store plain data: strings, finite numbers, booleans, null, arrays and plain objects.',
  },
  'store-corrupt': {
    meaning:
      'The log file, an entry in it or an object sealed beside it is damaged or was changed by something other than the store.',
    remedy: 'Stop writing, copy the folder, restore the last good copy; `gemel doctor` names the damaged entries.',
  },
  'store-busy': {
    meaning: 'Another process held the log for writing longer than the store waits.',
    remedy: 'Wait for the other process to finish, or stop it, and try again.',
  },
  'store-key-missing': {
    meaning: 'The data folder holds a log but not the master key that opens it.',
    remedy: 'Restore `master.key` from where it was saved; without it the log cannot be read.',
  },
  'store-key-open': {
    meaning: 'The master key file can be read by others on this machine.',
    remedy: 'Run `chmod 600 master.key` in the data folder.',
  },
  'store-key-wrong': {
    meaning: 'The master key in the data folder is not the one this log was sealed with.',
    remedy: 'Put back the `master.key` that belongs to this log.',
  },
  'store-folder': {
    meaning: 'The data folder or a file in it cannot be made, opened or written.',
    remedy: 'Check that the folder exists, is writable and that the disk is not full.',
  },
  'store-version': {
    meaning: 'The log was written by a newer version of the store.',
    remedy: 'Use the version of Gemel that wrote it, or a newer one.',
  },
  'store-closed': {
    meaning: 'The store was used after it was closed.',
    remedy: 'Open it again.',
  },
});
