import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { ClueFile as Clue } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { dateTime } from '../../ui/format'
import { FileList } from '../../ui/files'
import { Go } from '../../ui/go'
import { StateChip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'

/** ClueFile is one clue with what resembles it, so that it can be judged on one page. */
export function ClueFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/clues/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/clues/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/clues', '/issues', '/alarms', '/overview', '/notices', '/me'],
  )
  if (q.error && !q.data) return <Page title="线索"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="线索"><div className="panel"><Bones rows={8} /></div></Page>
  const c = q.data
  return (
    <Page title={c.title} crumb={<span className="num">{c.number}</span>} tools={<StateChip state={c.state} title={c.state_title} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>来源</dt><dd>{c.source_title}{c.source === 'alarm' && c.source_id && <>　<Go href={`/alarms/${c.source_id}`}>查看预警</Go></>}{c.source === 'web' && c.source_id && <>　<Go href={`/tips/${c.source_id}`}>查看举报</Go></>}</dd></div>
              <div><dt>区域</dt><dd>{c.area_name || '—'}</dd></div>
              <div><dt>类别</dt><dd>{c.category_name || '—'}</dd></div>
              <div><dt>企业</dt><dd>{c.enterprise_id ? <Go href={`/enterprises/${c.enterprise_id}`}>{c.enterprise_name}</Go> : '—'}</dd></div>
              <div><dt>地点</dt><dd>{c.address || '—'}</dd></div>
              <div><dt>收到</dt><dd className="num">{dateTime(c.created_at)}</dd></div>
              <div><dt>研判期限</dt><dd className={`num ${c.overdue ? 'red' : ''}`}>{dateTime(c.due_at)}{c.overdue && '（已逾期）'}</dd></div>
              {c.has_contact && <div><dt>反映人联系方式</dt><dd><Contact id={c.id} /></dd></div>}
              {c.owner_name && <div><dt>领办人</dt><dd>{c.owner_name}</dd></div>}
              {c.created_by_name && <div><dt>登记人</dt><dd>{c.created_by_name}</dd></div>}
              {c.referred_to_name && <div><dt>移送至</dt><dd>{c.referred_to_name}</dd></div>}
              {c.merged_into && <div><dt>已合并到</dt><dd><Go href={`/clues/${c.merged_into}`}>查看目标线索</Go></dd></div>}
              {c.issue_id && <div><dt>问题</dt><dd><Go href={`/issues/${c.issue_id}`}>{c.issue_number || '查看问题'}</Go></dd></div>}
              <div className="wide"><dt>内容</dt><dd className="pre">{c.text || '—'}</dd></div>
            </dl>
            <FileList files={c.files} />
          </Panel>
          <Panel title="经过"><Timeline entries={c.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs
            actions={c.actions}
            waits={c.waits}
            similar={c.similar.map((s) => ({ value: s.number, label: `${s.number} ${s.title}` }))}
            run={(verb, form) => act.mutateAsync({ verb, form, version: c.version })}
          />
          {c.merged.length > 0 && (
            <Panel title="已并入的线索" flush>
              <ul className="cards">
                {c.merged.map((m) => <li key={m.id}><Go className="card" href={`/clues/${m.id}`}><span className="soft small num">{m.number}　{m.source_title}</span><span className="sub" style={{ color: 'var(--ink)', fontSize: 14 }}>{m.title}</span></Go></li>)}
              </ul>
            </Panel>
          )}
          {c.state === 'new' && <SimilarOnes clue={c} />}
        </div>
      </div>
    </Page>
  )
}

/** Contact is shown on request only; the program keeps who looked. */
function Contact({ id }: { id: string }) {
  const [asked, setAsked] = useState(false)
  const q = useGet('/clues/{id}/contact', { path: { id } }, { enabled: asked })
  if (!asked) return <button type="button" className="linkish" onClick={() => setAsked(true)}>查看（记入审计日志）</button>
  if (q.error) return <span className="red">{sentence(q.error)}</span>
  return <span>{q.data?.contact ?? '…'}</span>
}

function SimilarOnes({ clue }: { clue: Clue }) {
  return (
    <Panel title="相似线索" flush>
      {clue.similar.length === 0 ? <Empty title="没有发现相似的线索" how="按文字、地点和企业比对；确属重复的可以合并。" /> : (
        <ul className="cards">
          {clue.similar.map((s) => (
            <li key={s.id}>
              <Go className="card" href={`/clues/${s.id}`}>
                <span className="row between"><span className="soft small num">{s.number}</span><span className="small num">相似 {Math.round(s.score * 100)}%</span></span>
                <span>{s.title}</span>
                <span className="sub num">{s.state_title}　{dateTime(s.created_at)}</span>
                {s.why.length > 0 && <span className="sub">{s.why.join('、')}</span>}
              </Go>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
