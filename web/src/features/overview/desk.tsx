import type { Alarm, Counter, Issue, OverviewUnit, Todo } from '../../api/types'
import { useGet, useMe } from '../../api/use'
import { clock, count, dateTime, due, reading } from '../../ui/format'
import { useFilters } from '../../ui/filters'
import { Go } from '../../ui/go'
import { LevelMark, ShapeIcon } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { usePhone } from '../../ui/screen'
import { splitLink, stringifySearch } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { openAlarms, openIssues } from '../../ui/words'
import { classes, classOf, range, shade } from './cartogram'
import './desk.css'

/** Desk is the first page: where it burns, what is mine, what is late. */
export function Desk() {
  const [search] = useFilters()
  const me = useMe()
  const phone = usePhone()
  const q = useGet('/overview', { query: { area: search.area } }, { refetchInterval: 60_000, keep: true })
  const title = '工作台'
  if (q.error && !q.data) return <Page title={title}><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title={title}><div className="panel"><Bones rows={10} /></div></Page>
  const o = q.data
  const can = (c: string) => me.capabilities.includes(c)
  const todo = <MyTodo key="todo" rows={o.todo} />
  const alarms = can('alarm.read') ? <LiveAlarms key="alarms" rows={o.alarms} /> : null
  return (
    <Page title={title} tools={<span className="soft small num">数据截至 {dateTime(o.as_of)}</span>}>
      <Counters rows={o.counters} area={search.area} />
      {phone && todo}
      <div className="desk">
        <div><UnitMap units={o.units} linkable={can('issue.read')} />{!phone && <LateTen rows={o.overdue} />}{!phone && alarms}</div>
        <div>{phone ? alarms : todo}</div>
      </div>
      {phone && <LateTen rows={o.overdue} />}
    </Page>
  )
}

function withArea(link: string, area?: string): string {
  if (!area || !link) return link
  const { to, search } = splitLink(link)
  return to + stringifySearch({ ...search, area })
}

function Counters({ rows, area }: { rows: Counter[]; area?: string }) {
  return (
    <section className="counters panel" aria-label="总体数字">
      {rows.map((c) => (
        <Go key={c.key} href={withArea(c.link, area)} className="counter">
          <span className="counter-title">{c.title}</span>
          <span className="counter-value num">{count(c.value)}<small>{c.unit}</small></span>
          <span className="soft small num">上月 {count(c.previous)}{change(c.value, c.previous)}</span>
        </Go>
      ))}
    </section>
  )
}

function change(now: number, before: number): string {
  const d = now - before
  if (d === 0) return '，持平'
  return d > 0 ? `，多 ${count(d)}` : `，少 ${count(-d)}`
}

function UnitMap({ units, linkable }: { units: OverviewUnit[]; linkable: boolean }) {
  const list = classes(Math.max(0, ...units.map((u) => u.issues_open)))
  const minX = Math.min(...units.map((u) => u.x))
  const minY = Math.min(...units.map((u) => u.y))
  return (
    <Panel title="各地在办问题" flush tools={<Legend list={list} />}>
      <div className="carto-wrap">
        <div className="carto" role="list" aria-label="各地在办问题，示意图">
          {units.map((u) => {
            const k = classOf(list, u.issues_open)
            const body = (
              <>
                <span className="tile-name">{u.name}</span>
                <span className="tile-n num">{u.issues_open}</span>
                <span className="tile-word">{list[k].word}</span>
                {u.overdue > 0 && <span className="tile-late" title={`逾期 ${u.overdue} 件`}><ShapeIcon shape="triangle" tone="red" />{u.overdue}</span>}
              </>
            )
            const props = { className: `tile s${shade(list, k)} ${u.kind === 'zone' ? 'zone' : ''}`, 'aria-label': `${u.name}：在办 ${u.issues_open} 件（${list[k].word}），逾期 ${u.overdue} 件，未解除预警 ${u.alarms_open} 起` }
            return (
              <div key={u.code} role="listitem" style={{ gridColumn: u.x - minX + 1, gridRow: u.y - minY + 1 }}>
                {linkable ? <Go href={`/issues?area=${u.code}&state=${openIssues}`} {...props}>{body}</Go> : <div {...props}>{body}</div>}
              </div>
            )
          })}
        </div>
        <div className="scroll">
          <table className="t dense">
            <thead><tr><th scope="col">区域</th><th scope="col" className="r">在办</th><th scope="col" className="r">逾期</th><th scope="col" className="r">预警</th></tr></thead>
            <tbody>
              {units.map((u) => (
                <tr key={u.code}>
                  <td>{u.name}</td>
                  <td className="r">{linkable ? <Go href={`/issues?area=${u.code}&state=${openIssues}`}>{u.issues_open}</Go> : u.issues_open}</td>
                  <td className={`r ${u.overdue > 0 ? 'red' : ''}`}>{linkable && u.overdue > 0 ? <Go className="red" href={`/issues?area=${u.code}&overdue=true`}>{u.overdue}</Go> : u.overdue}</td>
                  <td className="r">{u.alarms_open > 0 ? <Go href={`/alarms?area=${u.code}&state=${openAlarms}`}>{u.alarms_open}</Go> : u.alarms_open}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Panel>
  )
}

function Legend({ list }: { list: ReturnType<typeof classes> }) {
  return (
    <span className="legend">
      {list.map((c, i) => (
        <span key={c.from}><i className={`s${shade(list, i)}`} />{c.word} {range(c)}</span>
      ))}
      <span className="red"><ShapeIcon shape="triangle" tone="red" /> 逾期</span>
    </span>
  )
}

function LiveAlarms({ rows }: { rows: Alarm[] }) {
  return (
    <Panel title="实时预警" flush tools={<Go href="/alarms">全部预警</Go>}>
      {rows.length === 0 ? (
        <Empty title="当前没有未解除的预警" how="监控点数据超过限值时，预警会自动出现在这里。" />
      ) : (
        <ul className="lines two" aria-live="polite">
          {rows.map((a) => (
            <li key={a.id}>
              <Go href={`/alarms/${a.id}`}>
                <span className="row between nowrap-row">
                  <LevelMark level={a.level} title={a.level_title} />
                  <span className="soft small num">{clock(a.last_at || a.started_at)}　{a.state_title}</span>
                </span>
                <span className="line-main">{a.enterprise_name} {a.outlet_name}</span>
                <span className="sub num">{a.factor_name} {a.level === 'suspect' ? a.rule_title : <>{reading(a.value)} {a.unit}，限值 {reading(a.limit)}</>}</span>
              </Go>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function MyTodo({ rows }: { rows: Todo[] }) {
  return (
    <Panel title={`待我办理${rows.length > 0 ? `（${rows.length}）` : ''}`} flush>
      {rows.length === 0 ? (
        <Empty title="没有待办" how="轮到您办理的线索、问题和预警会出现在这里，并同时发来消息。" />
      ) : (
        <ul className="lines">
          {rows.map((t) => (
            <li key={t.kind + t.id}>
              <Go href={t.link}>
                <span className="row between nowrap-row">
                  <span className="soft small num">{t.number}</span>
                  <span className={`small num ${t.overdue ? 'red' : 'soft'}`}>{t.overdue ? '已逾期 ' : ''}{t.due_at ? `${dateTime(t.due_at).slice(5)} 到期` : ''}</span>
                </span>
                <span className="line-main" title={t.title}>{t.title}</span>
                <span className="sub">{t.state_title}</span>
              </Go>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function LateTen({ rows }: { rows: Issue[] }) {
  const phone = usePhone()
  return (
    <Panel title="逾期最久的十件" flush tools={<Go href="/issues?overdue=true">全部逾期</Go>}>
      {rows.length === 0 ? (
        <Empty title="没有逾期的问题" how="超过办理期限仍未销号的问题会列在这里。" />
      ) : phone ? (
        <ul className="lines">
          {rows.map((i) => (
            <li key={i.id}>
              <Go href={`/issues/${i.id}`}>
                <span className="row between nowrap-row"><span className="soft small num">{i.number}</span><span className="red small num">{due(i.days_left, i.overdue)}</span></span>
                <span className="line-main">{i.title}</span>
                <span className="sub">{i.area_name} · {i.lead_agency_name || '未交办'} · {i.state_title}</span>
              </Go>
            </li>
          ))}
        </ul>
      ) : (
        <div className="scroll">
          <table className="t">
            <thead><tr><th scope="col">编号</th><th scope="col">问题</th><th scope="col">区域</th><th scope="col">责任单位</th><th scope="col">状态</th><th scope="col" className="r">逾期（工作日）</th></tr></thead>
            <tbody>
              {rows.map((i) => (
                <tr key={i.id}>
                  <td className="c"><Go href={`/issues/${i.id}`}>{i.number}</Go></td>
                  <td>{i.title}</td>
                  <td className="nowrap">{i.area_name}</td>
                  <td className="nowrap">{i.lead_agency_name || '—'}</td>
                  <td className="nowrap">{i.state_title}</td>
                  <td className="r red">{i.days_left < 0 ? -i.days_left : '不足 1'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
