import { Button, DatePicker, Input, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import type { OutletFile as Outlet } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { day, reading } from '../../ui/format'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

const units = [{ value: 'm3/s', label: 'm³/s' }, { value: 'm3/h', label: 'm³/h' }, { value: 'L/s', label: 'L/s' }]

/** Norms lists the dated settings that official values are made with: reference oxygen and unit of flow. */
export function Norms({ outlet }: { outlet: Outlet }) {
  const can = useCan()
  const q = useGet('/outlets/{id}/norms', { path: { id: outlet.id } })
  const gas = outlet.kind === 'gas'
  return (
    <Panel id="norms" title="折算与流量设置" flush tools={can('registry.write') && <NormForm outlet={outlet} />}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={2} /> : q.data.length === 0 ? <Empty title="没有登记" how={gas ? '站点不上报折算值时，登记基准含氧量后由本系统折算；流量单位默认 m³/s。' : '流量单位默认 L/s；不同的请登记，用于计算排放量。'} /> : (
        <div className="scroll" tabIndex={0} role="region" aria-label="折算与流量设置">
          <table className="t">
            <thead><tr><th scope="col">开始执行</th>{gas && <th scope="col" className="r">基准含氧量（%）</th>}<th scope="col">流量单位</th><th scope="col">依据</th></tr></thead>
            <tbody>{[...q.data].reverse().map((n) => <tr key={n.id}><td className="c">{day(n.valid_from)}</td>{gas && <td className="r">{n.oxygen === undefined ? '不折算' : reading(n.oxygen)}</td>}<td>{units.find((u) => u.value === n.flow_unit)?.label ?? '默认'}</td><td>{n.source || '—'}</td></tr>)}</tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

const blank = { valid_from: '', oxygen: undefined as number | undefined, source: '', flow_unit: '' as '' | 'm3/s' | 'm3/h' | 'L/s' }

function NormForm({ outlet }: { outlet: Outlet }) {
  const [open, setOpen] = useState(false)
  const draft = useDraft(blank)
  const { values: v, set } = draft
  const rules = useGet('/official/rules', {}, { enabled: open, staleTime: 3600_000 })
  const save = useDo(() => post('/outlets/{id}/norms', { path: { id: outlet.id }, body: { ...v, valid_from: `${v.valid_from}T00:00:00+08:00` } }), ['/outlets'], () => {
    setOpen(false)
    draft.reset()
  })
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>登记设置</Button>
      <FormDrawer title="折算与流量设置" open={open} close={() => setOpen(false)} next="自开始执行之日起的小时值、日值按新设置重新计算为新版本；以前的设置保留。" submit="保存" busy={save.isPending} error={save.error} check={() => ({ ...(v.valid_from ? {} : { valid_from: '请选择开始执行日期' }) })} onSubmit={() => save.mutate(undefined)}>
        {(wrong) => (
          <>
            <Row name="valid_from" title="开始执行" required wrong={wrong}><DatePicker id="f-valid_from" style={{ width: '100%' }} value={v.valid_from ? dayjs(v.valid_from) : null} onChange={(d) => set('valid_from', d ? d.format('YYYY-MM-DD') : '')} /></Row>
            {outlet.kind === 'gas' && (
              <>
                <Row name="usual" title="污染源类型" wrong={wrong} hint="选中后填入常用的基准含氧量，仍以排污许可证为准">
                  <Select id="f-usual" showSearch={{ optionFilterProp: 'label' }} onChange={(id: string) => { const r = rules.data?.references.find((x) => x.id === id); if (r) { set('oxygen', r.oxygen); set('source', r.standard) } }} options={(rules.data?.references ?? []).map((r) => ({ value: r.id, label: `${r.title}　${r.oxygen}%` }))} />
                </Row>
                <Row name="oxygen" title="基准含氧量（%）" wrong={wrong} hint="不填为不折算"><InputNumber id="f-oxygen" style={{ width: '100%' }} min={0.1} max={20.4} step={0.5} value={v.oxygen ?? null} onChange={(x) => set('oxygen', x ?? undefined)} /></Row>
              </>
            )}
            <Row name="flow_unit" title="流量单位" wrong={wrong} hint="不选为默认"><Select id="f-flow_unit" allowClear value={v.flow_unit || undefined} onChange={(x) => set('flow_unit', x ?? '')} options={units as never} /></Row>
            <Row name="source" title="依据" wrong={wrong} hint="例如 排污许可证、GB 13223-2011"><Input id="f-source" maxLength={200} value={v.source} onChange={(e) => set('source', e.target.value)} /></Row>
          </>
        )}
      </FormDrawer>
    </>
  )
}
