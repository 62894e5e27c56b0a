/** Layout of a library file; a file of another is not opened. */
export const LAYOUT = 1;

/** Tables written while a release is read; the indexes follow once it is whole. */
export const TABLES = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE system (id INTEGER PRIMARY KEY, head TEXT NOT NULL, first INTEGER NOT NULL, size INTEGER NOT NULL);
CREATE TABLE concept (id INTEGER PRIMARY KEY, system INTEGER NOT NULL, code TEXT NOT NULL, display TEXT, definition TEXT, flags INTEGER NOT NULL);
CREATE TABLE designation (id INTEGER PRIMARY KEY, concept INTEGER NOT NULL, language TEXT, use TEXT, value TEXT NOT NULL);
CREATE TABLE property_name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE property (concept INTEGER NOT NULL, name INTEGER NOT NULL, kind INTEGER NOT NULL, value TEXT NOT NULL, coding TEXT);
CREATE TABLE edge (child INTEGER NOT NULL, parent INTEGER NOT NULL, PRIMARY KEY (child, parent)) WITHOUT ROWID;
CREATE TABLE closure (system INTEGER PRIMARY KEY, place BLOB NOT NULL, at BLOB NOT NULL, starts BLOB NOT NULL, bounds BLOB NOT NULL);
CREATE TABLE value_set (id INTEGER PRIMARY KEY, rules TEXT NOT NULL);
CREATE TABLE map (id INTEGER PRIMARY KEY, head TEXT NOT NULL);
CREATE TABLE mapping (map INTEGER NOT NULL, source_system TEXT NOT NULL, source TEXT NOT NULL, target_system TEXT, target TEXT, display TEXT, equivalence TEXT NOT NULL, comment TEXT, parts TEXT);
CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 2');
`;

export const INDEXES = `
CREATE INDEX concept_code ON concept (code, system);
CREATE INDEX concept_folded ON concept (code COLLATE NOCASE, system);
CREATE INDEX designation_concept ON designation (concept);
CREATE INDEX property_concept ON property (concept);
CREATE INDEX property_value ON property (name, value, concept);
CREATE INDEX edge_parent ON edge (parent, child);
CREATE INDEX mapping_source ON mapping (map, source_system, source);
CREATE INDEX mapping_target ON mapping (map, target_system, target);
`;

export const INACTIVE = 1;
export const ABSTRACT = 2;

export const KINDS = ['code', 'string', 'boolean', 'number', 'dateTime', 'coding'] as const;

/** A name of a concept goes into the index of words under this many times the concept's number, and its own place. */
export const NAMES_PER_CONCEPT = 65_536;
