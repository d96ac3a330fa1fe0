import { App, Button } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Command, Device, Exchange, Station } from '../../api/types'
import { useDo, useGet, useList } from '../../api/use'
import { clock, dateSecond, dateTime } from '../../ui/format'
import { Chip } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { CommandForm } from './command-form'
import { commandTone, origins, stages } from './device-words'

/** DeviceCommands lists what was asked of a device, how far each has come, and lets those who may ask more. */
export function DeviceCommands({ device, station }: { device: Device; station: Station }) {
  const list = useList('/commands', { device_id: device.id, limit: 20 })
  const catalog = useGet('/devices/{id}/catalog', { path: { id: device.id } }, { enabled: station.can_command })
  const [form, setForm] = useState(false)
  const may = station.can_command && device.active
  const groups = catalog.data ?? []
  return (
    <Panel title="指令" flush tools={may && <Button size="small" type="primary" disabled={groups.length === 0} onClick={() => setForm(true)}>下发指令</Button>}>
      {list.loading ? <Bones /> : list.error ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? (
        <Empty title="还没有指令" how={may ? '点“下发指令”可以对时、设置间隔、补取历史数据、即时采样等；每一步的进展显示在这里。' : device.active ? '您没有向设备下发指令的权限；其他人下发的指令和进展会显示在这里。' : '设备已停用，不能下发指令。'} />
      ) : (
        <>
          <ul className="cards">{list.items.map((c) => <li key={c.id} className="card"><Item c={c} /></li>)}</ul>
          {list.hasMore && <div className="more"><Button onClick={list.more} loading={list.loadingMore}>加载更多</Button></div>}
        </>
      )}
      {form && <CommandForm device={device} station={station} groups={groups} close={() => setForm(false)} />}
    </Panel>
  )
}

function Item({ c }: { c: Command }) {
  const [open, setOpen] = useState(false)
  const { modal } = App.useApp()
  const cancel = useDo(() => post('/commands/{id}/cancel', { path: { id: c.id }, body: { version: c.version } }), ['/commands'])
  const what = Object.entries(c.params).map(([k, v]) => `${k}=${v}`)
  if (c.from) what.unshift(`${dateTime(c.from)} 至 ${dateTime(c.to)}`)
  return (
    <article aria-label={`${c.title}，${c.state_title}`}>
      <span className="row between">
        <span className="row"><strong>{c.title}</strong><Chip tone={commandTone(c.state)}>{c.state_title}</Chip></span>
        <span className="row">
          {c.can_cancel && <Button size="small" loading={cancel.isPending} onClick={() => modal.confirm({ title: '撤销这条指令？', content: '指令还没有发出，撤销后不再发送。', okText: '撤销', cancelText: '再想想', onOk: () => cancel.mutate(undefined) })}>撤销</Button>}
          <button type="button" className="linkish" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? '收起' : '往来报文'}</button>
        </span>
      </span>
      <span className="sub">CN={c.cn}　{origins[c.origin] ?? c.origin}{c.origin === 'person' && `　${c.asked_by}`}{what.length > 0 && `　${what.join('　')}`}</span>
      <ol className="stages">
        {stages(c).map((s) => <li key={s.title} data-done={s.done}>{s.title}{s.done && s.at && <span className="num soft"> {clock(s.at)}</span>}</li>)}
      </ol>
      {c.note && <p className={`note ${commandTone(c.state) === 'red' ? 'red' : 'soft'}`}>{c.note}</p>}
      {c.frames > 0 && <p className="note soft num">已收到 {c.frames} 帧数据</p>}
      {c.result.length > 0 && <dl className="results">{c.result.map((r) => <div key={r.name} title={r.title}><dt>{r.title.split(/[：，]/)[0] || r.name}</dt><dd className="mono">{r.value}</dd></div>)}</dl>}
      {cancel.error ? <Trouble error={cancel.error} /> : null}
      {open && <Talk id={c.id} />}
    </article>
  )
}

function Talk({ id }: { id: string }) {
  const q = useGet('/commands/{id}', { path: { id } })
  if (q.error) return <Trouble error={q.error} again={() => void q.refetch()} />
  if (!q.data) return <Bones rows={3} />
  if (q.data.exchanges.length === 0) return <p className="note soft">还没有往来报文；指令发出后显示在这里。</p>
  return <ul className="talk">{[...q.data.exchanges].reverse().map((x) => <li key={x.id}><Said x={x} /></li>)}</ul>
}

function Said({ x }: { x: Exchange }) {
  return (
    <>
      <span className="small soft num">{dateSecond(x.at)}　{x.direction === 'out' ? '平台 → 设备' : '设备 → 平台'}　CN={x.cn} {x.cn_title}</span>
      <code className="mono wrap">{x.text}</code>
    </>
  )
}

/** DeviceExchanges is everything that was said to a device and by it, newest first. */
export function DeviceExchanges({ id }: { id: string }) {
  const list = useList('/devices/{id}/exchanges', { limit: 30 }, { path: { id } })
  return (
    <Panel flush>
      {list.loading ? <Bones /> : list.error ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? (
        <Empty title="还没有交互报文" how="下发指令、设备的应答和请求会原样列在这里，密码和密钥已隐去；上传的数据在监控点的“原始报文”里。" />
      ) : (
        <>
          <ul className="cards">{list.items.map((x) => <li key={x.id} className="card"><Said x={x} /></li>)}</ul>
          {list.hasMore && <div className="more"><Button onClick={list.more} loading={list.loadingMore}>加载更多</Button></div>}
        </>
      )}
    </Panel>
  )
}
