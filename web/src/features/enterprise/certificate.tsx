import { Button, DatePicker, Input } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import type { EnterprisePermit } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft, type Wrong } from '../../ui/draft'
import { Go } from '../../ui/go'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

/** Certificate shows the enterprise's permit and its term; obligations follow from it. */
export function Certificate({ id }: { id: string }) {
  const can = useCan()
  const q = useGet('/enterprises/{id}/permit', { path: { id } })
  const p = q.data
  return (
    <Panel title="排污许可证" flush tools={<>{can('obligation.read') && <Go href={can('obligation.report') ? '/obligations' : `/obligations?enterprise_id=${id}`}>应尽义务</Go>}{can('registry.write') && p && <CertificateForm key={p.version} id={id} permit={p} />}</>}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !p ? <Bones rows={1} /> : !p.updated_at ? <Empty title="没有登记" how="登记许可证编号和有效期后，延续申请会提前列入应尽义务并提醒企业。" /> : (
        <dl className="facts body">
          <div><dt>编号</dt><dd className="mono">{p.number}</dd></div>
          <div><dt>有效期</dt><dd className="num">{p.valid_from} 至 {p.valid_until}</dd></div>
        </dl>
      )}
    </Panel>
  )
}

function CertificateForm({ id, permit }: { id: string; permit: EnterprisePermit }) {
  const [open, setOpen] = useState(false)
  const { values: v, set } = useDraft({ number: permit.number, valid_from: permit.valid_from, valid_until: permit.valid_until })
  const save = useDo(() => post('/enterprises/{id}/permit', { path: { id }, body: { ...v, version: permit.version } }), ['/enterprises', '/obligations', '/portal'], () => setOpen(false))
  const date = (name: 'valid_from' | 'valid_until') => (
    <DatePicker id={`f-${name}`} style={{ width: '100%' }} value={v[name] ? dayjs(v[name]) : null} onChange={(d) => set(name, d ? d.format('YYYY-MM-DD') : '')} />
  )
  const check = (): Wrong => ({
    ...(v.number.trim() ? {} : { number: '请填写许可证或登记编号' }),
    ...(v.valid_from ? {} : { valid_from: '请选择起始日' }),
    ...(v.valid_until ? {} : { valid_until: '请选择截止日' }),
  })
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>{permit.updated_at ? '修改' : '登记'}</Button>
      <FormDrawer title="排污许可证" open={open} close={() => setOpen(false)} next="保存后应尽义务随之更新。" submit="保存" busy={save.isPending} error={save.error} check={check} onSubmit={() => save.mutate(undefined)}>
        {(wrong) => (
          <>
            <Row name="number" title="许可证或登记编号" required wrong={wrong}><Input id="f-number" maxLength={60} value={v.number} onChange={(e) => set('number', e.target.value)} /></Row>
            <Row name="valid_from" title="有效期起始日" required wrong={wrong}>{date('valid_from')}</Row>
            <Row name="valid_until" title="有效期截止日" required wrong={wrong} hint="含当日">{date('valid_until')}</Row>
          </>
        )}
      </FormDrawer>
    </>
  )
}
