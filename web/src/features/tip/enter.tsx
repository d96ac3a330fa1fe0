// Taking a report down for somebody who called, came, wrote or was in the news.
// The form is made from what the program says of each door.

import { Button, DatePicker, Input, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { useMemo, useState } from 'react'
import { post } from '../../api/client'
import { sealedContact } from '../../api/seal-code'
import type { Doors, Entered, Field } from '../../api/types'
import { useDo, useGet, useMe, useReference } from '../../api/use'
import { PlainForm, Row, useDraft, type Wrong } from '../../ui/draft'
import { FilesField } from '../../ui/files'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { areaOptions } from '../../ui/pickers'
import { Bones, Trouble } from '../../ui/state'
import { missing, type Draft } from './draft'

const blank: Draft = { channel: 'phone', mode: 'public', kind: '', text: '', suspect: '', area: '', address: '', contact: '', person: { name: '', phone: '', other: '' }, received: '', details: {}, answers: {}, files: [] }

/** EnterTip is the desk's form for calls, visits, letters and the media. */
export function EnterTip() {
  const doors = useGet('/tip-doors', {}, { staleTime: 60_000 })
  const [entered, setEntered] = useState<Entered>()
  const [round, setRound] = useState(0)
  if (doors.error && !doors.data) return <Page title="登记举报"><div className="panel"><Trouble error={doors.error} again={() => void doors.refetch()} /></div></Page>
  if (!doors.data) return <Page title="登记举报"><div className="panel"><Bones rows={8} /></div></Page>
  return (
    <Page title="登记举报" tools={<Go className="linkish" href="/tips">公众举报列表</Go>}>
      <div style={{ maxWidth: 820 }}>
        {entered ? <Receipt entered={entered} next={() => { setEntered(undefined); setRound(round + 1) }} /> : <EnterForm key={round} doors={doors.data} done={setEntered} />}
      </div>
    </Page>
  )
}

function Receipt({ entered: e, next }: { entered: Entered; next: () => void }) {
  return (
    <Panel title="已登记">
      <div className="stack" role="status">
        <dl className="facts">
          <div><dt>举报编号</dt><dd className="num strong" data-number>{e.number}</dd></div>
          <div><dt>由哪里研判</dt><dd>{e.area_name}</dd></div>
          {e.secret && <div className="wide"><dt>查询码</dt><dd className="num" data-secret style={{ fontSize: 24, letterSpacing: 2 }}>{e.secret}</dd></div>}
        </dl>
        {e.secret && <p className="info small">请把编号和查询码念给举报人，或打印后当面交给本人；这里只显示一次，平台不保存。举报人第一次查询时可以自己更换。</p>}
        {!e.mine && <p className="info small">这件举报属于{e.area_name}，已送其研判岗；您的辖区内看不到它。</p>}
        <div className="row">
          {e.secret && <Button onClick={() => window.print()}>打印回执</Button>}
          {e.mine && <Go href={`/tips/${e.id}`}>打开这件举报</Go>}
          <Button type="primary" onClick={next}>继续登记下一件</Button>
        </div>
      </div>
    </Panel>
  )
}

function EnterForm({ doors, done }: { doors: Doors; done: (e: Entered) => void }) {
  const me = useMe()
  const draft = useDraft<Draft>({ ...blank, area: me.area && me.area.length === 6 && !me.area.endsWith('00') ? me.area : '' })
  const { values: v, set } = draft
  const [once] = useState(() => crypto.randomUUID())
  const [sending, setSending] = useState(false)
  const door = doors.doors.find((d) => d.channel === v.channel) ?? doors.doors[0]
  const kind = doors.kinds.find((k) => k.code === v.kind)
  const mode = doors.modes.find((m) => m.mode === v.mode)
  const save = useDo(
    async () => post('/tips', { body: {
      channel: v.channel as 'phone', mode: v.mode as 'public', kind: v.kind, text: v.text.trim(), suspect: v.suspect.trim(), area: v.area, address: v.address.trim(),
      contact: v.mode === 'public' ? v.contact.trim() : '', sealed: v.mode === 'confidential' ? await sealedContact({ name: v.person.name.trim(), phone: v.person.phone.trim(), other: v.person.other.trim() }) : undefined,
      received_at: v.received, details: v.details, answers: v.answers, files: v.files, once,
    } }),
    ['/tips', '/clues', '/overview', '/notices'],
    done,
  )
  const kinds = useMemo(() => doors.kinds.map((k) => ({ value: k.code, label: k.name })), [doors.kinds])
  return (
    <Panel>
      <PlainForm
        label="登记举报"
        className="form-two"
        next={door.about}
        submit={sending ? '文件上传中…' : '登记'}
        busy={save.isPending || sending}
        error={save.error}
        check={() => missing(v, door, kind)}
        onSubmit={() => save.mutate(undefined)}
      >
        {(wrong) => (
          <>
            <Row name="channel" title="来路" required wrong={wrong} wide>
              <Radio.Group id="f-channel" optionType="button" value={v.channel} onChange={(e) => draft.reset({ ...v, channel: String(e.target.value), details: {}, mode: 'public' })} options={doors.doors.filter((d) => d.entry).map((d) => ({ value: d.channel, label: d.title }))} />
            </Row>
            <Row name="mode" title="举报方式" required wrong={wrong} wide hint={mode?.why || (mode && `联系方式：${mode.contact}`)}>
              <Radio.Group id="f-mode" value={v.mode} onChange={(e) => set('mode', String(e.target.value))} options={doors.modes.filter((m) => door.modes.includes(m.mode)).map((m) => ({ value: m.mode, label: m.title, disabled: m.why !== '' }))} />
            </Row>
            <Row name="kind" title="事项" required wrong={wrong}><Select id="f-kind" showSearch={{ optionFilterProp: 'label' }} value={v.kind || undefined} onChange={(x) => draft.reset({ ...v, kind: x, answers: {} })} options={kinds} /></Row>
            <Row name="received_at" title="反映时间" wrong={wrong} hint="不填为现在">
              <DatePicker id="f-received_at" showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} value={v.received ? dayjs(v.received) : null} onChange={(d) => set('received', d ? d.format() : '')} />
            </Row>
            <Row name="text" title="反映的情况" required wrong={wrong} wide hint="时间、持续多久、排到哪里、颜色气味等；不要写举报人的姓名、电话、住址">
              <Input.TextArea id="f-text" autoSize={{ minRows: 5, maxRows: 16 }} maxLength={4000} value={v.text} onChange={(e) => set('text', e.target.value)} />
            </Row>
            {kind?.questions.map((q) => <Question key={q.code} q={q} value={v.answers[q.code] ?? []} wrong={wrong} onChange={(x) => set('answers', { ...v.answers, [q.code]: x })} />)}
            <Place v={v} set={set} wrong={wrong} />
            <Row name="suspect" title="被举报的单位或个人" wrong={wrong}><Input id="f-suspect" maxLength={200} value={v.suspect} onChange={(e) => set('suspect', e.target.value)} /></Row>
            {v.mode === 'public' && (
              <Row name="contact" title="联系方式" wrong={wrong} hint="只有研判岗能看，每次查看都留痕；可以不填">
                <Input id="f-contact" autoComplete="off" maxLength={200} value={v.contact} onChange={(e) => set('contact', e.target.value)} />
              </Row>
            )}
            {v.mode === 'confidential' && <Person v={v} set={set} wrong={wrong} />}
            {door.fields.map((f) => <Detail key={f.name} field={f} value={v.details[f.name] ?? ''} wrong={wrong} onChange={(x) => set('details', { ...v.details, [f.name]: x })} />)}
            <Row name="files" title={v.channel === 'letter' ? '信件扫描件' : '附件'} wrong={wrong} wide><FilesField id="f-files" onChange={(ids) => set('files', ids)} onBusy={setSending} /></Row>
          </>
        )}
      </PlainForm>
    </Panel>
  )
}

/** Person asks who the reporter is; what is typed is sealed in this browser and goes nowhere else. */
function Person({ v, set, wrong }: { v: Draft; set: (name: 'person', x: Draft['person']) => void; wrong: Wrong }) {
  const field = (name: keyof Draft['person'], title: string, required: boolean, most: number, hint?: string) => (
    <Row name={`person-${name}`} title={title} required={required} wrong={wrong} hint={hint}>
      <Input id={`f-person-${name}`} autoComplete="off" maxLength={most} value={v.person[name]} onChange={(e) => set('person', { ...v.person, [name]: e.target.value })} />
    </Row>
  )
  return (
    <>
      {field('name', '举报人姓名', true, 50, '姓名和联系方式在这个浏览器里封存后才提交，须两方人员共同开启；提交后您也看不到')}
      {field('phone', '举报人电话', false, 50)}
      {field('other', '其他联系方式', false, 200)}
      {wrong.contact && <div className="wrong wide" role="alert">{wrong.contact}</div>}
    </>
  )
}

function Place({ v, set, wrong }: { v: Draft; set: (name: 'area' | 'address', x: string) => void; wrong: Wrong }) {
  const ref = useReference()
  const areas = useMemo(() => areaOptions(ref), [ref])
  return (
    <>
      <Row name="area" title="区域" wrong={wrong} hint="可以选别处：举报会送到那里的研判岗">
        <Select id="f-area" allowClear showSearch={{ optionFilterProp: 'label' }} value={v.area || undefined} onChange={(x) => set('area', x ?? '')} options={areas} />
      </Row>
      <Row name="address" title="具体地点" wrong={wrong}><Input id="f-address" maxLength={200} value={v.address} onChange={(e) => set('address', e.target.value)} /></Row>
    </>
  )
}

type Q = Doors['kinds'][number]['questions'][number]

function Question({ q, value, wrong, onChange }: { q: Q; value: string[]; wrong: Wrong; onChange: (x: string[]) => void }) {
  const name = `answer.${q.code}`
  const id = `f-${name}`
  const options = q.options.map((o) => ({ value: o.value, label: o.title }))
  return (
    <Row name={name} title={q.title} required={q.required} hint={q.hint} wrong={wrong} wide={q.type === 'text'}>
      {q.type === 'singlevaluelist' || q.type === 'multivaluelist' ? (
        <Select id={id} allowClear mode={q.type === 'multivaluelist' ? 'multiple' : undefined} value={(q.type === 'multivaluelist' ? value : value[0]) as never} onChange={(x: string | string[] | undefined) => onChange(x === undefined ? [] : Array.isArray(x) ? x : [x])} options={options} />
      ) : q.type === 'datetime' ? (
        <DatePicker id={id} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} value={value[0] ? dayjs(value[0]) : null} onChange={(d) => onChange(d ? [d.format()] : [])} />
      ) : q.type === 'text' ? (
        <Input.TextArea id={id} autoSize={{ minRows: 2, maxRows: 8 }} value={value[0] ?? ''} onChange={(e) => onChange([e.target.value])} />
      ) : (
        <Input id={id} inputMode={q.type === 'number' ? 'decimal' : undefined} value={value[0] ?? ''} onChange={(e) => onChange([e.target.value])} />
      )}
    </Row>
  )
}

function Detail({ field: f, value, wrong, onChange }: { field: Field; value: string; wrong: Wrong; onChange: (x: string) => void }) {
  const name = `details.${f.name}`
  return (
    <Row name={name} title={f.title} required={f.required} hint={f.hint} wrong={wrong}>
      {f.kind === 'date' ? (
        <DatePicker id={`f-${name}`} style={{ width: '100%' }} value={value ? dayjs(value) : null} onChange={(d) => onChange(d ? d.format('YYYY-MM-DD') : '')} />
      ) : (
        <Input id={`f-${name}`} maxLength={200} value={value} onChange={(e) => onChange(e.target.value)} />
      )}
    </Row>
  )
}
