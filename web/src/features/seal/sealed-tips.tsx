import type { SealedTip } from '../../api/types'
import { useList } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'

const filters: Filter[] = [{ name: 'mode', title: '方式', width: 160, options: [{ value: 'confidential', label: '实名保密举报' }, { value: 'insider', label: '内部知情人举报' }] }]

const columns: Column<SealedTip>[] = [
  { key: 'number', title: '编号', align: 'c', render: (t) => t.number, text: (t) => t.number },
  { key: 'mode', title: '方式', align: 'c', render: (t) => <Chip tone={t.mode === 'insider' ? 'amber' : 'blue'}>{t.mode_title}</Chip>, text: (t) => t.mode_title },
  { key: 'kind', title: '事项', render: (t) => t.kind_title || <span className="soft">已封存</span>, text: (t) => t.kind_title },
  { key: 'state', title: '阅办', align: 'c', render: (t) => t.state_title || '—', text: (t) => t.state_title },
  { key: 'stage', title: '告知举报人的进度', render: (t) => t.stage, text: (t) => t.stage },
  { key: 'due', title: '时限', align: 'c', render: (t) => (t.closed || !t.due_at ? '—' : day(t.due_at)), text: (t) => t.due_at },
  { key: 'at', title: '举报时间', align: 'c', render: (t) => dateTime(t.created_at), text: (t) => t.created_at },
]

/** SealedTips is the confidential desk's list; nothing that was told is in it. */
export function SealedTips() {
  const [search] = useFilters()
  const list = useList('/sealed-tips', pick(search, ['mode']))
  return (
    <Page title="保密举报">
      <section className="panel" aria-label="保密举报">
        <Filters filters={filters} />
        <DataList
          name="保密举报" list={list} columns={columns} rowKey={(t) => t.id} href={(t) => `/sealed-tips/${t.id}`}
          card={(t) => <><span className="row between"><span className="strong num">{t.number}</span><Chip tone={t.mode === 'insider' ? 'amber' : 'blue'}>{t.mode_title}</Chip></span><span>{t.kind_title || '内容已封存'}</span><span className="sub">{t.stage}　{dateTime(t.created_at)}</span></>}
          empty={{ title: '没有保密举报', how: '实名保密举报在此申请开启身份；内部知情人举报在此阅办，写成脱密线索后进入研判。' }}
        />
      </section>
    </Page>
  )
}
