import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { day } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { touched } from './risk-map'
import './riskmap.css'
import { Effect } from './tasks'
import { taskTone } from './words'

/** RiskTaskFile is one follow-up or help: why, who, by when, what was done, what the next month said. */
export function RiskTaskFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/risk-map/tasks/{id}', { path: { id } })
  const act = useDo((a: { verb: string; form: Record<string, unknown>; version: number }) => post('/risk-map/tasks/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }), touched)
  if (q.error && !q.data) return <Page title="跟踪帮扶"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="跟踪帮扶"><div className="panel"><Bones rows={8} /></div></Page>
  const t = q.data
  return (
    <Page title={`${t.area_name}　${t.kind_title}`} crumb={<Go href="/risk-map/tasks">跟踪问效与定点帮扶</Go>} tools={<Chip tone={taskTone(t)}>{t.overdue ? `${t.state_title}　已逾期` : t.state_title}</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div className="wide"><dt>原因</dt><dd><Go href={`/risk-map/units/${t.area}?edition=${t.edition}`}>{t.month_title}</Go>　{t.reason}</dd></div>
              <div><dt>编号</dt><dd className="num">{t.number}</dd></div>
              <div><dt>责任人</dt><dd>{t.person || '单元没有可以答复的账号，请上级确定'}</dd></div>
              <div><dt>期限</dt><dd className={`num ${t.overdue ? 'red' : ''}`}>{t.due_at ? day(t.due_at) : '没有待办的期限'}</dd></div>
              <div><dt>成效对照</dt><dd><Effect t={t} /></dd></div>
              {t.kind === 'help' && <div><dt>帮扶</dt><dd className="num">{t.helped} 次</dd></div>}
              {t.outcome && <div><dt>结论</dt><dd>{t.outcome_title}</dd></div>}
            </dl>
          </Panel>
          <Panel title="交办以来">
            <ul className="risk-cells risk-year">
              {[...t.colours].reverse().map((m) => <li key={m.month}><Go className={`cell ${m.colour}`} href={`/risk-map/units/${t.area}?month=${m.month}`} title={`${m.title}：${m.colour_title}，${m.points} 个警示`}>{m.points}<span className="unseen">{m.colour_title}</span></Go><span className="sub num">{m.month.slice(2)}</span></li>)}
            </ul>
          </Panel>
          <Panel title="经过"><Timeline entries={t.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={t.actions} waits={t.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: t.version })} />
        </div>
      </div>
    </Page>
  )
}
