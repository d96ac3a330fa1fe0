import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Go, useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { SilenceState } from './silences'
import { what, where } from './words'

/** SilenceFile is one silence: whom it concerns, why, by whose word, and the alarms under it. */
export function SilenceFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const go = useGo()
  const q = useGet('/silences/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/silences/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/silences', '/alarms', '/notices', '/me'],
    (s) => { if (s.id !== id) go(`/silences/${s.id}`) },
  )
  if (q.error && !q.data) return <Page title="静默"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="静默"><div className="panel"><Bones rows={6} /></div></Page>
  const s = q.data
  return (
    <Page title={`${s.kind_title}：${where(s)}`} crumb={<span className="num">{s.number}</span>} tools={<SilenceState s={s} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>企业</dt><dd>{s.enterprise_id ? <Go href={`/enterprises/${s.enterprise_id}`}>{s.enterprise_name}</Go> : '不限'}</dd></div>
              <div><dt>监控点</dt><dd>{s.outlet_id ? <Go href={`/outlets/${s.outlet_id}`}>{s.outlet_name}</Go> : '不限'}</dd></div>
              <div><dt>区域</dt><dd>{s.area_name}</dd></div>
              <div><dt>预警</dt><dd>{what(s)}</dd></div>
              <div><dt>开始</dt><dd className="num">{dateTime(s.from)}</dd></div>
              <div><dt>结束</dt><dd className="num">{dateTime(s.until)}</dd></div>
              {s.recurs && <div><dt>每周</dt><dd>{s.recurs}</dd></div>}
              <div><dt>原因</dt><dd>{s.reason_title}</dd></div>
              <div><dt>设置人</dt><dd>{s.created_by_name}　<span className="num">{dateTime(s.created_at)}</span></dd></div>
              <div className="wide"><dt>情况</dt><dd className="pre">{s.words}</dd></div>
              {s.follows && <div className="wide"><dt>由来</dt><dd><Go href={`/silences/${s.follows}`}>由上一条静默延长</Go></dd></div>}
              <div className="wide"><dt>不受影响</dt><dd>超标、严重超标照常通知和计时。</dd></div>
            </dl>
          </Panel>
          <Panel title="经过"><Timeline entries={s.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={s.actions} waits={s.state === 'set' ? '到期自动恢复通知' : ''} run={(verb, form) => act.mutateAsync({ verb, form, version: s.version })} />
        </div>
      </div>
    </Page>
  )
}
