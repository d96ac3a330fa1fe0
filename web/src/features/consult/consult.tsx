import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import { useCan, useDo, useGet } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { StateChip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'

/** ConsultFile is one conversation of an enterprise with the duty room. */
export function ConsultFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/consults/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/consults/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/consults', '/portal', '/notices', '/me'],
  )
  const can = useCan()
  if (q.error && !q.data) return <Page title="咨询"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="咨询"><div className="panel"><Bones rows={8} /></div></Page>
  const c = q.data
  return (
    <Page title={c.title} crumb={<><Go href="/consults">咨询</Go>　<span className="num">{c.number}</span></>} tools={<StateChip state={c.state} title={c.state_title} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>企业</dt><dd>{can('registry.write') ? <Go href={`/enterprises/${c.enterprise_id}`}>{c.enterprise_name}</Go> : c.enterprise_name}</dd></div>
              <div><dt>事项</dt><dd>{c.topic_title}</dd></div>
              <div><dt>提出</dt><dd>{c.created_by_name}　<span className="num">{dateTime(c.created_at)}</span></dd></div>
            </dl>
          </Panel>
          <Panel title="往来"><Timeline entries={c.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={c.actions} waits={c.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: c.version })} />
        </div>
      </div>
    </Page>
  )
}
