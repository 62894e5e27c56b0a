import { defineErrors } from '@gemel/core';

export const cliErrors = defineErrors({
  'cli-usage': {
    meaning: 'The command line cannot be understood.',
    remedy: 'See gemel help, or gemel help <command>.',
  },
  'cli-file-unreadable': {
    meaning: 'A file or folder cannot be read.',
    remedy: 'Check the path and the permissions.',
  },
  'cli-file-unwritable': {
    meaning: 'A file or folder cannot be written.',
    remedy: 'Give another place with --out, or free the one named.',
  },
  'cli-subject-unknown': {
    meaning: 'The data folder holds no such subject.',
    remedy: 'Take one of the subjects the message names, or import records first.',
  },
  'cli-subject-open': {
    meaning: 'The records are of several subjects, and the command is about one.',
    remedy: 'Add --subject with one of the subjects the message names.',
  },
  'cli-pack-unknown': {
    meaning: 'No pack of that name is there.',
    remedy: 'See gemel packs.',
  },
  'cli-entry-unknown': {
    meaning: 'The log has no entry of that id or at that position.',
    remedy: 'Take an id or a position from gemel audit list.',
  },
  'cli-trace-unknown': {
    meaning: 'The data folder holds no such decision trace.',
    remedy: 'Take an id that gemel advise printed.',
  },
  'cli-arm-unreadable': {
    meaning: 'An arm of a what-if cannot be understood.',
    remedy: 'Write it as "title: control=amount unit@minutes", for example --arm "snack: meal.carbohydrate=15 g@0".',
  },
  'cli-at-unreadable': {
    meaning: 'The moment given with --at is no instant.',
    remedy: 'Write --at 2024-01-31T13:05:00+01:00, or --at last for the end of the records.',
  },
  'cli-model-unreadable': {
    meaning: 'The file is neither SBML nor CellML, nor a module that exports one model.',
    remedy: 'Give an SBML or CellML file, or a .ts or .js module with export default defineModel(…).',
  },
  'cli-message-refused': {
    meaning: 'The peer did not take a message, or this data folder did not.',
    remedy: 'Mend the segment and field that the message names, and send it again.',
  },
  'cli-device-unknown': {
    meaning: 'No device of that name may publish.',
    remedy: 'See gemel devices list.',
  },
  'cli-peer-unreachable': {
    meaning: 'The other side cannot be reached, or does not let this side in.',
    remedy: 'Check the address, the user and password, and the certificates.',
  },
  'cli-nothing-to-send': {
    meaning: 'The records hold nothing that such a message says.',
    remedy: 'For adt give records with facts of a patient, for oru with observations, or HL7 v2 messages of that type.',
  },
  'cli-option-unreadable': {
    meaning: 'The value of an option cannot be understood.',
    remedy: 'Write it as the message shows.',
  },
  'cli-cancelled': {
    meaning: 'The work was stopped.',
    remedy: 'Start it again; what was acknowledged is kept.',
  },
  'cli-internal': {
    meaning: 'The program failed where it should not have.',
    remedy: 'Report the message and what led to it; GEMEL_DEBUG=1 prints where it happened.',
  },
});
