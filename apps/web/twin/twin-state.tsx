import type { TwinDetail } from '@gemel/server/api';
import type { Loaded } from '../data/use-api.ts';
import { Link, paths } from '../navigation.tsx';
import { Failure } from '../parts/failure.tsx';
import { LoadingCard } from '../parts/loading.tsx';
import { strings } from '../strings.data.ts';

/** What stands in place of a twin that is not there yet, or cannot be had. */
export function TwinState({ twin }: { readonly twin: Loaded<TwinDetail> }) {
  if (twin.error === null) return <LoadingCard lines={8} />;
  return (
    <>
      <Failure error={twin.error} onRetry={twin.reload} />
      {twin.error.status === 404 && (
        <p>
          <Link href={paths.twins()}>{strings.notFound.action}</Link>
        </p>
      )}
    </>
  );
}
