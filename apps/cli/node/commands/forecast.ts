import type { Forecast } from '@gemel/core';
import { isoInstant, writtenUnit } from '@gemel/core';
import type { Command } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { subjectCommand } from './subject-command.ts';
import { withheldText } from './withheld.ts';

/** `gemel forecast`: the standing forecast of a subject. */
export function forecastCommand(begin: Begin): Command {
  return subjectCommand(begin, 'forecast', 'forecast a subject, as planned', async ({ shell, hub, subject, pack }) => {
    const forecast = await hub.forecast(subject, pack.id);
    if (forecast.kind === 'withheld') {
      shell.end(EXIT.withheld);
      await shell.result(forecast, withheldText(forecast));
    } else await shell.result(forecast, forecastText(forecast));
  });
}

/** A forecast in lines: each trajectory every half hour, each number with its interval. */
export function forecastText(forecast: Forecast): string {
  const at = (levels: readonly number[], level: number) => levels.indexOf(level);
  const lines = [`${forecast.subject}: ${forecast.scenario.title}, made ${isoInstant(forecast.madeAt)}`];
  for (const quantity of Object.values(forecast.quantities)) {
    if (quantity.kind === 'scalar') {
      const [low, mid, high] = [0.05, 0.5, 0.95].map((level) => quantity.quantiles[at(quantity.levels, level)]!);
      lines.push(
        `${quantity.title}: ${mid!.toPrecision(4)} ${writtenUnit(quantity.unit)} (90 % ${low!.toPrecision(4)} to ${high!.toPrecision(4)})`,
      );
      continue;
    }
    lines.push(`${[quantity.title, writtenUnit(quantity.unit)].filter(Boolean).join(', ')}: median (90 %)`);
    const every = Math.max(1, Math.round(quantity.times.length / 12));
    quantity.times.forEach((time, i) => {
      if (i % every !== 0 && i !== quantity.times.length - 1) return;
      const [low, mid, high] = [0.05, 0.5, 0.95].map((level) => quantity.quantiles[at(quantity.levels, level)]![i]!);
      lines.push(`  ${isoInstant(time).slice(0, 16)}  ${mid!.toFixed(0)} (${low!.toFixed(0)} to ${high!.toFixed(0)})`);
    });
  }
  for (const stretch of forecast.outOfRange) lines.push(`out of range: ${stretch.message}`);
  return lines.join('\n');
}
