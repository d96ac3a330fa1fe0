// Empties dist but for the placeholder, which keeps the folder present for the
// Go program's embed directive.
import { readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
for (const name of readdirSync(dist)) {
  if (name !== 'placeholder') rmSync(dist + name, { recursive: true })
}
