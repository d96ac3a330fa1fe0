import { expect, it } from 'vitest'
import { facts } from './facts'

it('groups figures under Chinese words and points at dead jobs', () => {
  const g = facts({ jobs: { ready: 2, dead: 1 }, gateway: { connections: 40 }, extra: 'x', none: null })
  expect(g.map((x) => x.title)).toEqual(['后台任务', '设备接入', '其他'])
  expect(g[0].rows).toEqual([{ title: '待执行', value: 2, bad: false }, { title: '死信', value: 1, bad: true }])
})
it('writes bytes and times for people', () => {
  expect(facts({ disk: { free_bytes: 5_000_000, last_at: '2026-11-21T09:30:00+08:00', ok: true } })[0].rows.map((r) => r.value)).toEqual(['5.0 MB', '2026-11-21 09:30', '是'])
})
