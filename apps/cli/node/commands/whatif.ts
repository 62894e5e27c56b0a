import { writtenUnit } from '@gemel/core';
import type { WhatIfControl } from '@gemel/server/api';
import type { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { subjectCommand } from './subject-command.ts';
import { withheldText } from './withheld.ts';

interface Arm {
  readonly title: string;
  readonly controls: WhatIfControl[];
}

/** `gemel whatif`: arms side by side, limits applied, differences paired member by member. */
export function whatifCommand(begin: Begin): Command {
  const description = 'compare what could be done; the first arm is what is planned';
  return subjectCommand<{ arm: string[] }>(begin, 'whatif', description, async (at, options) => {
    const { shell, hub, subject, pack, now } = at;
    const arms = [{ title: 'as planned', controls: [] }, ...options.arm.map(readArm)];
    const { scenarios } = await import('@gemel/server/views/points');
    const result = await hub.whatIf(subject, pack.id, scenarios(pack, subject, now, arms));
    if ('kind' in result) {
      shell.end(EXIT.withheld);
      await shell.result(result, withheldText(result));
      return;
    }
    const lines = result.plans.flatMap((plan, i) => [
      `${plan.scenario.title}: total reward ${plan.total.toFixed(3)}${plan.allowed ? '' : '  NOT ALLOWED'}`,
      ...plan.limits.filter((l) => l.verdict !== 'within').map((l) => `  ${l.verdict}: ${l.message}`),
      // The first differs from itself in nothing.
      ...(i === 0 ? [] : (result.differences[i] ?? [])).map((d) => {
        const median = `${signed(d.median)} ${writtenUnit(d.unit)}`.trimEnd();
        return `  ${d.title}: ${median} (90 % ${signed(d.low)} to ${signed(d.high)})`;
      }),
    ]);
    await shell.result(result, lines.join('\n'));
  }).requiredOption(
    '--arm <arm...>',
    '"title: control=amount unit@minutes[+for minutes] [every minutes]; …", times from now',
  );
}

function signed(value: number): string {
  return (value < 0 ? '' : '+') + Number(value.toPrecision(3));
}

/** Reads `snack: meal.carbohydrate=15 g@0; insulin.basal=0 U/h@0+60`, `more: vancomycin.dose=1250 mg@480+90 every 720`. Throws `cli-arm-unreadable`. */
export function readArm(text: string): Arm {
  const colon = text.indexOf(':');
  const title = (colon < 0 ? text : text.slice(0, colon)).trim();
  const controls = (colon < 0 ? text : text.slice(colon + 1))
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match =
        /^([\w.-]+)\s*=\s*(\d+(?:\.\d+)?)\s*([^\s@]+)\s*@\s*(\d+)(?:\s*\+\s*(\d+))?(?:\s+every\s+(\d+))?$/.exec(part);
      if (!match) throw cliErrors.error('cli-arm-unreadable', `"${part}" in "${text}"`, { field: '--arm' });
      const [, control, value, unit, inMinutes, forMinutes, everyMinutes] = match;
      return {
        control: control!,
        value: Number(value),
        unit: unit!,
        inMinutes: Number(inMinutes),
        ...(forMinutes !== undefined && { forMinutes: Number(forMinutes) }),
        ...(everyMinutes !== undefined && { everyMinutes: Number(everyMinutes) }),
      };
    });
  return { title, controls };
}
