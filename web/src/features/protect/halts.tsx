import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Halt } from '../../api/types'
import { useAll, useCan, useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { dateTime } from '../../ui/format'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'

export function StateOfHalt({ halt }: { halt: Halt }) {
  return <Chip tone={halt.state === 'reopened' ? 'grey' : halt.state === 'proposed' ? 'amber' : 'red'}>{halt.state_title}</Chip>
}

const columns: Column<Halt>[] = [
  { key: 'door', title: '渠道', render: (h) => h.door_title, text: (h) => h.door_title },
  { key: 'state', title: '状态', align: 'c', render: (h) => <StateOfHalt halt={h} />, text: (h) => h.state_title },
  { key: 'reason', title: '告诉公众的原因', render: (h) => h.reason, text: (h) => h.reason },
  { key: 'by', title: '关闭人', align: 'c', render: (h) => h.closed_by_name, text: (h) => h.closed_by_name },
  { key: 'at', title: '关闭时间', align: 'c', render: (h) => dateTime(h.closed_at), text: (h) => dateTime(h.closed_at) },
  { key: 'ended', title: '恢复时间', align: 'c', render: (h) => (h.ended_at ? dateTime(h.ended_at) : '—'), text: (h) => h.ended_at },
]

/** Halts is the emergency switch of the public's ways in. */
export function Halts() {
  const can = useCan()
  const list = useAll('/halts')
  const [open, setOpen] = useState(false)
  return (
    <Page title="举报渠道开关" tools={can('channel.halt') && <Button danger type="primary" onClick={() => setOpen(true)}>紧急关闭</Button>}>
      <section className="panel" aria-label="举报渠道开关">
        <DataList
          name="举报渠道开关"
          list={list}
          columns={columns}
          rowKey={(h) => h.id}
          href={(h) => `/halts/${h.id}`}
          card={(h) => (
            <>
              <span className="row between"><span className="strong">{h.door_title}</span><StateOfHalt halt={h} /></span>
              <span>{h.reason}</span>
              <span className="sub num">{h.closed_by_name}　{dateTime(h.closed_at)}</span>
            </>
          )}
          empty={{ title: '所有举报渠道都开放', how: '怀疑服务器、密钥或页面脚本被动过手脚时，安全管理员可以立即关闭一种举报方式或渠道；公众看到原因和其他举报办法，恢复须两人。' }}
        />
      </section>
      {open && <ShutForm close={() => setOpen(false)} />}
    </Page>
  )
}

function ShutForm({ close }: { close: () => void }) {
  const go = useGo()
  const doors = useGet('/halts/doors')
  const { values: v, set } = useDraft({ door: '', reason: '', note: '' })
  const shut = useDo(() => post('/halts', { body: { door: v.door, reason: v.reason.trim(), note: v.note.trim() } }), ['/halts', '/notices'], (h) => go(`/halts/${h.id}`))
  return (
    <FormDrawer
      title="紧急关闭举报渠道" open close={close} submit="立即关闭" busy={shut.isPending} error={shut.error}
      next="提交后立即生效，已收到的举报不受影响；恢复须由一人提出、另一人确认。"
      check={() => ({ ...(v.door ? {} : { door: '请选择关闭什么' }), ...(v.reason.trim().length >= 4 ? {} : { reason: '请告诉公众为什么关闭' }) })}
      onSubmit={() => shut.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="door" title="关闭什么" required wrong={wrong}><Select id="f-door" value={v.door || undefined} onChange={(x) => set('door', x)} options={(doors.data ?? []).map((d) => ({ value: d.id, label: d.halt_id ? `${d.title}（已关闭）` : d.title, disabled: d.halt_id !== '' }))} /></Row>
          <Row name="reason" title="告诉公众的原因" required wrong={wrong} hint="显示在举报页面上，用大白话；不要写可能被人利用的细节"><Input.TextArea id="f-reason" autoSize={{ minRows: 3 }} maxLength={500} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
          <Row name="note" title="内部情况" wrong={wrong} hint="公众看不到"><Input.TextArea id="f-note" autoSize={{ minRows: 2 }} maxLength={2000} value={v.note} onChange={(e) => set('note', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
