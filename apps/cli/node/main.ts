#!/usr/bin/env node
import process from 'node:process';
import { CodedError } from '@gemel/core';
import { Command, CommanderError } from 'commander';
import { cliErrors } from '../errors.data.ts';
import { EXIT } from '../exit.ts';
import manifest from '../package.json' with { type: 'json' };
import { type Begin, wholeNumber } from './begin.ts';
import { exitOf, type GlobalOptions, Shell } from './shell.ts';

/** In the order of the help. Loaded when a command line names them, or all for the help: most need much of the platform. */
const COMMANDS: Readonly<Record<string, () => Promise<(begin: Begin) => Command>>> = {
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  decode: async () => (await import('./commands/decode.ts')).decodeCommand,
  deidentify: async () => (await import('./commands/deidentify.ts')).deidentifyCommand,
  send: async () => (await import('./commands/send.ts')).sendCommand,
  census: async () => (await import('./commands/census.ts')).censusCommand,
  devices: async () => (await import('./commands/devices.ts')).devicesCommand,
  user: async () => (await import('./commands/user.ts')).userCommand,
  client: async () => (await import('./commands/client.ts')).clientCommand,
  terminology: async () => (await import('./commands/terminology.ts')).terminologyCommand,
  quarantine: async () => (await import('./commands/quarantine.ts')).quarantineCommand,
  quality: async () => (await import('./commands/quality.ts')).qualityCommand,
  link: async () => (await import('./commands/link.ts')).linkCommand,
  consent: async () => (await import('./commands/consent.ts')).consentCommand,
  'export-subject': async () => (await import('./commands/export-subject.ts')).exportSubjectCommand,
  erase: async () => (await import('./commands/erase.ts')).eraseCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  run: async () => (await import('./commands/run.ts')).runCommand,
  calibrate: async () => (await import('./commands/calibrate.ts')).calibrateCommand,
  forecast: async () => (await import('./commands/forecast.ts')).forecastCommand,
  whatif: async () => (await import('./commands/whatif.ts')).whatifCommand,
  advise: async () => (await import('./commands/advise.ts')).adviseCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  validate: async () => (await import('./commands/validate.ts')).validateCommand,
  view: async () => (await import('./commands/view.ts')).viewCommand,
  export: async () => (await import('./commands/export.ts')).exportCommand,
  replay: async () => (await import('./commands/replay.ts')).replayCommand,
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand,
  nlme: async () => (await import('./commands/nlme.ts')).nlmeCommand,
  inspect: async () => (await import('./commands/inspect.ts')).inspectCommand,
  evidence: async () => (await import('./commands/evidence.ts')).evidenceCommand,
  bench: async () => (await import('./commands/bench.ts')).benchCommand,
  packs: async () => (await import('./commands/packs.ts')).packsCommand,
  backup: async () => (await import('./commands/backup.ts')).backupCommand,
  restore: async () => (await import('./commands/backup.ts')).restoreCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
};

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
  const asked = Object.keys(COMMANDS).filter((name) => argv.includes(name));
  const commands = await Promise.all(
    (asked.length > 0 ? asked : Object.keys(COMMANDS)).map((name) => COMMANDS[name]!()),
  );
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
