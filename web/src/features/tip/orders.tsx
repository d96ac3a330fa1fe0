// The orders of other hotlines with what goes back to them.

import { Button } from 'antd'
import { useRef, useState } from 'react'
import { address } from '../../api/client'
import { sentence } from '../../api/problem'
import type { MailTaken, OrderState } from '../../api/types'
import { useDo, useList } from '../../api/use'
import { sendFile } from '../../ui/files'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { dateTime, day } from '../../ui/format'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'

const filters: Filter[] = [
  { name: 'outside', title: '工单编号', kind: 'text' },
  { name: 'platform', title: '来源平台', kind: 'text', width: 140 },
  { name: 'status', title: '办理', options: [{ value: 'open', label: '办理中' }, { value: 'closed', label: '已办结' }], width: 120 },
]

const columns: Column<OrderState>[] = [
  { key: 'outside', title: '工单编号', render: (o) => <>{o.outside}<span className="sub">{o.platform}</span></>, text: (o) => o.outside },
  { key: 'number', title: '举报编号', align: 'c', render: (o) => o.number, text: (o) => o.number },
  { key: 'answer', title: '是否受理', align: 'c', render: (o) => o.answer_title, text: (o) => o.answer_title },
  { key: 'stage', title: '办理状态', align: 'c', render: (o) => <Chip tone={o.closed ? 'grey' : 'amber'}>{o.stage}</Chip>, text: (o) => o.stage },
  { key: 'note', title: '说明', optional: true, render: (o) => o.note, text: (o) => o.note },
  { key: 'agency', title: '承办单位', render: (o) => o.agency || '—', text: (o) => o.agency },
  { key: 'due', title: '承诺期限', align: 'c', render: (o) => (o.closed || !o.due_at ? '—' : day(o.due_at)), text: (o) => o.due_at },
  { key: 'outside_due', title: '平台期限', align: 'c', render: (o) => (o.outside_due ? dateTime(o.outside_due) : '—'), text: (o) => o.outside_due },
  { key: 'at', title: '更新时间', align: 'c', render: (o) => dateTime(o.updated_at), text: (o) => dateTime(o.updated_at) },
]

/** WorkOrders lists what other hotlines sent; its export is what goes back to them. */
export function WorkOrders() {
  const [search] = useFilters()
  const query = pick(search, ['outside', 'platform', 'status'])
  const list = useList('/work-orders', query)
  return (
    <Page title="工单" tools={<><MailButton /><Go className="linkish" href="/work-orders/import">导入工单</Go></>}>
      <section className="panel" aria-label="工单">
        <Filters filters={filters} />
        <DataList
          name="工单办理状态"
          list={list}
          columns={columns}
          exports={(f) => address(`/work-orders/states.${f}`, query)}
          rowKey={(o) => o.tip_id}
          href={(o) => `/tips/${o.tip_id}`}
          card={(o) => (
            <>
              <span className="row between"><span className="strong num">{o.outside}</span><Chip tone={o.closed ? 'grey' : 'amber'}>{o.stage}</Chip></span>
              <span className="sub">{o.platform}　{o.agency || '研判岗'}</span>
              <span className="sub num">{o.number}　{o.outside_due && `平台期限 ${day(o.outside_due)}`}</span>
            </>
          )}
          empty={{ title: '没有符合条件的工单', how: '12345、12369 等平台派来的工单，从“导入工单”导入后在这里；导出的表按工单编号写明是否受理、办理状态和期限，可以回写给来源平台。' }}
        />
      </section>
    </Page>
  )
}

/** MailButton takes down one mail that was saved from a mailbox. */
function MailButton() {
  const input = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState('')
  const take = useDo(
    (f: File) => sendFile<MailTaken>(address('/tips/mail'), f).done,
    ['/tips', '/clues', '/notices'],
    (m) => setSaid(`${m.again ? '这封邮件此前已登记' : '已登记'}，编号 ${m.number}。${m.dropped.length > 0 ? `没有收下：${m.dropped.join('；')}` : ''}`),
  )
  return (
    <>
      {(said || take.error) && <span className={take.error ? 'red small' : 'small'} role="status">{take.error ? sentence(take.error) : said}</span>}
      <input ref={input} type="file" className="unseen" tabIndex={-1} aria-label="举报邮件" accept=".eml,message/rfc822" onChange={(e) => {
        const f = e.target.files?.[0]
        e.target.value = ''
        setSaid('')
        if (f) take.mutate(f)
      }} />
      <Button loading={take.isPending} onClick={() => input.current?.click()}>登记邮件（.eml）</Button>
    </>
  )
}
