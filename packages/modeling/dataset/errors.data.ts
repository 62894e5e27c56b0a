import { defineErrors } from '@gemel/core/error';

/** Error codes of data sets in NONMEM's form. */
export const datasetErrors = defineErrors({
  'dataset-header': {
    meaning: 'The first line does not name the columns, or ID, TIME or DV is not among them, or a name stands twice.',
    remedy:
      'Begin the file with one line of column names, with ID, TIME and DV among them; rename others with --columns Y=DV.',
  },
  'dataset-row': {
    meaning: 'A row has more or fewer fields than the first line names.',
    remedy: 'Give every row one field for each column; a dot where nothing is known.',
  },
  'dataset-value': {
    meaning: 'A field is not a number, or not one that its column allows.',
    remedy: 'Write what the message names; a dot where nothing is known.',
  },
  'dataset-event': {
    meaning: 'The items of a record contradict one another.',
    remedy: 'Correct the record as the message says.',
  },
  'dataset-order': {
    meaning: 'A time lies before that of the record before it, or the records of one subject do not stand together.',
    remedy: 'Sort the rows by subject and time; a new beginning within a subject is EVID 3 or 4.',
  },
  'dataset-empty': {
    meaning: 'No subject could be taken from the file.',
    remedy: 'Correct what the other messages name.',
  },
});
