import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import type { OutletFile as Outlet, RateFactor } from '../../api/types'
import { useGet } from '../../api/use'
import { useFilters } from '../../ui/filters'
import { day } from '../../ui/format'
import { Panel } from '../../ui/page'
import { usePhone } from '../../ui/screen'
import { Bones, Empty, Trouble } from '../../ui/state'
import { letterWord, runs } from './verdict'
import './official.css'

/** RateCalendar shows hour by hour what came from an outlet in a month, and the rates that this makes. */
export function RateCalendar({ outlet }: { outlet: Outlet }) {
  const [search, set] = useFilters()
  const month = dayjs(/^\d{4}-\d{2}$/.test(search.month ?? '') ? `${search.month}-01` : `${day(Date.now()).slice(0, 7)}-01`)
  const q = useGet('/outlets/{id}/rates', { path: { id: outlet.id }, query: { from: month.format('YYYY-MM-DD'), to: month.endOf('month').format('YYYY-MM-DD') } }, { keep: true })
  const t = q.data?.total
  return (
    <Panel title="传输有效率" flush tools={<DatePicker aria-label="月份" picker="month" size="small" allowClear={false} value={month} onChange={(d) => set('month', d?.format('YYYY-MM'))} />}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data || !t ? <Bones /> : q.data.factors.length === 0 ? <Empty title="没有可统计的因子" how="登记限值或收到首个小时值后，开始统计废气的颗粒物、二氧化硫、氮氧化物，废水的化学需氧量、氨氮。" /> : (
        <>
          <dl className="facts" style={{ padding: '12px 16px' }}>
            <div><dt>传输率</dt><dd className="num">{t.known ? `${t.transmission?.toFixed(2)}%` : '—'}<span className="sub">收到 {t.received}／应传 {t.due} 小时</span></dd></div>
            <div><dt>有效率</dt><dd className="num">{t.known ? `${t.validity?.toFixed(2)}%` : '—'}<span className="sub">有效 {t.valid}／收到 {t.received}</span></dd></div>
            <div><dt>传输有效率</dt><dd className={`num ${t.below ? 'red' : ''}`}>{t.known ? `${t.effective?.toFixed(2)}%` : '—'}<span className="sub">要求不低于 {q.data.target}%；停运 {t.stopped} 小时不计</span></dd></div>
            <div className="wide"><dt>口径</dt><dd className="soft small">{q.data.basis}</dd></div>
          </dl>
          <div className="hour-key" aria-hidden="true">{Object.entries(letterWord).map(([l, w]) => <span key={l}><i className={`hour-${l}`} />{w}</span>)}</div>
          {q.data.factors.map((f) => <Factor key={f.code} f={f} />)}
        </>
      )}
    </Panel>
  )
}

function Factor({ f }: { f: RateFactor }) {
  const phone = usePhone()
  const shown = f.days.filter((d) => /[^-]/.test(d.letters)).reverse()
  return (
    <section>
      <h3 style={{ padding: '8px 16px 4px' }}>{f.name || f.code}</h3>
      {shown.length === 0 && <p className="soft" style={{ padding: '0 16px 12px' }}>这个月还没有应传的小时。</p>}
      {shown.map((d) => (
        <div className="rate-day" key={d.day}>
          <span className="num">{phone ? d.day.slice(5) : d.day}</span>
          <span className="hours" role="img" aria-label={`${d.day}：${runs(d.letters).map((r) => `${r.from} 至 ${r.to} 时${letterWord[r.letter]}`).join('，')}`}>
            {[...d.letters].map((l, h) => <i key={h} className={`hour-${l}`} title={`${h}:00 ${letterWord[l]}`} />)}
          </span>
          <span className={`num right ${d.below ? 'red' : ''}`}>{d.known ? `${d.effective?.toFixed(2)}%` : '—'}</span>
        </div>
      ))}
    </section>
  )
}
