import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { MissingCalendar as Calendar, MissingDay } from '../../api/types'
import { useGet } from '../../api/use'
import { count, day } from '../../ui/format'
import { Bones, Empty, Trouble } from '../../ui/state'
import { daysOfMonth, monthNow, otherMonth, share, tone } from './missing'
import './missing.css'

/** MissingCalendar shows for a month, day by day and kind by kind, what was due at an outlet, or of one of its devices, and what came. */
export function MissingCalendar({ outlet, device }: { outlet: string; device?: string }) {
  const [month, setMonth] = useState(monthNow)
  const q = useGet('/outlets/{id}/missing', { path: { id: outlet }, query: { month, device_id: device } }, { keep: true })
  const last = monthNow()
  return (
    <div className="missing">
      <div className="missing-head">
        <Button size="small" aria-label="上个月" onClick={() => setMonth(otherMonth(month, -1))}>‹</Button>
        <h3 className="num">{month.replace('-', ' 年 ')} 月</h3>
        <Button size="small" aria-label="下个月" disabled={month >= last} onClick={() => setMonth(otherMonth(month, 1))}>›</Button>
        <span className="missing-key small soft"><i className="k full" />到齐<i className="k some" />缺一成以内<i className="k many" />缺一成以上</span>
      </div>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={4} /> : q.data.kinds.length === 0 ? (
        <Empty title="这个月还没有应到数据" how="设备上传几次数据之后，系统学会它的间隔，未到的数据会标在这里。" />
      ) : <Grid c={q.data} />}
    </div>
  )
}

function Grid({ c }: { c: Calendar }) {
  const days = daysOfMonth(c.month)
  const today = day(Date.now())
  const at = new Map(c.days.map((d) => [`${d.kind} ${d.date}`, d]))
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => { // the phone shows today first
    const now = c.month === monthNow() ? document.getElementById('missing-today') : null
    if (box.current) box.current.scrollLeft = now ? now.offsetLeft - box.current.clientWidth + 48 : 0
  }, [c.month])
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="缺数日历" ref={box}>
      <table className="missing-grid">
        <thead>
          <tr><th scope="col">数据</th>{days.map((d) => <th key={d} id={d === today ? 'missing-today' : undefined} scope="col" className="num">{Number(d.slice(8))}</th>)}<th scope="col" className="r">仍缺</th></tr>
        </thead>
        <tbody>
          {c.kinds.map((k) => (
            <tr key={k.kind}>
              <th scope="row">{k.title}</th>
              {days.map((d) => <Cell key={d} title={k.title} on={d} d={at.get(`${k.kind} ${d}`)} />)}
              <td className="r num total">{count(k.missing)}<span className="soft">／{count(k.due)}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cell({ title, on, d }: { title: string; on: string; d?: MissingDay }) {
  if (!d) return <td><span className="cell none"><span className="sr">没有应到数据</span></span></td>
  const words = `${on} ${title}数据：应到 ${d.due}，实到 ${d.received}${d.late ? `（其中补到 ${d.late}）` : ''}${d.missing ? `，仍缺 ${d.missing}` : ''}${d.lost ? `（无法补取 ${d.lost}）` : ''}`
  return <td title={words}><span className={`cell ${tone(d)}`}>{d.missing > 0 ? share(d) : '✓'}<span className="sr">，{words}</span></span></td>
}
