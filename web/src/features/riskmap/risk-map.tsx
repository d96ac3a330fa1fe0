import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { address, post } from '../../api/client'
import type { RiskMap as View, RiskPast, RiskUnit } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row } from '../../ui/draft'
import { useFilters } from '../../ui/filters'
import { dateTime } from '../../ui/format'
import { Go, useGo } from '../../ui/go'
import { Chip, Mark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { pick, stringifySearch } from '../../ui/search'
import { Bones, Trouble } from '../../ui/state'
import { Verbs } from '../../ui/verb-form'
import { Tiles } from './tiles'
import { before, changeWords, colourShape, colourTone, neighbours, tally } from './words'

export const touched = ['/risk-map', '/notices', '/me']

/** RiskMapBoard is a month's map: tiles, the same as a table, the edition with its verbs, and what the document leaves open. */
export function RiskMapBoard() {
  const [search] = useFilters()
  const ask = pick(search, ['month', 'edition', 'live'])
  const q = useGet('/risk-map', { query: ask as never }, { keep: true })
  const past = useGet('/risk-map/history', { query: { months: 24 } })
  const v = q.data
  if (q.error && !v) return <Page title="风险预警图"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!v) return <Page title="风险预警图"><div className="panel"><Bones rows={8} /></div></Page>
  const of = (u: RiskUnit) => `/risk-map/units/${u.code}${stringifySearch(v.edition ? { edition: v.edition.id } : { month: v.month, live: 'true' })}`
  return (
    <Page title={`${v.title}风险预警图`} crumb={v.edition ? <span className="num">{v.edition.number}　第 {v.edition.revision} 版</span> : '按现有事实测算，尚未冻结'} tools={<Tools v={v} ask={ask} />}>
      <Months v={v} />
      <div className="risk-board">
        <Panel title="各单元示意" tools={<span className="soft">示意，不代表实际边界</span>}>
          <Tiles units={v.units} href={of} />
        </Panel>
        <div>
          <Panel>
            <dl className="risk-counts">
              {tally(v.units).map((t) => <div key={t.colour}><dt><Mark shape={colourShape[t.colour]} tone={colourTone[t.colour]}>{t.title}</Mark></dt><dd className="num">{t.n}</dd></div>)}
            </dl>
            <p className="soft small" style={{ marginTop: 8 }}>五个方面各计 0、1、2 个警示，合计 0—1 个绿色（低风险），2—3 个黄色（中风险），4 个以上红色（高风险）。{v.live && '本月未过完时，投诉与超标次数按已经发生的计，往后只会增加。'}</p>
          </Panel>
          <Edition v={v} again={() => void q.refetch()} />
        </div>
      </div>
      <section className="panel" aria-label="各单元警示" style={{ marginTop: 16 }}>
        <header><h2>各单元警示</h2><div className="tools"><a href={address('/risk-map/export.csv', ask)} download>导出 CSV</a><a href={address('/risk-map/export.xlsx', ask)} download>导出 Excel</a></div></header>
        <Table v={v} past={past.data} of={of} />
      </section>
      <Panel title="判定规则" tools={<a href={address('/risk-map/facts.json', ask)} download>下载事实文件（可复算）</a>}>
        <p>依据{v.source}。文件没有写明之处，本地这样处理：</p>
        <ol className="risk-choices small" style={{ marginTop: 8 }}>{v.choices.map((c) => <li key={c}>{c}</li>)}</ol>
      </Panel>
    </Page>
  )
}

function Tools({ v, ask }: { v: View; ask: Record<string, string | undefined> }) {
  return (
    <>
      <Go href="/risk-map/tasks">跟踪帮扶</Go>
      <Go href="/risk-map/history">各月比较</Go>
      <a href={address('/risk-map/paper.pdf', ask)} download>下载 PDF</a>
      {v.may_enter && <Go href={`/risk-map/enter?month=${v.month}`}>登记事实</Go>}
    </>
  )
}

function Months({ v }: { v: View }) {
  const go = useGo()
  const { older, newer } = neighbours(v.months, v.month)
  const options = v.months.map((m) => ({ value: m.month, label: m.title }))
  if (!options.some((o) => o.value === v.month)) options.unshift({ value: v.month, label: `${v.title}（未签发）` })
  return (
    <div className="row risk-months">
      <Button size="small" disabled={!older} onClick={() => go(`/risk-map?month=${older}`)}>上一期</Button>
      <Select aria-label="月份" size="small" style={{ width: 168 }} value={v.month} options={options} onChange={(m) => go(`/risk-map?month=${m}`)} />
      <Button size="small" disabled={!newer} onClick={() => go(`/risk-map?month=${newer}`)}>下一期</Button>
      {v.edition ? <Go href="/risk-map?live=true">本月早期视图</Go> : v.months.length > 0 && <Go href="/risk-map">最近一期已签发的</Go>}
    </div>
  )
}

function Edition({ v, again }: { v: View; again: () => void }) {
  const go = useGo()
  const [open, setOpen] = useState(false)
  const act = useDo((a: { id: string; verb: string; form: Record<string, unknown>; version: number }) => post('/risk-map/editions/{id}/{verb}', { path: { id: a.id, verb: a.verb }, body: { version: a.version, form: a.form } }), touched)
  const e = v.edition
  const others = v.editions.filter((x) => x.id !== e?.id)
  const signed = v.editions.some((x) => x.state === 'signed')
  return (
    <>
      <Panel title="冻结与签发">
        {e ? (
          <dl className="facts one">
            <div><dt>状态</dt><dd><Chip tone={e.state === 'signed' ? 'green' : e.state === 'draft' ? 'amber' : 'grey'}>{e.state_title}</Chip></dd></div>
            <div><dt>冻结</dt><dd className="num">{e.drafter}　{dateTime(e.drafted_at)}</dd></div>
            {e.signer && <div><dt>签发</dt><dd className="num">{e.signer}　{dateTime(e.signed_at)}</dd></div>}
            {e.reason && <div><dt>更正原因</dt><dd>{e.reason}</dd></div>}
          </dl>
        ) : <p className="soft">这是按现在的事实测算的结果，登记和新发生的事随时会改变它。每月由一人冻结、另一人签发之后不再改变，更正另立一版。</p>}
        {others.length > 0 && <p className="small" style={{ marginTop: 8 }}>本月其他各版：{others.map((x) => <Go key={x.id} href={`/risk-map?edition=${x.id}`} style={{ marginRight: 12 }}>第 {x.revision} 版（{x.state_title}）</Go>)}</p>}
        {v.may_freeze && !v.editions.some((x) => x.state === 'draft') && <Button style={{ marginTop: 12 }} onClick={() => setOpen(true)}>{signed ? '更正：重新冻结' : '冻结这个月'}</Button>}
      </Panel>
      {e && e.actions.length > 0 && <Verbs key={e.id} actions={e.actions} run={(verb, form) => act.mutateAsync({ id: e.id, verb, form, version: e.version }).finally(again)} />}
      {open && <Freeze month={v.month} title={v.title} signed={signed} close={() => setOpen(false)} done={(id) => { setOpen(false); go(`/risk-map?edition=${id}`) }} />}
    </>
  )
}

function Freeze({ month, title, signed, close, done }: { month: string; title: string; signed: boolean; close: () => void; done: (id: string) => void }) {
  const [reason, setReason] = useState('')
  const act = useDo(() => post('/risk-map/editions', { body: { month, reason: reason.trim() } }), touched, (e) => done(e.id))
  return (
    <FormDrawer title={`冻结${title}`} open close={close} submit="冻结" busy={act.isPending} error={act.error} onSubmit={() => act.mutate(undefined)}
      next="现在的事实连同来历一并保存，送局领导签发；签发人不能是冻结的人。" check={(): Record<string, string> => (signed && !reason.trim() ? { reason: '请说明更正什么、为什么' } : {})}>
      {(wrong) => <Row name="reason" title={signed ? '更正的原因' : '说明'} required={signed} wrong={wrong}><Input.TextArea id="f-reason" autoSize={{ minRows: 3 }} value={reason} onChange={(e) => setReason(e.target.value)} /></Row>}
    </FormDrawer>
  )
}

function Table({ v, past, of }: { v: View; past: RiskPast[] | undefined; of: (u: RiskUnit) => string }) {
  const sorted = [...v.units].sort((a, b) => b.points - a.points)
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="各单元警示表">
      <table className="t">
        <thead><tr><th scope="col">单元</th><th scope="col">颜色</th><th scope="col" className="r">警示（个）</th>{v.units[0]?.aspects.map((a) => <th key={a.id} scope="col" className="r">{a.title}</th>)}<th scope="col" className="r">比上一期</th></tr></thead>
        <tbody>
          {sorted.map((u) => (
            <tr key={u.code}>
              <td className="nowrap"><Go href={of(u)}>{u.name}</Go></td>
              <td><Mark shape={colourShape[u.colour]} tone={colourTone[u.colour]}>{u.colour_title}</Mark></td>
              <td className="r strong">{u.points}</td>
              {u.aspects.map((a) => <td key={a.id} className={`r ${a.points ? 'strong' : 'soft'}`} title={a.reason}>{a.points}</td>)}
              <td className="r">{changeWords(u.points, before(past, v.month, u.code)?.points)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
