import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { OutletFile as Outlet } from '../../api/types'
import { useCan, useGet } from '../../api/use'
import { Cameras } from '../../ui/cameras'
import { ago, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { OutletMark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Subtabs, useSubtab, type Subtab } from '../../ui/subtabs'
import { OutletConduct } from './conduct'
import { Emission } from './emission'
import { Frames } from './frames'
import { Limits, OutletAlarms, OutletDevices } from './outlet-parts'
import { Official } from './official'
import { Permits } from './permit'
import { PresentValues } from './present-values'
import { RateCalendar } from './rate-calendar'
import { SeriesPanel } from './series-panel'
import { Values } from './values'
import './outlets.css'

interface Tab extends Subtab { needs?: string; draw: (o: Outlet) => ReactNode }

/** tabs are the outlet's parts; another part is another line here. */
const tabs: Tab[] = [
  { key: 'curve', title: '曲线', needs: 'telemetry.read', draw: (o) => <SeriesPanel outlet={o} /> },
  { key: 'now', title: '实时值', needs: 'telemetry.read', draw: (o) => <PresentValues outlet={o} /> },
  { key: 'official', title: '法定均值', needs: 'telemetry.read', draw: (o) => <Official outlet={o} /> },
  { key: 'rates', title: '传输有效率', needs: 'telemetry.read', draw: (o) => <RateCalendar outlet={o} /> },
  { key: 'emission', title: '排放量', needs: 'telemetry.read', draw: (o) => <Emission outlet={o} /> },
  { key: 'alarms', title: '预警', needs: 'alarm.read', draw: (o) => <OutletAlarms id={o.id} /> },
  { key: 'conduct', title: '异常识别', needs: 'alarm.read', draw: (o) => <OutletConduct id={o.id} /> },
  { key: 'frames', title: '原始报文', needs: 'telemetry.read', draw: (o) => <Frames id={o.id} /> },
  { key: 'video', title: '视频', needs: 'registry.read', draw: (o) => <Cameras outlet={o.id} /> },
  { key: 'rules', title: '限值与设备', draw: (o) => <><Limits outlet={o} /><Permits outlet={o} /><OutletDevices devices={o.devices} /></> },
]

/** OutletFile is one outlet: what it emits now, its curves, alarms, frames, limits and devices. */
export function OutletFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/outlets/{id}', { path: { id } }, { refetchInterval: 30_000 })
  const can = useCan()
  const mine = tabs.filter((t) => !t.needs || can(t.needs)).map((t) => (t.key === 'alarms' ? { ...t, count: q.data?.alarms_open } : t))
  const open = useSubtab(mine)
  if (q.error && !q.data) return <Page title="监控点"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="监控点"><div className="panel"><Bones rows={8} /></div></Page>
  const o = q.data
  return (
    <Page title={o.name} crumb={<Go href={`/enterprises/${o.enterprise_id}`}>{o.enterprise_name}</Go>} tools={<OutletMark state={o.state} lastAt={o.last_at} />}>
      <Panel>
        <dl className="facts">
          <div><dt>类别</dt><dd>{{ gas: '废气', water: '废水', rain: '雨水' }[o.kind]}{o.code && `　${o.code}`}</dd></div>
          <div><dt>区域</dt><dd>{o.area_name}</dd></div>
          <div><dt>最近上报</dt><dd className="num">{o.last_at ? `${dateTime(o.last_at)}（${ago(o.last_at)}）` : '还没有'}</dd></div>
          <div><dt>位置</dt><dd className="num">{o.lng ? `${o.lng.toFixed(4)}，${o.lat.toFixed(4)}` : '—'}</dd></div>
          <div className="wide"><dt>当前值／限值</dt><dd><Values values={o.values} /></dd></div>
        </dl>
      </Panel>
      <Subtabs label="监控点的内容" tabs={mine} />
      {mine.find((t) => t.key === open)?.draw(o)}
    </Page>
  )
}
