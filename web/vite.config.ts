import { svelte } from '@sveltejs/vite-plugin-svelte';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the server. */
const SERVER = process.env.SERVER ?? 'http://127.0.0.1:8000';
/** Files smaller than this are served as they are: a compressed copy would win nothing. */
const COMPRESS_FROM_BYTES = 1024;

export default defineConfig({
  plugins: [
    svelte(),
    compression({
      include: /\.(html|js|css|svg|json|webmanifest)$/,
      threshold: COMPRESS_FROM_BYTES,
      algorithms: [defineAlgorithm('gzip', { level: 9 }), defineAlgorithm('brotliCompress')],
    }),
  ],
  build: {
    target: 'es2022',
    // The page's content security policy knows no inline scripts, styles or data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/auth', '/ugc', '/movie', '/media', '/i'].map((path) => [
        `^${path}/`,
        { target: SERVER, ws: path === '/api', changeOrigin: true },
      ]),
    ),
  },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/speak-english.ts'],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
