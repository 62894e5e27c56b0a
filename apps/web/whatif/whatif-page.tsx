import { useMemo } from 'react';
import { UnitsOfTwin, useOffer } from '../data/preferences.tsx';
import { TwinHead } from '../twin/twin-head.tsx';
import { TwinState } from '../twin/twin-state.tsx';
import { useTwin } from '../twin/use-twin.ts';
import { timeOfTwin } from '../twin/zone.ts';
import { WhatIfBody } from './whatif-body.tsx';

/** Two arms side by side: as planned, and as the reader changes it. */
export default function WhatIfPage({ subject }: { readonly subject: string }) {
  const twin = useTwin(subject);
  const { data: detail } = twin;
  useOffer(detail === undefined ? [] : [detail.view.units]);
  const time = useMemo(() => (detail === undefined ? null : timeOfTwin(detail)), [detail]);
  if (detail === undefined || time === null)
    return (
      <>
        <TwinHead subject={subject} view="whatif" detail={undefined} />
        <TwinState twin={twin} />
      </>
    );
  return (
    <UnitsOfTwin units={detail.view.units}>
      <WhatIfBody subject={subject} detail={detail} time={time} />
    </UnitsOfTwin>
  );
}
