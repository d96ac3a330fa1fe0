import { useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { post } from '../../api/client'
import type { CustomRuleFile as File, CustomSpec, Trial } from '../../api/types'
import { useCan, useDo, useGet, useReference } from '../../api/use'
import { count, dateTime } from '../../ui/format'
import { Go, useGo } from '../../ui/go'
import { LevelMark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { sentence } from '../../api/problem'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { WrongAt } from './expression'
import { kindTitles } from './custom-words'
import { RuleState } from './rules'
import './rule.css'

/** CustomRuleFile is one officer's rule: its draft, what judges now, its trials, versions and history. */
export function CustomRuleFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/rules/custom/{id}', { path: { id } })
  const go = useGo()
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/rules/custom/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/rules', '/alarms', '/notices', '/me'],
    (_, a) => a.verb === 'discard' && go('/rules'),
  )
  const can = useCan()
  if (q.error && !q.data) return <Page title="规则"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="规则"><div className="panel"><Bones rows={8} /></div></Page>
  const r = q.data
  const edit = can('rule.write') && r.state === 'draft'
  return (
    <Page title={r.title} crumb={<Go href="/rules">规则库</Go>} tools={<><LevelMark level={r.level} title={r.level_title} /><RuleState rule={r} />{edit && <Button onClick={() => go(`/rules/${id}/edit`)}>修改草稿</Button>}</>}>
      <div className="cols file">
        <div className="file-main">
          <Panel title={r.state === 'draft' || r.state === 'submitted' ? '草稿' : '规则'}>
            <p className="ruletext">{r.spec.expr}</p>
            {r.problems.map((p) => <WrongAt key={p.field} problem={p} text={(r.spec[p.field] as string | undefined) ?? ''} />)}
            <SpecFacts spec={r.spec} area={r.area_name} />
            <p className="soft small num">计算量约 {count(r.cost)}，上限 {count(r.max_cost)}。{r.live > 0 && `近 30 天产生预警 ${r.hits} 条。`}{r.hits > 0 && <Go href="/alarms?level=suspect,notice">查看预警</Go>}</p>
            {r.failures > 0 && <div className="trouble" role="note">发布以来有 {count(r.failures)} 次因计算量超过上限没有判断，最近一次 {dateTime(r.failed_at)}：{r.failure}。请修订得简单一些。</div>}
          </Panel>
          <Trials rule={r} />
          <Versions rule={r} />
          <Panel title="经过"><Timeline entries={r.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={r.actions} waits={r.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: r.version })} />
        </div>
      </div>
    </Page>
  )
}

function SpecFacts({ spec, area }: { spec: CustomSpec; area: string }) {
  const ref = useReference()
  const industry = (id: string) => ref?.industries.find((i) => i.id === id)?.name ?? id
  const scope = [area, spec.kinds?.length ? kindTitles(spec.kinds) : '', spec.classes?.length ? spec.classes.join('、') + '管理' : '', spec.industries?.map(industry).join('、') ?? '', spec.outlets?.length ? `选定的 ${spec.outlets.length} 个监控点` : ''].filter(Boolean)
  return (
    <dl className="facts" style={{ marginTop: 12 }}>
      <div><dt>成立多久</dt><dd>{spec.hours === 1 ? '成立即预警' : `连续 ${spec.hours} 小时`}</dd></div>
      <div><dt>恢复</dt><dd>{spec.until || '判断不再成立'}，持续 {spec.until_hours} 小时</dd></div>
      <div className="wide"><dt>范围</dt><dd>{scope.join('，')}</dd></div>
      <div className="wide"><dt>依据</dt><dd className="pre">{spec.basis || '—'}</dd></div>
      <div className="wide"><dt>预警说明</dt><dd>{spec.explain || '自动生成'}</dd></div>
    </dl>
  )
}

function Trials({ rule }: { rule: File }) {
  const can = useCan()
  const go = useGo()
  const start = useDo((days: 30 | 90) => post('/rules/custom/{id}/trials', { path: { id: rule.id }, body: { days } }), ['/rules'], (t) => go(`/rules/${rule.id}/trials/${t.id}`))
  const may = can('rule.write') && rule.problems.length === 0 && rule.state !== 'discarded'
  return (
    <Panel title="试算" tools={rule.trials.length > 0 && <span className={rule.tried ? 'green' : 'amber'}>{rule.tried ? '现在的内容已试算' : '现在的内容还没有试算'}</span>}>
      {may && (
        <div className="row" style={{ marginBottom: 12 }}>
          <Button type={rule.state === 'draft' && !rule.tried ? 'primary' : 'default'} loading={start.isPending} onClick={() => start.mutate(30)}>试算近 30 天</Button>
          <Button loading={start.isPending} onClick={() => start.mutate(90)}>试算近 90 天</Button>
        </div>
      )}
      {start.error && <div className="trouble" role="alert">{sentence(start.error)}</div>}
      {rule.trials.length === 0 ? <Empty title="还没有试算" how="试算用与正式判定相同的程序重看历史数据，告诉您会命中几次、在哪里。送审前必须试算。" /> : (
        <ul className="plain">{rule.trials.map((t) => <li key={t.id}><Go href={`/rules/${rule.id}/trials/${t.id}`}>{dateTime(t.created_at)}　近 {t.days} 天</Go><span className="sub">{trialWords(t)}　{t.created_by_name}</span></li>)}</ul>
      )}
    </Panel>
  )
}

/** trialWords is the outcome in one sentence. */
export function trialWords(t: Trial): string {
  if (t.state !== 'done') return t.trouble || t.state_title
  return t.count === 0 ? `${t.outlets} 个监控点，一次也没有命中` : `会命中 ${t.count} 次，在 ${t.outlets} 个监控点中的 ${t.fired} 个`
}

function Versions({ rule }: { rule: File }) {
  if (rule.versions.length === 0) return null
  return (
    <Panel title="发布过的版本">
      <ol className="plain">
        {rule.versions.map((v) => (
          <li key={v.number}>
            <strong>第 {v.number} 版</strong>{v.number === rule.live && rule.in_force && <span className="green">　在用</span>}
            <span className="sub num">{dateTime(v.published_at)}　{v.author_name} 起草，{v.published_by_name} 发布{v.reason && `：${v.reason}`}</span>
            <p className="ruletext">{v.spec.expr}</p>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
