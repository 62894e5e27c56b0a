import type { Advisory } from '@gemel/core';
import { AdvisoryList } from '../parts/advisory-list.tsx';
import { Card } from '../parts/card.tsx';
import { strings } from '../strings.data.ts';

/** What a person should know now: silent text, never an alarm. */
export function AdvisoriesCard({ advisories }: { readonly advisories: readonly Advisory[] }) {
  return (
    <Card title={strings.cockpit.advisories}>
      {advisories.length === 0 ? (
        <p style={{ margin: '6px 0 0', color: 'var(--ink-soft)' }}>{strings.cockpit.noAdvisories}</p>
      ) : (
        <AdvisoryList advisories={advisories} />
      )}
    </Card>
  );
}
