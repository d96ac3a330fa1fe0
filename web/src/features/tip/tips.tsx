import type { Tip } from '../../api/types'
import { address } from '../../api/client'
import { useGet, useList } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { Go } from '../../ui/go'
import { AnswerOfTip, ModeOfTip, StageOfTip } from './parts'
import { answers, channels, modes, reviews } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、内容、地点', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'answer', title: '是否受理', options: answers, width: 150 },
  { name: 'due', title: '今日到期或逾期', kind: 'flag' },
  { name: 'status', title: '办理', options: [{ value: 'open', label: '办理中' }, { value: 'closed', label: '已办结' }], width: 120 },
  { name: 'mode', title: '方式', options: modes, width: 140 },
  { name: 'channel', title: '来路', options: channels, width: 130 },
  { name: 'state', title: '公开审核', options: reviews, width: 140 },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const columns: Column<Tip>[] = [
  { key: 'number', title: '编号', align: 'c', render: (t) => t.number, text: (t) => t.number },
  { key: 'kind', title: '事项', render: (t) => <>{t.kind_title}<span className="sub clip">{t.text}</span></>, text: (t) => `${t.kind_title} ${t.text}` },
  { key: 'place', title: '地点', render: (t) => <>{t.area_name}<span className="sub">{t.address}</span></>, text: (t) => `${t.area_name} ${t.address}` },
  { key: 'suspect', title: '被举报单位', optional: true, render: (t) => t.suspect || '—', text: (t) => t.suspect },
  { key: 'mode', title: '方式', align: 'c', render: (t) => <ModeOfTip tip={t} />, text: (t) => t.mode_title },
  { key: 'channel', title: '来路', align: 'c', render: (t) => t.channel_title, text: (t) => t.channel_title },
  { key: 'answer', title: '是否受理', align: 'c', render: (t) => <AnswerOfTip tip={t} />, text: (t) => t.answer_title },
  { key: 'outside', title: '外部工单', optional: true, render: (t) => t.outside || '—', text: (t) => t.outside },
  { key: 'stage', title: '办理阶段', align: 'c', render: (t) => <StageOfTip tip={t} />, text: (t) => t.stage },
  { key: 'agency', title: '承办单位', render: (t) => t.agency || '—', text: (t) => t.agency },
  { key: 'due', title: '时限', align: 'c', render: (t) => (t.closed || !t.due_at ? '—' : day(t.due_at)), text: (t) => t.due_at },
  { key: 'review', title: '公开审核', align: 'c', render: (t) => (t.mode === 'public' ? t.state_title : <span className="soft">不公开</span>), text: (t) => t.state_title },
  { key: 'at', title: '举报时间', align: 'c', render: (t) => dateTime(t.created_at), text: (t) => dateTime(t.created_at) },
]

/** Tips lists the public's reports of the desk's area. */
export function Tips() {
  const [search] = useFilters()
  const query = pick(search, ['q', 'area', 'status', 'mode', 'channel', 'state', 'from', 'to', 'kind', 'answer', 'outside'])
  const asked = search.due === 'true' ? { ...query, due: true } : query
  const list = useList('/tips', asked)
  const hidden = useGet('/circles/hidden').data?.count ?? 0
  return (
    <Page title="公众举报" tools={<><Go className="linkish" href="/tips/new">登记举报</Go><a className="linkish" href="/public/" target="_blank" rel="noreferrer">打开公众页面</a></>}>
      <section className="panel" aria-label="公众举报">
        <Filters filters={filters} />
        {hidden > 0 && <p className="info small">另有 {hidden} 件举报限定了知悉范围，只有指定的人看得到。</p>}
        <DataList
          name="公众举报"
          list={list}
          columns={columns}
          exports={(f) => address(`/tips/export.${f}`, asked)}
          rowKey={(t) => t.id}
          href={(t) => `/tips/${t.id}`}
          card={(t) => (
            <>
              <span className="row between"><span className="strong">{t.kind_title}</span><StageOfTip tip={t} /></span>
              <span className="clip">{t.text}</span>
              <span className="sub">{t.area_name}　{t.address}</span>
              <span className="row between"><span className="sub num">{t.number}　{dateTime(t.created_at)}</span><AnswerOfTip tip={t} /></span>
            </>
          )}
          empty={{ title: '没有符合条件的举报', how: '群众在公众页面提交的、受理员登记的、其他平台送来的举报都在这里；每件举报同时是一条线索，在线索页研判。' }}
        />
      </section>
    </Page>
  )
}
