import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** `vite build web/tracker --mode script | module`: what `<script src="/t.js">` loads, or what bundlers import. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    outDir: '../../dist/tracker',
    emptyOutDir: false,
    target: 'es2021',
    reportCompressedSize: false,
    lib:
      mode === 'script'
        ? { entry: 'main.ts', formats: ['iife'], name: 'tidemarkScript', fileName: () => 't.js' }
        : { entry: 'module.ts', formats: ['es'], fileName: () => 'module.js' },
  },
}));
