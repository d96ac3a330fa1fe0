import { useParams } from '@tanstack/react-router'
import { Button, Checkbox, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { RiskRow, RiskUnitView } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { useFilters } from '../../ui/filters'
import { Go } from '../../ui/go'
import { day } from '../../ui/format'
import { Chip, Mark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { pick, stringifySearch } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { touched } from './risk-map'
import './riskmap.css'
import { colourShape, colourTone, taskTone } from './words'

/** RiskUnitFile is one unit: each aspect opens the warning and the rows behind it; what would turn the colour stands beside. */
export function RiskUnitFile() {
  const { area } = useParams({ strict: false }) as { area: string }
  const [search] = useFilters()
  const ask = pick(search, ['month', 'edition', 'live'])
  const q = useGet('/risk-map/units/{area}', { path: { area }, query: ask as never })
  const past = useGet('/risk-map/history', { query: { months: 13 } })
  const v = q.data
  if (q.error && !v) return <Page title="风险预警"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!v) return <Page title="风险预警"><div className="panel"><Bones rows={8} /></div></Page>
  const u = v.unit
  return (
    <Page title={`${u.name}　${v.title}`} crumb={<Go href={`/risk-map${stringifySearch(ask)}`}>风险预警图</Go>} tools={<Mark shape={colourShape[u.colour]} tone={colourTone[u.colour]}>{u.colour_title}　{u.points} 个警示</Mark>}>
      <div className="cols file">
        <div className="file-main">
          <section className="panel" aria-label="五个方面">
            <header><h2>五个方面</h2><div className="tools"><span className="soft">{v.live ? '按现有事实测算' : `已冻结　${v.edition?.number}`}</span></div></header>
            <ul className="risk-aspects">
              {u.aspects.map((a) => (
                <li key={a.id}>
                  <details open={search.aspect === a.id}>
                    <summary>
                      <span className="title">{a.title}</span>
                      <Mark shape={a.points > 1 ? 'triangle' : a.points > 0 ? 'diamond' : 'ring'} tone={a.points > 1 ? 'red' : a.points > 0 ? 'amber' : 'grey'}>{a.points} 个警示</Mark>
                      <span className="why">{a.reason}</span>
                      <span className="basis">依据 {a.rows?.length ?? 0} 条</span>
                    </summary>
                    <div className="inside"><Rows rows={a.rows ?? []} live={v.live} /></div>
                  </details>
                </li>
              ))}
            </ul>
          </section>
          <Panel title="近一年">
            {past.data && past.data.length > 0 ? (
              <ul className="risk-cells risk-year">
                {[...past.data].reverse().map((m) => {
                  const x = m.units.find((y) => y.code === area)
                  return x && <li key={m.month}><Go className={`cell ${x.colour}`} href={`/risk-map/units/${area}?month=${m.month}`} title={`${m.title}：${x.colour_title}，${x.points} 个警示`}>{x.points}<span className="unseen">{x.colour_title}</span></Go><span className="sub num">{m.month.slice(2)}</span></li>
                })}
              </ul>
            ) : <Empty title="还没有已签发的月份" />}
          </Panel>
        </div>
        <div className="side-col">
          <Tasks area={area} />
          <Edges v={v} />
          <Suppose area={area} month={v.month} />
        </div>
      </div>
    </Page>
  )
}

function Tasks({ area }: { area: string }) {
  const q = useGet('/risk-map/tasks', { query: { area, limit: 5 } as never })
  const list = q.data?.items ?? []
  return (
    <Panel title="跟踪问效与定点帮扶" tools={<Go href={`/risk-map/tasks?area=${area}`}>全部</Go>}>
      {q.error ? <Trouble error={q.error} /> : list.length === 0 ? <p className="soft">没有交办过。签发的图上不是绿色的，当日通知到责任人。</p> : (
        <ul className="stack">
          {list.map((t) => (
            <li key={t.id}>
              <span className="row between"><Go href={`/risk-map/tasks/${t.id}`}>{t.month_title}　{t.kind_title}</Go><Chip tone={taskTone(t)}>{t.state_title}</Chip></span>
              <span className={`sub ${t.overdue ? 'red' : ''}`}>{[t.person, t.due_at && `${day(t.due_at)} 前${t.overdue ? '，已逾期' : ''}`, t.effect && `与 ${t.effect_month} 比较${t.effect_title}`].filter(Boolean).join('　')}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Rows({ rows, live }: { rows: RiskRow[]; live: boolean }) {
  const [back, setBack] = useState('')
  if (rows.length === 0) return <p className="soft small" style={{ padding: '0 16px' }}>没有登记，也没有系统计数。有权限的人可以在“登记事实”中填写，并注明出处。</p>
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="来历">
      <table className="t dense">
        <thead><tr><th scope="col">事实</th><th scope="col" className="r">数值</th><th scope="col">来历</th><th scope="col">出处</th><th scope="col" /></tr></thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={i}>
              <td>{r.title}</td>
              <td className="r">{r.value}</td>
              <td className="nowrap">{r.origin}{r.by && <span className="sub">{r.by}　{r.at}</span>}</td>
              <td>{r.document || '—'}</td>
              <td className="nowrap">{r.link && <Go href={r.link}>逐条查看</Go>}{live && r.item_id && <Button size="small" onClick={() => setBack(r.item_id)}>撤回</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {back && <Withdraw id={back} close={() => setBack('')} />}
    </div>
  )
}

function Withdraw({ id, close }: { id: string; close: () => void }) {
  const [reason, setReason] = useState('')
  const act = useDo(() => post('/risk-map/items/{id}/withdraw', { path: { id }, body: { reason: reason.trim() } }), touched, close)
  return (
    <FormDrawer title="撤回这条登记" open close={close} submit="撤回" busy={act.isPending} error={act.error} onSubmit={() => act.mutate(undefined)}
      next="撤回之后不再计入；已经冻结的各期不受影响，需要更正的另立一版。" check={(): Record<string, string> => (reason.trim() ? {} : { reason: '请说明为什么撤回' })}>
      {(wrong) => <Row name="reason" title="原因" required wrong={wrong}><Input.TextArea id="f-reason" autoSize={{ minRows: 3 }} value={reason} onChange={(e) => setReason(e.target.value)} /></Row>}
    </FormDrawer>
  )
}

function Edges({ v }: { v: RiskUnitView }) {
  return (
    <Panel title="再发生什么就会变色">
      {v.edges.length === 0 ? <p className="soft">{v.unit.colour === 'red' ? '已经是红色。' : '单独哪一件事都不会改变颜色，几件合起来才会。'}</p> : (
        <ul className="stack">{v.edges.map((e) => <li key={e.text}>{e.text}，变为<Mark shape={colourShape[e.colour]} tone={colourTone[e.colour]}>{e.colour_title}</Mark></li>)}</ul>
      )}
    </Panel>
  )
}

const grades = ['一般', '较大', '重大', '特别重大']

function Suppose({ area, month }: { area: string; month: string }) {
  const { values: w, set } = useDraft({ complaints: 0, exceedances: 0, share: '', index: '', grade: '', mass: false })
  const query = { month, complaints: w.complaints, exceedances: w.exceedances, share: w.share.trim() || undefined, index: w.index.trim() || undefined, grade: w.grade || undefined, mass: w.mass || undefined }
  const idle = !w.complaints && !w.exceedances && !query.share && !query.index && !w.grade && !w.mass
  const q = useGet('/risk-map/units/{area}/suppose', { path: { area }, query: query as never }, { enabled: !idle, keep: true })
  return (
    <Panel title="假设">
      <div className="form">
        <div className="form-two">
          <div className="field"><label htmlFor="s-complaints">投诉再多（件）</label><InputNumber id="s-complaints" style={{ width: '100%' }} precision={0} min={-9999} max={9999} value={w.complaints} onChange={(n) => set('complaints', n ?? 0)} /></div>
          <div className="field"><label htmlFor="s-exceed">再超标（次）</label><InputNumber id="s-exceed" style={{ width: '100%' }} precision={0} min={-9999} max={9999} value={w.exceedances} onChange={(n) => set('exceedances', n ?? 0)} /></div>
          <div className="field"><label htmlFor="s-share">断面比例改为</label><Input id="s-share" placeholder="如 0.875" inputMode="decimal" value={w.share} onChange={(e) => set('share', e.target.value)} /></div>
          <div className="field"><label htmlFor="s-index">综合指数改为</label><Input id="s-index" placeholder="如 3.31" inputMode="decimal" value={w.index} onChange={(e) => set('index', e.target.value)} /></div>
        </div>
        <div className="field"><label htmlFor="s-grade">再发生突发环境事件</label><Select id="s-grade" allowClear style={{ width: '100%' }} value={w.grade || undefined} onChange={(g) => set('grade', g ?? '')} options={grades.map((g) => ({ value: g, label: g }))} /></div>
        <Checkbox checked={w.mass} onChange={(e) => set('mass', e.target.checked)}>发生群体性事件</Checkbox>
        <div role="status">
          {idle ? <p className="soft small">按现在的事实试算，不保存。</p> : q.error ? <Trouble error={q.error} /> : q.data && (
            <>
              <Mark shape={colourShape[q.data.colour]} tone={colourTone[q.data.colour]}>{q.data.colour_title}，{q.data.points} 个警示</Mark>
              <ul className="small soft">{q.data.aspects.filter((a) => a.points > 0).map((a) => <li key={a.id}>{a.title} {a.points} 个：{a.reason}</li>)}</ul>
            </>
          )}
        </div>
      </div>
    </Panel>
  )
}
