import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import type { MarkFile as File } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { FileList } from '../../ui/files'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { SeriesChart } from '../../ui/series-chart'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { ProofDue, StateOfMark } from './parts'
import { span, stretch } from './words'

/** MarkFile is one marked period: what it says and does, what makes it doubtful, the hours around it. */
export function MarkFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/marks/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/marks/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/marks', '/outlets', '/notices', '/me'],
  )
  const can = useCan()
  if (q.error && !q.data) return <Page title="标记"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="标记"><div className="panel"><Bones rows={8} /></div></Page>
  const m = q.data
  return (
    <Page title={`${m.kind_title}：${m.enterprise_name} ${m.outlet_name}`} crumb={<span className="num">{m.number}</span>} tools={<StateOfMark mark={m} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>监控点</dt><dd><Go href={`/outlets/${m.outlet_id}`}>{m.outlet_name}</Go></dd></div>
              <div><dt>企业</dt><dd>{can('registry.read') ? <Go href={`/enterprises/${m.enterprise_id}`}>{m.enterprise_name}</Go> : m.enterprise_name}</dd></div>
              <div><dt>时段</dt><dd className="num">{stretch(dateTime(m.from), dateTime(m.until))}（{span(m.from, m.until)}）</dd></div>
              <div><dt>因子</dt><dd>{m.factor_names.length ? m.factor_names.join('、') : '全部'}</dd></div>
              <div><dt>类型</dt><dd>{m.kind_title}（{m.family_title}）</dd></div>
              <div><dt>效果</dt><dd>{m.effect_title}{m.flag && `，数据标记 ${m.flag}`}</dd></div>
              <div><dt>工单</dt><dd>{m.work_order || '—'}</dd></div>
              <div><dt>证明材料</dt><dd><ProofDue mark={m} /></dd></div>
              <div><dt>标记人</dt><dd>{m.created_by_name}　<span className="num">{dateTime(m.created_at)}</span></dd></div>
              <div className="wide"><dt>原因</dt><dd className="pre">{m.reason}</dd></div>
              {m.warnings.length > 0 && <div className="wide"><dt>标记时的提示</dt><dd>{m.warnings.join('；')}</dd></div>}
              <div className="wide"><dt>规则</dt><dd>{m.rules.title}（{day(m.rules.valid_from)} 起，依据等级 {m.rules.certainty}）<span className="sub">{m.rules.source}</span></dd></div>
            </dl>
            <FileList files={m.files} />
          </Panel>
          {m.doubts.length > 0 && <Doubts mark={m} />}
          <Around mark={m} />
          <Panel title="经过"><Timeline entries={m.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={m.actions} waits={m.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: m.version })} />
        </div>
      </div>
    </Page>
  )
}

function Doubts({ mark }: { mark: File }) {
  return (
    <Panel title="供审核参考的疑点">
      <p className="soft small">以下由数据比对得出，只供参考，不是结论。</p>
      <ul className="plain">
        {mark.doubts.map((d) => <li key={d.id}><strong>{d.title}</strong><span className="sub">{d.text}</span></li>)}
      </ul>
    </Panel>
  )
}

const hour = 3600_000

function Around({ mark }: { mark: File }) {
  const from = new Date(Math.floor(Date.parse(mark.from) / hour) * hour - 24 * hour).toISOString()
  const to = new Date(Date.parse(mark.until) + 24 * hour).toISOString()
  const q = useGet('/outlets/{id}/series', { path: { id: mark.outlet_id }, query: { kind: 'hour', factors: mark.factors.join(','), from, to } }, { keep: true })
  const factors = (q.data?.factors ?? []).filter((f) => mark.factors.length > 0 || f.limits.length > 0 || (q.data?.factors.length ?? 0) < 4).slice(0, 4)
  return (
    <Panel title="前后各一天的小时值" flush tools={<Go href={`/outlets/${mark.outlet_id}?kind=hour`}>打开监控点</Go>}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={5} /> : factors.length === 0 ? <p className="soft" style={{ padding: 16 }}>这段时间没有收到小时值。</p> : <SeriesChart factors={factors} kind="hour" pins={[]} />}
    </Panel>
  )
}
