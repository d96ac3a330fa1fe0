import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import type { DestructionLine } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { StateOfDestruction } from './destructions'

function done(l: DestructionLine): string {
  if (l.outcome === 'spared') return '留下：批准前重新办理或限定知悉'
  if (l.outcome === '') return '待批准'
  return [l.sealed > 0 && `密件 ${l.sealed} 份`, l.plain && '明文联系方式'].filter(Boolean).join('、') || '已无内容'
}

/** DestructionFile is one destruction: what, by whom, and the proof that it is gone. */
export function DestructionFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/destructions/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/destructions/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/destructions', '/notices', '/me'],
  )
  if (q.error && !q.data) return <Page title="到期销毁"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="到期销毁"><div className="panel"><Bones rows={6} /></div></Page>
  const d = q.data
  return (
    <Page title={`到期销毁　${d.number}`} tools={<StateOfDestruction d={d} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div className="wide"><dt>理由</dt><dd className="pre">{d.reason}</dd></div>
              <div><dt>提出人</dt><dd>{d.proposed_name}　<span className="num">{dateTime(d.proposed_at)}</span></dd></div>
              <div><dt>决定人</dt><dd>{d.decided_at ? <>{d.decided_name}　<span className="num">{dateTime(d.decided_at)}</span></> : '待决定'}</dd></div>
              {d.digest && <div className="wide"><dt>销毁摘要（SHA-256，同写在审计日志里）</dt><dd className="mono" style={{ overflowWrap: 'anywhere' }}>{d.digest}</dd></div>}
            </dl>
          </Panel>
          <Panel title={`举报 ${d.lines.length} 件`}>
            <div className="scroll" tabIndex={0} role="region" aria-label="所含举报">
              <table className="t" style={{ minWidth: 760 }}>
                <thead><tr><th>举报编号</th><th>销毁什么</th><th className="c">办结</th><th>结果</th><th>密文摘要</th><th className="c">库里还有</th></tr></thead>
                <tbody>
                  {d.lines.map((l) => (
                    <tr key={l.subject}>
                      <td className="num nowrap">{l.number}</td><td>{l.what}</td><td className="num nowrap c">{day(l.closed_at)}</td><td>{done(l)}</td>
                      <td className="mono" title={l.digest}>{l.digest ? `${l.digest.slice(0, 16)}…` : '—'}</td><td className="num c">{l.left} 份</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Panel>
          <Panel title="经过"><Timeline entries={d.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={d.actions} waits={d.state === 'proposed' ? '分管领导或督办监督员批准' : ''} run={(verb, form) => act.mutateAsync({ verb, form, version: d.version })} />
        </div>
      </div>
    </Page>
  )
}
