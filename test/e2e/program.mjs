// Starts the demo on free ports with a throw-away data folder, and reads the
// accounts that it prints. QINGSHAO_BIN names the program (default
// bin/qingshao); QINGSHAO_DEMO_LOG names the standard error of a demo that
// already runs, to use that one instead.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

function freePort() {
  return new Promise((done, fail) => {
    const s = createServer()
    s.on('error', fail)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })
}

/** accounts reads the table of logins and passwords: {duty: "…", …}. */
export function accounts(text) {
  const out = {}
  for (const line of text.split('\n')) {
    const m = /^ {2}([a-z][a-z0-9]*) +([A-Za-z0-9-]{12,}) {2}\S/.exec(line)
    if (m) out[m[1]] = m[2]
  }
  return out
}

/** startDemo gives {url, passwords, incident, said, stop} once the demo answers. */
export async function startDemo() {
  const existing = process.env.QINGSHAO_DEMO_LOG
  if (existing) return { ...told(readFileSync(existing, 'utf8')), stop: async () => {} }
  const data = mkdtempSync(join(tmpdir(), 'qingshao-e2e-'))
  const bin = process.env.QINGSHAO_BIN ?? join(root, 'bin/qingshao')
  const [http, hj212] = [await freePort(), await freePort()]
  const child = spawn(bin, ['demo', '--data', data, '--listen', `127.0.0.1:${http}`, '--hj212', `127.0.0.1:${hj212}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (s) => {
    said += s
  })
  const ended = new Promise((r) => child.once('exit', r))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const until = Date.now() + 180_000
  while (!/清哨已启动/.test(said)) {
    if (child.exitCode !== null || Date.now() > until) {
      kill()
      throw new Error(`the demo did not start (exit ${child.exitCode}):\n${said.slice(-3000)}`)
    }
    await new Promise((r) => setTimeout(r, 200))
  }
  return {
    ...told(said),
    said,
    stop: async () => {
      child.kill('SIGTERM')
      const late = setTimeout(kill, 15_000)
      await ended
      clearTimeout(late)
      process.removeListener('exit', kill)
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** newServer gives an empty program that can be started and killed as often as needed, on the same data and ports; options go to `serve`. */
export async function newServer(...options) {
  const data = mkdtempSync(join(tmpdir(), 'qingshao-e2e-'))
  const bin = process.env.QINGSHAO_BIN ?? join(root, 'bin/qingshao')
  const [http, hj212] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${http}`
  let child
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((r) => child.once('exit', r))
    child.kill('SIGKILL')
    await ended
  }
  process.once('exit', () => child?.kill('SIGKILL'))
  return {
    url, hj212, kill,
    start: async () => {
      child = spawn(bin, ['serve', '--data', data, '--listen', `127.0.0.1:${http}`, '--hj212', `127.0.0.1:${hj212}`, '--log-level', 'error', ...options], { stdio: 'ignore' })
      const until = Date.now() + 60_000
      while (!(await fetch(url + '/readyz').then((r) => r.ok, () => false))) {
        if (child.exitCode !== null || Date.now() > until) throw new Error(`the program did not start (exit ${child.exitCode})`)
        await new Promise((r) => setTimeout(r, 50))
      }
    },
    /** enrol opens an account and gives its first password. */
    enrol: (login, ...rights) => execFileSync(bin, ['user', 'add', '--data', data, '--name', login, '--login', login, ...rights], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
    remove: () => rmSync(data, { recursive: true, force: true }),
  }
}

function told(text) {
  const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1]
  const incident = /演示事故：(\S+) /.exec(text)?.[1] ?? ''
  const [, number = '', secret = ''] = /演示举报回执：编号 (\S+)，查询码 ([\d-]+)/.exec(text) ?? []
  return { url, incident, passwords: accounts(text), receipt: { number, secret } }
}
