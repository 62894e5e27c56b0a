/** Fails a check with what was wrong. */
export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** Byte by byte. */
export function sameBytes(a: Uint8Array, b: Uint8Array, what: string): void {
  demand(a.length === b.length, `${what}: ${a.length} bytes against ${b.length}`);
  for (let i = 0; i < a.length; i++) demand(a[i] === b[i], `${what}: byte ${i} is ${a[i]} against ${b[i]}`);
}

/** Bit for bit. */
export function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>, what: string): void {
  demand(a.length === b.length, `${what}: ${a.length} numbers against ${b.length}`);
  for (let i = 0; i < a.length; i++) demand(Object.is(a[i], b[i]), `${what}: number ${i} is ${a[i]} against ${b[i]}`);
}

/** As JSON text. */
export function sameJson(a: unknown, b: unknown, what: string): void {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  demand(x === y, `${what}: ${x?.slice(0, 200)} against ${y?.slice(0, 200)}`);
}

/** The value, with every plain object and array within made unchangeable; typed arrays cannot be. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
