import process from 'node:process';
import { isoInstant } from '@gemel/core';
import type { QualitySide, SignalQuality, SubjectQuality } from '@gemel/runtime/quality/subject-quality';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';
import type { Shell } from '../shell.ts';

/** `gemel quality`: how good a subject's data are; `correct` mends a value by a person's word. */
export function qualityCommand(begin: Begin): Command {
  const command = new Command('quality')
    .description('how good the data of a subject are: grades, what is missing, how sources agree')
    .argument('[subject]', 'may be left out where there is only one')
    .action(async (asked: string | undefined, _options: unknown, self: Command) => {
      const shell = begin(self);
      const { openPlace, subjectOf } = await import('../place.ts');
      const { world, hub } = await openPlace(shell);
      try {
        const quality = await hub.quality(await subjectOf(hub, asked));
        await shell.result(quality, qualityText(quality, shell));
      } finally {
        await world.close();
      }
    });
  command
    .command('correct')
    .description('a new value in the place of one, by a person; the old one stays in the log')
    .argument('<observation>', 'id, as listed')
    .requiredOption('--value <"number unit">', 'what it should have been, with a UCUM unit: "5.6 mmol/L"')
    .requiredOption('--person <name>', 'who says so')
    .requiredOption('--reason <words>', 'why')
    .action(async (observation: string, options: { value: string; person: string; reason: string }, self: Command) => {
      const shell = begin(self);
      const parts = /^\s*([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s+(\S+)\s*$/i.exec(options.value);
      if (parts === null) {
        const message = `"${options.value}" is no number with a unit, such as "5.6 mmol/L"`;
        throw cliErrors.error('cli-option-unreadable', message, { field: '--value' });
      }
      const { openPlace } = await import('../place.ts');
      const { world, hub } = await openPlace(shell);
      try {
        const { person, reason } = options;
        const value = { value: Number(parts[1]), unit: parts[2]! };
        const corrected = await hub.correct({ observation, value, person, reason });
        const marks = corrected.marks.map(({ message }) => `\n  ${message}`).join('');
        await shell.result(
          corrected,
          `${observation} is corrected by ${corrected.id}, graded ${corrected.grade}.${marks}`,
        );
      } finally {
        await world.close();
      }
    });
  return command;
}

function qualityText({ subject, at, badge, signals }: SubjectQuality, shell: Shell): string {
  const bold = (text: string) => shell.style('bold', text, process.stdout);
  const side = (name: string, { level, share, statement }: QualitySide) =>
    `  ${name.padEnd(13)} ${level.padEnd(8)} ${share === null ? '     ' : percent(share)}  ${statement}`;
  const lines = [
    `${bold(subject)}, ${isoInstant(at)}`,
    side('conformance', badge.conformance),
    side('completeness', badge.completeness),
    side('plausibility', badge.plausibility),
  ];
  for (const signal of signals) lines.push('', ...signalLines(signal, bold));
  return lines.join('\n');
}

function signalLines(quality: SignalQuality, bold: (text: string) => string): readonly string[] {
  const { signal, unit, count, grades, repeats, marks, first, last, sources, pairs, doubtful } = quality;
  const graded = `${grades.good} good, ${grades.uncertain} uncertain, ${grades.poor} poor`;
  const lines = [
    `${bold(signal)} (${unit}): ${count} values, ${graded}${repeats === 0 ? '' : `, ${repeats} by a second door`}`,
    `  from ${isoInstant(first)} to ${isoInstant(last)}`,
  ];
  for (const { source, count: own, cadence } of sources) {
    if (cadence === null) {
      lines.push(`  ${source}: ${own} values at no regular pace`);
      continue;
    }
    const { usualMinutes, completeness, longestGapMinutes, longestGapFrom, days, informative } = cadence;
    const worst = days.toSorted((a, b) => a.completeness - b.completeness)[0]!;
    lines.push(
      `  ${source}: ${own} values, one in ${short(usualMinutes)} min, ${percent(completeness)} complete; longest gap ${short(longestGapMinutes)} min from ${isoInstant(longestGapFrom as never)}; worst day ${worst.day} with ${percent(worst.completeness)}`,
    );
    if (informative !== null) lines.push(`    ${informative}`);
  }
  for (const { first: a, second: b, agreement, scale, disagrees, clock } of pairs) {
    if (agreement !== null) {
      const { bias, lower, upper, pairs: n } = agreement;
      const [said, low, high] =
        scale === 'difference' ? [bias, lower, upper] : [bias, lower, upper].map((x) => 100 * Math.expm1(x));
      const measured = scale === 'difference' ? unit : '%';
      lines.push(
        `  ${a} less ${b}: ${short(said!)} ${measured}, limits of agreement ${short(low!)} to ${short(high!)}, ${n} pairs${disagrees ? '; they disagree for good' : ''}`,
      );
    }
    if (clock !== null)
      lines.push(`  the clock of ${b} stands ${clock.minutes} min ahead of that of ${a}, by ${clock.pairs} pairs`);
  }
  const told = Object.entries(marks).map(([code, times]) => `${code} ${times}`);
  if (told.length > 0) lines.push(`  marks: ${told.join(', ')}`);
  for (const { id, at, value, unit: written, grade, message } of doubtful) {
    lines.push(`  ${id}  ${isoInstant(at)}  ${value} ${written}  ${grade}: ${message}`);
  }
  return lines;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`.padStart(5);
const short = (value: number) => String(Number(value.toPrecision(3)));
