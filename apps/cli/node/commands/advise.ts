import type { Trace } from '@gemel/core';
import type { Command } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { subjectCommand } from './subject-command.ts';

/** `gemel advise`: a proposal or an abstention; either leaves a decision trace. */
export function adviseCommand(begin: Begin): Command {
  const description = 'propose, or abstain and say why; leaves a decision trace';
  return subjectCommand(begin, 'advise', description, async ({ shell, hub, subject, pack }) => {
    const trace = await hub.advise(subject, pack.id);
    if (trace.advice.kind === 'abstain') shell.end(EXIT.withheld);
    await shell.result(trace, adviceText(trace));
  });
}

/** Advice in lines, best plan first. */
export function adviceText(trace: Trace): string {
  const { advice } = trace;
  const head = advice.kind === 'advise' ? 'proposes' : `abstains (${advice.code})`;
  const lines = [`trace ${trace.id}: ${head}: ${advice.statement}`];
  for (const reason of advice.reasons) lines.push(`  because ${reason.code}: ${reason.statement}`);
  const said = new Set(advice.reasons.map(({ statement }) => statement));
  for (const advisory of advice.advisories.filter(({ statement }) => !said.has(statement)))
    lines.push(`  ${advisory.priority} ${advisory.code}: ${advisory.statement}`);
  for (const plan of advice.plans) {
    const best = `${Math.round(plan.probabilityBest * 100)} % best`;
    lines.push(
      `  plan ${plan.scenario.title}: total ${plan.total.toFixed(3)}, ${best}${plan.allowed ? '' : ', NOT ALLOWED'}`,
    );
  }
  return lines.join('\n');
}
