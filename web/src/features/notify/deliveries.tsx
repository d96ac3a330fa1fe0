import { Button } from 'antd'
import { address, post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { Delivery } from '../../api/types'
import { useCan, useDo, useGet, useList } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Mark } from '../../ui/marks'
import { Page } from '../../ui/page'
import { deliveryMark, deliveryStates, urgencies, why } from './words'

/** Deliveries is the log of what left the program: to whom, by which way, and whether it arrived. */
export function Deliveries() {
  const [search] = useFilters()
  const channels = useGet('/channels')
  const query = { channel: search.channel, state: search.state as Delivery['state'] | undefined, urgency: search.urgency as Delivery['urgency'] | undefined, q: search.q }
  const list = useList('/deliveries', query)
  const can = useCan()
  const again = useDo((id: string) => post('/deliveries/{id}/resend', { path: { id } }), ['/deliveries', '/channels'])
  const button = (d: Delivery) => (d.can_resend && can('system.write') ? <Button size="small" onClick={() => again.mutate(d.id)} aria-label={`重发给${d.user_name || d.channel_name}`}>重发</Button> : null)
  const mark = (d: Delivery) => <Mark {...deliveryMark(d.state)}>{d.state_title}</Mark>
  const filters: Filter[] = [
    { name: 'state', title: '状态', kind: 'choice', options: deliveryStates.map((s) => ({ ...s })) },
    { name: 'channel', title: '渠道', kind: 'choice', options: (channels.data ?? []).map((c) => ({ value: c.id, label: c.name })) },
    { name: 'urgency', title: '紧急程度', kind: 'choice', options: urgencies.map((u) => ({ ...u })) },
    { name: 'q', title: '收件人或地址', kind: 'text' },
  ]
  const columns: Column<Delivery>[] = [
    { key: 'at', title: '时间', align: 'c', render: (d) => dateTime(d.created_at) },
    { key: 'channel', title: '渠道', align: 'c', render: (d) => d.channel_name },
    { key: 'who', title: '收件人', render: (d) => d.user_name || '—' },
    { key: 'address', title: '地址', render: (d) => <span className="mono wrap">{d.address || '—'}</span> },
    { key: 'urgency', title: '紧急程度', align: 'c', render: (d) => d.urgency_title },
    { key: 'state', title: '状态', align: 'c', render: mark },
    { key: 'why', title: '说明', render: (d) => <span className="wrap">{why(d) || d.receipt || d.title || '—'}</span> },
    { key: 'tries', title: '已试', unit: '次', align: 'r', render: (d) => d.attempts },
    { key: 'next', title: '下次尝试', align: 'c', optional: true, render: (d) => dateTime(d.next_at) },
    { key: 'sent', title: '送达', align: 'c', optional: true, render: (d) => dateTime(d.sent_at) },
    { key: 'act', title: '操作', align: 'c', render: button },
  ]
  return (
    <Page title="投递记录" crumb={<Go href="/channels">通知渠道</Go>}>
      <section className="panel" aria-label="投递记录">
        <Filters filters={filters} />
        {again.error ? <div className="trouble block" role="alert">{sentence(again.error)}</div> : null}
        <DataList
          name="投递记录"
          list={list}
          columns={columns}
          exports={(f) => address(`/deliveries/export.${f}`, query)}
          rowKey={(d) => d.id}
          card={(d) => (
            <>
              <span className="row between"><span>{d.user_name || d.channel_name}　<span className="soft">{d.channel_name}</span></span>{mark(d)}</span>
              <span className="sub wrap num">{dateTime(d.created_at)}　{d.urgency_title}　{why(d) || d.receipt}</span>
              {button(d)}
            </>
          )}
          empty={{ title: '没有投递记录', how: '配置通知渠道之后，重要和紧急的通知会从这里发出；换个筛选条件也许就有。' }}
        />
      </section>
    </Page>
  )
}
