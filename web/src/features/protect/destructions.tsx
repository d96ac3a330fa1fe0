import { Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Destruction, DestructionLine } from '../../api/types'
import { useAll, useCan, useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { dateTime, day } from '../../ui/format'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'

export function StateOfDestruction({ d }: { d: Destruction }) {
  return <Chip tone={d.state === 'proposed' ? 'amber' : d.state === 'destroyed' ? 'green' : 'grey'}>{d.state_title}</Chip>
}

const columns: Column<Destruction>[] = [
  { key: 'number', title: '编号', render: (d) => <span className="num">{d.number}</span>, text: (d) => d.number },
  { key: 'state', title: '状态', align: 'c', render: (d) => <StateOfDestruction d={d} />, text: (d) => d.state_title },
  { key: 'reason', title: '理由', render: (d) => d.reason, text: (d) => d.reason },
  { key: 'by', title: '提出人', align: 'c', render: (d) => d.proposed_name, text: (d) => d.proposed_name },
  { key: 'at', title: '提出时间', align: 'c', render: (d) => dateTime(d.proposed_at), text: (d) => dateTime(d.proposed_at) },
  { key: 'decider', title: '决定人', align: 'c', render: (d) => d.decided_name || '—', text: (d) => d.decided_name },
  { key: 'decided', title: '决定时间', align: 'c', render: (d) => (d.decided_at ? dateTime(d.decided_at) : '—'), text: (d) => d.decided_at },
]

/** Destructions is where who reported is destroyed once nobody needs it any more. */
export function Destructions() {
  const can = useCan()
  const list = useAll('/destructions')
  const due = useGet('/destructions/due')
  const [open, setOpen] = useState(false)
  const n = due.data?.lines.length ?? 0
  return (
    <Page title="到期销毁" tools={can('retention.propose') && <Button type="primary" disabled={n === 0} onClick={() => setOpen(true)}>提出销毁</Button>}>
      {due.data && <p className="info small" role="status" style={{ marginBottom: 12 }}>举报办结 {due.data.days} 天后，举报人的身份和联系方式、内部知情人举报的密件到期。现在到期 <b className="num">{n}</b> 件{n === 200 && '以上'}；限定知悉范围的，解除后才到期。</p>}
      <section className="panel" aria-label="到期销毁">
        <DataList
          name="到期销毁"
          list={list}
          columns={columns}
          rowKey={(d) => d.id}
          href={(d) => `/destructions/${d.id}`}
          card={(d) => (
            <>
              <span className="row between"><span className="strong num">{d.number}</span><StateOfDestruction d={d} /></span>
              <span>{d.reason}</span>
              <span className="sub num">{d.proposed_name}　{dateTime(d.proposed_at)}</span>
            </>
          )}
          empty={{ title: '还没有销毁过', how: '到期后由举报奖励专岗提出，分管领导或督办监督员批准。销毁的是身份、联系方式和密件，案件本身照常保存；编号和密文摘要留作证明。' }}
        />
      </section>
      {open && due.data && <ProposeForm lines={due.data.lines} close={() => setOpen(false)} />}
    </Page>
  )
}

function ProposeForm({ lines, close }: { lines: DestructionLine[]; close: () => void }) {
  const go = useGo()
  const { values: v, set } = useDraft({ subjects: lines.map((l) => l.subject), reason: '' })
  const propose = useDo(() => post('/destructions', { body: { subjects: v.subjects, reason: v.reason.trim() } }), ['/destructions', '/notices'], (d) => go(`/destructions/${d.id}`))
  return (
    <FormDrawer
      title="提出销毁" open close={close} submit="提出销毁" busy={propose.isPending} error={propose.error}
      next="提交后由另一个人批准；批准的同时销毁，不能恢复。"
      check={() => ({ ...(v.subjects.length ? {} : { subjects: '请选择要销毁的举报' }), ...(v.reason.trim().length >= 4 ? {} : { reason: '请写明为什么可以销毁' }) })}
      onSubmit={() => propose.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="subjects" title={`要销毁的举报（${v.subjects.length} 件）`} required wrong={wrong} hint="还在复议、诉讼或奖励未结清的，请去掉">
            <Checkbox.Group
              style={{ display: 'grid', gap: 4 }}
              value={v.subjects}
              onChange={(x) => set('subjects', x as string[])}
              options={lines.map((l) => ({ value: l.subject, label: <><span className="num">{l.number}</span>　<span className="soft">{l.what}，{day(l.closed_at)} 办结</span></> }))}
            />
          </Row>
          <Row name="reason" title="理由" required wrong={wrong}><Input.TextArea id="f-reason" autoSize={{ minRows: 3 }} maxLength={500} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
