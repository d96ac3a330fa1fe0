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

const words: Record<string, string> = { warning: '预警内容', check: '核查要求', supervision: '列入的理由' }
const results: Record<string, string> = { true: '属实', false: '不属实', unclear: '需进一步查明' }

/** MeasureFile is one answer of the bureau to an alarm: what was asked of whom, by when, what came of it. */
export function MeasureFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/measures/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/measures/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/measures', '/alarms', '/clues', '/notices', '/me'],
  )
  const can = useCan()
  if (q.error && !q.data) return <Page title="监管措施"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="监管措施"><div className="panel"><Bones rows={8} /></div></Page>
  const m = q.data
  return (
    <Page title={`${m.kind_title}：${m.enterprise_name}`} crumb={<span className="num">{m.number}</span>} tools={<StateChip state={m.state} title={m.state_title} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>企业</dt><dd>{can('registry.read') ? <Go href={`/enterprises/${m.enterprise_id}`}>{m.enterprise_name}</Go> : m.enterprise_name}</dd></div>
              <div><dt>监控点</dt><dd>{m.outlet_name}</dd></div>
              <div><dt>预警</dt><dd><Go href={`/alarms/${m.alarm_id}`}>{m.alarm_number}</Go></dd></div>
              <div><dt>区域</dt><dd>{m.area_name}</dd></div>
              {m.kind === 'check' && <div><dt>核查人</dt><dd>{m.person_name}</dd></div>}
              <div><dt>{m.kind === 'supervision' ? '督办至' : '时限'}</dt><dd className={`num ${m.overdue ? 'red' : ''}`}>{dateTime(m.due_at)}{m.overdue && '（已逾期）'}</dd></div>
              {m.result && <div><dt>核查结论</dt><dd>{results[m.result]}</dd></div>}
              <div><dt>经办</dt><dd>{m.created_by_name}　<span className="num">{dateTime(m.created_at)}</span></dd></div>
              <div className="wide"><dt>{words[m.kind]}</dt><dd className="pre">{m.words}</dd></div>
            </dl>
          </Panel>
          <Panel title="经过"><Timeline entries={m.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={m.actions} waits={m.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: m.version })} />
        </div>
      </div>
    </Page>
  )
}
