import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Coding, Problem } from '@gemel/core';
import { filePieces } from '@gemel/exchange/node/file-pieces';
import { codingsOf, encodeOmop, type OmopSubject, WRITTEN } from '@gemel/exchange/omop/encode';
import { NO_VOCABULARY, readVocabulary } from '@gemel/exchange/omop/vocabulary';
import { cliErrors } from '../errors.data.ts';
import type { Place } from './place.ts';

export interface OmopExportOptions {
  /** Folder the tables are written to; made where it is not there. */
  readonly folder: string;
  /** Folder of a vocabulary download from Athena: CONCEPT.csv, CONCEPT_RELATIONSHIP.csv. */
  readonly vocabulary?: string;
  readonly zone?: string;
  /** One subject; all where none is named. */
  readonly subject?: string;
}

/** Writes subjects as CSV tables of the OMOP CDM; returns what could not be written. @throws cli-file-unwritable */
export async function exportOmop({ hub, now }: Place, options: OmopExportOptions): Promise<readonly Problem[]> {
  const { folder, zone } = options;
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw cliErrors.error('cli-file-unwritable', `${folder} cannot be made`, { file: folder }, undefined, cause);
  });
  const names = options.subject === undefined ? [...(await hub.subjects())].sort() : [options.subject];
  const records: OmopSubject[] = [];
  for (const subject of names) records.push({ subject, ...(await hub.record(subject)) });
  const problems: Problem[] = [];
  const codings = new Map<string, Coding>();
  for (const record of records) for (const one of codingsOf(record)) codings.set(`${one.system}|${one.code}`, one);
  const vocabulary =
    options.vocabulary === undefined
      ? NO_VOCABULARY
      : readVocabulary(await filesIn(options.vocabulary), { codings: codings.values() }, (problem) =>
          problems.push(problem),
        );
  const streams = new Map<string, WriteStream>(
    WRITTEN.map((table) => [table, createWriteStream(join(folder, `${table}.csv`))]),
  );
  const written = Promise.all([...streams.values()].map((stream) => finished(stream)));
  try {
    const said = encodeOmop(
      records,
      { at: now, vocabulary, ...(zone === undefined ? {} : { zone }) },
      (table, line) => {
        streams.get(table)!.write(`${line}\n`);
      },
    );
    problems.push(...said);
  } finally {
    for (const stream of streams.values()) stream.end();
  }
  await written.catch((cause) => {
    throw cliErrors.error('cli-file-unwritable', `${folder} cannot be written`, { file: folder }, undefined, cause);
  });
  return problems;
}

async function filesIn(folder: string) {
  const paths = await readdir(folder).catch((cause) => {
    throw cliErrors.error('cli-file-unreadable', `${folder} is not there`, { file: folder }, undefined, cause);
  });
  return { name: folder, paths, read: (path: string) => filePieces(join(folder, path)) };
}
