// Which way imports point in the console: features never import each other,
// shared pieces never import features or the application, and nothing is asked
// of another address than our own.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const src = resolve(__dirname, '..')

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(dir, e.name)) : /\.tsx?$/.test(e.name) && !e.name.endsWith('.d.ts') ? [join(dir, e.name)] : []))
}

const all = files(src).map((f) => ({ file: relative(src, f), text: readFileSync(f, 'utf8') }))

function imports(f: { file: string; text: string }): string[] {
  const found = [...f.text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map((m) => m[1])
  return found.map((i) => relative(src, resolve(src, dirname(f.file), i)))
}

const room = (path: string) => path.split('/').slice(0, path.startsWith('features/') ? 2 : 1).join('/')

it('reads the whole console', () => {
  expect(all.length).toBeGreaterThan(60)
  expect(all.flatMap(imports).length).toBeGreaterThan(200)
})

it('features never import each other', () => {
  const wrong = all.filter((f) => f.file.startsWith('features/')).flatMap((f) => imports(f).filter((i) => i.startsWith('features/') && room(i) !== room(f.file)).map((i) => `${f.file} → ${i}`))
  expect(wrong).toEqual([])
})

it('shared pieces import no feature, and the API client nothing but itself', () => {
  const wrong = all.flatMap((f) => imports(f).filter((i) => (/^(ui|api)$/.test(room(f.file)) && /^(features|app)/.test(i)) || (room(f.file) === 'api' && !i.startsWith('api/'))).map((i) => `${f.file} → ${i}`))
  expect(wrong).toEqual([])
})

it('features do not import the application', () => {
  const wrong = all.filter((f) => f.file.startsWith('features/')).flatMap((f) => imports(f).filter((i) => i.startsWith('app/')).map((i) => `${f.file} → ${i}`))
  expect(wrong).toEqual([])
})

it('no page asks anything of another address', () => {
  const wrong = all.filter((f) => !f.file.endsWith('.test.ts')).filter((f) => /https?:\/\//.test(f.text)).map((f) => f.file)
  expect(wrong).toEqual([])
})

it('file names are kebab-case', () => {
  expect(all.map((f) => f.file.split('/').pop()!).filter((n) => !/^[a-z0-9-]+(\.test|\.d)?\.tsx?$/.test(n))).toEqual([])
})
