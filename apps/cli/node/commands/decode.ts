import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import process from 'node:process';
import { CodedError, MINUTE } from '@gemel/core';
import { AGGREGATIONS, type Aggregation } from '@gemel/exchange/device/resample';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { DecodedForm, DecodedTally } from '../decoded-lines.ts';
import type { RecordOptions, Source } from '../sources.ts';
import { addRecordOptions } from './record-options.ts';

/** Problems told in full; the rest is counted. */
const TOLD = 20;

interface GridOptions {
  readonly every: number;
  readonly aggregate: Aggregation;
  readonly bridge?: number;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 527_040)) throw new InvalidArgumentError('minutes, more than 0 and at most a year');
  return value;
}

/** `gemel decode`: what a source says, one JSON value a line, without a data folder. */
export function decodeCommand(begin: Begin): Command {
  const command = new Command('decode')
    .description(
      'print what records say as NDJSON: FHIR R4 resources, observations, values on a regular grid, or the loss account',
    )
    .argument('<records...>', 'files or folders; - is standard input')
    .addOption(
      new Option(
        '--as <form>',
        'resources, items in the source’s own words, numbers on a grid, or what became of every part',
      )
        .choices(['fhir', 'observations', 'grid', 'loss'])
        .default('fhir'),
    )
    .option('--every <minutes>', 'of a grid: length of a step', minutes, 5)
    .addOption(
      new Option('--aggregate <by>', 'of a grid: what the values of a step become')
        .choices(AGGREGATIONS)
        .default('mean'),
    )
    .option('--bridge <minutes>', 'of a grid: longest gap bridged by a straight line; none where not given', minutes);
  return addRecordOptions(command).action(
    async (paths: string[], options: RecordOptions & GridOptions & { as: DecodedForm }, self: Command) => {
      const shell = begin(self);
      const { filesOf, readSources } = await import('../sources.ts');
      const { decodedLines } = await import('../decoded-lines.ts');
      const { out } = shell.options;
      const stream = out === undefined || out === '-' ? process.stdout : createWriteStream(out);
      let told = 0;
      const { every, aggregate, bridge = 0 } = options;
      const grid = { step: every * MINUTE, aggregate, bridge: bridge * MINUTE };
      const print = async (source: Source) => {
        const tally: DecodedTally = { lines: 0, entries: 0, refused: 0, problems: [] };
        for (const line of decodedLines(source, options, options.as, tally, grid)) {
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
