import type { TwinDetail } from '@gemel/server/api';
import { Button } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useNow } from '../data/clock.ts';
import { isStale } from '../data/headline.ts';
import { ageText, type LocalTime } from '../data/time.ts';
import { navigate, paths, usePack, usePlace } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/failure.tsx';
import { LoadingCard } from '../parts/loading.tsx';
import { strings } from '../strings.data.ts';
import { type Arm, controlsOf, emptyArm, readArm, writeArm } from '../twin/arm.ts';
import { ArmEditor } from '../twin/arm-editor.tsx';
import { newestValueAt } from '../twin/last-value.ts';
import { TwinHead } from '../twin/twin-head.tsx';
import { armTitle } from './arm-title.ts';
import { ArmsView } from './arms-view.tsx';
import { ChancesCard } from './chances-card.tsx';
import { CopyLink } from './copy-link.tsx';
import { DifferenceCard } from './difference-card.tsx';
import { LimitsCard } from './limits-card.tsx';
import { RewardsCard } from './rewards-card.tsx';
import { useWhatIf } from './use-whatif.ts';
import css from './whatif-page.module.css';

/** A slider writes the address only when it rests: browsers refuse more. */
const ADDRESS_REST = 300;
/** What arm A is called by in addresses; arm B stands there without a name. */
const ARM_A = 'a-';

interface WhatIfBodyProps {
  readonly subject: string;
  readonly detail: TwinDetail;
  readonly time: LocalTime;
}

/** The editors of both arms, what the twin foretells under each, and the difference. */
export function WhatIfBody({ subject, detail, time }: WhatIfBodyProps) {
  const { search } = usePlace();
  const pack = usePack();
  const { view } = detail;
  const [armA, setArmA] = useState<Arm>(() => readArm(search, view.controls, ARM_A));
  const [armB, setArmB] = useState<Arm>(() => readArm(search, view.controls));
  const now = useNow();
  const [askedA, askedB] = [controlsOf(armA, view.controls), controlsOf(armB, view.controls)];
  const titles = useMemo(
    () => [
      strings.whatif.arm(strings.whatif.a, armTitle(armA, view.controls)),
      strings.whatif.arm(strings.whatif.b, armTitle(armB, view.controls)),
    ],
    [armA, armB, view],
  );
  const arms = [
    { title: armTitle(armA, view.controls), controls: askedA },
    { title: armTitle(armB, view.controls), controls: askedB },
  ];
  const { result, error, working, took } = useWhatIf(subject, arms, detail.forecast?.hash ?? '');
  const t = strings.whatif;

  const query = new URLSearchParams();
  writeArm(query, armB, view.controls);
  writeArm(query, armA, view.controls, ARM_A);
  const path = paths.whatif(subject, pack);
  const link = query.size === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
  useEffect(() => {
    const timer = setTimeout(() => navigate(link, { replace: true }), ADDRESS_REST);
    return () => clearTimeout(timer);
  }, [link]);

  const newest = newestValueAt(detail);
  const empty = emptyArm(view.controls);
  const editor = { controls: view.controls, recorded: detail.controls, now };
  return (
    <>
      <TwinHead subject={subject} view="whatif" detail={detail} />
      <p className={css.intro}>{t.intro}</p>
      {isStale(newest, now, view.staleMinutes) && newest !== null && (
        <p className={css.stale} role="status">
          {t.stale(ageText(now - newest))}
        </p>
      )}
      <div className={css.grid}>
        <div className={css.controls}>
          <Card title={t.controls}>
            <ArmEditor arm={armB} onChange={setArmB} {...editor} />
            <details className={css.other} open={askedA.length > 0}>
              <summary>{t.controlsA}</summary>
              <ArmEditor arm={armA} onChange={setArmA} {...editor} />
            </details>
            <div className={css.buttons}>
              <Button
                variant="default"
                onClick={() => {
                  setArmA(empty);
                  setArmB(empty);
                }}
                disabled={JSON.stringify([armA, armB]) === JSON.stringify([empty, empty])}
              >
                {t.reset}
              </Button>
              <CopyLink path={link} />
            </div>
            <p className={css.note}>{t.link}</p>
          </Card>
        </div>
        <div className={css.results}>
          {error !== null && <Failure error={error} heading={t.withheld} />}
          {result === null && error === null && <LoadingCard lines={8} />}
          {result !== null && (
            <>
              <ArmsView result={result} detail={detail} titles={titles} time={time} working={working} />
              <p className={css.note} role="status">
                {working ? `${t.working}… ` : took !== null && t.measuredMs(took)} {t.sharedAxis}{' '}
                {JSON.stringify(askedA) === JSON.stringify(askedB) && t.same}
              </p>
              <ChancesCard result={result} detail={detail} />
              <DifferenceCard result={result} />
              <RewardsCard result={result} titles={titles} />
              <LimitsCard result={result} titles={titles} />
            </>
          )}
        </div>
      </div>
    </>
  );
}
