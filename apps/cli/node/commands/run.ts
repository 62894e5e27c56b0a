import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoInstant, type LossAccount } from '@gemel/core';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { accountText, type Shell } from '../shell.ts';
import type { RecordOptions, Source } from '../sources.ts';
import { adviceText } from './advise.ts';
import { addRecordOptions } from './record-options.ts';

/** `gemel run`: the whole loop unattended, one folder of results for each subject. */
export function runCommand(begin: Begin): Command {
  const command = new Command('run')
    .description('the whole loop unattended: take in, calibrate, forecast, advise, report; files into --out')
    .argument('<pack>', 'which twin; see gemel packs')
    .argument('<records...>', 'files or folders; - is standard input');
  return addRecordOptions(command).action(
    async (packId: string, paths: string[], options: RecordOptions, self: Command) => {
      const shell = begin(self);
      const { out } = shell.options;
      if (out === undefined || out === '-')
        throw cliErrors.error('cli-usage', 'run needs --out DIR', { field: '--out' });
      const { lastInstant, readSources } = await import('../sources.ts');
      const sources = await readSources(paths, options);
      await mkdir(out, { recursive: true }).catch((cause) => {
        throw cliErrors.error('cli-file-unwritable', `${out} cannot be made`, { file: out }, undefined, cause);
      });
      // Without a data folder the log lives for this run alone; the moment is the end of the records unless --at says else.
      const own = shell.given('data') ? null : await mkdtemp(join(tmpdir(), 'gemel-run-'));
      try {
        const { openPlace } = await import('../place.ts');
        const last = lastInstant(sources, options);
        const place = await openPlace(
          shell,
          last,
          own ?? shell.options.data,
          shell.options.at ?? (last === null ? undefined : 'last'),
        );
        try {
          await runLoop(shell, packId, sources, options, out, place);
        } finally {
          await place.world.close();
        }
      } finally {
        if (own !== null) await rm(own, { recursive: true, force: true });
      }
    },
  );
}

async function runLoop(
  shell: Shell,
  packId: string,
  sources: readonly Source[],
  options: RecordOptions,
  out: string,
  place: Awaited<ReturnType<typeof import('../place.ts')['openPlace']>>,
): Promise<void> {
  const { packOf } = await import('../place.ts');
  const { decode } = await import('../sources.ts');
  const { turn } = await import('../loop.ts');
  const { proposalBundle, standingReport } = await import('@gemel/server/views/standing-report');
  const { sha256 } = await import('@gemel/server/node/world');
  const { hub, now } = place;
  const pack = await packOf(hub, '', packId);
  const accounts: LossAccount[] = [];
  const subjects = new Set<string>();
  for (const source of sources) {
    shell.checkpoint();
    const told = { name: source.name, sha256: source.sha256, format: source.door.id, bytes: source.bytes.length };
    const work = { signal: shell.signal, onProgress: shell.progress };
    const { account, subjects: whose } = await hub.admit(decode(source, options), told, work);
    accounts.push(account);
    for (const subject of whose) subjects.add(subject);
    if (account.mapped + account.kept + account.duplicates === 0) {
      shell.end(EXIT.input);
      for (const problem of account.problems) shell.problem(problem);
    }
  }
  const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
  await shell.write(join(out, 'account.json'), json(accounts));
  const lines = accounts.map((account) => accountText(account, shell));
  const results = [];
  for (const subject of subjects) {
    // Whoever asks for a twin gets one as soon as anything is on record that it reads, before a first dose, say; of one person alone facts do.
    const { observations, setAside = [], controls, facts } = await hub.history(subject, pack.id);
    const measured = observations.length + setAside.length + controls.length > 0;
    if (!measured && !(subjects.size === 1 && facts.length > 0)) continue;
    const folder = subjects.size === 1 ? out : join(out, fileName(subject));
    await mkdir(folder, { recursive: true });
    const done = await turn(hub, subject, pack.id, shell);
    const { trace, forecast, calibration, posterior } = done;
    const shown = { now, unit: options.unit ?? 'mg/dL', sha256, accounts };
    const report = await standingReport(hub, subject, pack.id, shown);
    const replay = await hub.replay(trace.id);
    if (!replay.equal) shell.end(EXIT.failed);
    if (trace.advice.kind === 'abstain' || forecast.kind === 'withheld') shell.end(EXIT.withheld);
    const diagnostics = 'kind' in calibration ? calibration : { ...calibration.diagnostics, at: calibration.at };
    const planned = forecast.kind === 'forecast' ? forecast : null;
    const bundle = proposalBundle(trace, planned, done.facts, now, sha256);
    await shell.write(join(folder, 'calibration.json'), json({ diagnostics, posterior }));
    await shell.write(join(folder, 'forecast.json'), json(forecast));
    await shell.write(join(folder, 'plan.json'), json(trace.advice));
    await shell.write(join(folder, 'trace.json'), json(trace));
    await shell.write(join(folder, 'metrics.json'), json(report.numbers));
    await shell.write(join(folder, 'bundle.json'), json(bundle));
    await shell.write(join(folder, 'report.html'), report.html);
    results.push({
      subject,
      folder,
      at: isoInstant(now),
      advice: trace.advice.kind,
      code: trace.advice.kind === 'abstain' ? trace.advice.code : null,
      statement: trace.advice.statement,
      forecast: forecast.kind,
      metrics: report.numbers,
      replay: replay.equal ? 'equal' : replay.differences,
    });
    lines.push(
      `${subject} at ${isoInstant(now)}`,
      adviceText(trace),
      `  replayed: ${replay.equal ? 'equal' : 'DIFFERS'}`,
      `  ${join(folder, 'report.html')}`,
    );
  }
  if (results.length === 0) {
    shell.end(EXIT.input);
    lines.push(`nothing that ${pack.id} uses was found`);
  }
  lines.push('Research use. Not for clinical use.');
  const body = shell.options.json ? json({ accounts, results }) : `${lines.join('\n')}\n`;
  shell.print(body);
}

/** A subject as a folder name. */
function fileName(subject: string): string {
  return subject.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
}
