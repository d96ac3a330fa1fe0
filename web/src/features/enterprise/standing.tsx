import { Button, Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { EnterpriseStanding } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { Chip } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'

const sizes = ['大型', '中型', '小型', '微型']

/** Standing is what makes an enterprise weigh more: its alarms may be of the key grade for it. */
export function Standing({ id, outlets }: { id: string; outlets: { id: string; name: string; kind: string }[] }) {
  const can = useCan()
  const q = useGet('/enterprises/{id}/standing', { path: { id } })
  const [open, setOpen] = useState(false)
  const water = outlets.filter((o) => o.kind !== 'gas')
  return (
    <Panel title="监管属性" tools={can('registry.write') && q.data && <Button size="small" onClick={() => setOpen(true)}>登记监管属性</Button>}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={1} /> : (
        <dl className="facts">
          <div><dt>规模</dt><dd>{q.data.size || '—'}</dd></div>
          <div><dt>重点单位名录</dt><dd>{q.data.lists.length ? q.data.lists.map((l) => <Chip key={l}>{l}</Chip>) : '不在名录'}</dd></div>
          {water.length > 0 && <div className="wide"><dt>受纳水体</dt><dd>{water.map((o) => {
            const w = q.data.waters.find((x) => x.outlet_id === o.id)
            return <div key={o.id}>{o.name}：{w?.water || w?.class ? `${w.water || '未写名称'}${w.class && `（${w.class}）`}` : '—'}</div>
          })}</dd></div>}
        </dl>
      )}
      {open && q.data && <Form id={id} s={q.data} outlets={water} close={() => setOpen(false)} />}
    </Panel>
  )
}

function Form({ id, s, outlets, close }: { id: string; s: EnterpriseStanding; outlets: { id: string; name: string }[]; close: () => void }) {
  const { values: v, set } = useDraft({ size: s.size as string, lists: s.lists, waters: outlets.map((o) => s.waters.find((w) => w.outlet_id === o.id) ?? { outlet_id: o.id, water: '', class: '' }) })
  const save = useDo(() => post('/enterprises/{id}/standing', { path: { id }, body: { size: v.size as never, lists: v.lists, waters: v.waters, version: s.version } }), ['/enterprises'], close)
  const change = (i: number, part: Partial<(typeof v.waters)[number]>) => set('waters', v.waters.map((w, k) => (k === i ? { ...w, ...part } : w)))
  return (
    <FormDrawer title="登记监管属性" open close={close} next="本地配置的分级表据此判断以后的预警是否为重点级，已有的预警不变。" submit="保存" busy={save.isPending} error={save.error} check={() => ({})} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="size" title="规模" wrong={wrong} hint="统计上大中小微型企业划分办法"><Select id="f-size" allowClear value={v.size || undefined} onChange={(x) => set('size', x ?? '')} options={sizes.map((x) => ({ value: x, label: x }))} /></Row>
          <fieldset className="plain-set">
            <legend>环境监管重点单位名录</legend>
            <Checkbox.Group value={v.lists} onChange={(x) => set('lists', x as string[])} options={s.list_words} />
            {wrong.lists && <div className="wrong" role="alert">{wrong.lists}</div>}
          </fieldset>
          {outlets.map((o, i) => (
            <fieldset key={o.id} className="plain-set">
              <legend>{o.name}的受纳水体</legend>
              <Input aria-label={`${o.name}的受纳水体名称`} placeholder="名称，如 瓯江" maxLength={60} value={v.waters[i]!.water} onChange={(e) => change(i, { water: e.target.value })} />
              <Select aria-label={`${o.name}的受纳水体功能类别`} allowClear placeholder="功能类别" value={v.waters[i]!.class || undefined} onChange={(x) => change(i, { class: x ?? '' })} options={s.class_words.map((x) => ({ value: x, label: x }))} />
            </fieldset>
          ))}
          {wrong.waters && <div className="wrong" role="alert">{wrong.waters}</div>}
        </>
      )}
    </FormDrawer>
  )
}
