#!/usr/bin/env node
import process from 'node:process';
import { CodedError } from '@gemel/core';
import { Command, CommanderError } from 'commander';
import { cliErrors } from '../errors.data.ts';
import { EXIT } from '../exit.ts';
import manifest from '../package.json' with { type: 'json' };
import { type Begin, wholeNumber } from './begin.ts';
import { adviseCommand } from './commands/advise.ts';
import { benchCommand } from './commands/bench.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { exportCommand } from './commands/export.ts';
import { forecastCommand } from './commands/forecast.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { nlmeCommand } from './commands/nlme.ts';
import { packsCommand } from './commands/packs.ts';
import { replayCommand } from './commands/replay.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { serveCommand } from './commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { whatifCommand } from './commands/whatif.ts';
import { exitOf, type GlobalOptions, Shell } from './shell.ts';

const LEGEND = `
Exit codes: 0 done; 1 a defect of the program; 2 the command line; 3 a source unreadable or refused as a whole;
4 withheld or abstained, with the reason (what could be written was written); 5 a check did not hold; 130 stopped.
Research use. Not for clinical use.`;

/** Runs one command line; resolves to the exit code. */
export async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let shell = new Shell({ seed: 1, data: 'data', json: argv.includes('--json') }, signal);
  const program = new Command('gemel')
    .description('Medical digital twins: from records to a calibrated twin, a forecast, a what-if, a proposal.')
    .option('--json', 'results as one JSON document, errors as JSON')
    .option('--seed <n>', 'seed of every random draw', wholeNumber, 1)
    .option('--out <path>', 'where the result goes (a file; a folder for run); - is standard output')
    .option('--data <dir>', 'data folder that holds the log', 'data')
    .option('--at <instant>', 'the moment the command takes place: an ISO instant, or last for the end of the records')
    .version(manifest.version)
    .addHelpText('after', LEGEND)
    // What is wrong is told once, in the form of every other error.
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
  const begin: Begin = (command) => {
    const given = (option: keyof GlobalOptions) => command.getOptionValueSourceWithGlobals(option) === 'cli';
    shell = new Shell(command.optsWithGlobals<GlobalOptions>(), signal, given);
    return shell;
  };
  const commands = [
    demoCommand,
    serveCommand,
    importCommand,
    runCommand,
    calibrateCommand,
    forecastCommand,
    whatifCommand,
    adviseCommand,
    reportCommand,
    exportCommand,
    replayCommand,
    simulateCommand,
    nlmeCommand,
    inspectCommand,
    evidenceCommand,
    benchCommand,
    packsCommand,
    doctorCommand,
  ];
  for (const command of commands) program.addCommand(command(begin).copyInheritedSettings(program));
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
    return signal.aborted && !shell.untilStopped ? EXIT.interrupted : shell.exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      if (error.code === 'commander.help') process.stderr.write(program.helpInformation());
      else shell.problem(cliErrors.problem('cli-usage', error.message.replace(/^error: /, '')));
      return EXIT.usage;
    }
    if (signal.aborted) return EXIT.interrupted;
    if (error instanceof CodedError) shell.problem(error.toJSON());
    else {
      const message = error instanceof Error ? error.message : String(error);
      shell.problem(cliErrors.problem('cli-internal', message));
      if (process.env.GEMEL_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    }
    return exitOf(error);
  }
}

if (import.meta.main) {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  process.stdout.on('error', () => process.exit(EXIT.ok));
  process.exitCode = await main(process.argv.slice(2), abort.signal);
}
