/** How a transfer syntax encodes a data set and its pixels (DICOM PS3.5, annex A; PS3.6, annex A). */
export interface TransferSyntax {
  readonly name: string;
  readonly explicit: boolean;
  readonly bigEndian?: boolean;
  readonly deflated?: boolean;
  /** How pixels are packed; `native` where they are not. */
  readonly pixels: PixelCoding;
  /** Whether what was packed comes back bit for bit; absent where the syntax leaves it open. */
  readonly lossless?: boolean;
}

export type PixelCoding = 'native' | 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg2000' | 'htj2k' | 'deflated-frame' | 'unread';

export const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
export const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
export const DEFLATED = '1.2.840.10008.1.2.1.99';

const packed = (name: string, pixels: PixelCoding, lossless?: boolean): TransferSyntax => ({
  name,
  explicit: true,
  pixels,
  ...(lossless === undefined ? {} : { lossless }),
});

export const TRANSFER_SYNTAXES: Readonly<Record<string, TransferSyntax>> = {
  [IMPLICIT_LITTLE]: { name: 'Implicit VR Little Endian', explicit: false, pixels: 'native', lossless: true },
  [EXPLICIT_LITTLE]: { name: 'Explicit VR Little Endian', explicit: true, pixels: 'native', lossless: true },
  [DEFLATED]: {
    name: 'Deflated Explicit VR Little Endian',
    explicit: true,
    deflated: true,
    pixels: 'native',
    lossless: true,
  },
  [EXPLICIT_BIG]: {
    name: 'Explicit VR Big Endian',
    explicit: true,
    bigEndian: true,
    pixels: 'native',
    lossless: true,
  },
  '1.2.840.10008.1.2.8.1': packed('Deflated Image Frame Compression', 'deflated-frame', true),
  '1.2.840.10008.1.2.5': packed('RLE Lossless', 'rle', true),
  '1.2.840.10008.1.2.4.50': packed('JPEG Baseline', 'jpeg', false),
  '1.2.840.10008.1.2.4.51': packed('JPEG Extended', 'jpeg', false),
  '1.2.840.10008.1.2.4.57': packed('JPEG Lossless', 'jpeg', true),
  '1.2.840.10008.1.2.4.70': packed('JPEG Lossless, First-Order Prediction', 'jpeg', true),
  '1.2.840.10008.1.2.4.80': packed('JPEG-LS Lossless', 'jpeg-ls', true),
  '1.2.840.10008.1.2.4.81': packed('JPEG-LS Near-Lossless', 'jpeg-ls', false),
  '1.2.840.10008.1.2.4.90': packed('JPEG 2000 Lossless', 'jpeg2000', true),
  '1.2.840.10008.1.2.4.91': packed('JPEG 2000', 'jpeg2000'),
  '1.2.840.10008.1.2.4.201': packed('High-Throughput JPEG 2000 Lossless', 'htj2k', true),
  '1.2.840.10008.1.2.4.202': packed('High-Throughput JPEG 2000 Lossless with RPCL', 'htj2k', true),
  '1.2.840.10008.1.2.4.203': packed('High-Throughput JPEG 2000', 'htj2k'),
  '1.2.840.10008.1.2.4.92': packed('JPEG 2000 Multi-component Lossless', 'unread', true),
  '1.2.840.10008.1.2.4.93': packed('JPEG 2000 Multi-component', 'unread'),
  '1.2.840.10008.1.2.4.94': packed('JPIP Referenced', 'unread'),
  '1.2.840.10008.1.2.4.95': {
    name: 'JPIP Referenced Deflate',
    explicit: true,
    deflated: true,
    pixels: 'unread',
  },
  '1.2.840.10008.1.2.4.100': packed('MPEG-2 Main Profile, Main Level', 'unread', false),
  '1.2.840.10008.1.2.4.101': packed('MPEG-2 Main Profile, High Level', 'unread', false),
  '1.2.840.10008.1.2.4.102': packed('MPEG-4 AVC/H.264 High Profile', 'unread', false),
  '1.2.840.10008.1.2.4.103': packed('MPEG-4 AVC/H.264 BD-compatible High Profile', 'unread', false),
  '1.2.840.10008.1.2.4.107': packed('HEVC/H.265 Main Profile', 'unread', false),
  '1.2.840.10008.1.2.4.108': packed('HEVC/H.265 Main 10 Profile', 'unread', false),
  '1.2.840.10008.1.2.4.110': packed('JPEG XL Lossless', 'unread', true),
  '1.2.840.10008.1.2.4.111': packed('JPEG XL JPEG Recompression', 'unread'),
  '1.2.840.10008.1.2.4.112': packed('JPEG XL', 'unread'),
};
