import { useGet } from '../../api/use'
import { count, dateTime, lasting } from '../../ui/format'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { facts } from './facts'

/** SystemHealth says how the program is. */
export function SystemHealth() {
  const q = useGet('/system', {}, { refetchInterval: 15_000 })
  if (q.error && !q.data) return <Page title="运行状况"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="运行状况"><div className="panel"><Bones /></div></Page>
  const { version, started_at, engine, ...parts } = q.data
  return (
    <Page title="运行状况">
      <Panel title="程序">
        <dl className="facts">
          <div><dt>版本</dt><dd className="mono">{version}</dd></div>
          <div><dt>数据库</dt><dd>{engine}</dd></div>
          <div><dt>启动</dt><dd className="num">{dateTime(started_at)}</dd></div>
          <div><dt>已运行</dt><dd className="num">{lasting(started_at, null)}</dd></div>
        </dl>
      </Panel>
      {facts(parts).map((g) => (
        <Panel key={g.key} title={g.title}>
          <dl className="facts">
            {g.rows.map((r) => (
              <div key={r.title}><dt>{r.title}</dt><dd className={`num ${r.bad ? 'red strong' : ''}`}>{typeof r.value === 'number' ? count(r.value) : r.value}{r.bad && '（请检查）'}</dd></div>
            ))}
          </dl>
        </Panel>
      ))}
    </Page>
  )
}
