import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import process from 'node:process';
import { CodedError, type Problem } from '@gemel/core';
import { exchangeErrors } from '@gemel/exchange/errors.data';
import { VIEW_FORMATS, type ViewFormat } from '@gemel/exchange/fhir/view/format';
import { Command, Option } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { Shell } from '../shell.ts';

interface ViewOptions {
  readonly resources: readonly string[];
  readonly format?: ViewFormat;
}

/** Problems told in full; the rest is counted. */
const TOLD = 20;

/** `gemel view`: FHIR resources as a table, by a ViewDefinition of SQL on FHIR 2.0. */
export function viewCommand(begin: Begin): Command {
  return new Command('view')
    .description('make a table of FHIR R4 resources, by a ViewDefinition (SQL on FHIR 2.0)')
    .argument('<view>', 'the ViewDefinition, in JSON')
    .requiredOption('--resources <files...>', 'NDJSON, Bundles or resources in JSON, or folders; - is standard input')
    .addOption(
      new Option('--format <format>', 'form of the table; else by the name given with --out, else csv').choices(
        VIEW_FORMATS,
      ),
    )
    .action(async (path: string, options: ViewOptions, self: Command) => {
      const shell = begin(self);
      const { readText } = await import('../given-file.ts');
      const { compileView, viewProblems } = await import('@gemel/exchange/fhir/view/compile');
      const definition = parsed(await readText(path), path);
      const faults = viewProblems(definition, path);
      if (faults.length > 0) {
        for (const fault of faults) shell.problem(fault);
        shell.end(EXIT.input);
        return;
      }
      const { out } = shell.options;
      const given = VIEW_FORMATS.find((format) => out?.toLowerCase().endsWith(`.${format}`));
      await writeTable(shell, compileView(definition, path), options.resources, options.format ?? given ?? 'csv');
    });
}

type Compiled = ReturnType<typeof import('@gemel/exchange/fhir/view/compile').compileView>;

async function writeTable(shell: Shell, view: Compiled, paths: readonly string[], format: ViewFormat): Promise<void> {
  const { filesOf } = await import('../sources.ts');
  const { streamedResources } = await import('@gemel/exchange/fhir/view/resources');
  const { viewRows } = await import('@gemel/exchange/fhir/view/rows');
  const { tableText } = await import('@gemel/exchange/fhir/view/format');
  const files: string[] = [];
  for (const path of paths) files.push(...(await filesOf(path)));
  const text = tableText(view, format);
  const stream = await outputStream(shell.options.out);
  let failed: unknown;
  stream.on('error', (cause) => {
    failed = cause;
  });
  let problems = 0;
  const tell = (problem: Problem) => {
    if (problems++ < TOLD) shell.problem(problem);
    shell.end(EXIT.input);
  };
  const print = async (piece: string) => {
    if (failed === undefined && !stream.write(piece))
      await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
    if (failed !== undefined) throw unwritable(shell.options.out ?? '-', failed);
  };
  await print(text.begin());
  for (const file of files) {
    for await (const given of streamedResources(linesOf(file), view.exactDecimals, file)) {
      shell.checkpoint();
      if ('problem' in given) {
        tell(given.problem);
        continue;
      }
      try {
        for (const row of viewRows(view, given.resource, given)) await print(text.row(row));
      } catch (error) {
        // A resource that the view cannot read does not stop the others.
        if (!(error instanceof CodedError) || !error.code.startsWith('view-')) throw error;
        tell(error.toJSON());
      }
    }
  }
  await print(text.end());
  if (stream !== process.stdout) {
    stream.end();
    await once(stream, 'finish').catch((cause) => {
      throw unwritable(shell.options.out!, cause);
    });
  }
  if (problems > TOLD) shell.note(`… and ${problems - TOLD} more problems`);
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw exchangeErrors.error('exchange-json-invalid', `${file} is not valid JSON`, { file }, undefined, cause);
  }
}

/** Lines without their ends; a file is held in pieces, and readline is much slower. */
async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  try {
    for await (const piece of input) {
      const lines = (rest + decoder.decode(piece as Buffer, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
  } catch (cause) {
    throw cliErrors.error('cli-file-unreadable', `${file} cannot be read`, { file }, undefined, cause);
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

async function outputStream(out: string | undefined): Promise<NodeJS.WritableStream> {
  if (out === undefined || out === '-') return process.stdout;
  const handle = await open(out, 'w').catch((cause) => {
    throw unwritable(out, cause);
  });
  return handle.createWriteStream();
}

function unwritable(out: string, cause: unknown): CodedError {
  return cliErrors.error('cli-file-unwritable', `${out} cannot be written`, { file: out }, undefined, cause);
}
