import type { PosteriorSummary } from '@gemel/core';
import type { Belief, CalibrationStatement } from '@gemel/runtime';

/** What `gemel calibrate` prints. */
export interface CalibrationText {
  readonly subject: string;
  /** Of the pack. */
  readonly title: string;
  readonly belief: Pick<Belief<unknown>, 'diagnostics' | 'posterior'>;
  readonly posterior: readonly PosteriorSummary[];
  readonly statements: readonly CalibrationStatement[];
  /** Files written. */
  readonly plots: readonly string[];
}

const MARK = { sound: '+', limited: '~', doubtful: '!' } as const;

/** Marginals, the diagnostics in words, the summary table where the calibration made draws, and the plots written. */
export function calibrationText({ subject, title, belief, posterior, statements, plots }: CalibrationText): string {
  const marginals = posterior.map(
    (p) =>
      `${p.parameter.padEnd(14)} ${p.median.toPrecision(4).padStart(10)} ${p.unit.padEnd(22)} ` +
      `90 % ${p.low.toPrecision(4)} to ${p.high.toPrecision(4)}  posterior/prior SD ${p.shrinkage.toFixed(2)}`,
  );
  const words = statements.map(({ standing, statement }) => `  ${MARK[standing]} ${statement}`);
  const parts = [
    [`${subject}: ${title}, calibrated by ${belief.diagnostics.method}`],
    marginals,
    words,
    belief.posterior === undefined ? [] : [String(belief.posterior)],
    plots.length === 0 ? [] : [`plots: ${plots.join(', ')}`],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}
