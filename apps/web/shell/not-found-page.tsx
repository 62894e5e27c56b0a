import { Link, paths } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { strings } from '../strings.data.ts';

export function NotFoundPage() {
  return (
    <>
      <PageTitle title={strings.notFound.title} />
      <Card>
        <p>{strings.notFound.text}</p>
        <Link href={paths.twins()}>{strings.notFound.action}</Link>
      </Card>
    </>
  );
}
