import { useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useMemo, useState } from 'react'
import { post } from '../../api/client'
import type { MeterFile as File } from '../../api/types'
import { useCan, useDo, useGet, useList } from '../../api/use'
import { ago, dateSecond, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip, Mark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { SeriesChart } from '../../ui/series-chart'
import { Bones, Empty, Trouble } from '../../ui/state'
import { MeterForm } from './meter-form'
import { SecretOnce } from './secret'
import { interval, states } from './words'

/** MeterFile is one meter: what it reads now, the latest curve, when it came and went, what it sent. */
export function MeterFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/meters/{id}', { path: { id } }, { refetchInterval: 30_000 })
  const can = useCan()
  const [editing, setEditing] = useState(false)
  if (q.error && !q.data) return <Page title="用电与工况设备"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="用电与工况设备"><div className="panel"><Bones rows={8} /></div></Page>
  const m = q.data
  const [shape, tone, word] = states[m.state] ?? states.never
  return (
    <Page title={m.name} crumb={<Go href={`/enterprises/${m.enterprise_id}`}>{m.enterprise_name}</Go>} tools={<>{m.active ? <Mark shape={shape} tone={tone}>{word}</Mark> : <Chip>停用</Chip>}{can('registry.write') && <><Button onClick={() => setEditing(true)}>修改</Button><Renew m={m} /></>}</>}>
      <Panel>
        <dl className="facts">
          <div><dt>设备编号</dt><dd className="mono wrap">{m.mn}</dd></div>
          <div><dt>区域</dt><dd>{m.area_name}</dd></div>
          <div><dt>报文映射</dt><dd><Go href="/meter-profiles">{m.profile_name}</Go></dd></div>
          <div><dt>上报间隔</dt><dd className="num">{interval(m.every)}</dd></div>
          <div><dt>最近读数</dt><dd className="num">{m.last_at ? `${dateTime(m.last_at)}（${ago(m.last_at)}）` : '尚未收到'}</dd></div>
        </dl>
      </Panel>
      <Panel title="当前值" flush>
        {m.values.length === 0 ? <Empty title="还没有读数" how="把登录名和口令填入设备，设备上报后这里显示各测点的数值。" /> : (
          <div className="scroll" tabIndex={0} role="region" aria-label="当前值">
            <table className="t">
              <thead><tr><th scope="col">测点</th><th scope="col">编码</th><th scope="col" className="r">数值</th><th scope="col">单位</th><th scope="col">时刻</th></tr></thead>
              <tbody>{m.values.map((v) => <tr key={v.code}><td>{v.title}</td><td className="mono">{v.code}</td><td className="r num">{v.value}</td><td>{v.unit || '—'}</td><td className="num nowrap">{dateTime(v.at)}</td></tr>)}</tbody>
            </table>
          </div>
        )}
        {m.unknown.length > 0 && <div className="body soft small">最近一条报文里映射没有提到的键：<span className="mono wrap">{m.unknown.join('、')}</span>。原始报文都保存着，需要时在报文映射中补上测点。</div>}
      </Panel>
      {can('telemetry.read') && m.values.length > 0 && <Curve m={m} />}
      <Panel title="上线与离线" flush>
        {m.events.length === 0 ? <Empty title="还没有记录" how="设备以 MQTT 接入、断开时记在这里；意外断开时附上设备预先留下的遗嘱。" /> : (
          <div className="scroll" tabIndex={0} role="region" aria-label="上线与离线">
            <table className="t">
              <thead><tr><th scope="col">时间</th><th scope="col">事件</th><th scope="col">原因</th><th scope="col">来源地址</th><th scope="col">遗嘱</th></tr></thead>
              <tbody>{m.events.slice(0, 20).map((e, i) => <tr key={i}><td className="num nowrap">{dateSecond(e.at)}</td><td>{e.kind === 'online' ? <Mark shape="circle" tone="green">上线</Mark> : <Mark shape="ring" tone="grey">离线</Mark>}</td><td>{e.reason_title}</td><td className="mono">{e.address}</td><td>{e.will || '—'}</td></tr>)}</tbody>
            </table>
          </div>
        )}
      </Panel>
      {can('telemetry.read') && <Sent id={m.id} />}
      {editing && <MeterForm meter={m} close={() => setEditing(false)} />}
    </Page>
  )
}

function Renew({ m }: { m: File }) {
  const { modal } = App.useApp()
  const [secret, setSecret] = useState('')
  const renew = useDo(() => post('/meters/{id}/secret', { path: { id: m.id }, body: { version: m.version } }), ['/meters'], (r) => setSecret(r.secret))
  return (
    <>
      <Button loading={renew.isPending} onClick={() => modal.confirm({ title: '更换口令？', content: '旧口令立即失效，设备在填入新口令之前不能上报。', okText: '更换', cancelText: '取消', onOk: () => renew.mutateAsync(undefined) })}>更换口令</Button>
      {secret && <SecretOnce mn={m.mn} secret={secret} close={() => setSecret('')} />}
    </>
  )
}

const stretch = 6 * 3600_000

function Curve({ m }: { m: File }) {
  // To the minute, so that a redraw asks for the same stretch.
  const to = useMemo(() => Math.floor(Date.now() / 60_000) * 60_000 + 60_000, [m.last_at])
  // One phase tells what runs; the others are in the table.
  const phase = m.values.filter((v) => /^(Ia|P)\d\d$/.test(v.code))
  const codes = (phase.length > 2 ? phase : m.values.filter((v) => v.unit === 'A' || v.unit === 'kW')).slice(0, 4).map((v) => v.code)
  const q = useGet('/meters/{id}/series', { path: { id: m.id }, query: { from: new Date(to - stretch).toISOString(), to: new Date(to).toISOString(), codes: (codes.length > 0 ? codes : m.values.slice(0, 4).map((v) => v.code)).join(',') } }, { keep: true })
  return (
    <Panel title="最近 6 小时" flush>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={5} /> : <SeriesChart factors={q.data} kind="realtime" from={to - stretch} to={to} layout="together" />}
    </Panel>
  )
}

function Sent({ id }: { id: string }) {
  const list = useList('/meters/{id}/readings', { limit: 20 }, { path: { id } })
  return (
    <Panel title="收到的报文" flush>
      {list.loading ? <Bones /> : list.error ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? <Empty title="还没有收到报文" /> : (
        <ul className="cards">
          {list.items.map((r) => (
            <li key={r.id} className="card">
              <span className="row between">
                <span className="num">{dateSecond(r.time)}{r.assumed && '（以收到时间代替）'}</span>
                {r.mapped ? <span className="soft small num">{r.values.length} 个数值{r.version > 1 && `　第 ${r.version} 份`}</span> : <Chip tone="amber">映射读不出数值</Chip>}
              </span>
              <code className="mono wrap small">{r.payload}</code>
            </li>
          ))}
        </ul>
      )}
      {list.hasMore && <div className="more"><Button onClick={list.more} loading={list.loadingMore}>更早的报文</Button></div>}
    </Panel>
  )
}
