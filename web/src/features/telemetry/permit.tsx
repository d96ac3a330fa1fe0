import { Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { OutletFile as Outlet, OutletPermit } from '../../api/types'
import { useCan, useDo, useGet, useReference } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { day, reading } from '../../ui/format'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

const monitors = [{ value: 'auto', label: '自动监测' }, { value: 'manual', label: '手工监测' }, { value: 'none', label: '不要求监测' }] as const

/** Permits shows what the discharge permit says of the outlet: how it is to be monitored, and how much it may emit in a year. */
export function Permits({ outlet }: { outlet: Outlet }) {
  const can = useCan()
  const q = useGet('/outlets/{id}/permit', { path: { id: outlet.id } })
  const p = q.data
  return (
    <Panel id="permit" title="排污许可要求" flush tools={can('registry.write') && p && <PermitForm key={p.version} outlet={outlet} permit={p} />}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !p ? <Bones rows={2} /> : !p.updated_at ? <Empty title="没有登记" how="登记监测方式和许可排放量后，才能算出监控覆盖和负荷受控占比。" /> : (
        <>
          <dl className="facts body">
            <div><dt>监测方式</dt><dd>{monitors.find((m) => m.value === p.monitor)?.label ?? '许可证未载明'}</dd></div>
            <div><dt>登记</dt><dd className="num">{day(p.updated_at)}</dd></div>
            <div className="wide"><dt>依据</dt><dd>{p.basis || '—'}</dd></div>
          </dl>
          {p.loads.length > 0 && (
            <div className="scroll" tabIndex={0} role="region" aria-label="许可排放量">
              <table className="t">
                <thead><tr><th scope="col">污染物</th><th scope="col" className="r">许可排放量（吨/年）</th></tr></thead>
                <tbody>{p.loads.map((l) => <tr key={l.factor}><td>{l.name || l.factor}</td><td className="r">{reading(l.tonnes)}</td></tr>)}</tbody>
              </table>
            </div>
          )}
        </>
      )}
    </Panel>
  )
}

function PermitForm({ outlet, permit }: { outlet: Outlet; permit: OutletPermit }) {
  const [open, setOpen] = useState(false)
  const ref = useReference()
  const draft = useDraft({ monitor: permit.monitor, basis: permit.basis ?? '', loads: permit.loads.map((l) => ({ factor: l.factor, tonnes: l.tonnes as number | null })) })
  const { values: v, set } = draft
  const save = useDo(() => post('/outlets/{id}/permit', { path: { id: outlet.id }, body: { monitor: v.monitor, basis: v.basis, version: permit.version, loads: v.loads.filter((l) => l.factor && l.tonnes !== null).map((l) => ({ factor: l.factor, tonnes: l.tonnes ?? 0 })) } }), ['/outlets', '/coverage'], () => setOpen(false))
  const change = (i: number, part: Partial<{ factor: string; tonnes: number | null }>) => set('loads', v.loads.map((l, k) => (k === i ? { ...l, ...part } : l)))
  const factors = (ref?.factors ?? []).filter((f) => !f.medium || f.medium === outlet.kind).map((f) => ({ value: f.code, label: f.name }))
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>{permit.updated_at ? '修改' : '登记'}</Button>
      <FormDrawer
        title="排污许可要求"
        open={open}
        close={() => setOpen(false)}
        next="保存后监控覆盖和负荷受控占比随之更新。"
        submit="保存"
        busy={save.isPending}
        error={save.error}
        check={() => (v.loads.some((l) => Boolean(l.factor) !== (l.tonnes !== null)) ? { loads: '每一行都要选污染物并填写吨数，不需要的行请移除' } : ({} as Record<string, string>))}
        onSubmit={() => save.mutate(undefined)}
      >
        {(wrong) => (
          <>
            <Row name="monitor" title="监测方式" wrong={wrong} hint="以排污许可证载明的为准；不选为未载明"><Select id="f-monitor" allowClear value={v.monitor || undefined} onChange={(x) => set('monitor', x ?? '')} options={[...monitors]} /></Row>
            <Row name="basis" title="依据" wrong={wrong} hint="许可证编号、页码"><Input id="f-basis" maxLength={200} value={v.basis} onChange={(e) => set('basis', e.target.value)} /></Row>
            <Row name="loads" title="许可排放量（吨/年）" wrong={wrong}>
              <div id="f-loads" style={{ display: 'grid', gap: 8 }}>
                {v.loads.map((l, i) => (
                  <div key={i} className="row" style={{ flexWrap: 'nowrap' }}>
                    <Select aria-label={`第 ${i + 1} 项污染物`} style={{ flex: 1 }} showSearch={{ optionFilterProp: 'label' }} value={l.factor || undefined} onChange={(x) => change(i, { factor: x })} options={factors} />
                    <InputNumber aria-label={`第 ${i + 1} 项吨数`} min={0} value={l.tonnes} onChange={(x) => change(i, { tonnes: x })} />
                    <Button aria-label={`移除第 ${i + 1} 项`} onClick={() => set('loads', v.loads.filter((_, k) => k !== i))}>移除</Button>
                  </div>
                ))}
                <Button onClick={() => set('loads', [...v.loads, { factor: '', tonnes: null }])}>添加一项</Button>
              </div>
            </Row>
          </>
        )}
      </FormDrawer>
    </>
  )
}
