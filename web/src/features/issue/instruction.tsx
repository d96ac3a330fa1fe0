import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { dateTime, day, due } from '../../ui/format'
import { FileList } from '../../ui/files'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { instructionTone, touched } from './supervise-words'

/** InstructionFile is one instruction from the leader's pen to the report back. */
export function InstructionFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/instructions/{id}', { path: { id } })
  const act = useDo((a: { verb: string; form: Record<string, unknown>; version: number }) => post('/instructions/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }), [...touched])
  if (q.error && !q.data) return <Page title="批示"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="批示"><div className="panel"><Bones rows={6} /></div></Page>
  const i = q.data
  return (
    <Page title={`批示　${i.leader}`} crumb={<Go href="/instructions">批示</Go>} tools={<Chip tone={instructionTone(i)}>{i.overdue ? `${i.state_title}　已逾期` : i.state_title}</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div className="wide"><dt>批示内容</dt><dd className="pre">{i.text}</dd></div>
              <div><dt>编号</dt><dd className="num">{i.number}</dd></div>
              <div><dt>批示日期</dt><dd className="num">{i.given_on}</dd></div>
              <div><dt>承办单位</dt><dd>{i.agency_name}</dd></div>
              <div><dt>责任人</dt><dd>{i.person_name || '承办单位的人员'}</dd></div>
              {i.due_at && <div><dt>期限</dt><dd className="num">{day(i.due_at)}<span className={i.overdue ? 'red' : 'soft'}>（{due(i.days_left, i.overdue)}）</span></dd></div>}
              {i.closed_at && <div><dt>办结</dt><dd className="num">{dateTime(i.closed_at)}</dd></div>}
              {i.issue_id && <div><dt>有关问题</dt><dd><Go href={`/issues/${i.issue_id}`}>{i.issue_number}</Go></dd></div>}
            </dl>
            <FileList files={i.files} />
          </Panel>
          <Panel title="经过"><Timeline entries={i.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={i.actions} waits={i.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: i.version })} />
        </div>
      </div>
    </Page>
  )
}
