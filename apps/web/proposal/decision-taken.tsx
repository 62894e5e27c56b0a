import type { Trace } from '@gemel/core';
import { percent, valueText } from '../data/number.ts';
import { usePreferences } from '../data/preferences.tsx';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { fileStem } from '../parts/download.ts';
import { FactList } from '../parts/fact-list.tsx';
import { strings } from '../strings.data.ts';

/** What a person did, when and why; and what was observed afterwards. */
export function DecisionTaken({ trace, time }: { readonly trace: Trace; readonly time: LocalTime }) {
  const { unit } = usePreferences();
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
        <a
          href={`/api/proposals/${encodeURIComponent(trace.id)}/bundle`}
          download={`gemel-${fileStem(trace.subject)}-bundle.json`}
        >
          {t.bundle}
        </a>
      </p>
      {outcome !== null && (
        <>
          <h3>{t.outcome}</h3>
          <p>
            {t.outcomeText(
              outcome.observed.length,
              percent(outcome.coverage90),
              valueText(outcome.bias, 'mg/dL', unit),
            )}
          </p>
        </>
      )}
    </Card>
  );
}
