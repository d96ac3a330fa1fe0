import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { StateOfHalt } from './halts'

/** HaltFile is one closing: what the public reads, and how it is opened again. */
export function HaltFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/halts/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/halts/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/halts', '/notices', '/me'],
  )
  if (q.error && !q.data) return <Page title="渠道关闭"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="渠道关闭"><div className="panel"><Bones rows={6} /></div></Page>
  const h = q.data
  return (
    <Page title={`关闭：${h.door_title}`} tools={<StateOfHalt halt={h} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div className="wide"><dt>告诉公众的原因</dt><dd className="pre">{h.reason}</dd></div>
              <div><dt>关闭人</dt><dd>{h.closed_by_name}　<span className="num">{dateTime(h.closed_at)}</span></dd></div>
              <div><dt>恢复</dt><dd className="num">{h.ended_at ? dateTime(h.ended_at) : '仍然关闭'}</dd></div>
              {h.note && <div className="wide"><dt>内部情况</dt><dd className="pre">{h.note}</dd></div>}
            </dl>
          </Panel>
          <Panel title="经过"><Timeline entries={h.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={h.actions} waits={h.state === 'proposed' ? '另一位安全管理员或督办监督员确认' : ''} run={(verb, form) => act.mutateAsync({ verb, form, version: h.version })} />
        </div>
      </div>
    </Page>
  )
}
