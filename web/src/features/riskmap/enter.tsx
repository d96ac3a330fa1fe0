import { Checkbox, DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft, type Wrong } from '../../ui/draft'
import { useFilters } from '../../ui/filters'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { touched } from './risk-map'
import { badValue } from './words'

interface Word { id: string; title: string; hint?: string }
interface Words { values: Word[]; levels: Word[]; kinds: Word[]; grades: Word[]; units: Word[] }

/** EnterRisk is where what the system does not know is entered, with its document: monthly values and happenings. */
export function EnterRisk() {
  const [search] = useFilters()
  const q = useGet('/risk-map/forms', {}, { staleTime: 60_000 })
  const month = search.month || dayjs().format('YYYY-MM')
  return (
    <Page title="登记事实" crumb={<Go href={`/risk-map?month=${month}`}>风险预警图</Go>}>
      {q.error && !q.data ? <div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div> : !q.data ? <div className="panel"><Bones rows={8} /></div> : (
        <div className="cols" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 320px), 1fr))' }}>
          <div><Panel title="某月的数值"><Value words={q.data} month={month} /></Panel></div>
          <div><Panel title="发生的事"><Item words={q.data} /></Panel></div>
        </div>
      )}
    </Page>
  )
}

const options = (list: Word[]) => list.map((w) => ({ value: w.id, label: w.title }))

function Value({ words, month }: { words: Words; month: string }) {
  const { values: v, set } = useDraft({ area: words.units.length === 1 ? words.units[0].id : '', month, kind: '', value: '', document: '' })
  const [said, setSaid] = useState('')
  const kind = words.values.find((k) => k.id === v.kind)
  const act = useDo(() => post('/risk-map/values', { body: { document: v.document.trim(), values: [{ area: v.area, month: v.month, kind: v.kind as never, value: Number(v.value) as never }] } }), touched, () => {
    setSaid(`已登记${kind?.title}。`)
    set('value', '')
  })
  const check = (): Wrong => ({
    ...(v.area ? {} : { area: '请选择单元' }), ...(v.kind ? {} : { kind: '请选择填写哪一项' }), ...(v.document.trim() ? {} : { document: '请写明出处' }),
    ...(badValue(v.kind, v.value) && v.value !== '' ? { value: badValue(v.kind, v.value) as string } : v.value === '' && !said ? { value: '请填写数值' } : {}),
  })
  return (
    <PlainForm label="某月的数值" next="同一单元同一月同一项以最后登记的为准，以前的留存。前三年同期也在这里登记。" submit="登记" busy={act.isPending} error={act.error} check={check} onSubmit={() => v.value !== '' && act.mutate(undefined)}>
      {(wrong) => (
        <>
          {said && <div className="done" role="status">{said}</div>}
          <Row name="area" title="单元" required wrong={wrong}><Select id="f-area" showSearch={{ optionFilterProp: 'label' }} value={v.area || undefined} onChange={(x) => set('area', x)} options={options(words.units)} /></Row>
          <Row name="month" title="月份" required wrong={wrong}><DatePicker id="f-month" picker="month" style={{ width: '100%' }} value={dayjs(v.month + '-01')} allowClear={false} disabledDate={(d) => d.isAfter(dayjs())} onChange={(d) => d && set('month', d.format('YYYY-MM'))} /></Row>
          <Row name="kind" title="填写哪一项" required wrong={wrong}><Select id="f-kind" value={v.kind || undefined} onChange={(x) => set('kind', x)} options={options(words.values)} /></Row>
          <Row name="value" title="数值" required wrong={wrong} hint={kind?.hint}><Input id="f-value" inputMode="decimal" value={v.value} onChange={(e) => { set('value', e.target.value.trim()); setSaid('') }} /></Row>
          <Row name="document" title="出处" required wrong={wrong} hint="文号、通报或报表的名称"><Input id="f-document" value={v.document} onChange={(e) => set('document', e.target.value)} /></Row>
        </>
      )}
    </PlainForm>
  )
}

const kinds = [{ value: 'discovery', label: '重大问题被督办、约谈、通报、曝光、交办、批示' }, { value: 'event', label: '突发环境事件' }, { value: 'mass_incident', label: '因环境污染引发的群体性事件' }]

function Item({ words }: { words: Words }) {
  const { values: v, set } = useDraft({ area: words.units.length === 1 ? words.units[0].id : '', kind: '', date: '', level: '', what: '', grade: '', self: false, title: '', document: '' })
  const [said, setSaid] = useState('')
  const found = v.kind === 'discovery'
  const act = useDo(
    () => post('/risk-map/items', { body: { area: v.area, kind: v.kind as never, date: v.date, title: v.title.trim(), document: v.document.trim(), ...(found ? { level: v.level as never, what: v.what, self_found: v.self } : {}), ...(v.kind === 'event' ? { grade: v.grade as never } : {}) } }),
    touched, () => { setSaid('已登记。'); set('title', '') },
  )
  const check = (): Wrong => (said ? {} : {
    ...(v.area ? {} : { unit: '请选择单元' }), ...(v.kind ? {} : { item: '请选择事项' }), ...(v.date ? {} : { date: '请选择日期' }), ...(v.title.trim() ? {} : { title: '请写明是什么事' }), ...(v.document.trim() ? {} : { source: '请写明出处' }),
    ...(found && !v.what ? { what: '请选择情形' } : {}), ...(found && !v.level ? { level: '请选择层级' } : {}), ...(v.kind === 'event' && !v.grade ? { grade: '请选择等级' } : {}),
  })
  return (
    <PlainForm label="发生的事" submit="登记" busy={act.isPending} error={act.error} check={check} onSubmit={() => act.mutate(undefined)}>
      {(wrong) => (
        <>
          {said && <div className="done" role="status">{said}</div>}
          <Row name="unit" title="单元" required wrong={wrong}><Select id="f-unit" showSearch={{ optionFilterProp: 'label' }} value={v.area || undefined} onChange={(x) => set('area', x)} options={options(words.units)} /></Row>
          <Row name="item" title="事项" required wrong={wrong}><Select id="f-item" value={v.kind || undefined} onChange={(x) => set('kind', x)} options={kinds} /></Row>
          {found && <Row name="what" title="情形" required wrong={wrong}><Select id="f-what" value={v.what || undefined} onChange={(x) => set('what', x)} options={options(words.kinds)} /></Row>}
          {found && <Row name="level" title="层级" required wrong={wrong}><Select id="f-level" value={v.level || undefined} onChange={(x) => set('level', x)} options={options(words.levels)} /></Row>}
          {found && <Checkbox checked={v.self} onChange={(e) => set('self', e.target.checked)}>本地已经发现并主动查处</Checkbox>}
          {v.kind === 'event' && <Row name="grade" title="等级" required wrong={wrong}><Select id="f-grade" value={v.grade || undefined} onChange={(x) => set('grade', x)} options={options(words.grades)} /></Row>}
          <Row name="date" title="日期" required wrong={wrong}><DatePicker id="f-date" style={{ width: '100%' }} value={v.date ? dayjs(v.date) : null} disabledDate={(d) => d.isAfter(dayjs())} onChange={(d) => { set('date', d ? d.format('YYYY-MM-DD') : ''); setSaid('') }} /></Row>
          <Row name="title" title="是什么事" required wrong={wrong}><Input id="f-title" value={v.title} onChange={(e) => { set('title', e.target.value); setSaid('') }} /></Row>
          <Row name="source" title="出处" required wrong={wrong} hint="文号、报道或报告"><Input id="f-source" value={v.document} onChange={(e) => set('document', e.target.value)} /></Row>
        </>
      )}
    </PlainForm>
  )
}
