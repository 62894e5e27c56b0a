import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dicomErrors } from '../errors.data.ts';
import type { Codecs } from '../frame.ts';
import { withMemoryCap } from '../wasm-memory.ts';

type Coding = Parameters<Codecs['decode']>[0];

/** A decoder of the codec packages: bytes in, `decode`, samples out. */
interface Decoder {
  getEncodedBuffer(size: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}
type DecoderModule = Readonly<Record<string, new () => Decoder>>;
type Factory = (options: object) => Promise<DecoderModule>;

const require = createRequire(import.meta.url);
const MODULES: Readonly<Record<Coding, readonly [script: string, wasm: string, decoder: string]>> = {
  'jpeg-ls': ['@cornerstonejs/codec-charls/decodewasmjs', '@cornerstonejs/codec-charls/decodewasm', 'JpegLSDecoder'],
  jpeg2000: ['@cornerstonejs/codec-openjpeg/decodewasmjs', '@cornerstonejs/codec-openjpeg/decodewasm', 'J2KDecoder'],
  htj2k: ['@cornerstonejs/codec-openjph', '@cornerstonejs/codec-openjph/wasm', 'HTJ2KDecoder'],
};

const compiled = new Map<string, WebAssembly.Module>();

/** The codec compiled, its memory held to `mostBytes`; the same for every instance. */
function compile(coding: Coding, mostBytes: number): WebAssembly.Module {
  const key = `${coding} ${mostBytes}`;
  let module = compiled.get(key);
  if (module === undefined) {
    const bytes = new Uint8Array(readFileSync(require.resolve(MODULES[coding][1])));
    module = new WebAssembly.Module(withMemoryCap(bytes, mostBytes));
    compiled.set(key, module);
  }
  return module;
}

interface Loaded {
  readonly decoder: Decoder;
  /** Whether it asked for more memory than it may have. */
  denied(): boolean;
}

async function load(coding: Coding, mostBytes: number): Promise<Loaded> {
  const [script, , decoder] = MODULES[coding];
  const factory = require(script) as Factory;
  const silent = () => {};
  let denied = false;
  const module = await factory({
    print: silent,
    printErr: silent,
    instantiateWasm(imports: WebAssembly.Imports, received: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(compile(coding, mostBytes), imports);
      const memory = Object.values(instance.exports).find((each) => each instanceof WebAssembly.Memory)!;
      // The codec's own code hides a refusal from its caller.
      memory.grow = (pages) => {
        try {
          return WebAssembly.Memory.prototype.grow.call(memory, pages);
        } catch (error) {
          denied = true;
          throw error;
        }
      };
      received(instance);
      return instance.exports;
    },
  });
  return { decoder: new module[decoder]!(), denied: () => denied };
}

/**
 * Codecs whose memory cannot grow beyond `mostBytes` each. `ready` loads one; after a failure it is made anew, so that nothing
 * of a broken frame is left in it. For worker threads: a hostile frame may keep `decode` busy for ever.
 */
export function wasmCodecs(mostBytes: number): Codecs & { ready(coding: Coding): Promise<void> } {
  const loaded = new Map<Coding, Loaded>();
  return {
    async ready(coding) {
      if (!loaded.has(coding)) loaded.set(coding, await load(coding, mostBytes));
    },
    decode(coding, bytes) {
      const own = loaded.get(coding);
      if (own === undefined) throw new TypeError(`the codec of ${coding} is not loaded`);
      const { decoder, denied } = own;
      try {
        decoder.getEncodedBuffer(bytes.length).set(bytes);
        decoder.decode();
        if (denied()) throw new RangeError('more memory was asked for than is given');
        const { buffer, byteOffset, byteLength } = decoder.getDecodedBuffer();
        return new Uint8Array(buffer, byteOffset, byteLength).slice();
      } catch (cause) {
        loaded.delete(coding);
        const code = denied() ? 'dicom-codec-limit' : 'dicom-codec';
        throw dicomErrors.error(code, `the ${coding} frame cannot be unpacked`, { byte: 0 }, undefined, cause);
      }
    },
  };
}
