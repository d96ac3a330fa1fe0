import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The console is served by the Go program under "/". During development Vite
// serves it and passes API calls to a running program (QINGSHAO, default
// http://127.0.0.1:8080).
const backend = process.env.QINGSHAO ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  publicDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: false, // keeps dist/placeholder; scripts/clean.mjs removes old assets
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: backend, changeOrigin: false }, '/public': { target: backend, changeOrigin: false } },
  },
})
