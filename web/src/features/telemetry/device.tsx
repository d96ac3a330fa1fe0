import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Device, Station } from '../../api/types'
import { useGet } from '../../api/use'
import { ago, count, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip, Mark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Subtabs, useSubtab, type Subtab } from '../../ui/subtabs'
import { DeviceCommands, DeviceExchanges } from './device-commands'
import { DeviceGaps } from './device-gaps'
import { DeviceLink } from './device-link'
import './device.css'
import './frames.css'

interface Tab extends Subtab { draw: (d: Device, s: Station) => ReactNode }

const tabs: Tab[] = [
  { key: 'commands', title: '指令', draw: (d, s) => <DeviceCommands device={d} station={s} /> },
  { key: 'gaps', title: '缺数', draw: (d) => <DeviceGaps device={d} /> },
  { key: 'exchanges', title: '交互报文', draw: (d) => <DeviceExchanges id={d.id} /> },
  { key: 'link', title: '通信与密钥', draw: (d, s) => <DeviceLink device={d} station={s} /> },
]

/** DeviceFile is one data logger: how it is connected, what was asked of it, what it owes. */
export function DeviceFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const device = useGet('/devices/{id}', { path: { id } }, { refetchInterval: 30_000 })
  const station = useGet('/devices/{id}/station', { path: { id } }, { refetchInterval: 10_000 })
  const open = useSubtab(tabs)
  const error = device.error ?? station.error
  if (error && (!device.data || !station.data)) return <Page title="数采仪"><div className="panel"><Trouble error={error} again={() => { void device.refetch(); void station.refetch() }} /></div></Page>
  if (!device.data || !station.data) return <Page title="数采仪"><div className="panel"><Bones rows={8} /></div></Page>
  const [d, s] = [device.data, station.data]
  return (
    <Page
      title={`${d.outlet_name}数采仪`}
      crumb={<Go href={`/outlets/${d.outlet_id}`}>{d.outlet_name}</Go>}
      tools={!d.active ? <Chip>停用</Chip> : s.online ? <Mark shape="circle" tone="green">已连接</Mark> : <Mark shape="ring" tone="grey">未连接</Mark>}
    >
      <Panel>
        <dl className="facts">
          <div><dt>MN</dt><dd className="mono">{d.mn}</dd></div>
          <div><dt>协议</dt><dd>{d.protocol ? `HJ 212-${d.protocol}` : s.protocol ? `自动识别（现为 ${s.protocol}）` : '自动识别'}</dd></div>
          <div><dt>实时间隔</dt><dd className="num">{d.rtd_interval || 60} 秒</dd></div>
          <div><dt>最近报文</dt><dd className="num">{d.last_at ? `${dateTime(d.last_at)}（${ago(d.last_at)}）` : '还没有'}</dd></div>
          {s.online ? (
            <>
              <div><dt>连接自</dt><dd className="mono">{s.address}</dd></div>
              <div><dt>连接建立</dt><dd className="num">{dateTime(s.since)}</dd></div>
              <div><dt>此连接报文</dt><dd className="num">{count(s.frames)} 帧{s.others > 0 && `，另有 ${s.others} 条连接`}</dd></div>
            </>
          ) : <div><dt>连接</dt><dd>此刻没有连接（有的设备发完即断开）；指令会等设备再次连接</dd></div>}
        </dl>
      </Panel>
      <Subtabs label="数采仪的内容" tabs={tabs} />
      {tabs.find((t) => t.key === open)?.draw(d, s)}
    </Page>
  )
}
