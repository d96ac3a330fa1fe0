import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// Builds public/seal.js, which is kept in the repository: who wants to know what a
// server hands out compares its hash with the one that this build gives.
const here = (p: string) => fileURLToPath(new URL(p, import.meta.url))

export default defineConfig({
  root: here('.'),
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: here(process.env.SEAL_OUT ?? '../public'),
    emptyOutDir: false,
    target: 'es2020',
    sourcemap: false,
    rollupOptions: { input: here('seal.ts'), preserveEntrySignatures: 'strict', output: { format: 'es', entryFileNames: 'seal.js' } },
  },
})
