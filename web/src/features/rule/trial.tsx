import { useParams } from '@tanstack/react-router'
import { Button, Progress } from 'antd'
import { address, post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { Trial, TrialHit } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { count, dateTime, day } from '../../ui/format'
import { Go } from '../../ui/go'
import { DataList } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { trialWords } from './custom-rule'
import './rule.css'

const under = (t?: Trial) => t?.state === 'waiting' || t?.state === 'running'

/** RuleTrial is what a rule would have said of the past: how often, where, when. */
export function RuleTrial() {
  const { trial: id } = useParams({ strict: false }) as { trial: string }
  const first = useGet('/rules/trials/{id}', { path: { id } })
  const q = useGet('/rules/trials/{id}', { path: { id } }, { refetchInterval: under(first.data) ? 1000 : undefined })
  const cancel = useDo(() => post('/rules/trials/{id}/cancel', { path: { id } }), ['/rules'])
  const can = useCan()
  if (q.error && !q.data) return <Page title="试算"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="试算"><div className="panel"><Bones rows={8} /></div></Page>
  const t = q.data
  return (
    <Page title={`试算：${t.rule_title}`} crumb={<Go href={t.settings ? `/rules/settings/${t.rule_id}` : `/rules/${t.rule_id}`}>{t.settings ? '回到设置' : '回到规则'}</Go>}>
      <Panel title={`近 ${t.days} 天，${day(t.from)} 至 ${day(t.to)}`} tools={t.state === 'done' && t.hits.length > 0 && <><a href={address(`/rules/trials/${id}/export.xlsx`, {})} download>导出 Excel</a><a href={address(`/rules/trials/${id}/export.csv`, {})} download>导出 CSV</a></>}>
        {t.expr && <p className="ruletext">{t.expr}</p>}
        {under(t) ? (
          <div aria-live="polite">
            <Progress percent={t.outlets ? Math.round((100 * t.done) / t.outlets) : 0} aria-label="试算进展" />
            <p className="soft num">{t.state === 'waiting' ? '等待开始…' : `已看 ${count(t.done)} 个监控点，共 ${count(t.outlets)} 个。`}可以离开本页，稍后回来看。</p>
            {can('rule.write') && <Button danger loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>取消试算</Button>}
            {cancel.error && <div className="trouble" role="alert">{sentence(cancel.error)}</div>}
          </div>
        ) : t.state !== 'done' ? <div className="trouble" role="alert">{t.trouble || t.state_title}</div> : t.settings ? <Compared t={t} /> : <Outcome t={t} />}
      </Panel>
      {t.state === 'done' && t.hits.length > 0 && (
        <>
          <Panel title={t.settings ? '按草稿，每周次数' : '每周命中次数'}><Weeks t={t} /></Panel>
          <Panel title="每一次" flush><Hits t={t} /></Panel>
        </>
      )}
    </Page>
  )
}

/** settingsTrialWords is the outcome of a trial of settings in one sentence. */
export function settingsTrialWords(t: Trial): string {
  if (t.state !== 'done') return t.trouble || t.state_title
  const same = t.new === 0 && t.gone === 0
  return `现在 ${t.before} 次，改后 ${t.count} 次${same ? '，没有变化' : `：新增 ${t.new} 次，不再 ${t.gone} 次`}`
}

/** Compared is what settings would have changed. */
function Compared({ t }: { t: Trial }) {
  return (
    <>
      <p style={{ fontSize: 18 }} role="status"><strong>{settingsTrialWords(t)}。</strong></p>
      <dl className="facts">
        <div><dt>看过</dt><dd className="num">{count(t.outlets)} 个监控点</dd></div>
        <div><dt>改后有预警的</dt><dd className="num">{count(t.fired)} 个监控点</dd></div>
      </dl>
      {t.outlets === 0 && <Empty title="范围内没有这条规则适用的监控点" />}
    </>
  )
}

const changes: Record<string, string> = { new: '新增', gone: '不再' }

function Outcome({ t }: { t: Trial }) {
  const unknown = t.asked > 0 ? Math.round((100 * t.unknowns) / t.asked) : 0
  return (
    <>
      <p style={{ fontSize: 18 }} role="status"><strong>{trialWords(t)}。</strong></p>
      <dl className="facts">
        <div><dt>看过</dt><dd className="num">{count(t.asked)} 个监控点小时</dd></div>
        <div><dt>没有判断</dt><dd className={`num ${unknown >= 30 ? 'amber' : ''}`}>{count(t.unknowns)} 小时（{unknown}%），缺少规则要用的有效数据</dd></div>
        <div><dt>最长一次</dt><dd className="num">{t.count ? `${t.longest} 小时` : '—'}</dd></div>
        {t.mute > 0 && <div><dt>没有规则所用的数据</dt><dd className="num">{count(t.mute)} 个监控点，不计在内</dd></div>}
        {t.failures > 0 && <div><dt>超过上限</dt><dd className="amber num">{count(t.failures)} 小时</dd></div>}
      </dl>
      {t.asked === 0 && <Empty title="范围内没有规则所用的数据" how="请检查因子、区域、排放口类别和监控点的选择。" />}
      {t.asked > 0 && t.count > 0 && t.outlets > 0 && t.count / t.outlets / (t.days / 30) > 4 && <p className="amber">平均每个监控点每月命中超过 4 次，发布后会很吵；可以提高数值或延长连续小时数。</p>}
    </>
  )
}

function Weeks({ t }: { t: Trial }) {
  const most = Math.max(1, ...t.weeks.map((w) => w.n))
  return (
    <ol className="weeks">
      {t.weeks.map((w) => <li key={w.from}><span>{day(w.from)}</span><span className="bar" aria-hidden="true"><i style={{ width: `${(100 * w.n) / most}%` }} /></span><span className="n">{w.n} 次</span></li>)}
    </ol>
  )
}

const hour = 3600_000

/** curve opens the outlet's hours around a hit. */
function curve(h: TrialHit): string {
  const at = (t: string, by: number) => encodeURIComponent(new Date(Date.parse(t) + by * hour).toISOString())
  return `/outlets/${h.outlet_id}?kind=hour&from=${at(h.from, -24)}&to=${at(h.ended || h.to, 24)}${h.factor ? `&factors=${h.factor}` : ''}`
}

function Hits({ t }: { t: Trial }) {
  const list = { items: t.hits, total: t.settings ? t.hits.length : t.count, capped: false, loading: false, error: null, hasMore: false, loadingMore: false, more: () => undefined, again: () => undefined }
  return (
    <DataList
      name="试算结果"
      list={list}
      exports={false}
      columns={[
        ...(t.settings ? [{ key: 'change', title: '变化', align: 'c' as const, render: (h: TrialHit) => (h.change ? <Chip tone={h.change === 'new' ? 'amber' : 'grey'}>{changes[h.change]}</Chip> : '不变') }] : []),
        { key: 'outlet', title: '企业与监控点', render: (h) => <>{h.enterprise_name}<span className="sub">{h.outlet_name}</span></> },
        { key: 'from', title: '开始', align: 'c', render: (h) => dateTime(h.from) },
        { key: 'ended', title: '恢复', align: 'c', render: (h) => (h.ended ? dateTime(h.ended) : '到终点未恢复') },
        { key: 'hours', title: '成立小时', align: 'r', render: (h) => h.hours },
        { key: 'text', title: '预警会这样说', render: (h) => h.text },
      ]}
      rowKey={(h) => h.outlet_id + h.factor + h.from + h.change}
      href={curve}
      card={(h) => <><span className="row between"><span className="strong">{h.enterprise_name}</span>{h.change && <Chip tone={h.change === 'new' ? 'amber' : 'grey'}>{changes[h.change]}</Chip>}</span><span className="sub">{h.outlet_name}</span><span className="sub num">{dateTime(h.from)} 起，成立 {h.hours} 小时</span><span className="sub">{h.text}</span></>}
      empty={{ title: '没有命中' }}
    />
  )
}
