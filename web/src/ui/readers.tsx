// Who may read a sensitive report: shown on its page, narrowed there at once.

import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../api/client'
import { useDo, useGet } from '../api/use'
import { FormDrawer, Row, useDraft } from './draft'
import { Go } from './go'
import { Panel } from './page'

export interface Person { id: string; name: string }

/** Readers says who reads a report and lets its readers narrow that. */
export function Readers({ kind, subject }: { kind: 'tip' | 'insider'; subject: string }) {
  const q = useGet('/circles/of', { query: { kind, subject } })
  const [open, setOpen] = useState(false)
  if (!q.data) return null
  const { circle_id, members, eligible } = q.data
  return (
    <Panel title="知悉范围">
      {circle_id ? (
        <p>只有 {members.map((m) => m.name).join('、')} 看得到。<span className="sub"><Go href={`/circles/${circle_id}`}>理由、调整与安全措施</Go></span></p>
      ) : (
        <>
          <p className="soft">按岗位和辖区有权的人都看得到。涉及内部人员、可能遭报复的，请立即限定。</p>
          <Button onClick={() => setOpen(true)}>限定知悉范围</Button>
        </>
      )}
      {open && <DrawForm kind={kind} subject={subject} eligible={eligible} close={() => setOpen(false)} />}
    </Panel>
  )
}

function DrawForm({ kind, subject, eligible, close }: { kind: 'tip' | 'insider'; subject: string; eligible: Person[]; close: () => void }) {
  const { values: v, set } = useDraft<{ members: string[]; reason: string }>({ members: [], reason: '' })
  const draw = useDo(() => post('/circles', { body: { kind, subject, members: v.members, reason: v.reason.trim() } }), ['/circles', '/tips', '/sealed-tips', '/clues'], close)
  return (
    <FormDrawer
      title="限定知悉范围" open close={close} submit="立即限定" busy={draw.isPending} error={draw.error}
      next="提交后其他人立即看不到这件举报和它的线索，只知道有一件；岗位负责人收到通知，调整和解除由负责人办理。"
      check={() => check(v)}
      onSubmit={() => draw.mutate(undefined)}
    >
      {(wrong) => <MemberFields wrong={wrong} eligible={eligible} values={v} set={set} />}
    </FormDrawer>
  )
}

export function check(v: { members: string[]; reason: string }): Record<string, string> {
  return { ...(v.members.length > 0 ? {} : { members: '请选择知悉人员' }), ...(v.reason.trim().length >= 4 ? {} : { reason: '请写明为什么这样限定' }) }
}

export function MemberFields({ wrong, eligible, values, set }: { wrong: Record<string, string>; eligible: Person[]; values: { members: string[]; reason: string }; set: (name: 'members' | 'reason', v: never) => void }) {
  return (
    <>
      <Row name="members" title="知悉人员" required wrong={wrong} hint="只能从按岗位和辖区有权阅办的人中选择">
        <Select id="f-members" mode="multiple" showSearch={{ optionFilterProp: 'label' }} value={values.members} onChange={(x) => set('members', x as never)} options={eligible.map((m) => ({ value: m.id, label: m.name }))} />
      </Row>
      <Row name="reason" title="理由" required wrong={wrong} hint="不要写举报内容和举报人的情况">
        <Input.TextArea id="f-reason" autoSize={{ minRows: 3 }} maxLength={500} value={values.reason} onChange={(e) => set('reason', e.target.value as never)} />
      </Row>
    </>
  )
}
