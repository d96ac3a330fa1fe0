import { useGet } from '../../api/use'
import { Go } from '../../ui/go'
import { Page } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import './riskmap.css'
import { lasting } from './words'

/** RiskHistory compares the signed months: one row a unit, one column a month, the newest first. */
export function RiskHistory() {
  const q = useGet('/risk-map/history', { query: { months: 24 } })
  const past = q.data
  const months = past ?? []
  const units = past?.[0]?.units ?? []
  return (
    <Page title="各月比较" crumb={<Go href="/risk-map">风险预警图</Go>}>
      <section className="panel" aria-label="各月比较">
        {q.error && !past ? <Trouble error={q.error} again={() => void q.refetch()} /> : !past ? <Bones /> : units.length === 0 ? <Empty title="还没有已签发的月份" how="受理员冻结一个月、局领导签发之后，各月的颜色会并排列在这里。" /> : (
          <div className="scroll" tabIndex={0} role="region" aria-label="各月比较表">
            <table className="t dense risk-cells">
              <caption className="unseen">各单元各月警示数，单位个</caption>
              <thead><tr><th scope="col">单元</th><th scope="col" className="r">连续非绿（月）</th>{months.map((m) => <th key={m.month} scope="col" className="c num"><Go href={`/risk-map?month=${m.month}`}>{m.month}</Go></th>)}</tr></thead>
              <tbody>
                {units.map((u) => (
                  <tr key={u.code}>
                    <th scope="row" className="nowrap"><Go href={`/risk-map/units/${u.code}`}>{u.name}</Go></th>
                    <td className={`r ${lasting(past, u.code) >= 3 ? 'red strong' : 'soft'}`}>{lasting(past, u.code)}</td>
                    {months.map((m) => {
                      const x = m.units.find((y) => y.code === u.code)
                      return <td key={m.month} className="c">{x ? <Go href={`/risk-map/units/${u.code}?month=${m.month}`} className={`cell ${x.colour}`} title={`${x.name} ${m.title}：${x.colour_title}，${x.points} 个警示`}>{x.points}<span className="unseen">{x.colour_title}</span></Go> : '—'}</td>
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <p className="soft small" style={{ padding: '8px 16px 12px' }}>数字是警示个数：4 个以上红色，2—3 个黄色，其余绿色。近的月份在前。</p>
      </section>
    </Page>
  )
}
