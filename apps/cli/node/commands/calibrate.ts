import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Belief, calibrationWords } from '@gemel/runtime';
import type { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { CalibrationDrawn } from '../calibration-plots.ts';
import { calibrationText } from '../calibration-text.ts';
import type { Shell } from '../shell.ts';
import { subjectCommand } from './subject-command.ts';
import { withheldText } from './withheld.ts';

/** `gemel calibrate`: a posterior from what is known of a subject, its summary table, and its diagnostics in words. */
export function calibrateCommand(begin: Begin): Command {
  return subjectCommand<{ readonly plots?: string }>(
    begin,
    'calibrate',
    'calibrate the twin of a subject',
    async ({ shell, hub, subject, pack }, options) => {
      if (options.plots !== undefined) await folder(options.plots);
      const work = { signal: shell.signal, onProgress: shell.progress };
      const belief = await hub.calibrate(subject, pack.id, work);
      shell.checkpoint();
      if ('kind' in belief) {
        shell.end(EXIT.withheld);
        await shell.result(belief, withheldText(belief));
        return;
      }
      const posterior = hub.posterior(pack.id, belief);
      const { diagnostics, at, modelHash, seed } = belief;
      const statements = calibrationWords(posterior, diagnostics);
      const { observations } = await hub.history(subject, pack.id);
      const drawn = {
        priors: pack.parameters,
        of: subject,
        offset: observations.findLast((o) => o.offset !== null)?.offset ?? 0,
      };
      const plots = await plotted(shell, belief, drawn, options.plots);
      await shell.result(
        { subject, pack: pack.id, at, modelHash, seed, statements, diagnostics, posterior, plots },
        calibrationText({ subject, title: pack.title, belief, posterior, statements, plots }),
      );
    },
  ).option(
    '--plots <dir>',
    'write as SVG: draws, ranks, pairs, forest against the population, values used and predicted',
  );
}

async function folder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw cliErrors.error('cli-file-unwritable', `${path} cannot be made a folder`, { file: path }, undefined, cause);
  }
}

/** Writes the plots; returns their files. */
async function plotted(
  shell: Shell,
  { posterior, check }: Belief<unknown>,
  drawn: Pick<CalibrationDrawn, 'priors' | 'of' | 'offset'>,
  path: string | undefined,
): Promise<readonly string[]> {
  if (path === undefined || posterior === undefined) return [];
  const [{ CHART_CSS, standaloneSvg }, { calibrationPlots }] = await Promise.all([
    import('@gemel/charts'),
    import('../calibration-plots.ts'),
  ]);
  const files: string[] = [];
  for (const [name, chart] of Object.entries(calibrationPlots({ posterior, check, ...drawn }))) {
    const file = join(path, `${name}.svg`);
    await shell.write(file, standaloneSvg(chart, CHART_CSS));
    files.push(file);
  }
  return files;
}
