import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import process from 'node:process';
import { CodedError } from '@gemel/core';
import { Command, Option } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { DecodedForm, DecodedTally } from '../decoded-lines.ts';
import type { RecordOptions, Source } from '../sources.ts';
import { addRecordOptions } from './record-options.ts';

/** Problems told in full; the rest is counted. */
const TOLD = 20;

/** `gemel decode`: what a source says, one JSON value a line, without a data folder. */
export function decodeCommand(begin: Begin): Command {
  const command = new Command('decode')
    .description('print what records say as NDJSON: FHIR R4 resources, observations, or the loss account')
    .argument('<records...>', 'files or folders; - is standard input')
    .addOption(
      new Option('--as <form>', 'resources, items in the source’s own words, or what became of every part')
        .choices(['fhir', 'observations', 'loss'])
        .default('fhir'),
    );
  return addRecordOptions(command).action(
    async (paths: string[], options: RecordOptions & { as: DecodedForm }, self: Command) => {
      const shell = begin(self);
      const { filesOf, readSources } = await import('../sources.ts');
      const { decodedLines } = await import('../decoded-lines.ts');
      const { out } = shell.options;
      const stream = out === undefined || out === '-' ? process.stdout : createWriteStream(out);
      let told = 0;
      const print = async (source: Source) => {
        const tally: DecodedTally = { lines: 0, entries: 0, refused: 0, problems: [] };
        for (const line of decodedLines(source, options, options.as, tally)) {
          if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain');
        }
        for (const problem of tally.problems.slice(0, Math.max(0, TOLD - told))) shell.problem(problem);
        told += tally.problems.length;
        if (tally.entries > 0 && tally.refused === tally.entries) shell.end(EXIT.input);
      };
      for (const path of paths) {
        for (const file of await filesOf(path)) {
          shell.checkpoint();
          try {
            for (const source of await readSources([file], options)) await print(source);
          } catch (error) {
            // A file that no door reads does not stop the others.
            if (!(error instanceof CodedError) || shell.signal.aborted) throw error;
            shell.problem(error.toJSON());
            shell.end(EXIT.input);
          }
        }
      }
      if (told > TOLD) shell.note(`… and ${told - TOLD} more problems; --as loss lists every part`);
      if (stream !== process.stdout) {
        stream.end();
        await once(stream, 'finish');
      }
    },
  );
}
