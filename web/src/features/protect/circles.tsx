import type { Circle } from '../../api/types'
import { useAll } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'

export function StateOfCircle({ circle }: { circle: Circle }) {
  return <Chip tone={circle.state === 'held' ? 'amber' : 'grey'}>{circle.state_title}</Chip>
}

const people = (c: Circle) => c.members.map((m) => m.name).join('、')

function Review({ circle: c }: { circle: Circle }) {
  if (!c.review_at) return <>—</>
  return c.late ? <Chip tone="red">{day(c.review_at)} 到期未复核</Chip> : <span className="num">{day(c.review_at)}</span>
}

const columns: Column<Circle>[] = [
  { key: 'number', title: '举报', align: 'c', render: (c) => c.number, text: (c) => c.number },
  { key: 'area', title: '区域', render: (c) => c.area_name, text: (c) => c.area_name },
  { key: 'state', title: '状态', align: 'c', render: (c) => <StateOfCircle circle={c} />, text: (c) => c.state_title },
  { key: 'members', title: '知悉人员', render: (c) => <>{people(c)}<span className="sub">{c.members.length} 人</span></>, text: people },
  { key: 'reason', title: '理由', render: (c) => c.reason, text: (c) => c.reason },
  { key: 'review', title: '安全措施复核', align: 'c', render: (c) => <Review circle={c} />, text: (c) => c.review_at },
  { key: 'by', title: '限定人', align: 'c', render: (c) => c.set_by_name, text: (c) => c.set_by_name },
  { key: 'at', title: '限定时间', align: 'c', render: (c) => dateTime(c.set_at), text: (c) => dateTime(c.set_at) },
]

/** Circles lists the reports whose readers are named. */
export function Circles() {
  const list = useAll('/circles')
  return (
    <Page title="知悉范围">
      <section className="panel" aria-label="知悉范围">
        <DataList
          name="知悉范围"
          list={list}
          columns={columns}
          rowKey={(c) => c.id}
          href={(c) => `/circles/${c.id}`}
          card={(c) => (
            <>
              <span className="row between"><span className="strong num">{c.number}</span><StateOfCircle circle={c} /></span>
              <span>{people(c)}</span>
              <span className="sub">{c.area_name}　{c.reason}</span>
              {c.review_at && <span className="sub">安全措施复核　<Review circle={c} /></span>}
            </>
          )}
          empty={{ title: '没有限定知悉范围的举报', how: '在举报页点“限定知悉范围”，选定的人以外谁都看不到它，只在统计里计数；负责人在这里调整和解除。' }}
        />
      </section>
    </Page>
  )
}
