import { defineErrors } from '@gemel/core/error';

/** Error codes of notes. Each is documented in docs/errors.md. */
export const noteErrors = defineErrors({
  'note-time-missing': {
    meaning: 'The note does not say when it was written.',
    remedy:
      'Add --start with date, time and offset, or a line such as “Date: 2024-01-31 13:05” at its head with --zone.',
  },
  'note-time-day': {
    meaning: 'Of the time only the day is known.',
    remedy: 'Nothing to do; the item is known to fall within that day.',
  },
  'note-unit-missing': {
    meaning: 'A value has no unit, and neither its column, its section nor its name gives one.',
    remedy: 'It was kept as it stands and is not used; write the unit beside the value.',
  },
  'note-unit-unexpected': {
    meaning: 'The unit of a value is not one that the quantity is measured in.',
    remedy: 'It was kept as it stands and is not used; check number and unit.',
  },
  'note-unit-convention': {
    meaning:
      'The unit is not written; it was taken from how the quantity is always written or from the only range that fits.',
    remedy: 'Check the value where it matters; write the unit beside it.',
  },
  'note-value-implausible': {
    meaning: 'A value lies beyond what any living person has; something else was probably meant.',
    remedy: 'It was kept as it stands and is not used; check the text.',
  },
  'note-axis': {
    meaning:
      'What was found is negated, hypothetical, of an unknown earlier time or about someone else, so no value of the patient follows.',
    remedy: 'Nothing to do; it is kept with what the text says of it.',
  },
  'note-copied': {
    meaning: 'The sentence stands word for word earlier in the record: it was probably copied forward.',
    remedy: 'It was not taken a second time; check whether it still holds.',
  },
  'note-unconfirmed': {
    meaning: 'A drug or an allergy is known only from words.',
    remedy: 'It acts on no dose until the order, the administration or the allergy list confirms it.',
  },
  'note-rules-invalid': {
    meaning: 'A file of rules does not have the form that rules have.',
    remedy: 'Correct the element that the message names; the README of the notes shows the form.',
  },
  'note-model-runtime': {
    meaning: 'A model was asked for, and the engine that runs it is not installed.',
    remedy: 'Install onnxruntime-node beside the program, or leave the model out.',
  },
  'note-model-invalid': {
    meaning: 'A model is not one that marks spans: its file, its words or its labels do not fit.',
    remedy: 'Give a token-classification model in ONNX with its vocab.txt and the id2label of its config.json.',
  },
});

export type NoteCode = keyof typeof noteErrors.table & string;
