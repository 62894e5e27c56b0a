import type { TwinSummary } from '@gemel/server/api';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.data.ts';

/** That a twin stands still, by consent or policy, and why. */
export function PausedCard({ reasons }: { readonly reasons: NonNullable<TwinSummary['paused']> }) {
  const t = strings.paused;
  return (
    <Card title={t.title} tone="warning" text={t.text}>
      <ul style={{ margin: 0, paddingLeft: 20 }} data-testid="paused">
        {reasons.map(({ code, statement }) => (
          <li key={`${code} ${statement}`}>{statement}</li>
        ))}
      </ul>
    </Card>
  );
}
