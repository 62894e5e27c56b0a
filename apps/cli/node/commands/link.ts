import process from 'node:process';
import type { LinkDecision, LinkQueue, LinkView } from '@gemel/runtime/identity/link-queue';
import { Command } from 'commander';
import type { Begin } from '../begin.ts';
import type { Shell } from '../shell.ts';

interface Signed {
  readonly person: string;
  readonly reason: string;
}

/** `gemel link`: identifiers that may be one person: seen, joined, kept apart, and each decision taken back. */
export function linkCommand(begin: Begin): Command {
  const command = new Command('link').description('identifiers that may denote one person');
  command
    .command('list')
    .description('pairs that wait for a decision, surest first; --decided shows the decisions that stand')
    .option('--decided', 'decisions instead')
    .action(async (options: { decided?: boolean }, self: Command) => {
      const shell = begin(self);
      await within(shell, async (links) => {
        if (options.decided) {
          const decisions = await links.decisions();
          await shell.result(decisions, decisions.map(decisionLine).join('\n') || 'Nothing was decided yet.');
          return;
        }
        const waiting = await links.list();
        await shell.result(
          waiting,
          waiting.map((one) => linkLines(one, shell)).join('\n') || 'No two identifiers look like one person.',
        );
      });
    });
  decision(
    begin,
    command,
    'accept',
    'they are one: both go on under the identifier that sorts first',
    async (links, id, { person, reason }) => {
      const { a, b } = await links.accept(id, person, reason);
      return `${b} goes on as ${a}. gemel link undo ${id} parts them again.`;
    },
  );
  decision(
    begin,
    command,
    'reject',
    'they are two, and are not asked about again',
    async (links, id, { person, reason }) => {
      const { a, b } = await links.reject(id, person, reason);
      return `${a} and ${b} stay apart.`;
    },
  );
  decision(begin, command, 'undo', 'takes a decision back', async (links, id, { person, reason }) => {
    const { decision: what } = await links.undo(id, person, reason);
    return `${id} is no longer ${what}.`;
  });
  return command;
}

function decision(
  begin: Begin,
  command: Command,
  name: string,
  description: string,
  act: (links: LinkQueue, id: string, signed: Signed) => Promise<string>,
): void {
  command
    .command(name)
    .description(description)
    .argument('<id>', 'as listed')
    .requiredOption('--person <name>', 'who decides')
    .requiredOption('--reason <words>', 'why')
    .action(async (id: string, options: Signed, self: Command) => {
      const shell = begin(self);
      await within(shell, async (links) => {
        const told = await act(links, id, options);
        await shell.result({ id, decision: name, ...options }, told);
      });
    });
}

async function within(shell: Shell, work: (links: LinkQueue) => Promise<void>): Promise<void> {
  const { openPlace } = await import('../place.ts');
  const { LinkQueue: Queue } = await import('@gemel/runtime/identity/link-queue');
  const { sha256 } = await import('@gemel/server/node/world');
  const { world, hub, now } = await openPlace(shell);
  try {
    await work(new Queue(hub, world.store, sha256, () => now));
  } finally {
    await world.close();
  }
}

function linkLines(
  { id, a, b, verdict, probability, weight, fields, reasons, people }: LinkView,
  shell: Shell,
): string {
  const said = Object.entries(fields).map(([name, bits]) => `${name} ${bits.toFixed(1)}`);
  const who = people.map(({ given, family, birthDate, sex }) =>
    [given, family, birthDate, sex].filter(Boolean).join(' '),
  );
  return [
    `${shell.style('bold', id, process.stdout)}  ${verdict}  ${probability.toFixed(4)}  weight ${weight.toFixed(1)} bits: ${said.join(', ')}`,
    `  ${a}  ${who[0]}`,
    `  ${b}  ${who[1]}`,
    ...reasons.map((reason) => `  ${reason}`),
  ].join('\n');
}

function decisionLine({ id, decision: what, person, reason, at }: LinkDecision): string {
  return `${id}  ${what} by ${person} on ${new Date(at).toISOString()}: ${reason}`;
}
