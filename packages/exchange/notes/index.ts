export { assertSpans } from './assert-spans.ts';
export type { Assertion } from './assertion.ts';
export { noteDoor, plainNoteDoor } from './door.ts';
export { withNotes } from './embedded.ts';
export { noteErrors } from './errors.data.ts';
export type * from './finding.ts';
export type * from './model.ts';
export { type NoteContext, type NoteReading, readNote } from './read-note.ts';
export { type ContextRule, extendRules, type LexiconEntry, type NoteRules, noteRules, parseRules } from './rules.ts';
