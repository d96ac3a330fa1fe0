import { useGet } from '../../api/use'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import './rule.css'

const names = (list: { title: string }[], all: string) => (list.length ? list.map((x) => x.title).join('、') : all)

/** Groupings says which alarms become one event by themselves. */
function Groupings() {
  const q = useGet('/rules/groupings')
  if (!q.data || q.data.length === 0) return null
  return (
    <Panel title="并为一件的规则" flush tools={<Go href="/alarm-events">预警事件</Go>}>
      <div className="scroll" tabIndex={0} role="region" aria-label="并为一件的规则">
        <table className="t">
          <thead><tr><th scope="col">名称</th><th scope="col">级别</th><th scope="col">规则类别</th><th scope="col">范围</th><th scope="col">前后最多相隔</th><th scope="col">首尾最多</th></tr></thead>
          <tbody>
            {q.data.map((g) => (
              <tr key={g.name}><td>{g.name}</td><td>{names(g.levels, '全部级别')}</td><td>{names(g.families, '全部规则')}</td><td>{g.by.title}</td><td className="num">{g.within}</td><td className="num">{g.longest}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="soft" style={{ padding: '0 16px 12px' }}>每条预警用第一条符合的；已有人办理的事件不再并入新的预警。值班员可以合并、拆出，写明理由。</p>
    </Panel>
  )
}

/** Ladders shows who hears of alarms, when: the place's configuration as a table. */
export function Ladders() {
  const q = useGet('/rules/ladders')
  return (
    <Page title="告知规则">
      {q.error ? <div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div> : !q.data ? <div className="panel"><Bones rows={10} /></div> : (
        <>
          <Panel><p className="soft">每条预警按级别和规则类别用一条规则，时限从条件成立时起算，办结即止；前一级无人可告知时立即告知下一级。规则写在本地配置的 warning 一节，改后重启生效。</p></Panel>
          <Groupings />
          {q.data.map((l) => (
            <Panel key={l.name} title={l.name} flush tools={<span className="soft small">{names(l.levels, '全部级别')}　{names(l.families, '全部规则')}</span>}>
              <div className="scroll" tabIndex={0} role="region" aria-label={l.name}>
                <table className="t ladder">
                  <colgroup><col style={{ width: '22%' }} /><col style={{ width: '14%' }} /><col /><col style={{ width: '12%' }} /></colgroup>
                  <thead><tr><th scope="col">条件</th><th scope="col">多久之后</th><th scope="col">告知</th><th scope="col">紧急程度</th></tr></thead>
                  <tbody>
                    {l.rungs.map((r) => (
                      <tr key={r.when.id + r.after}>
                        <td>{r.when.title}</td><td className="num">{r.after}</td><td>{names(r.tell, '')}</td>
                        <td className={r.urgency.id === 'urgent' ? 'red' : r.urgency.id === 'important' ? 'amber' : undefined}>{r.urgency.title}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          ))}
          <Grades />
        </>
      )}
    </Page>
  )
}

/** Grades shows which alarms weigh more than others of their level, and by which basis. */
function Grades() {
  const q = useGet('/rules/grades')
  if (q.error) return <Panel title="重点级"><Trouble error={q.error} again={() => void q.refetch()} /></Panel>
  if (!q.data) return <Panel title="重点级"><Bones rows={4} /></Panel>
  return (
    <Panel title="重点级：哪些预警更要紧" flush>
      {q.data.length === 0 ? <Empty title="没有设定重点级" how="写在本地配置 warning 的 grades 一节。" /> : (
        <div className="scroll" tabIndex={0} role="region" aria-label="重点级">
          <table className="t ladder">
            <colgroup><col style={{ width: '22%' }} /><col style={{ width: '34%' }} /><col /><col style={{ width: '12%' }} /></colgroup>
            <thead><tr><th scope="col">情形</th><th scope="col">条件（须全部符合）</th><th scope="col">依据</th><th scope="col">告知</th></tr></thead>
            <tbody>{q.data.map((g) => <tr key={g.name + g.valid_from}><td>{g.name}</td><td>{g.conditions.join('；')}</td><td>{g.basis}<span className="sub num">{g.valid_from} 起{g.valid_until && `，至 ${g.valid_until} 前`}</span></td><td>{g.hear_up ? '按高一级' : '按本级'}</td></tr>)}</tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
