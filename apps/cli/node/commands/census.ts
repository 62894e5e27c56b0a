import process from 'node:process';
import { instant, isoInstant } from '@gemel/core';
import type { Census, Stay } from '@gemel/runtime';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';
import type { Shell } from '../shell.ts';

/** `gemel census`: who is in which bed, since when. */
export function censusCommand(begin: Begin): Command {
  return new Command('census')
    .description('who is where: beds, stays, leaves, what is expected; --at another moment')
    .option('--known-by <instant>', 'as was known then: an ISO instant with its offset')
    .option('--discharged', 'also those who have left')
    .action(async (options: { knownBy?: string; discharged?: boolean }, self: Command) => {
      const shell = begin(self);
      const { openPlace } = await import('../place.ts');
      const { world, hub, now } = await openPlace(shell);
      try {
        const knownBy = options.knownBy === undefined ? undefined : instantOf(options.knownBy);
        const census = await hub.census(now, knownBy);
        const { discharged, ...shown } = census;
        await shell.result(options.discharged ? census : shown, text(census, options.discharged === true, shell));
      } finally {
        await world.close();
      }
    });
}

function instantOf(written: string) {
  const at = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(at))
    throw cliErrors.error('cli-at-unreadable', `"${written}" is no instant`, { field: '--known-by' });
  return instant(at);
}

const HEAD = ['ward', 'bed', 'since', 'stay', 'state', 'who', 'visit'];

function text({ at, present, expected, discharged, problems }: Census, all: boolean, shell: Shell): string {
  const lines = [
    `${shell.style('bold', `Census at ${minute(at)}`, process.stdout)}: ${present.length} present, ${expected.length} expected`,
  ];
  const stays = [...present, ...expected, ...(all ? discharged : [])];
  if (stays.length > 0) lines.push('', ...table([HEAD, ...stays.map(row)]));
  if (problems.length > 0) lines.push('', ...problems.map(({ code, message }) => `${code}  ${message}`));
  return lines.join('\n');
}

function row(stay: Stay): string[] {
  const { subject, visit, state, class: visitClass, elapsedMinutes, discharged, expects } = stay;
  const place = stay.placings.at(-1) ?? (expects.admission && { ...expects.admission, since: expects.admission.at });
  const since = state === 'discharged' ? discharged : (place?.since ?? stay.admitted);
  return [
    place?.ward ?? '',
    place?.bed ?? '',
    since === null ? '' : minute(since),
    elapsedMinutes === null ? '' : length(elapsedMinutes),
    visitClass === null ? state : `${state} ${visitClass}`,
    subject,
    visit?.slice(visit.lastIndexOf('|') + 1) ?? '',
  ];
}

const minute = (at: number) => isoInstant(instant(at)).slice(0, 16).concat('Z');

function length(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${Math.floor(minutes % 60)} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  return rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
