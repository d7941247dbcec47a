import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The gateway serves what is built here below /console/; in development it is asked for everything else.
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of its pages allows no inlined script or image.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/media', '/socket.io', '/share'].map((path) => [
        path,
        { target: 'http://127.0.0.1:3000', ws: path === '/socket.io', changeOrigin: false },
      ]),
    ),
  },
});
