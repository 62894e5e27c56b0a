/** Rows of numbers of a comma-separated table with a heading, by the first column, in order of appearance. */
export function rowsBySubject(text: string): readonly (readonly [id: number, rows: readonly (readonly number[])[]])[] {
  const rows = text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',').map((field) => Number(field.replaceAll('"', ''))));
  return [...Map.groupBy(rows, ([id]) => id)];
}
