import type { AlarmFile as Alarm } from '../../api/types'
import { dateTime, left, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { Panel } from '../../ui/page'
import { judged } from './words'
import './help.css'

/** EnterpriseHelp says in plain words what was seen, what the limit is, what to do and by when; first signs are help, not an accusation. */
export function EnterpriseHelp({ a }: { a: Alarm }) {
  const sent = [...a.timeline].reverse().find((e) => e.verb === 'reject')
  return (
    <Panel title="怎么回事，怎么办">
      <dl className="facts">
        <div className="wide"><dt>看到了什么</dt><dd>{a.outlet_name}自 {dateTime(a.started_at)} 起，{a.summary}{a.ended_at ? `，${dateTime(a.ended_at)} 恢复` : '，仍在持续'}</dd></div>
        {judged(a) && <div className="wide"><dt>限值是多少</dt><dd className="num">{a.factor_name} {reading(a.limit)} {a.unit}{a.basis && `（${a.basis}）`}</dd></div>}
        <div className="wide"><dt>请怎样办</dt><dd>{todo(a)}</dd></div>
        {a.explain_due && <div className="wide"><dt>何时之前</dt><dd className={`num ${Date.parse(a.explain_due) < Date.now() ? 'red' : ''}`}>{dateTime(a.explain_due)}，{left(a.explain_due)}</dd></div>}
        {a.explained === 'rejected' && sent && <div className="wide"><dt>退回的理由</dt><dd>{sent.form.map((f) => f.value).join('；') || sent.note}</dd></div>}
      </dl>
      {a.guides.length > 0 && a.explained !== 'accepted' && a.level !== 'notice' && (
        <details className="guide">
          <summary>常见原因、检查要点与应附材料</summary>
          <ul className="plain">
            {a.guides.map((g) => (
              <li key={g.cause}><strong>{g.title}</strong><span className="sub">先看：{g.check}</span><span className="sub">附上：{g.evidence.join('、')}</span></li>
            ))}
          </ul>
          <p className="soft small">时段确属停运、启停、维护、校准或故障的，请先<Go href={`/marks/new?outlet_id=${a.outlet_id}`}>标记时段</Go>（数据产生后 10 日内）。</p>
        </details>
      )}
    </Panel>
  )
}

function todo(a: Alarm): string {
  if (a.state === 'cleared') return '这条预警已解除，不需要再办。'
  if (a.level === 'notice') return '这是早期提醒，尚未构成超标，也不需要答复。请趁早查看治理设施、药剂和监测设备；及时处理，多数情况可以避免超标。'
  switch (a.explained) {
    case 'accepted': return '说明已被采纳。数据恢复正常后预警自动解除。'
    case 'given': return '说明已提交，等待监控值班岗审核；期间请继续处置，不需要再次提交。'
    case 'rejected': return '说明被退回。请按退回的理由补充事实和材料，重新说明。'
  }
  return a.level === 'suspect'
    ? '数据的形态不寻常，不等于有问题。请核对治理设施、采样和分析仪器，查明后在“下一步”说明原因并附材料。'
    : '先控制排放：检查治理设施，必要时减产、停产；再在“下一步”说明原因和已采取的措施，附证明材料。'
}
