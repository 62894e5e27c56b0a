import { strings } from '../strings.data.ts';
import css from './fan-legend.module.css';

interface FanLegendProps {
  /** Measured values are drawn. */
  readonly measured?: boolean;
  /** Proposed control inputs are drawn. */
  readonly proposed?: boolean;
  /** Title of the target band, where there is one. */
  readonly band?: string | undefined;
  /** Some stretch is outside the model's range. */
  readonly outOfRange?: boolean;
}

/** One legend for several charts side by side, whatever the colour of each. */
export function FanLegend({ measured, proposed, band, outOfRange }: FanLegendProps) {
  const t = strings.chart;
  return (
    <ul className={css.legend}>
      {measured && <Entry look="dots" text={t.measured} />}
      <Entry look="line" text={t.median} />
      <Entry look="inner" text={t.band50} />
      <Entry look="outer" text={t.band90} />
      {band !== undefined && <Entry look="target" text={band} />}
      {outOfRange && <Entry look="hatch" text={t.outOfRange} />}
      {proposed && <Entry look="dash" text={t.proposed} />}
    </ul>
  );
}

function Entry({ look, text }: { readonly look: string; readonly text: string }) {
  return (
    <li>
      <span className={css.swatch} data-look={look} aria-hidden="true" />
      {text}
    </li>
  );
}
