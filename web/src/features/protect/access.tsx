import { Link } from '@tanstack/react-router'
import { address } from '../../api/client'
import { useCan, useGet } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { count, day } from '../../ui/format'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'

const filters: Filter[] = [
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

/** AccessReview tells who looked at protected material, the most striking first. */
export function AccessReview() {
  const can = useCan()
  const [search] = useFilters()
  const query = pick(search, ['from', 'to'])
  const q = useGet('/access-review', { query: query as never }, { keep: true })
  return (
    <Page title="查阅复核" tools={<a className="linkish" href={address('/access-review/export.xlsx', query as never)} download>导出 Excel</a>}>
      <section className="panel" aria-label="查阅复核">
        <Filters filters={filters} />
        {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={6} /> : q.data.readers.length === 0 ? (
          <Empty title="这段时间没有人打开过受保护材料" how="打开举报材料、查看联系方式、查看密件和安全措施、开启身份，每次都记入审计日志，这里按人汇总。" />
        ) : (
          <>
            <p className="info small">{day(q.data.from)} 至 {day(q.data.to)}，取自审计日志。非工作时间指周末，或早七点前、晚八点后；只看未办指看过、但这个人从没有办理过的。先问这两栏里的人。</p>
            <div className="scroll" tabIndex={0} role="region" aria-label="查阅复核表">
              <table className="t" style={{ minWidth: 900 }}>
                <thead><tr><th scope="col">姓名</th><th scope="col" className="r">查看次数</th><th scope="col" className="r">件数</th><th scope="col" className="r">只看未办</th><th scope="col" className="r">非工作时间</th>{q.data.sights.map((s) => <th key={s.action} scope="col" className="r">{s.title}</th>)}</tr></thead>
                <tbody>
                  {q.data.readers.map((r) => (
                    <tr key={r.id}>
                      <td>{can('audit.read') ? <Link to={'/audit' as never} search={{ actor: r.id } as never}>{r.name || r.id}</Link> : r.name || r.id}</td>
                      <td className="r num">{count(r.all)}</td><td className="r num">{count(r.files)}</td>
                      <td className={r.idle > 0 ? 'r num strong' : 'r num'}>{count(r.idle)}</td><td className={r.odd > 0 ? 'r num strong' : 'r num'}>{count(r.odd)}</td>
                      {q.data.sights.map((s) => <td key={s.action} className="r num">{count(r.looks[s.action] ?? 0)}</td>)}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </section>
    </Page>
  )
}
