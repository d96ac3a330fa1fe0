import { expect, it } from 'vitest'
import { facts } from './facts'

it('groups figures under Chinese words and leaves out groups that are not there', () => {
  const g = facts({ jobs: { ready: 2, dead: 1, late_seconds: 10 }, gateway: undefined })
  expect(g).toEqual([{ key: 'jobs', title: '后台任务', rows: [{ title: '待执行', value: 2, bad: false }, { title: '死信', value: 1, bad: true }, { title: '最久等待（秒）', value: 10, bad: false }] }])
})
it('points at what somebody should look at', () => {
  const bad = facts({ jobs: { dead: 0, late_seconds: 301 }, sequencer: { behind_seconds: 11, pending: 4 }, gateway: { failed: 1, bad: 7 } }).flatMap((g) => g.rows.filter((r) => r.bad).map((r) => r.title))
  expect(bad).toEqual(['最久等待（秒）', '滞后（秒）', '写入失败'])
})
it('writes bytes and times for people, and an unknown figure by its name', () => {
  expect(facts({ disk: { free: 5_000_000 }, sequencer: { signed_at: '2026-11-21T09:30:00+08:00', novel: true } }).flatMap((g) => g.rows.map((r) => [r.title, r.value]))).toEqual([['可用空间', '5.0 MB'], ['最近签名', '2026-11-21 09:30'], ['novel', '是']])
})
