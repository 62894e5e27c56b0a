import type { Trace } from '@gemel/core';
import { percent, unitLabel, valueText } from '../data/number.ts';
import { useUnits } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { fileStem } from '../parts/download.ts';
import { FactList } from '../parts/fact-list.tsx';
import { ServerLink } from '../parts/server-link.tsx';
import { strings } from '../strings.data.ts';

/** What a person did, when and why; and what was observed afterwards. */
export function DecisionTaken({ trace, time }: { readonly trace: Trace; readonly time: LocalTime }) {
  const unit = useUnits();
  const { action, outcome } = trace;
  const t = strings.proposal;
  if (action === null) return null;
  return (
    <Card title={t.decision}>
      <FactList
        facts={[
          [t.decision, t[action.kind]],
          [t.person, action.person],
          [t.when, time.dayAndTime(action.at)],
          [t.reason, action.reason],
        ]}
      />
      <p>
        <ServerLink
          href={`/api/proposals/${encodeURIComponent(trace.id)}/bundle`}
          download={`gemel-${fileStem(trace.subject)}-bundle.json`}
        >
          {t.bundle}
        </ServerLink>
      </p>
      {outcome !== null && (
        <>
          <h3>{t.outcome}</h3>
          <p>
            {t.outcomeText(
              outcome.observed.length,
              percent(outcome.coverage90),
              strings.of(valueText(outcome.bias, unit.base.unit, unit), unitLabel(unit.base.unit, unit)),
            )}
          </p>
        </>
      )}
    </Card>
  );
}
