import { Button } from 'antd'
import { useState } from 'react'
import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import type { CircleFile as File } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, useDraft } from '../../ui/draft'
import { dateTime, day } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { check, MemberFields } from '../../ui/readers'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { StateOfCircle } from './circles'

/** CircleFile is one circle: who is in it and, for them alone, what is done for the reporter's safety. */
export function CircleFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/circles/{id}', { path: { id } })
  const [open, setOpen] = useState(false)
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/circles/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/circles', '/tips', '/notices'],
  )
  if (q.error && !q.data) return <Page title="知悉范围"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="知悉范围"><div className="panel"><Bones rows={6} /></div></Page>
  const c = q.data
  return (
    <Page title={`知悉范围：${c.number}`} tools={<StateOfCircle circle={c} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div className="wide"><dt>知悉人员</dt><dd>{c.members.map((m) => m.name).join('、')}</dd></div>
              <div className="wide"><dt>理由</dt><dd className="pre">{c.reason}</dd></div>
              <div><dt>区域</dt><dd>{c.area_name}</dd></div>
              <div><dt>限定人</dt><dd>{c.set_by_name}　<span className="num">{dateTime(c.set_at)}</span></dd></div>
              <div><dt>解除</dt><dd className="num">{c.ended_at ? dateTime(c.ended_at) : '限定中'}</dd></div>
              {c.mine && <div><dt>举报</dt><dd><Go href={c.kind === 'tip' ? `/tips/${c.subject}` : `/sealed-tips/${c.subject}`}>打开</Go></dd></div>}
            </dl>
          </Panel>
          {c.mine && c.state === 'held' ? <Safety id={c.id} /> : (
            <Panel title="举报人安全措施"><p className="soft">{c.review_at ? <>复核日期 <span className="num">{day(c.review_at)}</span>。内容只有知悉人员看得到。</> : '只有知悉人员看得到。'}</p></Panel>
          )}
          <Panel title="经过"><Timeline entries={c.timeline} /></Panel>
        </div>
        <div className="side-col">
          {c.manage && <Panel title="知悉人员"><Button block onClick={() => setOpen(true)}>调整知悉人员</Button></Panel>}
          {c.actions.length > 0 && <Verbs actions={c.actions} run={(verb, form) => act.mutateAsync({ verb, form, version: c.version })} />}
        </div>
      </div>
      {open && <Redraw circle={c} close={() => setOpen(false)} />}
    </Page>
  )
}

function Redraw({ circle: c, close }: { circle: File; close: () => void }) {
  const { values: v, set } = useDraft<{ members: string[]; reason: string }>({ members: c.members.map((m) => m.id), reason: '' })
  const send = useDo(() => post('/circles/{id}/members', { path: { id: c.id }, body: { version: c.version, members: v.members, reason: v.reason.trim() } }), ['/circles', '/tips', '/notices'], close)
  return (
    <FormDrawer title="调整知悉人员" open close={close} submit="调整" busy={send.isPending} error={send.error} next="立即生效；减去的人不再看得到，加入的人收到通知。" check={() => check(v)} onSubmit={() => send.mutate(undefined)}>
      {(wrong) => <MemberFields wrong={wrong} eligible={c.eligible} values={v} set={set} />}
    </FormDrawer>
  )
}

const tones: Record<string, 'grey' | 'amber' | 'red'> = { low: 'grey', raised: 'amber', urgent: 'red' }

function Safety({ id }: { id: string }) {
  const q = useGet('/circles/{id}/safety', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/circles/{id}/safety/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/circles'],
  )
  if (q.error && !q.data) return <Panel title="举报人安全措施"><Trouble error={q.error} again={() => void q.refetch()} /></Panel>
  if (!q.data) return <Panel title="举报人安全措施"><Bones rows={4} /></Panel>
  const p = q.data
  return (
    <>
      <Panel title="举报人安全措施" tools={p.state === 'none' ? undefined : <Chip tone={p.late ? 'red' : 'grey'}>{p.late ? '到期未复核' : p.state_title}</Chip>}>
        {p.state === 'none' ? <p className="soft">还没有评估。举报重大违法犯罪、可能遭报复的，请评估风险并定下有针对性的措施。</p> : (
          <dl className="facts">
            <div><dt>风险程度</dt><dd><Chip tone={tones[p.level] ?? 'grey'}>{p.level_title}</Chip></dd></div>
            <div><dt>责任人</dt><dd>{p.responsible_name}</dd></div>
            <div><dt>复核日期</dt><dd className="num">{day(p.review_at)}</dd></div>
            <div><dt>来自谁</dt><dd>{p.from}</dd></div>
            <div><dt>自何时起</dt><dd className="num">{p.since || '—'}</dd></div>
            <div><dt>公安机关</dt><dd>{p.police}</dd></div>
            <div className="wide"><dt>什么风险</dt><dd className="pre">{p.risk}</dd></div>
            <div className="wide"><dt>保密和安全措施</dt><dd className="pre">{p.measures}</dd></div>
          </dl>
        )}
      </Panel>
      <Verbs actions={p.actions} run={(verb, form) => act.mutateAsync({ verb, form, version: p.version })} />
      {p.timeline.length > 0 && <Panel title="安全措施的经过"><Timeline entries={p.timeline} /></Panel>}
    </>
  )
}
