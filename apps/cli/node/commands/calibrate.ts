import type { Command } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { subjectCommand } from './subject-command.ts';
import { withheldText } from './withheld.ts';

/** `gemel calibrate`: a posterior from what is known of a subject. */
export function calibrateCommand(begin: Begin): Command {
  return subjectCommand(
    begin,
    'calibrate',
    'calibrate the twin of a subject',
    async ({ shell, hub, subject, pack }) => {
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
      const rows = posterior.map(
        (p) =>
          `${p.parameter.padEnd(14)} ${p.median.toPrecision(4).padStart(10)} ${p.unit.padEnd(12)} ` +
          `90 % ${p.low.toPrecision(4)} to ${p.high.toPrecision(4)}  posterior/prior SD ${p.shrinkage.toFixed(2)}`,
      );
      const warnings = diagnostics.warnings.map((warning) => `${warning.code}: ${warning.message}`);
      await shell.result(
        { subject, pack: pack.id, at, modelHash, seed, diagnostics, posterior },
        [`${subject}: ${pack.title}, calibrated by ${diagnostics.method}`, ...rows, ...warnings].join('\n'),
      );
    },
  );
}
