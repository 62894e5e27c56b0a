import type { CellmlComponent, CellmlDocument, CellmlVariable } from './document.ts';
import { cellmlErrors } from './errors.data.ts';
import type { CellmlUnit, UnitTable } from './unit-table.ts';

/** Variables that are one, connected across components, each in its component's units. */
export interface VariableClass {
  readonly members: CellmlVariable[];
  /** Whose units the model uses, and whose name. */
  chief: CellmlVariable;
}

export class VariableClasses {
  readonly #document: CellmlDocument;
  readonly #units: UnitTable;
  readonly #classes = new Map<CellmlVariable, VariableClass>();

  /** @throws cellml-reference for units not declared; cellml-units where connected variables measure different things */
  constructor(document: CellmlDocument, units: UnitTable) {
    this.#document = document;
    this.#units = units;
    for (const { variables } of document.components.values()) {
      for (const variable of variables.values()) {
        this.#classes.set(variable, { members: [variable], chief: variable });
        this.unitOf(variable);
      }
    }
    for (const [a, b] of document.connections) this.#join(a, b);
  }

  of(variable: CellmlVariable): VariableClass {
    return this.#classes.get(variable)!;
  }

  get all(): readonly VariableClass[] {
    return [...new Set(this.#classes.values())];
  }

  unitOf(variable: CellmlVariable): CellmlUnit {
    return this.#units.of(variable.units, this.#component(variable), variable.line);
  }

  /** By what the chief's number is multiplied to be the variable's. */
  fromChief(variable: CellmlVariable): number {
    const { chief } = this.of(variable);
    return variable === chief ? 1 : this.#units.conversion(this.unitOf(chief), this.unitOf(variable))!;
  }

  /** By what the variable's number is multiplied to be the chief's. */
  toChief(variable: CellmlVariable): number {
    const { chief } = this.of(variable);
    return variable === chief ? 1 : this.#units.conversion(this.unitOf(variable), this.unitOf(chief))!;
  }

  #component({ component }: CellmlVariable): CellmlComponent {
    return this.#document.components.get(component)!;
  }

  #join(a: CellmlVariable, b: CellmlVariable): void {
    if (this.#units.conversion(this.unitOf(a), this.unitOf(b)) === null) {
      const { file } = this.#document;
      throw cellmlErrors.error(
        'cellml-units',
        `${nameOf(a)} in ${a.units} is connected with ${nameOf(b)} in ${b.units}, which measures another thing.`,
        { ...(file === undefined ? {} : { file }), element: nameOf(a), line: a.line },
      );
    }
    const one = this.of(a);
    const other = this.of(b);
    if (one === other) return;
    const [kept, lost] = one.members.length >= other.members.length ? [one, other] : [other, one];
    for (const member of lost.members) {
      kept.members.push(member);
      this.#classes.set(member, kept);
    }
  }
}

/** A variable in words. */
export function nameOf({ component, name }: CellmlVariable): string {
  return `${component}.${name}`;
}
