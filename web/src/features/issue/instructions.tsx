import { Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { address, post } from '../../api/client'
import type { Instruction } from '../../api/types'
import { useCan, useDo, useList, useReference } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { FilesField } from '../../ui/files'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { day, due } from '../../ui/format'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { PersonPicker, SubjectPicker } from '../../ui/pickers'
import { pick } from '../../ui/search'
import { instructionStates, instructionTone, touched } from './supervise-words'

const columns: Column<Instruction>[] = [
  { key: 'number', title: '编号', align: 'c', render: (i) => <span className="num">{i.number}</span>, text: (i) => i.number },
  { key: 'leader', title: '批示领导', render: (i) => i.leader, text: (i) => i.leader },
  { key: 'on', title: '批示日期', align: 'c', render: (i) => <span className="num">{i.given_on}</span>, text: (i) => i.given_on },
  { key: 'text', title: '内容', render: (i) => i.text, text: (i) => i.text },
  { key: 'issue', title: '问题', align: 'c', optional: true, render: (i) => i.issue_number || '—', text: (i) => i.issue_number },
  { key: 'agency', title: '承办单位', render: (i) => <>{i.agency_name}{i.person_name && <span className="sub">{i.person_name}</span>}</>, text: (i) => `${i.agency_name} ${i.person_name}`.trim() },
  { key: 'state', title: '状态', align: 'c', render: (i) => <Chip tone={instructionTone(i)}>{i.state_title}</Chip>, text: (i) => i.state_title },
  { key: 'due', title: '期限', align: 'c', render: (i) => <span className={`num ${i.overdue ? 'red' : ''}`}>{i.due_at ? day(i.due_at) : '—'}{i.due_at && <span className={`sub ${i.overdue ? 'red' : ''}`}>{due(i.days_left, i.overdue)}</span>}</span>, text: (i) => day(i.due_at) },
]

const filters: Filter[] = [
  { name: 'q', title: '编号、领导、内容', kind: 'text' },
  { name: 'state', title: '状态', options: instructionStates, width: 120 },
  { name: 'agency', title: '承办单位', kind: 'agency', width: 168 },
  { name: 'overdue', title: '只看逾期', kind: 'flag', width: 112 },
]

/** Instructions lists what leaders wrote and want done. */
export function Instructions() {
  const can = useCan()
  const [search] = useFilters()
  const [open, setOpen] = useState(false)
  const query = pick(search, ['q', 'state', 'agency', 'overdue', 'area'])
  const list = useList('/instructions', query as never)
  return (
    <Page title="批示" tools={can('issue.supervise') && <Button type="primary" onClick={() => setOpen(true)}>登记批示</Button>}>
      <section className="panel" aria-label="批示">
        <Filters filters={filters} />
        <DataList
          name="批示"
          list={list}
          columns={columns}
          exports={(f) => address(`/instructions/export.${f}`, query as never)}
          rowKey={(i) => i.id}
          href={(i) => `/instructions/${i.id}`}
          card={(i) => (
            <>
              <span className="row between"><span className="strong">{i.leader}</span><Chip tone={instructionTone(i)}>{i.state_title}</Chip></span>
              <span>{i.text}</span>
              <span className="sub">{i.agency_name}{i.person_name && `　${i.person_name}`}</span>
              {i.due_at && <span className={`small num ${i.overdue ? 'red' : 'soft'}`}>{day(i.due_at)} 前，{due(i.days_left, i.overdue)}</span>}
            </>
          )}
          empty={{ title: '没有符合条件的批示', how: '领导的批示由督办监督员或分管领导登记，交给承办单位限期办理，办结后回告。' }}
        />
      </section>
      {open && <RegisterForm close={() => setOpen(false)} />}
    </Page>
  )
}

function RegisterForm({ close }: { close: () => void }) {
  const go = useGo()
  const ref = useReference()
  const [sending, setSending] = useState(false)
  const { values: v, set } = useDraft({ leader: '', given_on: '', text: '', issue: '', agency: '', person: '', days: 5, files: [] as string[] })
  const register = useDo(
    () => post('/instructions', { body: { leader: v.leader.trim(), given_on: v.given_on, text: v.text.trim(), issue: v.issue.trim(), agency: v.agency, person: v.person, days: v.days, files: v.files } }),
    [...touched],
    (i) => go(`/instructions/${i.id}`),
  )
  return (
    <FormDrawer
      title="登记批示" open close={close} submit="登记并交办" busy={register.isPending || sending} error={register.error}
      next="交办后承办单位收到通知；逾期通知双方，办结由另一个人确认。"
      check={() => ({
        ...(v.leader.trim() ? {} : { leader: '请写明谁批示的，姓名和职务' }), ...(v.given_on ? {} : { given_on: '请填写批示的日期' }), ...(v.text.trim() ? {} : { text: '请录入批示内容' }),
        ...(v.agency ? {} : { agency: '请选择承办单位' }), ...(v.days > 0 ? {} : { days: '请填写办理期限' }),
      })}
      onSubmit={() => register.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="leader" title="批示领导" required wrong={wrong} hint="姓名和职务"><Input id="f-leader" maxLength={50} value={v.leader} onChange={(e) => set('leader', e.target.value)} /></Row>
          <Row name="given_on" title="批示日期" required wrong={wrong}><Input id="f-given_on" type="date" value={v.given_on} onChange={(e) => set('given_on', e.target.value)} /></Row>
          <Row name="text" title="批示内容" required wrong={wrong}><Input.TextArea id="f-text" autoSize={{ minRows: 3 }} maxLength={2000} value={v.text} onChange={(e) => set('text', e.target.value)} /></Row>
          <Row name="issue" title="有关问题" wrong={wrong} hint="输入编号或标题中的字；没有就不填"><SubjectPicker id="f-issue" of="/issues" similar={[]} value={v.issue} onChange={(x) => set('issue', x)} /></Row>
          <Row name="agency" title="承办单位" required wrong={wrong}><Select id="f-agency" showSearch={{ optionFilterProp: 'label' }} value={v.agency || undefined} onChange={(x) => set('agency', x)} options={(ref?.agencies ?? []).map((a) => ({ value: a.id, label: a.name }))} /></Row>
          <Row name="person" title="责任人" wrong={wrong} hint="不填则由承办单位的人员办理"><PersonPicker id="f-person" role="agency" value={v.person} onChange={(x) => set('person', x)} /></Row>
          <Row name="days" title="办理期限（工作日）" required wrong={wrong}><InputNumber id="f-days" min={1} max={250} value={v.days} onChange={(x) => set('days', x ?? 0)} /></Row>
          <Row name="files" title="批示件" wrong={wrong}><FilesField id="f-files" onChange={(x) => set('files', x as string[])} onBusy={setSending} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
