import { DRAW } from './codes.data.ts';
import { OP } from './compile.ts';
import type { CustomerView, WorldView } from './flow.ts';
import type { World } from './world.ts';

/** One customer, as the functions of a flow see it: one object for all, told whose turn it is. */
export class Who implements CustomerView {
  row = 0;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  get serial(): number {
    return this.#world.customers.serial[this.row];
  }

  get source(): string {
    return this.#world.flow.sources[this.#world.customers.source[this.row]].name;
  }

  get born(): number {
    return this.#world.customers.born[this.row];
  }

  get(attribute: string): number {
    return this.#world.customers.attributes[this.#column(attribute)][this.row];
  }

  set(attribute: string, value: number): void {
    this.#world.customers.attributes[this.#column(attribute)][this.row] = value;
  }

  draw(index = 0): number {
    if (!(index >= 0 && index < 8)) throw new RangeError(`A step has draws 0 to 7, not ${index}.`);
    const { customers, flow } = this.#world;
    const held = flow.ops[customers.place[this.row]] === OP.hold;
    return this.#world.draw(this.row, held ? DRAW.held + index : index);
  }

  #column(attribute: string): number {
    const column = this.#world.flow.attributes.indexOf(attribute);
    if (column < 0) throw new RangeError(`“${attribute}” is no attribute of the flow.`);
    return column;
  }
}

/** The world, as the functions of a flow see it. */
export class View implements WorldView {
  readonly #world: World;
  readonly #who: Who;

  constructor(world: World, who: Who) {
    this.#world = world;
    this.#who = who;
  }

  get now(): number {
    return this.#world.now;
  }

  get present(): number {
    return this.#world.customers.present;
  }

  get(variable: string): number {
    return this.#world.variables[this.#index(variable)];
  }

  set(variable: string, value: number): void {
    this.#world.variables[this.#index(variable)] = value;
  }

  busy(resource: string): number {
    return this.#world.allocation.use[this.#resource(resource)].value;
  }

  waiting(resource: string): number {
    return this.#world.lines.length[this.#resource(resource)];
  }

  capacity(resource: string): number {
    return this.#world.allocation.capacities[this.#resource(resource)];
  }

  setCapacity(resource: string, units: number): void {
    this.#keeping(() => this.#world.allocation.setCapacity(this.#resource(resource), units));
  }

  signal(name: string): void {
    this.#keeping(() => this.#world.signal(name));
  }

  /** Others are asked while a step of one customer is under way; it is that one's turn again afterwards. */
  #keeping(work: () => void): void {
    const { row } = this.#who;
    work();
    this.#who.row = row;
  }

  #index(variable: string): number {
    const index = this.#world.flow.variables.indexOf(variable);
    if (index < 0) throw new RangeError(`“${variable}” is no variable of the flow.`);
    return index;
  }

  #resource(resource: string): number {
    const index = this.#world.flow.resources.findIndex(({ name }) => name === resource);
    if (index < 0) throw new RangeError(`“${resource}” is no resource of the flow.`);
    return index;
  }
}
