import type { Device, Limit, OutletFile as Outlet } from '../../api/types'
import { useCan, useList } from '../../api/use'
import { dateTime, day, lasting, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { LevelMark } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { LimitForm } from './limit-form'

/** OutletAlarms lists the outlet's newest alarms. */
export function OutletAlarms({ id }: { id: string }) {
  const list = useList('/alarms', { outlet_id: id, limit: 30 })
  const can = useCan()
  return (
    <Panel flush>
      {list.loading ? <Bones /> : list.error ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? <Empty title="没有预警" how="数据超过限值或出现异常时，预警会出现在这里，也会通知值班员。" /> : (
        <ul className="cards">
          {list.items.map((a) => (
            <li key={a.id}>
              <Go className="card" href={`/alarms/${a.id}`}>
                <span className="row between">
                  <span className="row"><LevelMark level={a.level} title={a.level_title} />{a.factor_name} {a.level === 'suspect' ? a.rule_title : <span className="num">{reading(a.value)}／{reading(a.limit)} {a.unit}</span>}</span>
                  <span className="soft small">{[a.state_title, a.quiet_title].filter(Boolean).join('　')}</span>
                </span>
                <span className="sub num">{dateTime(a.started_at)} 起，{a.ended_at ? `持续 ${lasting(a.started_at, a.ended_at)}` : `已持续 ${lasting(a.started_at, null)}`}　{a.number}</span>
              </Go>
            </li>
          ))}
        </ul>
      )}
      {list.items.length > 0 && <div className="more"><Go href={`/alarms?outlet_id=${id}`}>在预警列表中查看全部</Go></div>}
      {can('alarm.silence') && <div className="more"><Go href={`/silences?outlet_id=${id}`}>静默与免打扰时段</Go>　<Go href={`/silences/new?outlet_id=${id}`}>设置静默</Go></div>}
    </Panel>
  )
}

/** Limits lists what the outlet must keep to, past limits too. */
export function Limits({ outlet }: { outlet: Outlet }) {
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

/** OutletDevices lists the outlet's data loggers. */
export function OutletDevices({ devices }: { devices: Device[] }) {
  return (
    <Panel title="数采仪" flush>
      {devices.length === 0 ? <Empty title="还没有数采仪" how="在“设备”或“待认领设备”中登记后，数据会自动接入。" /> : (
        <ul className="cards">
          {devices.map((d) => (
            <li key={d.id}>
              <Go className="card" href={`/devices/${d.id}`}>
                <span className="mono wrap">{d.mn}</span>
                <span className="sub">{d.protocol ? `HJ 212-${d.protocol}` : '自动识别协议'}{!d.active && '　已停用'}</span>
              </Go>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
