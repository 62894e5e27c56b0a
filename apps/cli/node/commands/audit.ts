import { readFile } from 'node:fs/promises';
import { isoInstant } from '@gemel/core';
import type { AccessRecord } from '@gemel/exchange/fhir/audit/access-record';
import type { Entry } from '@gemel/store';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { Place } from '../place.ts';
import type { Shell } from '../shell.ts';

/** `gemel audit`: who saw and did what; that the log is what it was; what is to be looked at by a person. */
export function auditCommand(begin: Begin): Command {
  const command = new Command('audit').description('the record of accesses, and that the log is what it was');
  command
    .command('head')
    .description('the head of the log, to be kept elsewhere: --out writes it')
    .action((_options: unknown, self: Command) =>
      within(begin(self), async ({ world }, shell) => {
        const { logHead } = await import('@gemel/server/node/govern/audit-tree');
        const head = await logHead(world.store, world.clock());
        await shell.result(head, JSON.stringify(head));
      }),
    );
  command
    .command('verify')
    .description(
      'that every entry is what it was when it was written; --since: that the log begins with an earlier one',
    )
    .option('--since <file>', 'an earlier head, as gemel audit head wrote it')
    .action(({ since: file }: { since?: string }, self: Command) =>
      within(begin(self), async ({ world }, shell) => {
        const { readHead, verifyLog } = await import('@gemel/server/node/govern/audit-tree');
        const since = file === undefined ? null : readHead(await textOf(file), file);
        const verdict = await verifyLog(world.store, world.clock(), since);
        const { head, verified, faults } = verdict;
        if (faults.length > 0) shell.end(EXIT.failed);
        const from = since === null ? '' : `; it begins with the ${since.size} entries of ${since.at}`;
        const text =
          faults.length === 0
            ? `The log holds: ${verified} of ${head.size} entries read${from}.\nroot ${head.root}`
            : `The log does NOT hold:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
        await shell.result(verdict, text);
      }),
    );
  command
    .command('prove')
    .description('that an entry is in the log: its proof, for somebody who has the head')
    .argument('<entry>', 'its id or its position')
    .action((asked: string, _options: unknown, self: Command) =>
      within(begin(self), async ({ world }, shell) => {
        const { proveEntry } = await import('@gemel/server/node/govern/audit-tree');
        const seq = /^\d{1,15}$/.test(asked) ? Number(asked) : (await world.store.get(asked))?.seq;
        if (seq === undefined)
          throw cliErrors.error('cli-entry-unknown', `there is no entry "${asked}"`, { field: 'entry' });
        const proof = await proveEntry(world.store, seq);
        if (!proof.holds) shell.end(EXIT.failed);
        await shell.result(proof, JSON.stringify(proof, null, 1));
      }),
    );
  command
    .command('list')
    .description('accesses, oldest first; --json gives AuditEvents (FHIR R4, IHE BALP)')
    .option('--subject <subject>', 'only those to the data of this person')
    .action(({ subject }: { subject?: string }, self: Command) =>
      within(begin(self), async ({ world, hub }, shell) => {
        const { auditEventOf } = await import('@gemel/exchange/fhir/audit/encode-audit-event');
        const { isAccess } = await import('@gemel/server/node/govern/governance');
        const members = subject === undefined ? [undefined] : await hub.members(subject);
        const entries: Entry[] = [];
        for (const member of members) {
          const of = member === undefined ? {} : { subject: member };
          entries.push(...(await world.store.read({ ...of, kinds: ['access'] })));
        }
        const accesses = entries.filter((entry) => entry.erased || isAccess(entry));
        const events = accesses.filter((entry) => !entry.erased).map((entry) => auditEventOf(entry));
        await shell.result(events, accesses.map(line).join('\n') || 'Nothing was accessed yet.');
      }),
    );
  command
    .command('reviews')
    .description('accesses past consent, and what was found of each')
    .action((_options: unknown, self: Command) =>
      within(begin(self), async ({ world }, shell) => {
        const { listReviews } = await import('@gemel/server/node/govern/reviews');
        const rows = await listReviews(world.store);
        const text = rows.map(({ id, at, agent, reason, subject, action, closed }) => {
          const what = subject === null ? 'of a person erased since' : `${action} of ${subject}`;
          const end = closed === null ? 'OPEN' : `closed by ${closed.person}: ${closed.finding}`;
          return `${id}  ${isoInstant(at as never)}  ${agent}  ${what}  “${reason}”  ${end}`;
        });
        await shell.result(rows, text.join('\n') || 'Nobody went past a consent.');
      }),
    );
  command
    .command('close')
    .description('a person says what they found of an access past consent')
    .argument('<id>', 'as listed by reviews')
    .requiredOption('--person <name>', 'who looked at it')
    .requiredOption('--finding <words>', 'what was found')
    .action((id: string, options: { person: string; finding: string }, self: Command) =>
      within(begin(self), async ({ world }, shell) => {
        const { closeReview } = await import('@gemel/server/node/govern/reviews');
        const row = await closeReview(world.store, id, options, world.clock());
        await shell.result(row, `${id} is closed.`);
      }),
    );
  return command;
}

function line({ seq, knownAt, payload, erased }: Entry): string {
  const at = `${seq}  ${isoInstant(knownAt)}`;
  if (erased) return `${at}  an access to the data of a person erased since`;
  const { request, decision, outcome } = payload as AccessRecord;
  const { caller, action, type, subject } = request;
  const { agent, purpose, breakGlass } = caller;
  const glass = breakGlass === undefined ? '' : '  PAST CONSENT';
  const said = decision.permit ? decision.policies.join(', ') : `REFUSED: ${decision.reason}`;
  return `${at}  ${agent.id}  ${action} ${type}  ${subject ?? 'of nobody'}  ${purpose}  ${outcome}${glass}  ${said}`;
}

async function within(shell: Shell, work: (place: Place, shell: Shell) => Promise<void>): Promise<void> {
  const { openPlace } = await import('../place.ts');
  const place = await openPlace(shell);
  try {
    await work(place, shell);
  } finally {
    await place.world.close();
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw cliErrors.error('cli-file-unreadable', `${file} cannot be read`, { file }, undefined, cause);
  }
}
