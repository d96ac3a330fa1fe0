// Runs every browser test on one demo: starting a demo takes longer than most
// of the tests. A file that needs a program of its own starts one (newServer).

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserPath } from './browser.mjs'
import { root, startDemo } from './program.mjs'

const files = readdirSync(join(root, 'test/e2e')).filter((f) => f.endsWith('.test.mjs')).map((f) => join('test/e2e', f))
const demo = browserPath() ? await startDemo() : { said: '', stop: async () => {} }
const dir = mkdtempSync(join(tmpdir(), 'qingshao-e2e-log-'))
const log = join(dir, 'demo.log')
writeFileSync(log, demo.said)
const run = spawn(process.execPath, ['--test', ...files], { cwd: root, stdio: 'inherit', env: { ...process.env, QINGSHAO_DEMO_LOG: log } })
process.exitCode = await new Promise((done) => run.once('exit', (code) => done(code ?? 1)))
await demo.stop()
rmSync(dir, { recursive: true, force: true })
