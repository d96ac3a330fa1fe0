import { Button, Select } from 'antd'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useReference } from '../../api/use'
import type { Trend, Wall, WallOutlet } from '../../api/types'
import { useFilters } from '../../ui/filters'
import { count, dateSecond, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark } from '../../ui/marks'
import { pick, stringifySearch } from '../../ui/search'
import { Empty, Trouble } from '../../ui/state'
import { useTrends, useWall } from './use-wall'
import { channels, paceOf, paces, sections, states, turns, type Part, type Room } from './wall'
import { WallTile } from './wall-tile'
import './wall.css'
import './wall-screen.css'

/** WallScreen is the monitor wall for the duty room: what needs attention always there, the areas one after another. */
export function WallScreen() {
  const [search, set] = useFilters()
  const q = useWall({ area: search.area, kind: search.kind as never })
  const place = useReference()?.place
  const [paused, setPaused] = useState(false)
  useEffect(() => {
    document.title = '值班大屏 · 清哨'
  }, [])
  return (
    <div className="wall-screen">
      <header>
        <h1>{place?.name} 监控墙</h1>
        {q.data && <Figures wall={q.data} />}
        <div className="end">
          <Clock />
          <span className="soft num">数据截至 {q.data ? dateTime(q.data.as_of).slice(11) : '—'}</span>
          <Select aria-label="每个区域停留" value={paceOf(search.every)} onChange={(v) => set('every', String(v))} options={paces.map((p) => ({ value: p, label: `每 ${p} 秒换一区` }))} />
          <Button onClick={() => setPaused(!paused)} aria-pressed={paused}>{paused ? '继续轮播' : '暂停轮播'}</Button>
          <FullScreen />
          <Go href={`/wall${stringifySearch(pick(search, ['area', 'kind']))}`}>退出大屏</Go>
        </div>
      </header>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : q.data && <Board wall={q.data} every={paceOf(search.every)} paused={paused} toggle={() => setPaused(!paused)} />}
    </div>
  )
}

function Figures({ wall }: { wall: Wall }) {
  return (
    <ul className="figures" aria-label="各状态的监控点数">
      {states.filter((s) => wall.counts[s.state] > 0).map((s) => (
        <li key={s.state}><Mark shape={s.shape} tone={s.tone}>{s.word}</Mark><b className="num">{count(wall.counts[s.state])}</b></li>
      ))}
    </ul>
  )
}

function Board({ wall, every, paused, toggle }: { wall: Wall; every: number; paused: boolean; toggle: () => void }) {
  const units = useReference()?.units ?? []
  const left = useRef<HTMLDivElement>(null)
  const right = useRef<HTMLDivElement>(null)
  const list = sections(wall.outlets, units)
  const [leftRoom, rightRoom] = [useRoom(left), useRoom(right)]
  const urgent = turns(list.filter((s) => s.key === 'attention'), { ...leftRoom, heading: 0 })
  const calm = turns(list.filter((s) => s.key !== 'attention'), rightRoom)
  const [n, step] = useTurn(every, paused, toggle)
  const first = at(urgent, n)
  const now = at(calm, n)
  const curves = useTrends(channels([...(first ?? []), ...(now ?? [])]))
  if (wall.clustered) return <Empty title="监控点太多，大屏放不下" how="请先在监控墙上选一个区域，再打开值班大屏。" />
  return (
    <div className="halves">
      <section aria-label="需要关注">
        <h2>需要关注<span className="num">{count(first?.[0].count ?? 0)} 个</span>{urgent.length > 1 && <Which n={n} of={urgent.length} />}</h2>
        <div className="room" ref={left}>{first ? <Tiles outlets={first[0].outlets} curves={curves} /> : <Empty title="没有需要关注的监控点" how="超标、提醒、疑似异常、离线的监控点会出现在这里。" />}</div>
      </section>
      <section aria-label="各区域">
        <h2>
          各区域{calm.length > 1 && <Which n={n} of={calm.length} />}
          <span className="end">
            <Button aria-label="前一屏" title="前一屏（← 键）" onClick={() => step(-1)}>‹</Button>
            <Button aria-label="后一屏" title="后一屏（→ 键）" onClick={() => step(1)}>›</Button>
          </span>
        </h2>
        <div className="room" ref={right}>
          {now ? now.map((p) => (
            <div key={p.key}>
              <h3>{p.title}{p.rest && '（续）'}<span className="soft num">{count(p.count)} 个</span></h3>
              <Tiles outlets={p.outlets} curves={curves} />
            </div>
          )) : <Empty title="没有正常的监控点" />}
        </div>
      </section>
    </div>
  )
}

const round = (n: number, of: number) => ((n % of) + of) % of

function at(list: Part[][], n: number): Part[] | undefined {
  return list.length > 0 ? list[round(n, list.length)] : undefined
}

function Which({ n, of }: { n: number; of: number }) {
  return <span className="soft num">第 {round(n, of) + 1} 屏，共 {of} 屏</span>
}

function Tiles({ outlets, curves }: { outlets: WallOutlet[]; curves: Map<string, Trend> }) {
  return <ul className="wall-tiles">{outlets.map((o) => <li key={o.id}><WallTile o={o} curve={curves.get(`${o.id}:${o.factor}`)} /></li>)}</ul>
}

const tile = { width: 232, height: 148, gap: 12, heading: 36 } // as in wall-screen.css

/** useRoom measures a box of the screen. A narrow window scrolls, and a turn is as long as is good to read. */
function useRoom(box: RefObject<HTMLDivElement | null>): Room {
  const [size, setSize] = useState({ width: 720, height: 720 })
  useEffect(() => {
    const el = box.current
    if (!el) return
    const watch = new ResizeObserver(() => setSize({ width: el.clientWidth, height: window.innerWidth < 1024 ? 960 : el.clientHeight }))
    watch.observe(el)
    return () => watch.disconnect()
  }, [box])
  return { columns: Math.max(1, Math.floor((size.width + tile.gap) / (tile.width + tile.gap))), height: size.height + tile.gap, row: tile.height + tile.gap, heading: tile.heading }
}

/** useTurn counts the turns: by itself, by the arrow keys, held by the space bar. */
function useTurn(every: number, paused: boolean, toggle: () => void): [number, (by: -1 | 1) => void] {
  const [n, setN] = useState(0)
  const hold = useRef(toggle)
  hold.current = toggle
  useEffect(() => {
    if (paused) return
    const timer = setTimeout(() => setN(n + 1), every * 1000)
    return () => clearTimeout(timer)
  }, [n, every, paused])
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if ((e.target as Element).closest?.('button,input,a,[role=combobox]')) return
      if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') setN((x) => x + (e.key === 'ArrowLeft' ? -1 : 1))
      else if (e.key === ' ') hold.current()
      else return
      e.preventDefault()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  return [n, (by) => setN(n + by)]
}

function Clock() {
  const [at, setAt] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setAt(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return <time className="clock num">{dateSecond(at).slice(11)}</time>
}

function FullScreen() {
  const [full, setFull] = useState(false)
  useEffect(() => {
    const seen = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', seen)
    return () => document.removeEventListener('fullscreenchange', seen)
  }, [])
  if (!document.fullscreenEnabled) return null
  return <Button onClick={() => void (full ? document.exitFullscreen() : document.documentElement.requestFullscreen())}>{full ? '退出全屏' : '全屏'}</Button>
}
