import type { ProposalView, TwinDetail } from '@gemel/server/api';
import { useSentence } from '../data/preferences.tsx';
import { durationText, type LocalTime, MINUTE } from '../data/time.ts';
import { Card } from '../parts/card.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { FactList } from '../parts/fact-list.tsx';
import { VerdictView } from '../parts/verdict-view.tsx';
import { strings } from '../strings.data.ts';
import { AccuracyTable } from '../twin/accuracy-table.tsx';
import { inputName } from '../twin/names.ts';
import { PosteriorTable } from '../twin/posterior-table.tsx';
import { ReplayButton } from './replay-button.tsx';
import { TraceFile } from './trace-file.tsx';
import css from './why-cards.module.css';

/** Inputs listed at once; the trace holds all. */
const LISTED = 60;

interface WhyCardsProps {
  readonly proposal: ProposalView;
  readonly titles: TwinDetail['titles'];
  readonly time: LocalTime;
}

/** Why: what was known and how good it was, by which model, how it did before, whether it may speak. */
export function WhyCards({ proposal, titles, time }: WhyCardsProps) {
  const say = useSentence();
  const { trace } = proposal;
  const t = strings.proposal;
  const inputs = [...trace.inputs].sort((a, b) => b.trueAt - a.trueAt);
  return (
    <div className={css.why}>
      <h2 className={css.heading}>{t.why}</h2>
      <Card title={t.inputs} text={t.inputsText}>
        <DataTable
          tall
          caption={t.inputs}
          rows={inputs.slice(0, LISTED)}
          rowKey={(input) => input.id}
          columns={[
            { heading: t.input, cell: (input) => inputName(input.name, titles) },
            { heading: t.value, wraps: true, cell: (input) => say(input.value) },
            { heading: t.age, numeric: true, cell: (input) => durationText(input.ageMinutes * MINUTE) },
            { heading: t.grade, cell: (input) => strings.grade[input.grade] ?? input.grade },
            { heading: t.trueAt, cell: (input) => time.dayAndTime(input.trueAt) },
            { heading: t.source, wraps: true, cell: (input) => input.source },
          ]}
          footnote={strings.table.shown(Math.min(LISTED, inputs.length), inputs.length)}
        />
      </Card>
      <Card title={t.accuracy} text={strings.accuracy.text}>
        <AccuracyTable accuracy={trace.pastAccuracy} />
      </Card>
      <Card title={t.posterior}>
        <PosteriorTable posterior={trace.posterior} />
      </Card>
      <div className={css.pair}>
        <Card title={t.applicability}>
          <VerdictView verdict={trace.applicability} />
        </Card>
        <Card title={t.version}>
          <FactList
            facts={[
              [strings.standing.model, `${trace.pack.id} ${trace.pack.version}`],
              [t.modelHash, trace.modelHash],
              [t.parameterHash, trace.parameterHash],
              [strings.standing.known, strings.standing.basis(trace.seq, time.dayAndTime(trace.knownAt))],
              [strings.standing.seed, String(trace.seed)],
              [strings.standing.engine, trace.engine],
              [t.traceHash, trace.hash],
            ]}
          />
          <div className={css.actions}>
            <TraceFile trace={trace} />
            <ReplayButton id={proposal.id} />
          </div>
        </Card>
      </div>
    </div>
  );
}
