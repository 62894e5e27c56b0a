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
  'store-version-conflict': {
    meaning: 'A resource is not at the version that a write named: somebody else has written it since.',
    remedy: 'Read the resource again, make the change to what it is now, and write with its new version.',
  },
  'store-busy': {
    meaning: 'Another process held the log for writing longer than the store waits.',
    remedy: 'Wait for the other process to finish, or stop it, and try again.',
  },
  'store-key-missing': {
    meaning: 'There is a log, but the data folder does not hold the master key that opens it.',
    remedy:
      'Restore `master.key` from where it was saved, or give it as `GEMEL_MASTER_KEY`; without it the log cannot be read.',
  },
  'store-key-open': {
    meaning: 'The master key file can be read by others on this machine.',
    remedy: 'Run `chmod 600 master.key` in the data folder.',
  },
  'store-key-wrong': {
    meaning: 'The master key, in the data folder or in `GEMEL_MASTER_KEY`, is not the one this log was sealed with.',
    remedy: 'Give the key that belongs to this log.',
  },
  'store-folder': {
    meaning: 'The data folder or a file in it cannot be made, opened or written.',
    remedy: 'Check that the folder exists, is writable and that the disk is not full.',
  },
  'store-server-url': {
    meaning: 'The address of the database is not one of a PostgreSQL server.',
    remedy: 'Set `GEMEL_DATABASE_URL` to `postgresql://user:password@host:5432/database`.',
  },
  'store-server-unreachable': {
    meaning:
      'The PostgreSQL server cannot be reached, is starting or stopping, takes no more connections, or the connection broke.',
    remedy:
      'Check that it runs and can be reached, and try again. An append that was under way is kept whole or not at all: the same ids again tell which.',
  },
  'store-server-refused': {
    meaning: 'The PostgreSQL server does not let this user in, or not do what the store needs.',
    remedy:
      'Check user, password and database in `GEMEL_DATABASE_URL`; the user must own the database, or a schema in it that is first in its search path.',
  },
  'store-server-old': {
    meaning: 'The PostgreSQL server is older than version 15.',
    remedy: 'Use PostgreSQL 15 or later.',
  },
  'store-server-full': {
    meaning: 'The PostgreSQL server has no disk, memory or other means left for what was asked.',
    remedy: "Read the server's own log, make room, and try again.",
  },
  'store-unswept': {
    meaning:
      "The subject's key was destroyed, but the pages it lay on could not be freed at once because another session holds the table.",
    remedy: 'Erase the subject again, or run `vacuum full subject` in the database, once the other session has ended.',
  },
  'store-version': {
    meaning: 'The log was written by a newer version of the store.',
    remedy: 'Use the version of Gemel that wrote it, or a newer one.',
  },
  'store-backup-place': {
    meaning: 'A backup was to be written, or restored, where something is already.',
    remedy: 'Name a folder that is absent or empty; nothing is ever overwritten.',
  },
  'store-backup-broken': {
    meaning: 'A backup lacks a file, or holds one that is not as it was written.',
    remedy: 'Take another backup; this one was damaged, or is still being written.',
  },
  'store-backup-key': {
    meaning: 'A backup opens only with the master key, and nothing was said of where that goes.',
    remedy:
      'Add --key FILE to write it apart from the backup, --with-key to put it in, or --without-key when it is kept elsewhere already.',
  },
  'store-beyond-log': {
    meaning: 'A proof was asked for a position or a size that the log does not have.',
    remedy: 'Ask for positions from 1, and sizes from 0, to the last position of the log, each not beyond the size.',
  },
  'store-closed': {
    meaning: 'The store was used after it was closed.',
    remedy: 'Open it again.',
  },
});
