import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import type { IssueFile as Issue } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { dateTime, day, due } from '../../ui/format'
import { FileList } from '../../ui/files'
import { Go } from '../../ui/go'
import { Icon } from '../../ui/icons'
import { SeverityMark, StateChip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { OfIssue } from './of-issue'
import { Stations } from './stations'

/** IssueFile is one problem from its clue to 销号. */
export function IssueFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/issues/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/issues/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/issues', '/clues', '/overview', '/notices', '/me'],
  )
  if (q.error && !q.data) return <Page title="问题"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="问题"><div className="panel"><Bones rows={8} /></div></Page>
  const i = q.data
  return (
    <Page
      title={i.title}
      crumb={<span className="num">{i.number}</span>}
      tools={
        <>
          <SeverityMark severity={i.severity} title={i.severity_title} />
          <StateChip state={i.state} title={i.state_title} />
          <Go className="top-button" href={`/issues/${i.id}/print`}><Icon name="print" size={16} />打印</Go>
        </>
      }
    >
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <Stations state={i.state} />
            <Summary i={i} />
            {i.files.length > 0 && <h3 className="small soft" style={{ marginTop: 8, fontWeight: 400 }}>附件</h3>}
            <FileList files={i.files} />
          </Panel>
          <Panel title="经过"><Timeline entries={i.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={i.actions} waits={i.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: i.version })} />
          <OfIssue id={i.id} />
          <Related i={i} />
        </div>
      </div>
    </Page>
  )
}

function Summary({ i }: { i: Issue }) {
  return (
    <dl className="facts">
      <div><dt>责任单位</dt><dd>{i.lead_agency_name || '未交办'}</dd></div>
      <div><dt>责任人</dt><dd>{i.person_name || '—'}</dd></div>
      {i.due_at && !i.closed_at && <div><dt>{i.due_title || '期限'}</dt><dd className="num">{day(i.due_at)}<span className={i.overdue ? 'red' : 'soft'}>（{due(i.days_left, i.overdue)}）</span></dd></div>}
      {i.rectify_by && i.rectify_by !== i.due_at && <div><dt>整改期限</dt><dd className="num">{day(i.rectify_by)}</dd></div>}
      {i.waits && <div><dt>现在等待</dt><dd>{i.waits}</dd></div>}
      {i.extension_days > 0 && <div><dt>申请延期</dt><dd className="amber">{i.extension_days} 个工作日，待批复</dd></div>}
      <div><dt>类别</dt><dd>{i.category_name || '—'}</dd></div>
      <div><dt>区域</dt><dd>{i.area_name}{i.address && `，${i.address}`}</dd></div>
      {i.assist_agencies.length > 0 && <div><dt>配合单位</dt><dd>{i.assist_agencies.map((a) => a.name).join('、')}</dd></div>}
      <div><dt>立案</dt><dd className="num">{dateTime(i.created_at)}</dd></div>
      {i.file_number && <div><dt>销号文号</dt><dd>{i.file_number}</dd></div>}
      {i.closed_at && <div><dt>销号</dt><dd className="num">{dateTime(i.closed_at)}</dd></div>}
      {i.returns > 0 && <div><dt>退回</dt><dd className="num">{i.returns} 次</dd></div>}
      <div className="wide"><dt>情况</dt><dd className="pre">{i.text || '—'}</dd></div>
      {i.measures && <div className="wide"><dt>整改措施</dt><dd className="pre">{i.measures}</dd></div>}
    </dl>
  )
}

function Related({ i }: { i: Issue }) {
  return (
    <Panel title="相关" flush>
      {i.clues.length === 0 && !i.enterprise_id && !i.outlet_id ? <Empty title="没有相关事项" /> : (
        <ul className="cards">
          {i.enterprise_id && <li><Go className="card" href={`/enterprises/${i.enterprise_id}`}><span className="soft small">企业</span><span className="sub" style={{ color: 'var(--blue)', fontSize: 14 }}>{i.enterprise_name}</span></Go></li>}
          {i.outlet_id && <li><Go className="card" href={`/outlets/${i.outlet_id}`}><span className="soft small">监控点</span><span className="sub" style={{ color: 'var(--blue)', fontSize: 14 }}>查看曲线与限值</span></Go></li>}
          {i.clues.map((c) => (
            <li key={c.id}><Go className="card" href={`/clues/${c.id}`}><span className="row between soft small num"><span>线索 {c.number}</span><span>{c.state_title}</span></span><span>{c.title}</span></Go></li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
