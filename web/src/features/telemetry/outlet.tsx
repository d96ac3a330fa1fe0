import { useParams } from '@tanstack/react-router'
import type { Device, Limit, OutletFile as Outlet } from '../../api/types'
import { useCan, useGet, useList } from '../../api/use'
import { ago, dateTime, day, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { LevelMark, OutletMark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { LimitForm } from './limit-form'
import { SeriesPanel } from './series-panel'
import { Frames } from './frames'
import { Values } from './values'
import './outlets.css'

/** OutletFile is one outlet: what it emits now, its curves, limits and devices. */
export function OutletFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/outlets/{id}', { path: { id } }, { refetchInterval: 30_000 })
  const can = useCan()
  if (q.error && !q.data) return <Page title="监控点"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="监控点"><div className="panel"><Bones rows={8} /></div></Page>
  const o = q.data
  return (
    <Page title={o.name} crumb={<Go href={`/enterprises/${o.enterprise_id}`}>{o.enterprise_name}</Go>} tools={<OutletMark state={o.state} />}>
      <Panel>
        <dl className="facts">
          <div><dt>类别</dt><dd>{{ gas: '废气', water: '废水', rain: '雨水' }[o.kind]}{o.code && `　${o.code}`}</dd></div>
          <div><dt>区域</dt><dd>{o.area_name}</dd></div>
          <div><dt>最近上报</dt><dd className="num">{dateTime(o.last_at)}（{ago(o.last_at)}）</dd></div>
          <div><dt>位置</dt><dd className="num">{o.lng ? `${o.lng.toFixed(4)}，${o.lat.toFixed(4)}` : '—'}</dd></div>
          <div className="wide"><dt>当前值／限值</dt><dd><Values values={o.values} /></dd></div>
        </dl>
      </Panel>
      {can('telemetry.read') && <SeriesPanel outlet={o} />}
      <Limits outlet={o} />
      <div className="cols" style={{ marginTop: 16 }}>
        <div><Frames id={o.id} /></div>
        <div><Devices devices={o.devices} />{can('alarm.read') && <OpenAlarms id={o.id} />}</div>
      </div>
    </Page>
  )
}

function OpenAlarms({ id }: { id: string }) {
  const list = useList('/alarms', { outlet_id: id, limit: 10 })
  return (
    <Panel title="近期预警" flush tools={<Go href={`/alarms?outlet_id=${id}`}>全部</Go>}>
      {list.items.length === 0 ? <Empty title="没有预警" /> : (
        <ul className="cards">
          {list.items.map((a) => (
            <li key={a.id}>
              <Go className="card" href={`/alarms/${a.id}`}>
                <span className="row between"><LevelMark level={a.level} title={a.level_title} /><span className="soft small">{a.state_title}</span></span>
                <span className="sub num">{dateTime(a.started_at)}　{a.factor_name} {reading(a.value)} {a.unit}</span>
              </Go>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Limits({ outlet }: { outlet: Outlet }) {
  const can = useCan()
  return (
    <Panel title="执行限值" flush tools={can('registry.write') && <LimitForm outlet={outlet} />}>
      {outlet.limits.length === 0 ? <Empty title="还没有登记限值" how="登记限值后，系统才能判断是否超标并发出预警。" /> : (
        <div className="scroll" tabIndex={0} role="region" aria-label="执行限值">
          <table className="t">
            <thead><tr><th scope="col">因子</th><th scope="col">统计</th><th scope="col" className="r">上限</th><th scope="col" className="r">下限</th><th scope="col">单位</th><th scope="col">标准与条款</th><th scope="col">生效</th><th scope="col">失效</th></tr></thead>
            <tbody>{outlet.limits.map((l) => <LimitRow key={l.id} l={l} />)}</tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

const statistics: Record<string, string> = { hour: '小时均值', day: '日均值', realtime: '实时值', minute: '分钟均值' }

function LimitRow({ l }: { l: Limit }) {
  const past = l.valid_to !== '' && Date.parse(l.valid_to) < Date.now()
  return (
    <tr className={past ? 'soft' : undefined}>
      <td className="nowrap">{l.factor_name || l.factor}</td>
      <td className="nowrap">{statistics[l.statistic] ?? l.statistic}</td>
      <td className="r">{reading(l.upper ?? null)}</td>
      <td className="r">{reading(l.lower ?? null)}</td>
      <td>{l.unit}</td>
      <td>{l.standard}{l.article && <span className="sub">{l.article}</span>}</td>
      <td className="c">{day(l.valid_from)}</td>
      <td className="c">{l.valid_to ? day(l.valid_to) : '现行'}{past && '（已失效）'}</td>
    </tr>
  )
}

function Devices({ devices }: { devices: Device[] }) {
  return (
    <Panel title="数采仪" flush>
      {devices.length === 0 ? <Empty title="还没有数采仪" how="在“设备”或“待认领设备”中登记后，数据会自动接入。" /> : (
        <ul className="cards">
          {devices.map((d) => (
            <li key={d.id} className="card">
              <span className="mono wrap">{d.mn}</span>
              <span className="sub">{d.protocol ? `HJ 212-${d.protocol}` : '自动识别协议'}{!d.active && '　已停用'}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
