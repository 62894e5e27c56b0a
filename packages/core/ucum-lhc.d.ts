/** The part of @lhncbc/ucum-lhc 7.1.9 that units.ts uses; the package carries no types. */
declare module '@lhncbc/ucum-lhc' {
  interface Dimension {
    readonly dimVec_: readonly number[] | null;
  }
  interface Unit {
    readonly csCode_: string;
    readonly dim_: Dimension | null;
    readonly magnitude_: number;
    readonly moleExp_: number;
    readonly equivalentExp_: number;
    readonly isBase_: boolean;
    readonly isMetric_: boolean;
    readonly isArbitrary_: boolean;
    readonly source_: string;
    /** Name of the function of a special (non-ratio) unit. */
    readonly cnv_: string | null;
    convertFrom(value: number, from: Unit): number;
    convertMolMass(value: number, to: Unit, molarMass: number): number;
    isMolMassCommensurable(other: Unit): boolean;
  }
  class UcumLhcUtils {
    constructor();
    getSpecifiedUnit(code: string, purpose: 'validate'): { readonly status: string; readonly unit?: Unit | null };
    detectConversionType(from: Unit, to: Unit): string;
  }
  const UnitTables: {
    getInstance(): { getUnitByCode(code: string): Unit | null; allUnitsByDef(): readonly Unit[] };
  };
}
