import { count, reading } from '../../ui/format'
import { overWord } from '../../ui/series'
import { keyOf, type Line } from '../../ui/series-layout'
import { change, sumUp } from './compare'

/** CompareTable tells in numbers how the period differs from the same hours of other days. */
export function CompareTable({ kind, present, others }: { kind: string; present: Line[]; others: { title: string; factors: Line[] }[] }) {
  const missing = [present, ...others.map((o) => o.factors)].some((list) => list.some((f) => f.of > f.points.length))
  return (
    <section className="compare" aria-label="比较">
      <h3>比较</h3>
      <div className="scroll" tabIndex={0} role="region" aria-label="比较的数值">
        <table className="t dense">
          <thead>
            <tr><th scope="col">因子</th><th scope="col">时段</th><th scope="col" className="r">平均</th><th scope="col" className="r">本时段比它</th><th scope="col" className="r">最大</th><th scope="col" className="r">{overWord(kind)}（次）</th><th scope="col" className="r">有效数据（个）</th></tr>
          </thead>
          <tbody>
            {present.flatMap((f) => {
              const now = sumUp(f, kind)
              return [{ title: '本时段', factors: [f] }, ...others].map((o, i) => {
                const of = o.factors.find((x) => keyOf(x) === keyOf(f))
                const s = of ? sumUp(of, kind) : undefined
                const more = i > 0 ? change(now.mean, s?.mean) : undefined
                return (
                  <tr key={keyOf(f) + o.title}>
                    <td className="nowrap">{i === 0 ? `${f.name}${f.unit && `（${f.unit}）`}` : ''}</td>
                    <td className="nowrap">{o.title}</td>
                    <td className="r">{reading(s?.mean)}</td>
                    <td className="r">{more === undefined ? '' : Math.abs(more) < 0.05 ? '持平' : `${more > 0 ? '高' : '低'} ${reading(Math.round(Math.abs(more) * 10) / 10)}%`}</td>
                    <td className="r">{reading(s?.max)}</td>
                    <td className={`r ${(s?.over ?? 0) > 0 ? 'red strong' : ''}`}>{s ? count(s.over) : '—'}</td>
                    <td className="r">{s ? count(s.count) : '无数据'}</td>
                  </tr>
                )
              })
            })}
          </tbody>
        </table>
      </div>
      {missing && <p className="soft small note-line">数据太密的时段只取了一部分来画图，不计算平均和次数；请缩短时段，或改看小时、日数据。</p>}
    </section>
  )
}
