import { Button, DatePicker, Drawer, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Filing, FilingKind } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { dateTime } from '../../ui/format'
import { Chip, StateChip } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { usePhone } from '../../ui/screen'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Verbs } from '../../ui/verb-form'

interface Place { id: string; name: string; code: string }

/** EnterpriseFilings shows what is on file: orders to stop production, changes put on record. The rules of behaviour read it. */
export function EnterpriseFilings({ id, outlets }: { id: string; outlets: Place[] }) {
  const q = useGet('/enterprises/{id}/filings', { path: { id } })
  const [adding, setAdding] = useState(false)
  const [open, setOpen] = useState('')
  const phone = usePhone()
  const chosen = q.data?.items.find((f) => f.id === open)
  return (
    <Panel title="停限产与变更备案" flush tools={q.data && q.data.kinds.length > 0 && <Button size="small" onClick={() => setAdding(true)}>登记</Button>}>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={2} /> : q.data.items.length === 0 ? (
        <Empty title="没有在案的停限产或变更" how="登记停产、停运后，期间仍有生产用电或排放即预警；备案工艺、设备、参数的变更后，规则自变更起重新学习常态，不把变化当作异常。" />
      ) : (
        <ul className="cards">
          {q.data.items.map((f) => (
            <li key={f.id} className="card row between">
              <span>
                <span className="row"><span className="strong">{f.kind_title}</span><span className="soft small">{f.outlet_name || '全厂'}</span>{f.document && <Chip>{f.document}</Chip>}</span>
                <span className="sub"><span className="num">{dateTime(f.from)}</span>{f.order && (f.until ? <> 至 <span className="num">{dateTime(f.until)}</span></> : ' 起，直至解除')}　{f.reason}</span>
              </span>
              <span className="row">
                <StateChip state={f.state} title={f.state_title} />
                {f.actions.length > 0 && <Button size="small" aria-label={`办理 ${f.number}`} onClick={() => setOpen(f.id)}>办理</Button>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {adding && q.data && <FilingForm id={id} outlets={outlets} kinds={q.data.kinds} close={() => setAdding(false)} />}
      <Drawer title={chosen ? `${chosen.kind_title}　${chosen.number}` : ''} open={!!chosen} onClose={() => setOpen('')} size={phone ? '100%' : 420} destroyOnHidden>
        {chosen && <Acts filing={chosen} />}
      </Drawer>
    </Panel>
  )
}

function Acts({ filing: f }: { filing: Filing }) {
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown> }) => post('/filings/{id}/{verb}', { path: { id: f.id, verb: a.verb }, body: { version: f.version, form: a.form } }),
    ['/enterprises', '/notices', '/me'],
  )
  return (
    <>
      <p className="pre">{f.reason}</p>
      <p className="soft small">{f.created_by_name} 登记于 <span className="num">{dateTime(f.created_at)}</span></p>
      <Verbs actions={f.actions} waits={f.waits} run={(verb, form) => act.mutateAsync({ verb, form })} />
    </>
  )
}

const iso = (text: string) => (text ? dayjs(text).format('YYYY-MM-DDTHH:mm:ssZ') : '')

function Moment({ id, value, onChange }: { id: string; value: string; onChange: (v: string) => void }) {
  return <DatePicker id={id} style={{ width: '100%' }} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" needConfirm={false} value={value ? dayjs(value) : null} onChange={(d) => onChange(d ? d.format('YYYY-MM-DD HH:mm') : '')} />
}

function FilingForm({ id, outlets, kinds, close }: { id: string; outlets: Place[]; kinds: FilingKind[]; close: () => void }) {
  const { values: v, set } = useDraft({ kind: kinds[0]?.id ?? '', outlet_id: '', document: '', reason: '', from: dayjs().format('YYYY-MM-DD HH:00'), until: '' })
  const kind = kinds.find((k) => k.id === v.kind)
  const save = useDo(
    () => post('/enterprises/{id}/filings', { path: { id }, body: { kind: v.kind, outlet_id: v.outlet_id, document: v.document.trim(), reason: v.reason.trim(), from: iso(v.from), until: kind?.order ? iso(v.until) : '' } }),
    ['/enterprises'], close,
  )
  const check = (): Record<string, string> => ({
    ...(v.from ? {} : { from: '请选择时间' }),
    ...(kind?.order && !v.document.trim() ? { document: '请填写文号，停产、停运须有依据' } : {}),
    ...(v.reason.trim() ? {} : { reason: '请填写内容' }),
  })
  return (
    <FormDrawer title="登记停限产或变更" open close={close} next={kind?.order ? '登记后立即有效，企业收到通知。' : '企业备案的变更由监控值班岗审核后生效。'} submit="登记" busy={save.isPending} error={save.error} check={check} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="kind" title="事项" required wrong={wrong} hint={kind?.hint}><Select id="f-kind" value={v.kind} onChange={(x) => set('kind', x)} options={kinds.map((k) => ({ value: k.id, label: k.title }))} /></Row>
          <Row name="outlet_id" title="范围" wrong={wrong} hint="不选为全厂"><Select id="f-outlet_id" allowClear value={v.outlet_id || undefined} onChange={(x) => set('outlet_id', x ?? '')} options={outlets.map((o) => ({ value: o.id, label: `${o.code} ${o.name}`.trim() }))} /></Row>
          <Row name="document" title="文号" required={kind?.order} wrong={wrong}><Input id="f-document" value={v.document} onChange={(e) => set('document', e.target.value)} /></Row>
          <Row name="reason" title="内容" required wrong={wrong}><Input.TextArea id="f-reason" autoSize={{ minRows: 3 }} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
          <Row name="from" title={kind?.order ? '开始' : '变更的时间'} required wrong={wrong}><Moment id="f-from" value={v.from} onChange={(x) => set('from', x)} /></Row>
          {kind?.order && <Row name="until" title="结束" wrong={wrong} hint="不填为直至解除"><Moment id="f-until" value={v.until} onChange={(x) => set('until', x)} /></Row>}
        </>
      )}
    </FormDrawer>
  )
}
