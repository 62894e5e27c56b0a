import type { ComponentPropsWithoutRef, MouseEvent } from 'react';
import { answerOf } from '../data/client.ts';
import { isLaunched } from '../data/launched.ts';

interface ServerLinkProps extends ComponentPropsWithoutRef<'a'> {
  readonly href: string;
}

/** A link to something the server makes. A launched app fetches it with its access, which a link by itself does not bear. */
export function ServerLink({ href, download, ...rest }: ServerLinkProps) {
  const open = async (event: MouseEvent<HTMLAnchorElement>) => {
    if (!isLaunched()) return;
    event.preventDefault();
    // Opened with the click: a window that comes later is held back by browsers.
    const place = download === undefined ? window.open('', '_blank') : null;
    const response = await answerOf(href);
    const url = URL.createObjectURL(await response.blob());
    if (place !== null) place.location.href = url;
    else {
      const anchor = document.createElement('a');
      anchor.href = url;
      anchor.download = typeof download === 'string' ? download : '';
      anchor.click();
    }
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return <a href={href} download={download} onClick={(event) => void open(event)} {...rest} />;
}
