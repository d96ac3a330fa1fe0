import { App, Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { EnterpriseContact } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

/** Contacts lists whom one may call at an enterprise; it keeps them itself, and officers may. */
export function Contacts({ id }: { id: string }) {
  const { modal } = App.useApp()
  const q = useGet('/enterprises/{id}/contacts', { path: { id } })
  const [form, setForm] = useState<EnterpriseContact | 'new' | undefined>()
  const drop = useDo((contact: string) => post('/enterprises/{id}/contacts/{contact}/drop', { path: { id, contact } }), ['/enterprises'])
  const ask = (c: EnterpriseContact) => modal.confirm({ title: `删除联系人“${c.name}”？`, okText: '删除', cancelText: '再想想', okButtonProps: { danger: true }, onOk: () => drop.mutateAsync(c.id) })
  return (
    <Panel title="联系人" flush tools={q.data?.change && <Button size="small" onClick={() => setForm('new')}>添加联系人</Button>}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={2} /> : q.data.items.length === 0 ? <Empty title="没有登记联系人" how="登记环保负责人、运维和值班电话，预警时找得到人；企业可以自己维护。" /> : (
        <ul className="cards">
          {q.data.items.map((c) => (
            <li key={c.id} className="card row between">
              <span><span className="strong">{c.name}</span>　<span className="soft">{c.duty}</span><span className="sub num"><a style={{ textDecoration: 'underline' }} href={`tel:${c.phone.replace(/[^0-9+]/g, '')}`}>{c.phone}</a>{c.hours && `　${c.hours}`}</span></span>
              {q.data.change && <span className="row"><Button size="small" onClick={() => setForm(c)} aria-label={`修改${c.name}`}>修改</Button><Button size="small" danger onClick={() => ask(c)} aria-label={`删除${c.name}`}>删除</Button></span>}
            </li>
          ))}
        </ul>
      )}
      {drop.error ? <Trouble error={drop.error} /> : null}
      {form && q.data && <Form id={id} c={form === 'new' ? undefined : form} duties={q.data.duties} close={() => setForm(undefined)} />}
    </Panel>
  )
}

function Form({ id, c, duties, close }: { id: string; c?: EnterpriseContact; duties: string[]; close: () => void }) {
  const { values: v, set } = useDraft({ name: c?.name ?? '', duty: c?.duty ?? '', phone: c?.phone ?? '', hours: c?.hours ?? '' })
  const save = useDo(() => post('/enterprises/{id}/contacts', { path: { id }, body: { ...v, ...(c ? { id: c.id, version: c.version } : {}) } }), ['/enterprises'], close)
  return (
    <FormDrawer title={c ? `修改联系人“${c.name}”` : '添加联系人'} open close={close} submit="保存" busy={save.isPending} error={save.error} check={() => ({ ...(v.name.trim() ? {} : { name: '请填写姓名' }), ...(v.duty ? {} : { duty: '请选择职责' }), ...(v.phone.trim() ? {} : { phone: '请填写电话' }) })} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="name" title="姓名" required wrong={wrong}><Input id="f-name" maxLength={30} value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="duty" title="职责" required wrong={wrong}><Select id="f-duty" value={v.duty || undefined} onChange={(x) => set('duty', x)} options={duties.map((x) => ({ value: x, label: x }))} /></Row>
          <Row name="phone" title="电话" required wrong={wrong}><Input id="f-phone" inputMode="tel" maxLength={20} value={v.phone} onChange={(e) => set('phone', e.target.value)} /></Row>
          <Row name="hours" title="何时方便联系" wrong={wrong} hint="可不填，如 工作日 8:00—17:30"><Input id="f-hours" maxLength={40} value={v.hours} onChange={(e) => set('hours', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
