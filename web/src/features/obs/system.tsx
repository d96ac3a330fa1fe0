import { useGet } from '../../api/use'
import { count, dateTime, lasting } from '../../ui/format'
import { Mark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { facts } from './facts'

const checks: Record<string, string> = { database: '数据库', disk: '磁盘', gateway: '设备接入', sequencer: '审计入链', jobs: '后台任务', telemetry: '监测数据' }

const engines: Record<string, string> = { sqlite: 'SQLite（内置）', postgres: 'PostgreSQL' }

/** SystemHealth says how the program is. */
export function SystemHealth() {
  const q = useGet('/system', {}, { refetchInterval: 15_000 })
  if (q.error && !q.data) return <Page title="运行状况"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="运行状况"><div className="panel"><Bones /></div></Page>
  const s = q.data
  return (
    <Page title="运行状况" tools={s.ready ? <Mark shape="circle" tone="green">就绪</Mark> : <Mark shape="triangle" tone="red">未就绪</Mark>}>
      <Panel title="程序">
        <dl className="facts">
          <div><dt>版本</dt><dd className="mono">{s.version}</dd></div>
          <div><dt>辖区</dt><dd>{s.place}</dd></div>
          <div><dt>数据库</dt><dd>{engines[s.engine] ?? s.engine}</dd></div>
          <div><dt>启动</dt><dd className="num">{dateTime(s.started_at)}</dd></div>
          <div><dt>已运行</dt><dd className="num">{lasting(s.started_at, null)}</dd></div>
          {s.checks.map((c) => (
            <div key={c.name}><dt>检查：{checks[c.name] ?? c.name}</dt><dd>{c.ok ? <Mark shape="circle" tone="green">正常</Mark> : <><Mark shape="triangle" tone="red">异常</Mark>{c.reason && <p className="red">{c.reason}</p>}</>}</dd></div>
          ))}
        </dl>
      </Panel>
      {facts({ gateway: s.gateway, jobs: s.jobs, sequencer: s.sequencer, disk: s.disk }).map((g) => (
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
