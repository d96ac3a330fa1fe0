import { useParams } from '@tanstack/react-router'
import { address, post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { dateTime, day, due } from '../../ui/format'
import { FileList } from '../../ui/files'
import { Go, useGo } from '../../ui/go'
import { Icon } from '../../ui/icons'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { supervisionTone, touched } from './supervise-words'

/** SupervisionFile is one rung that an issue has reached: the paper, the answer, what comes next. */
export function SupervisionFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const go = useGo()
  const q = useGet('/supervisions/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/supervisions/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    [...touched],
    (d) => { if (d.id !== id) go(`/supervisions/${d.id}`) },
  )
  if (q.error && !q.data) return <Page title="督办"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="督办"><div className="panel"><Bones rows={8} /></div></Page>
  const d = q.data
  return (
    <Page
      title={`${d.rung_title}　${d.issue_title}`}
      crumb={<Go href="/supervisions">督办</Go>}
      tools={<><Chip tone={supervisionTone(d)}>{d.overdue ? `${d.state_title}　已逾期` : d.state_title}</Chip><a className="top-button" href={address(`/supervisions/${d.id}/paper.pdf`)} download><Icon name="print" size={16} />{d.paper_title}</a></>}
    >
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>编号</dt><dd className="num">{d.number}</dd></div>
              <div><dt>文号</dt><dd>{d.paper || '—'}</dd></div>
              <div><dt>被督办单位</dt><dd>{d.agency_name}</dd></div>
              <div><dt>区域</dt><dd>{d.area_name}</dd></div>
              <div><dt>拟稿</dt><dd>{d.proposed_name}　<span className="num">{dateTime(d.created_at)}</span></dd></div>
              <div><dt>签发</dt><dd>{d.signed_at ? <>{d.signed_name}　<span className="num">{dateTime(d.signed_at)}</span></> : '待签发'}</dd></div>
              {d.due_at && <div><dt>答复期限</dt><dd className="num">{day(d.due_at)}<span className={d.overdue ? 'red' : 'soft'}>（{due(d.days_left, d.overdue)}）</span></dd></div>}
              {d.ended_at && <div><dt>结束</dt><dd className="num">{dateTime(d.ended_at)}</dd></div>}
              {d.public && <div><dt>公开</dt><dd><a href="/public/listed" target="_blank" rel="noreferrer">挂牌督办名单</a></dd></div>}
              <div className="wide"><dt>事由</dt><dd className="pre">{d.reason}</dd></div>
              <div className="wide"><dt>要求</dt><dd className="pre">{d.demand}</dd></div>
            </dl>
            <FileList files={d.files} />
          </Panel>
          <Panel title="经过"><Timeline entries={d.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={d.actions} waits={d.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: d.version })} />
          <Panel title="相关" flush>
            <ul className="cards">
              <li><Go className="card" href={`/issues/${d.issue_id}`}><span className="soft small num">问题 {d.issue_number}</span><span>{d.issue_title}</span></Go></li>
              {d.from && <li><Go className="card" href={`/supervisions/${d.from}`}><span className="soft small">升级自</span><span>上一级督办</span></Go></li>}
            </ul>
          </Panel>
        </div>
      </div>
    </Page>
  )
}
