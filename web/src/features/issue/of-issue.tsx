import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { SuperviseRung } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { day } from '../../ui/format'
import { Go, useGo } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { instructionTone, supervisionTone, touched } from './supervise-words'

/** OfIssue is what presses on one issue, with the way to press harder. */
export function OfIssue({ id }: { id: string }) {
  const q = useGet('/issues/{id}/supervision', { path: { id } })
  const [open, setOpen] = useState(false)
  const v = q.data
  if (!v || (v.supervisions.length === 0 && v.instructions.length === 0 && !v.may_propose)) return null
  return (
    <Panel title="督办和批示" flush tools={v.may_propose && <Button size="small" onClick={() => setOpen(true)}>提出督办</Button>}>
      {v.supervisions.length + v.instructions.length > 0 ? (
        <ul className="cards">
          {v.supervisions.map((d) => <li key={d.id}><Go className="card" href={`/supervisions/${d.id}`}><span className="row between"><span>{d.rung_title}</span><Chip tone={supervisionTone(d)}>{d.state_title}</Chip></span><span className="sub num">{d.number}{d.due_at && `　${day(d.due_at)} 前答复`}</span></Go></li>)}
          {v.instructions.map((i) => <li key={i.id}><Go className="card" href={`/instructions/${i.id}`}><span className="row between"><span>批示：{i.leader}</span><Chip tone={instructionTone(i)}>{i.state_title}</Chip></span><span className="sub">{i.text}</span></Go></li>)}
        </ul>
      ) : <p className="soft small" style={{ padding: '8px 16px' }}>还没有督办。</p>}
      {open && <Propose id={id} next={v.next} close={() => setOpen(false)} />}
    </Panel>
  )
}

function Propose({ id, next, close }: { id: string; next: SuperviseRung; close: () => void }) {
  const go = useGo()
  const rungs = useGet('/supervisions/rungs', {}, { staleTime: 3600_000 })
  const { values: v, set } = useDraft({ rung: next.id, reason: '', demand: '' })
  const rung = rungs.data?.find((r) => r.id === v.rung) ?? next
  const propose = useDo(() => post('/supervisions', { body: { issue_id: id, rung: v.rung, reason: v.reason.trim(), demand: v.demand.trim() } }), [...touched], (d) => go(`/supervisions/${d.id}`))
  return (
    <FormDrawer
      title="提出督办" open close={close} submit="拟稿" busy={propose.isPending} error={propose.error}
      next={`出具${rung.paper}，由${rung.signer}签发${rung.alone ? '（可以自己签发）' : '，拟稿人不能自己签发'}；签发后 ${rung.answer_days} 个工作日内答复${rung.public ? '，并在公开的名单上列出' : ''}。`}
      check={() => ({ ...(v.reason.trim() ? {} : { reason: '请写明为什么督办' }), ...(v.demand.trim() ? {} : { demand: '请写明要求做什么、何时完成' }) })}
      onSubmit={() => propose.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="rung" title="级别" required wrong={wrong}><Select id="f-rung" value={v.rung} onChange={(x) => set('rung', x)} options={(rungs.data ?? [next]).map((r) => ({ value: r.id, label: r.title }))} /></Row>
          <Row name="reason" title="事由" required wrong={wrong}><Input.TextArea id="f-reason" autoSize={{ minRows: 2 }} maxLength={1000} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
          <Row name="demand" title="督办要求" required wrong={wrong} hint="做什么、谁负责、何时完成"><Input.TextArea id="f-demand" autoSize={{ minRows: 3 }} maxLength={2000} value={v.demand} onChange={(e) => set('demand', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
