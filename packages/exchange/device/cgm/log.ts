/** What one person's devices recorded, in one set of words: what the encoders write and round trips are checked against. */
export interface DeviceLog {
  readonly subject: string;
  readonly name?: string;
  /** YYYY-MM-DD. */
  readonly birthDate?: string;
  /** Sensor glucose, mg/dL, ascending; `beyond` for LO and HI. */
  readonly glucose: readonly { readonly at: number; readonly value: number; readonly beyond?: 'low' | 'high' }[];
  /** Meter glucose, mg/dL. */
  readonly meter: readonly { readonly at: number; readonly value: number }[];
  /** Rapid insulin, U; with `minutes`, spread evenly. */
  readonly bolus: readonly { readonly at: number; readonly units: number; readonly minutes?: number }[];
  /** Basal delivery, U/h. */
  readonly basal: readonly { readonly from: number; readonly to: number; readonly rate: number }[];
  readonly carbohydrate: readonly { readonly at: number; readonly grams: number }[];
  readonly sensorStart: readonly number[];
  readonly siteChange: readonly number[];
}

export interface EncodeOptions {
  /** Zone of the device, IANA name or offset. */
  readonly zone: string;
  readonly unit: 'mg/dL' | 'mmol/L';
}

export interface CgmEncoder {
  readonly id: string;
  /** File name ending that others know the format by. */
  readonly extension: string;
  /** What the format cannot carry: it is left out, and the encoder says so here. */
  readonly omits: readonly (keyof DeviceLog)[];
  encode(log: DeviceLog, options: EncodeOptions): string;
}
