/** What the next transition needs. */
export interface NutsState {
  readonly point: Float64Array;
  readonly logDensity: number;
  readonly gradient: Float64Array;
}

/** A point in phase space that moves along the trajectory; `sharp` is its velocity. */
export class Phase {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly momentum: Float64Array;
  readonly sharp: Float64Array;
  logDensity = 0;

  constructor(dimension: number) {
    this.point = new Float64Array(dimension);
    this.gradient = new Float64Array(dimension);
    this.momentum = new Float64Array(dimension);
    this.sharp = new Float64Array(dimension);
  }

  start(state: NutsState, momentum: Float64Array, sharp: Float64Array): void {
    this.point.set(state.point);
    this.gradient.set(state.gradient);
    this.momentum.set(momentum);
    this.sharp.set(sharp);
    this.logDensity = state.logDensity;
  }
}

/** A piece of trajectory: momentum and velocity at its ends as the U-turn criterion sees them; `near` is towards the start. */
export class Tree {
  nearMomentum: Float64Array;
  nearSharp: Float64Array;
  farMomentum: Float64Array;
  farSharp: Float64Array;
  /** Sum of the momenta. */
  rho: Float64Array;
  logWeight = 0;
  point: Float64Array;
  gradient: Float64Array;
  logDensity = 0;
  energy = 0;

  constructor(dimension: number) {
    this.nearMomentum = new Float64Array(dimension);
    this.nearSharp = new Float64Array(dimension);
    this.farMomentum = new Float64Array(dimension);
    this.farSharp = new Float64Array(dimension);
    this.rho = new Float64Array(dimension);
    this.point = new Float64Array(dimension);
    this.gradient = new Float64Array(dimension);
  }

  leaf(z: Phase, logWeight: number, h: number): void {
    for (let i = 0; i < z.point.length; i++) {
      const p = z.momentum[i];
      const v = z.sharp[i];
      this.nearMomentum[i] = p;
      this.farMomentum[i] = p;
      this.rho[i] = p;
      this.nearSharp[i] = v;
      this.farSharp[i] = v;
      this.point[i] = z.point[i];
      this.gradient[i] = z.gradient[i];
    }
    this.logWeight = logWeight;
    this.logDensity = z.logDensity;
    this.energy = h;
  }

  /** Takes over the near end of another piece; that one's array is now whatever stood here. */
  exchangeNear(other: Tree): void {
    [this.nearMomentum, other.nearMomentum] = [other.nearMomentum, this.nearMomentum];
    [this.nearSharp, other.nearSharp] = [other.nearSharp, this.nearSharp];
  }

  exchangeFar(other: Tree): void {
    [this.farMomentum, other.farMomentum] = [other.farMomentum, this.farMomentum];
    [this.farSharp, other.farSharp] = [other.farSharp, this.farSharp];
  }

  exchangeProposal(other: Tree): void {
    [this.point, other.point] = [other.point, this.point];
    [this.gradient, other.gradient] = [other.gradient, this.gradient];
    this.logDensity = other.logDensity;
    this.energy = other.energy;
  }
}

/** The arrays of a transition, made once for a chain: a leapfrog step makes none. */
export class NutsWorkspace {
  readonly front: Phase;
  readonly back: Phase;
  readonly momentum: Float64Array;
  readonly sharp: Float64Array;
  readonly rho: Float64Array;
  readonly fromMomentum: Float64Array;
  readonly fromSharp: Float64Array;
  readonly tree: Tree;
  readonly sample: Tree;
  /** The halves of pieces, by depth. */
  readonly firsts: readonly Tree[];
  readonly seconds: readonly Tree[];
  /** Counts over one transition. */
  leapfrogs = 0;
  acceptance = 0;
  divergent = false;

  constructor(dimension: number, maxDepth: number) {
    const vector = () => new Float64Array(dimension);
    const trees = () => Array.from({ length: maxDepth }, () => new Tree(dimension));
    this.front = new Phase(dimension);
    this.back = new Phase(dimension);
    this.momentum = vector();
    this.sharp = vector();
    this.rho = vector();
    this.fromMomentum = vector();
    this.fromSharp = vector();
    this.tree = new Tree(dimension);
    this.sample = new Tree(dimension);
    this.firsts = trees();
    this.seconds = trees();
  }
}
