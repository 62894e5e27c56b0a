import type { TwinDetail } from '@gemel/server/api';
import type { LocalTime } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { FactList } from '../parts/fact-list.tsx';
import { strings } from '../strings.data.ts';
import { inputName } from '../twin/names.ts';

/** Each fact with each of its values once: records repeat them. */
function distinct(facts: TwinDetail['facts']): TwinDetail['facts'] {
  return facts.filter((fact, i) => facts.findIndex((f) => f.fact === fact.fact && f.value === fact.value) === i);
}

/** All facts on record, and what the forecast rests on. */
export function BasisCard({ detail, time }: { readonly detail: TwinDetail; readonly time: LocalTime }) {
  const t = strings.standing;
  const { forecast } = detail;
  return (
    <Card title={strings.facts.more}>
      <FactList facts={distinct(detail.facts).map(({ fact, value }) => [inputName(fact, detail.titles), value])} />
      {forecast !== null && (
        <details style={{ marginTop: 12, fontSize: 14 }}>
          <summary>{t.provenance}</summary>
          <FactList
            facts={[
              [t.model, `${forecast.pack.id} ${forecast.pack.version}, ${forecast.modelHash}`],
              [t.known, t.basis(forecast.basis.seq, time.dayAndTime(forecast.basis.knownAt))],
              [t.seed, String(forecast.seed)],
              [t.members, String(forecast.members)],
              [t.hash, forecast.hash],
            ]}
          />
        </details>
      )}
    </Card>
  );
}
