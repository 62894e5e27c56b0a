import type { Plan, RewardTerm } from '@gemel/core';
import { QUANTILE_LEVELS } from '@gemel/core/forecast';
import type { WhatIfResult } from '@gemel/server/api';
import { percent, plainNumber } from '../data/number.ts';
import { useSentence } from '../data/preferences.tsx';
import { levelIndex } from '../data/quantile.ts';
import { Card } from '../parts/card.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { strings } from '../strings.data.ts';
import css from './rewards-card.module.css';

interface Row {
  readonly name: string;
  readonly title: string;
  readonly weight: number;
}

function term(plan: Plan | undefined, name: string): string {
  const reward: RewardTerm | undefined = plan?.rewards.find((candidate) => candidate.name === name);
  if (reward === undefined) return '';
  const q = (p: number) => plainNumber(reward.quantiles[levelIndex(QUANTILE_LEVELS, p)] ?? Number.NaN);
  return `${plainNumber(reward.mean)} (${q(0.05)} ${strings.to} ${q(0.95)})`;
}

interface RewardsCardProps {
  readonly result: WhatIfResult;
  readonly titles: readonly string[];
}

/** The rewards of both arms with their intervals, and how often each is the best. */
export function RewardsCard({ result, titles }: RewardsCardProps) {
  const t = strings.whatif;
  const say = useSentence();
  const [a, b] = result.arms;
  const rows: Row[] = [...(a?.rewards ?? [])];
  return (
    <Card title={t.rewards} text={t.rewardsText}>
      <DataTable
        caption={t.rewards}
        rows={rows}
        rowKey={(row) => row.name}
        columns={[
          { heading: t.reward, cell: (row) => say(row.title) },
          { heading: t.weight, numeric: true, cell: (row) => plainNumber(row.weight) },
          { heading: t.a, numeric: true, cell: (row) => term(a, row.name) },
          { heading: t.b, numeric: true, cell: (row) => term(b, row.name) },
        ]}
      />
      <dl className={css.totals}>
        {result.arms.map((plan, index) => (
          <div key={plan.scenario.id} data-arm={index}>
            <dt>{titles[index]}</dt>
            <dd>
              <strong>{percent(plan.probabilityBest)}</strong> {t.best.toLowerCase()}
              <span>
                {t.total} {plainNumber(plan.total)}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <p className={css.hint}>{t.bestHint}.</p>
    </Card>
  );
}
