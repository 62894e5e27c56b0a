/** A number with its UCUM unit. Literal units are kept in the type, so that dimensions are checked at compile time. */
export interface Quantity<U extends string = string> {
  readonly value: number;
  readonly unit: U;
}

export function quantity<const U extends string>(value: number, unit: U): Quantity<U> {
  return { value, unit };
}
