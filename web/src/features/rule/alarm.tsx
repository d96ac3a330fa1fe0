import { useParams } from '@tanstack/react-router'
import { address, post } from '../../api/client'
import type { AlarmFile as Alarm } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { Cameras } from '../../ui/cameras'
import { dateTime, lasting, reading, times } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip, LevelMark, StateChip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { SeriesChart } from '../../ui/series-chart'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { EnterpriseHelp } from './enterprise-help'
import { Members } from './event'
import { absent, hushable, judged } from './words'

/** AlarmFile is one alarm: what was measured against which limit, the curve around it, what was done. */
export function AlarmFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/alarms/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/alarms/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/alarms', '/alarm-events', '/measures', '/clues', '/overview', '/portal', '/notices', '/me'],
  )
  const can = useCan()
  const firm = q.data?.enterprise_id ?? ''
  const others = useGet('/alarms', { query: { enterprise_id: firm, state: 'active', limit: 20 } }, { enabled: firm !== '' && can('alarm.handle') })
  const near = (others.data?.items ?? []).filter((x) => x.id !== id && (!x.event_id || x.event_id !== q.data?.event_id)).map((x) => ({ value: x.number, label: `${x.number} ${x.outlet_name} ${x.factor_name}${x.level_title}` }))
  if (q.error && !q.data) return <Page title="预警"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="预警"><div className="panel"><Bones rows={8} /></div></Page>
  const a = q.data
  return (
    <Page title={`${absent(a) ? `${a.factor_name}${a.rule_title}` : a.factor_name + a.level_title}：${a.enterprise_name}`} crumb={<span className="num">{a.number}</span>} tools={<><LevelMark level={a.level} title={a.level_title} />{a.key && <Chip tone="red">重点级</Chip>}<StateChip state={a.state} title={a.state_title} /></>}>
      <div className="cols file">
        <div className="file-main">
          {can('alarm.explain') && <EnterpriseHelp a={a} />}
          <Panel>
            {judged(a) ? <Numbers a={a} /> : absent(a) ? null : a.rule.startsWith('custom:') ? <p className="soft">由自定义规则提请，仅供核查，不作为认定依据。{can('rule.read') && <Go href={`/rules/${a.rule.slice(7).split('@')[0]}`}>查看规则</Go>}</p> : <p className="soft">行为异常，没有限值可比；仅供核查，不作为认定依据。<Go href={`/outlets/${a.outlet_id}?tab=conduct`}>查看全部迹象</Go></p>}
            <dl className="facts" style={{ marginTop: 12 }}>
              <div><dt>监控点</dt><dd><Go href={`/outlets/${a.outlet_id}`}>{a.outlet_name}</Go></dd></div>
              <div><dt>企业</dt><dd><Go href={`/enterprises/${a.enterprise_id}`}>{a.enterprise_name}</Go></dd></div>
              <div><dt>区域</dt><dd>{a.area_name}</dd></div>
              <div><dt>开始</dt><dd className="num">{dateTime(a.started_at)}</dd></div>
              <div><dt>{a.ended_at ? '结束' : '最近'}</dt><dd className="num">{dateTime(a.ended_at || a.last_at)}</dd></div>
              <div><dt>持续</dt><dd className="num">{lasting(a.started_at, a.ended_at)}</dd></div>
              {a.highest !== a.level && <div><dt>最高级别</dt><dd>{a.highest_title}</dd></div>}
              <div className="wide"><dt>摘要</dt><dd>{a.summary}</dd></div>
              <div className="wide"><dt>依据</dt><dd>{[...new Set([a.rule_title, a.basis, a.rule_basis])].filter(Boolean).join('；')}</dd></div>
              {a.key && <div className="wide"><dt>为什么是重点级</dt><dd>{a.why.map((w) => <div key={w}>{w}</div>)}{a.hear_up && <span className="sub">因此按高一级告知</span>}</dd></div>}
              {a.verdict && <div><dt>核实结论</dt><dd className={a.verdict === 'true' ? 'red' : undefined}>{a.verdict === 'true' ? '属实' : '不属实'}</dd></div>}
              <div><dt>企业说明</dt><dd className={a.explained === 'given' ? 'amber' : undefined}>{a.explained_title}{a.explain_due && <span className="soft num">（{dateTime(a.explain_due)} 前）</span>}</dd></div>
              {a.verdict === 'true' && can('clue.read') && <div className="wide"><dt>证据包</dt><dd><a href={address(`/alarms/${a.id}/evidence.zip`)} download>下载证据包</a><span className="sub">曲线、数值、报文、标记、设施状态、视频、经过和证据清单</span></dd></div>}
              {a.clue_id && can('clue.read') && <div className="wide"><dt>线索</dt><dd><Go href={`/clues/${a.clue_id}`}>查看由此产生的线索</Go></dd></div>}
            </dl>
          </Panel>
          {can('telemetry.read') && <Around a={a} />}
          {can('registry.read') && <Cameras outlet={a.outlet_id} at={a.started_at} quiet />}
          {a.event_id && (
            <Panel title={`所属预警事件（${a.together.length} 条预警）`} tools={<Go href={`/alarm-events/${a.event_id}`}>{a.event_number}</Go>}>
              <Members list={a.together} here={a.id} />
            </Panel>
          )}
          {(a.measures.length > 0 || a.suggest.verb) && (
            <Panel title="监管措施">
              {a.suggest.verb && <p className="soft">建议：{a.suggest.title}（{a.suggest.reason}）</p>}
              {a.measures.length > 0 && (
                <ul className="stack">
                  {a.measures.map((m) => (
                    <li key={m.id} className="row between">
                      <Go href={`/measures/${m.id}`}>{m.kind_title}</Go>
                      <span className={`num small ${m.overdue ? 'red' : 'soft'}`}>{m.overdue ? '逾期 ' : '至 '}{dateTime(m.due_at)}</span>
                      <StateChip state={m.state} title={m.state_title} />
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
          )}
          <Panel title="经过"><Timeline entries={a.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={a.actions} waits={a.waits} note={a.event_id && a.actions.length > 0 ? `这条预警属于一个预警事件：办理一次，对其中 ${a.together.length} 条一并生效。` : undefined} similar={near} run={(verb, form) => act.mutateAsync({ verb, form, version: a.version })} />
          {can('alarm.silence') && a.state !== 'cleared' && <Hush a={a} />}
        </div>
      </div>
    </Page>
  )
}

/** Hush says why nobody is told, or leads to the form that keeps such alarms quiet. */
function Hush({ a }: { a: Alarm }) {
  if (a.quiet === 'inhibited') {
    return <Panel title={a.quiet_title}><p>这条预警是另一条的后果，不单独通知；起因消除而情形仍在的，当时通知。</p><p><Go href={`/alarms/${a.quiet_by}`}>查看起因</Go></p></Panel>
  }
  if (a.quiet === 'merged') {
    return <Panel title={a.quiet_title}><p>同一件事只告知一次；级别高于已告知的，才再告知。</p><p><Go href={`/alarms/${a.quiet_by}`}>查看代表事件的预警</Go></p></Panel>
  }
  if (a.quiet) {
    return <Panel title={a.quiet_title}><p>预警照常留存，不通知、不计时；到期仍在持续的当时通知。</p><p><Go href={`/silences/${a.quiet_by}`}>查看原因与期限，或提前解除</Go></p></Panel>
  }
  if (!hushable(a)) return null
  return <Panel title="静默"><p className="soft">检修、校准期间不需要通知的，可以静默一段时间。</p><p><Go href={`/silences/new?outlet_id=${a.outlet_id}&rule=${a.rule}`}>静默这个监控点的此类预警</Go></p></Panel>
}

function Numbers({ a }: { a: Alarm }) {
  return (
    <div className="row" style={{ gap: '8px 40px' }}>
      <Big title="监测值" value={reading(a.value)} unit={a.unit} red={a.value > a.limit} />
      <Big title="限值" value={reading(a.limit)} unit={a.unit} />
      <Big title={`${a.level === 'notice' ? '超限' : '超标'}倍数`} value={a.value > a.limit ? times(a.value, a.limit).replace(' 倍', '') : '未超过'} unit={a.value > a.limit ? '倍' : ''} />
      <Big title="峰值" value={reading(a.peak)} unit={a.unit} />
    </div>
  )
}

function Big({ title, value, unit, red }: { title: string; value: string; unit: string; red?: boolean }) {
  return (
    <div>
      <div className="soft small">{title}</div>
      <div className={`num ${red ? 'red' : ''}`} style={{ fontSize: 24, lineHeight: '32px', fontWeight: 600 }}>{value} <span className="soft small" style={{ fontWeight: 400 }}>{unit}</span></div>
    </div>
  )
}

function Around({ a }: { a: Alarm }) {
  const kind = a.window.kind
  const q = useGet('/outlets/{id}/series', { path: { id: a.outlet_id }, query: { kind, factors: a.factor, from: a.window.from, to: a.window.to } }, { keep: true })
  return (
    <Panel title="前后曲线" flush tools={<Go href={`/outlets/${a.outlet_id}?kind=${kind}&factors=${a.factor}`}>打开监控点</Go>}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={5} /> : (
        <SeriesChart factors={q.data.factors} kind={kind} pins={[{ at: a.started_at, title: a.number, factor: a.factor, level: a.level }]} />
      )}
    </Panel>
  )
}
