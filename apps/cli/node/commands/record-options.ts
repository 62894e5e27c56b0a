import { type Command, Option } from 'commander';

/** The options of commands that take records in. */
export function addRecordOptions(command: Command): Command {
  return command
    .option('--zone <zone>', 'zone of local times without one: Europe/Berlin, or +02:00')
    .option('--unit <unit>', 'unit of glucose without one: mg/dL or mmol/L')
    .option('--subject <id>', 'whose records they are, where they do not say')
    .addOption(
      new Option('--dates <order>', 'order of day and month in 01/02/2024').choices(['day-first', 'month-first']),
    )
    .option('--start <instant>', 'when a recording began that does not say: 2024-01-31T13:05:00+01:00')
    .option(
      '--derive',
      'also heart, pulse and breathing rates and beat intervals from waveforms, and findings from texts',
    )
    .option('--note-rules <file>', 'rules of your own for clinical notes (JSON)')
    .option('--name <file>', 'name of what comes from standard input');
}
