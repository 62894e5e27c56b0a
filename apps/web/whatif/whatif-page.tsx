import { Button } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useNow } from '../data/clock.ts';
import { isStale } from '../data/headline.ts';
import { ageText } from '../data/time.ts';
import { navigate, paths, usePlace } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/failure.tsx';
import { LoadingCard } from '../parts/loading.tsx';
import { strings } from '../strings.data.ts';
import { type Arm, armQuery, controlsOf, EMPTY_ARM, readArm } from '../twin/arm.ts';
import { ArmEditor } from '../twin/arm-editor.tsx';
import { newestValueAt } from '../twin/last-value.ts';
import { plannedBasal } from '../twin/planned-basal.ts';
import { TwinHead } from '../twin/twin-head.tsx';
import { TwinState } from '../twin/twin-state.tsx';
import { useTwin } from '../twin/use-twin.ts';
import { timeOfTwin } from '../twin/zone.ts';
import { ArmsView } from './arms-view.tsx';
import { CopyLink } from './copy-link.tsx';
import { DifferenceCard } from './difference-card.tsx';
import { LimitsCard } from './limits-card.tsx';
import { RewardsCard } from './rewards-card.tsx';
import { useWhatIf } from './use-whatif.ts';
import css from './whatif-page.module.css';

/** A slider writes the address only when it rests: browsers refuse more. */
const ADDRESS_REST = 300;

/** Two arms side by side: as planned, and as the reader changes it. */
export default function WhatIfPage({ subject }: { readonly subject: string }) {
  const { search } = usePlace();
  const [arm, setArm] = useState<Arm>(() => readArm(search));
  const now = useNow();
  const twin = useTwin(subject);
  const { data: detail } = twin;
  const time = useMemo(() => (detail === undefined ? null : timeOfTwin(detail)), [detail]);
  const controls = controlsOf(arm);
  const { result, error, working, took } = useWhatIf(subject, controls, detail?.forecast?.hash ?? '');
  const t = strings.whatif;

  const link = paths.whatif(subject) + armQuery(arm);
  useEffect(() => {
    const timer = setTimeout(() => navigate(link, { replace: true }), ADDRESS_REST);
    return () => clearTimeout(timer);
  }, [link]);

  if (detail === undefined || time === null)
    return (
      <>
        <TwinHead subject={subject} view="whatif" detail={undefined} />
        <TwinState twin={twin} />
      </>
    );
  const newest = newestValueAt(detail);
  return (
    <>
      <TwinHead subject={subject} view="whatif" detail={detail} />
      <p className={css.intro}>{t.intro}</p>
      {isStale(newest, now) && newest !== null && (
        <p className={css.stale} role="status">
          {t.stale(ageText(now - newest))}
        </p>
      )}
      <div className={css.grid}>
        <div className={css.controls}>
          <Card title={t.controls}>
            <ArmEditor arm={arm} onChange={setArm} plannedBasal={plannedBasal(detail.controls, now)} />
            <div className={css.buttons}>
              <Button
                variant="default"
                onClick={() => setArm(EMPTY_ARM)}
                disabled={controls.length === 0 && arm.basal === null}
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
              <ArmsView result={result} detail={detail} time={time} working={working} />
              <p className={css.note} role="status">
                {working ? `${t.working}… ` : took !== null && t.measuredMs(took)} {t.sharedAxis}{' '}
                {controls.length === 0 && t.same}
              </p>
              <DifferenceCard result={result} />
              <RewardsCard result={result} />
              <LimitsCard result={result} />
            </>
          )}
        </div>
      </div>
    </>
  );
}
