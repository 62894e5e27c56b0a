import type { IndexedDraws } from '../random/stream.ts';
import type { Duration } from './duration.ts';

/**
 * A world of customers, resources and routes, as data. Functions in it are called with the customer and the world; they
 * must depend on nothing else, so that a world put down and taken up again goes on as if it had not been.
 */
export interface Flow {
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly sources: Readonly<Record<string, SourceSpec>>;
  /** What a customer goes through, in order. A route that ends lets the customer leave. */
  readonly routes: Readonly<Record<string, readonly Step[]>>;
  /** Numbers that each customer carries, 0 at first. */
  readonly attributes?: readonly string[];
  /** Numbers of the world as a whole that steps may read and change, with their first values. */
  readonly variables?: Readonly<Record<string, number>>;
  /** What happens to the world at set times. */
  readonly events?: readonly { readonly at: number; readonly name: string; act(world: WorldView): void }[];
}

/** Order in which those who wait are served: by priority (smaller first), and then as this says. */
export type Discipline =
  | 'fifo'
  | 'lifo'
  | 'random'
  | { readonly least: (who: CustomerView, world: WorldView) => number };

export interface ResourceSpec {
  /** Units there are; by time, the last entry at or before now holds. */
  readonly capacity: number | Schedule;
  readonly discipline?: Discipline;
  /** Whether a request that cannot be met holds up those behind it that could be; else they pass. Default true. */
  readonly strict?: boolean;
  /** Whether customers may be interrupted in what they hold this resource for. */
  readonly preemptive?: boolean;
  /** When capacity falls below what is held: those served are finished first, or interrupted at once. Default 'finish'. */
  readonly onFall?: 'finish' | 'interrupt';
}

/** A step function of time. */
export interface Schedule {
  /** Times from 0 on, rising. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** Length of the cycle after which it begins again; none: the last value stays. */
  readonly period?: number;
}

export interface SourceSpec {
  readonly arrivals: Arrivals;
  /** Route that its customers take. */
  readonly route: string;
  /** Customers at each arrival; 1 if not given. */
  readonly batch?: number | ((draw: number) => number);
  /** Sets a customer's attributes as it comes. */
  readonly set?: (who: CustomerView, world: WorldView) => void;
}

export type Arrivals =
  /** Independent times between arrivals, the first after one such time. */
  | { readonly kind: 'renewal'; readonly between: Duration; readonly from?: number; readonly until?: number }
  /** A Poisson process whose rate (arrivals per unit of time) changes with time, by thinning. */
  | {
      readonly kind: 'poisson';
      readonly rate: number | Schedule | ((time: number) => number);
      /** Never exceeded by the rate; needed where the rate is a function. */
      readonly most?: number;
      readonly from?: number;
      readonly until?: number;
    }
  /** Given times, rising. */
  | { readonly kind: 'times'; readonly times: ArrayLike<number> };

/** What a customer is asked for or told by a function of a flow. */
export interface CustomerView {
  /** Number within its source, from 0; those injected at the start have numbers of their own source. */
  readonly serial: number;
  readonly source: string;
  /** When it came. */
  readonly born: number;
  get(attribute: string): number;
  set(attribute: string, value: number): void;
  /** Uniform on (0, 1): the same for this customer at this step in every scenario. `index` tells several draws apart. */
  draw(index?: number): number;
}

export interface WorldView {
  readonly now: number;
  get(variable: string): number;
  set(variable: string, value: number): void;
  /** Units of a resource in use, waiting customers, and units there are. */
  busy(resource: string): number;
  waiting(resource: string): number;
  capacity(resource: string): number;
  setCapacity(resource: string, units: number): void;
  /** Customers in the world. */
  readonly present: number;
  /** Lets those go on whose condition now holds at the steps `until` of this name. */
  signal(name: string): void;
}

export type OfCustomer<T> = T | ((who: CustomerView, world: WorldView) => T);

/** One alternative of a request: units of each resource, all at once. */
export type Units = Readonly<Record<string, number>>;

export type Step =
  | HoldStep
  | SeizeStep
  | ReleaseStep
  | BranchStep
  | { readonly kind: 'do'; readonly name: string; act(who: CustomerView, world: WorldView): void }
  | { readonly kind: 'tally'; readonly name: string; value(who: CustomerView, world: WorldView): number }
  | { readonly kind: 'go'; readonly route: string }
  | { readonly kind: 'leave' }
  | GatherStep
  | { readonly kind: 'scatter'; readonly name: string }
  | { readonly kind: 'fork'; readonly name: string; readonly routes: readonly string[] }
  | { readonly kind: 'until'; readonly name: string; holds(who: CustomerView, world: WorldView): boolean };

export interface HoldStep {
  readonly kind: 'hold';
  readonly name: string;
  readonly time: OfCustomer<Duration | number>;
  /** What becomes of the time when interrupted: the rest is served later, it starts again, or the customer goes elsewhere. */
  readonly interrupted?: 'resume' | 'restart' | { readonly go: string };
}

export interface SeizeStep {
  readonly kind: 'seize';
  readonly name: string;
  /** What is wanted: of several alternatives, the first that can be had. */
  readonly wants: readonly Units[];
  /** Smaller is served first; 0 if not given. */
  readonly priority?: OfCustomer<number>;
  /** Whether one held by a customer of larger priority number may be taken from it. */
  readonly preempt?: boolean;
  /** Waits no longer than this, then takes the route `impatient`. */
  readonly patience?: OfCustomer<Duration | number>;
  readonly impatient?: string;
  /** Does not wait at all where so many wait already: takes the route `full`. */
  readonly room?: number;
  readonly full?: string;
  /** Whether this customer may have it now, as things are; asked again whenever something is given back. */
  readonly may?: (who: CustomerView, world: WorldView) => boolean;
}

/** Gives back what the seize step of this name took. */
export interface ReleaseStep {
  readonly kind: 'release';
  readonly of: string;
}

export interface BranchStep {
  readonly kind: 'branch';
  readonly name: string;
  /** Routes with their probabilities; what is left to 1 goes on with the next step. Or the name of the route, null to go on. */
  readonly to: Readonly<Record<string, number>> | ((who: CustomerView, world: WorldView) => string | null);
}

export interface GatherStep {
  readonly kind: 'gather';
  readonly name: string;
  /** Customers that go on together as one, led by the first. */
  readonly size: number;
  /** Time after which an incomplete group goes, counted from its first member. */
  readonly atMost?: number;
}

/** Takes a unit of a resource, keeps it for a time, and gives it back: the three commonest steps, under one name. */
export function serve(
  name: string,
  resource: string | readonly Units[],
  time: OfCustomer<Duration | number>,
  options: Omit<SeizeStep, 'kind' | 'name' | 'wants'> & Pick<HoldStep, 'interrupted'> = {},
): readonly Step[] {
  const { interrupted, ...seize } = options;
  return [
    { kind: 'seize', name, wants: typeof resource === 'string' ? [{ [resource]: 1 }] : resource, ...seize },
    { kind: 'hold', name, time, ...(interrupted === undefined ? {} : { interrupted }) },
    { kind: 'release', of: name },
  ];
}

/** The random numbers of one replication: each source and step has its own, by name. */
export type DrawsOf = (name: string) => IndexedDraws;
