import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { day } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { daysLeft, toneOf } from './words'

/** ObligationFile is one obligation: what to do, by when, on what ground, and what was done. */
export function ObligationFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/obligations/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/obligations/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/obligations', '/portal', '/notices', '/me'],
  )
  if (q.error && !q.data) return <Page title="应尽义务"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="应尽义务"><div className="panel"><Bones rows={8} /></div></Page>
  const o = q.data
  return (
    <Page title={o.title} crumb={<span className="num">{o.period}</span>} tools={<Chip tone={toneOf(o.stage)}>{o.stage_title}</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>期限</dt><dd className="num">{day(o.due_at)} 前{daysLeft(o) && <span className={o.stage === 'overdue' ? 'red' : 'soft'}>　{daysLeft(o)}</span>}</dd></div>
              <div><dt>企业</dt><dd><Go href={`/enterprises/${o.enterprise_id}`}>{o.enterprise_name}</Go></dd></div>
              {o.outlet_id && <div><dt>排放口</dt><dd><Go href={`/outlets/${o.outlet_id}`}>{o.outlet_name}</Go></dd></div>}
              {o.done_at && <div><dt>履行</dt><dd className="num">{day(o.done_at)}</dd></div>}
              <div className="wide"><dt>请办</dt><dd>{o.todo}</dd></div>
              <div className="wide"><dt>依据</dt><dd>{o.basis}</dd></div>
            </dl>
          </Panel>
          <Panel title="经过">{o.timeline.length > 0 ? <Timeline entries={o.timeline} /> : <Empty title="还没有经过" how="提醒、报告和核实会依次记在这里。" />}</Panel>
        </div>
        <div className="side-col">
          <Verbs actions={o.actions} waits={o.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: o.version })} />
        </div>
      </div>
    </Page>
  )
}
