import { crc32, deflateSync } from 'node:zlib';

/** An image of 8-bit grey (1 sample) or red, green and blue (3) as PNG (ISO/IEC 15948). */
export function encodePng(pixels: Uint8Array, columns: number, rows: number, samples: 1 | 3): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns, 0);
  header.writeUInt32BE(rows, 4);
  header[8] = 8;
  header[9] = samples === 1 ? 0 : 2;
  const width = columns * samples;
  // Each line begins with its filter: none.
  const lines = Buffer.alloc(rows * (width + 1));
  for (let row = 0; row < rows; row++)
    lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
