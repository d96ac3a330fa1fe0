import { useGet } from '../../api/use'
import { usePhone } from '../../ui/screen'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import './roles.css'

/** Roles shows the policy table: what each role may do, and how far. */
export function Roles() {
  const q = useGet('/roles')
  const phone = usePhone()
  const rows = q.data ?? []
  const caps = new Map<string, string>()
  for (const r of rows) for (const c of r.capabilities) caps.set(c.capability, c.title || c.capability)
  const list = [...caps.entries()].sort(([a], [b]) => a.localeCompare(b))
  return (
    <Page title="角色权限">
      {q.error ? <div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div> : !q.data ? <div className="panel"><Bones rows={10} /></div> : phone ? (
        rows.map((r) => (
          <Panel key={r.role} title={r.title}>
            {r.capabilities.length === 0 ? <span className="soft">暂无权限</span> : <ul className="stack">{r.capabilities.map((c) => <li key={c.capability} className="row between"><span>{c.title || c.capability}</span><span className="soft small">{c.reach_title}</span></li>)}</ul>}
          </Panel>
        ))
      ) : (
        <Panel title="权限表" flush tools={<span className="soft">权限由规则表决定：角色 × 范围；未列出的一律不允许</span>}>
          <div className="scroll roles" tabIndex={0} role="region" aria-label="权限表">
            <table className="t dense">
              <thead>
                <tr><th scope="col">权限</th>{rows.map((r) => <th key={r.role} scope="col" title={r.duty}>{r.title}{r.officer && <span className="sub">三员</span>}</th>)}</tr>
              </thead>
              <tbody>
                {list.map(([cap, title]) => (
                  <tr key={cap}>
                    <th scope="row">{title}</th>
                    {rows.map((r) => {
                      const c = r.capabilities.find((x) => x.capability === cap)
                      return <td key={r.role} className={c ? 'yes' : ''}>{c ? c.reach_title : <span className="unseen">无</span>}</td>
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
    </Page>
  )
}
