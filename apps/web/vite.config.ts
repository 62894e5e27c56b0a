import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Address of a running server, for `vite` in development. */
const api = process.env.GEMEL_API ?? 'http://127.0.0.1:7400';

export default defineConfig({
  plugins: [react()],
  // The server's content security policy allows no data: fonts or scripts, so nothing is inlined.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: true },
  server: { host: '127.0.0.1', proxy: { '/api': { target: api, changeOrigin: true, headers: { origin: api } } } },
});
