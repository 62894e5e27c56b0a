/** Address of a twin in the interface, of the pack asked for where a subject has several. */
export function twinPath(
  subject: string,
  pack: string | null,
  verb = '',
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams({ ...(pack === null ? {} : { pack }), ...query }).toString();
  const path = `/api/twins/${encodeURIComponent(subject)}${verb === '' ? '' : `/${verb}`}`;
  return search === '' ? path : `${path}?${search}`;
}
