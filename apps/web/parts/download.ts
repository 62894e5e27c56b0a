/** Hands the reader a file made here. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  // The browser has taken the blob over once the click is handled; freed a little later for slow disks.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A subject's identifier as part of a file name. */
export function fileStem(subject: string): string {
  return subject.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'twin';
}
