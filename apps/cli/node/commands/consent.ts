import { type Consent, type Instant, isoInstant } from '@gemel/core';
import type { Caller } from '@gemel/server/access';
import type { SignedRequest, WillView } from '@gemel/server/api';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';
import type { Place } from '../place.ts';
import type { Shell } from '../shell.ts';

interface GiveOptions extends SignedRequest {
  readonly deny?: boolean;
  readonly purpose?: readonly string[];
  readonly type?: readonly string[];
  readonly label?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** `gemel consent`: what a person has said of the use of their data: shown, written down, taken back; data restricted. */
export function consentCommand(begin: Begin): Command {
  const command = new Command('consent').description('what a person has said of the use of their data');
  command
    .command('list')
    .description('consents, the latest first, and what the twin may use')
    .argument('[subject]', 'may be left out where there is only one')
    .action((asked: string | undefined, _options: unknown, self: Command) =>
      within(begin(self), asked, 'read', null, async ({ hub }, subject, shell) => {
        const { willView } = await import('@gemel/server/node/govern/will');
        const will = await willView(hub, subject);
        await shell.result(will, willText(will));
        return [];
      }),
    );
  const many = (text: string, before: readonly string[] = []) => [...before, text];
  command
    .command('give')
    .description('write down a permission, or with --deny a refusal')
    .argument('[subject]', 'may be left out where there is only one')
    .option('--deny', 'the person refuses')
    .option('--purpose <code>', 'PurposeOfUse (TREAT, HRESCH …), several times; without: any', many)
    .option('--type <type>', 'FHIR resource type, several times; without: all', many)
    .option('--label <system|code>', 'label or code of the data, several times', many)
    .option('--from <instant>', 'from when')
    .option('--to <instant>', 'until when')
    .requiredOption('--person <name>', 'who writes it down')
    .requiredOption('--reason <words>', 'how the person said it')
    .action((asked: string | undefined, options: GiveOptions, self: Command) =>
      within(begin(self), asked, 'create', options.person, async ({ hub, world }, subject, shell) => {
        const { giveConsent } = await import('@gemel/server/node/govern/will');
        const { deny, purpose, type, label, from, to, person, reason } = options;
        const given = await giveConsent(
          hub,
          subject,
          {
            type: deny ? 'deny' : 'permit',
            ...(purpose === undefined ? {} : { purposes: purpose }),
            ...(type === undefined ? {} : { types: type }),
            ...(label === undefined ? {} : { labels: label }),
            ...(from === undefined ? {} : { from: instantOf(from, '--from') }),
            ...(to === undefined ? {} : { to: instantOf(to, '--to') }),
            person,
            reason,
          },
          world.clock(),
        );
        await shell.result(given, consentText(given));
        return [given.reference];
      }),
    );
  signed(command, 'withdraw', 'the person takes a consent back')
    .requiredOption('--consent <reference>', 'as listed')
    .action((asked: string | undefined, options: SignedRequest & { readonly consent: string }, self: Command) =>
      within(begin(self), asked, 'update', options.person, async ({ hub }, subject, shell) => {
        const { withdrawConsent } = await import('@gemel/server/node/govern/will');
        const withdrawn = await withdrawConsent(hub, subject, options.consent, options);
        await shell.result(withdrawn, consentText(withdrawn));
        return [withdrawn.reference];
      }),
    );
  signed(command, 'restrict', 'the data are kept and not used (GDPR, article 18)').action(
    (asked: string | undefined, options: SignedRequest, self: Command) =>
      within(begin(self), asked, 'update', options.person, async ({ hub, world }, subject, shell) => {
        const { restrict } = await import('@gemel/server/node/govern/will');
        const fresh = await restrict(hub, subject, options, world.clock());
        await shell.result({ subject, restricted: true }, `${subject} is ${fresh ? 'now' : 'already'} restricted.`);
        return [];
      }),
  );
  signed(command, 'unrestrict', 'the data may be used again').action(
    (asked: string | undefined, options: SignedRequest, self: Command) =>
      within(begin(self), asked, 'update', options.person, async ({ hub, world }, subject, shell) => {
        const { endRestriction } = await import('@gemel/server/node/govern/will');
        const ended = await endRestriction(hub, subject, options, world.clock());
        await shell.result(
          { subject, ended },
          ended === 0 ? `${subject} was not restricted.` : `${subject} may be used again.`,
        );
        return [];
      }),
  );
  return command;
}

function signed(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument('[subject]', 'may be left out where there is only one')
    .requiredOption('--person <name>', 'who does it')
    .requiredOption('--reason <words>', 'why');
}

/** Does it as the person at this machine, where it is permitted, and records it; the data folder is closed however it ends. */
async function within(
  shell: Shell,
  asked: string | undefined,
  action: 'read' | 'create' | 'update',
  person: string | null,
  work: (place: Place, subject: string, shell: Shell) => Promise<readonly string[]>,
): Promise<void> {
  const { openPlace, subjectOf } = await import('../place.ts');
  const { LOCAL_PERSON } = await import('@gemel/server/local-person');
  const { actor } = await import('@gemel/server/node/govern/act');
  const place = await openPlace(shell);
  try {
    const subject = await subjectOf(place.hub, asked);
    const { agent } = LOCAL_PERSON;
    const caller: Caller = { ...LOCAL_PERSON, agent: { ...agent, name: person ?? agent.name } };
    await actor(place.world)({ caller, action, type: 'Consent', subject }, async () => ({
      answer: null,
      entities: await work(place, subject, shell),
    }));
  } finally {
    await place.world.close();
  }
}

function instantOf(text: string, field: string): number {
  const at = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw cliErrors.error('cli-option-unreadable', `"${text}" is no instant`, { field });
  return at;
}

function willText({ subject, consents, restricted, ruling }: WillView): string {
  const lines = [`${subject}${restricted ? ': restricted, kept and not used' : ''}`];
  lines.push(
    ...(consents.length === 0
      ? ['  no consent; what is implied holds']
      : consents.map((one) => `  ${consentText(one)}`)),
  );
  if (ruling !== null) {
    lines.push(`the twin may use for ${ruling.purpose}: ${ruling.classes.join(', ') || 'nothing'}`);
    for (const { kind, code, reason } of ruling.leftOut) lines.push(`  left out: ${kind}  ${code}: ${reason}`);
  }
  return lines.join('\n');
}

function consentText({ reference, status, dateTime, root }: Consent): string {
  const { type, purposes, classes, labels, period, provisions } = root;
  const code = (key: string) => key.slice(key.indexOf('|') + 1);
  const iso = (at: Instant | null) => (at === null ? '…' : isoInstant(at));
  const parts = [
    `${type ?? 'by its provisions'}s ${purposes?.map(code).join(', ') ?? 'any purpose'}`,
    ...(classes === undefined ? [] : [`of ${classes.map(code).join(', ')}`]),
    ...(labels === undefined ? [] : [`labelled ${labels.map(code).join(', ')}`]),
    ...(period === undefined ? [] : [`from ${iso(period.from)} to ${iso(period.to)}`]),
    ...(provisions.length === 0 ? [] : [`with ${provisions.length} exceptions`]),
  ];
  return `${reference}  ${isoInstant(dateTime)}  ${status}: ${parts.join(' ')}`;
}
