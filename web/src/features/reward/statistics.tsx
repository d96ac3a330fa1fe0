import { address } from '../../api/client'
import { useGet } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { count } from '../../ui/format'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Links } from './parts'
import { money } from './words'

const filters: Filter[] = [{ name: 'from', title: '起始日', kind: 'day' }, { name: 'to', title: '截止日', kind: 'day' }]

/** RewardStatistics counts what was granted and paid, by month, area and act; it names no report. */
export function RewardStatistics() {
  const [search] = useFilters()
  const query = pick(search, ['from', 'to'])
  const q = useGet('/rewards/statistics', { query: query as never }, { keep: true })
  return (
    <Page title="奖励统计" crumb="举报奖励" tools={<><Links here="/rewards/statistics" /><a href={address('/rewards/statistics/export.xlsx', query as never)} download>导出 Excel</a></>}>
      <section className="panel" aria-label="奖励统计">
        <Filters filters={filters} />
        {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={4} /> : q.data.length === 0 ? (
          <Empty title="这段时间没有批准的奖励" how="不选起止日为最近十二个月。统计以批准的月份计，只有笔数、金额和天数，不含举报编号。" />
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label="奖励统计表">
            <table className="t">
              <thead><tr><th scope="col">月份</th><th scope="col">区域</th><th scope="col">违法行为</th><th scope="col" className="r">笔数</th><th scope="col" className="r">批准（元）</th><th scope="col" className="r">已付笔数</th><th scope="col" className="r">已付（元）</th><th scope="col" className="r">付款天数中位数</th></tr></thead>
              <tbody>
                {q.data.map((s) => (
                  <tr key={`${s.month}${s.area_name}${s.act_title}`} className={s.month ? undefined : 'strong'}>
                    <td className="num">{s.month || '合计'}</td><td>{s.area_name}</td><td>{s.act_title}</td><td className="r num">{count(s.count)}</td><td className="r num">{money(s.amount)}</td><td className="r num">{count(s.paid)}</td><td className="r num">{money(s.paid_amount)}</td><td className="r num">{s.median_days < 0 ? '—' : count(s.median_days)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </Page>
  )
}
