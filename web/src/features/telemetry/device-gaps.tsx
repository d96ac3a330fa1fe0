import { Button } from 'antd'
import { post } from '../../api/client'
import type { Device, Gap } from '../../api/types'
import { useDo, useList } from '../../api/use'
import { count, dateTime } from '../../ui/format'
import { Chip } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { gapTone } from './device-words'
import { MissingCalendar } from './missing-calendar'

/** DeviceGaps is the calendar of what a device owes, and what becomes of each gap. */
export function DeviceGaps({ device }: { device: Device }) {
  const list = useList('/gaps', { device_id: device.id, limit: 20 })
  return (
    <>
      <Panel flush><MissingCalendar outlet={device.outlet_id} device={device.id} /></Panel>
      <Panel title="缺数清单" flush>
        {list.loading ? <Bones /> : list.error ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? (
          <Empty title="没有缺数" how="未到的数据会逐段列在这里；分钟、小时、日数据会自动向设备补取。" />
        ) : (
          <>
            <ul className="cards">{list.items.map((g) => <li key={g.id} className="card"><Item g={g} /></li>)}</ul>
            {list.hasMore && <div className="more"><Button onClick={list.more} loading={list.loadingMore}>加载更多</Button></div>}
          </>
        )}
      </Panel>
    </>
  )
}

function Item({ g }: { g: Gap }) {
  const retry = useDo(() => post('/gaps/{id}/retry', { path: { id: g.id } }), ['/gaps', '/outlets', '/commands'])
  return (
    <>
      <span className="row between">
        <span className="row"><strong>{g.kind_title}数据</strong><span className="num">{dateTime(g.from)}{g.to !== g.from && ` 至 ${dateTime(g.to)}`}</span><span className="num soft">{count(g.missing)} 个</span></span>
        <span className="row"><Chip tone={gapTone(g.state)}>{g.kind === 'realtime' && g.state === 'open' ? '待补传' : g.state_title}</Chip>{g.can_retry && <Button size="small" loading={retry.isPending} onClick={() => retry.mutate(undefined)}>再次补取</Button>}</span>
      </span>
      <span className="sub">{[g.reason, g.attempts > 0 && `已补取 ${g.attempts} 次`, g.next_at && g.kind !== 'realtime' && `下次 ${dateTime(g.next_at)}`].filter(Boolean).join('　') || `${dateTime(g.found_at)} 发现`}</span>
      {retry.error ? <Trouble error={retry.error} /> : null}
    </>
  )
}
