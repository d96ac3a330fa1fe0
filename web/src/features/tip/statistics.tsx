import { address } from '../../api/client'
import type { TipCounts } from '../../api/types'
import { useGet } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { count, day } from '../../ui/format'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { share } from './words'

const filters: Filter[] = [
  { name: 'by', title: '按什么统计', options: [{ value: 'kind', label: '事项' }, { value: 'area', label: '区域' }, { value: 'channel', label: '来路' }, { value: 'mode', label: '方式' }, { value: 'month', label: '月份' }], width: 140 },
  { name: 'from', title: '起始日所在月', kind: 'day' },
  { name: 'to', title: '截止日所在月', kind: 'day' },
]

const heads = ['件数', '待答复', '已受理', '不予受理', '其他机关', '按时答复', '已办结', '办结天数中位数', '要求重新办理', '已解决', '部分解决', '没有解决']

/** TipStatistics counts reports and how they were dealt with; it holds nothing that was written in one. */
export function TipStatistics() {
  const [search] = useFilters()
  const query = pick(search, ['by', 'from', 'to'])
  const q = useGet('/tip-statistics', { query: query as never }, { keep: true })
  return (
    <Page title="举报统计" tools={<a className="linkish" href={address('/tip-statistics/export.xlsx', query as never)} download>导出 Excel</a>}>
      <section className="panel" aria-label="举报统计">
        <Filters filters={filters} />
        {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={6} /> : q.data.few ? (
          <Empty title={q.data.total.all === 0 ? '这段时间没有举报' : `这段时间共 ${q.data.total.all} 件，不分项`} how="不足五件时只给总数，免得由此推知是哪一件。请放宽起止月份。" />
        ) : (
          <>
            <p className="info small">{day(q.data.from)} 至 {day(q.data.to)} 收到的举报，按整月计；不含内容，不含内部知情人举报。不足五件的分项合并为一行。</p>
            <div className="scroll" tabIndex={0} role="region" aria-label="举报统计表">
              <table className="t" style={{ minWidth: 1040 }}>
                <thead><tr><th scope="col">分项</th>{heads.map((h) => <th key={h} scope="col" className="r">{h}</th>)}</tr></thead>
                <tbody>
                  {q.data.rows.map((r) => <Line key={r.value || r.title} row={r} />)}
                  <Line row={q.data.total} whole />
                </tbody>
              </table>
            </div>
          </>
        )}
      </section>
    </Page>
  )
}

function Line({ row: r, whole = false }: { row: TipCounts; whole?: boolean }) {
  const cells = [count(r.all), count(r.waiting), count(r.accepted), count(r.refused), count(r.elsewhere), share(r.in_time, r.in_time + r.late), count(r.closed), r.median_days < 0 ? '—' : count(r.median_days), count(r.reopened), count(r.solved), count(r.partly), count(r.unsolved)]
  return (
    <tr className={whole ? 'strong' : undefined}>
      <td>{r.title}{r.folded > 0 && <span className="sub">{r.folded} 项</span>}</td>
      {cells.map((c, i) => <td key={heads[i]} className="r num">{c}</td>)}
    </tr>
  )
}
