import { Button, Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Facility } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip, Mark, ShapeIcon, type Shape, type Tone } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

const marks: Record<string, [Shape, Tone]> = { on: ['circle', 'green'], off: ['square', 'grey'], unknown: ['dash', 'grey'] }

/** Facilities shows an enterprise's production and treatment units: what treats what, what runs, and treatment that stands while production runs. */
export function Facilities({ id }: { id: string }) {
  const q = useGet('/enterprises/{id}/facilities', { path: { id } }, { refetchInterval: 30_000 })
  const can = useCan()
  const [editing, setEditing] = useState<Facility | 'new'>()
  const units = q.data?.units ?? []
  const names = new Map(units.map((u) => [u.code, u.name]))
  const idle = q.data?.idle ?? []
  return (
    <Panel title="生产与治污设施" flush tools={<><Go href={`/meters?q=`}>用电与工况设备</Go>{can('registry.write') && <Button size="small" onClick={() => setEditing('new')}>添加设施</Button>}</>}>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={3} /> : units.length === 0 ? (
        <Empty title="还没有登记设施" how="登记产污设施、治污设施和谁治理谁，再为每个设施选定判断启停的电流或 e 编码，系统就能看出生产在运而治污停运。" />
      ) : (
        <>
          {idle.map((i) => (
            <div key={`${i.treatment}-${i.production}`} className="trouble block" role="alert">
              <ShapeIcon shape="triangle" tone="red" /> {names.get(i.production)}在运行，{names.get(i.treatment)}停运，自 {dateTime(i.since)} 起
            </div>
          ))}
          <div className="scroll" tabIndex={0} role="region" aria-label="生产与治污设施">
            <table className="t">
              <thead><tr><th scope="col">编号</th><th scope="col">设施</th><th scope="col">类别</th><th scope="col">状态</th><th scope="col">自</th><th scope="col">治理关系</th><th scope="col">判据</th>{can('registry.write') && <th scope="col"><span className="soft">操作</span></th>}</tr></thead>
              <tbody>
                {units.map((u) => (
                  <tr key={u.id} className={u.retired ? 'soft' : undefined}>
                    <td className="mono nowrap">{u.code}</td>
                    <td className="nowrap">{u.name}{u.outlet_code && <span className="soft small">　排向 {u.outlet_code}</span>}</td>
                    <td className="nowrap">{u.kind_title}</td>
                    <td className="nowrap">{u.retired ? <Chip>停用</Chip> : <Mark shape={(marks[u.state] ?? marks.unknown)[0]} tone={(marks[u.state] ?? marks.unknown)[1]}>{u.state_title}</Mark>}</td>
                    <td className="num nowrap">{u.since ? dateTime(u.since) : '—'}</td>
                    <td>{u.kind === 'treatment' ? (u.treats.length > 0 ? `治理 ${u.treats.map((c) => names.get(c) ?? c).join('、')}` : '—') : (u.treated_by.length > 0 ? `由 ${u.treated_by.map((c) => names.get(c) ?? c).join('、')} 治理` : '—')}</td>
                    <td className="small">{u.channels.length === 0 ? '—' : u.channels.map((c) => <div key={`${c.mn}-${c.factor}`} className="nowrap">{c.factor_name}{c.value != null && <span className="num">　{c.value} {c.unit}</span>}<span className="soft">（≥{c.on_above} 运行）</span></div>)}</td>
                    {can('registry.write') && <td><Button size="small" aria-label={`修改 ${u.name}`} onClick={() => setEditing(u)}>修改</Button></td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {editing && <UnitForm id={id} unit={editing === 'new' ? undefined : editing} units={units} close={() => setEditing(undefined)} />}
    </Panel>
  )
}

const kinds = [{ value: 'production', label: '产污设施' }, { value: 'treatment', label: '治污设施' }, { value: 'main', label: '总进线' }] as const

function UnitForm({ id, unit, units, close }: { id: string; unit?: Facility; units: Facility[]; close: () => void }) {
  const first = unit?.channels[0]
  const { values: v, set } = useDraft({
    code: unit?.code ?? '', name: unit?.name ?? '', kind: (unit?.kind ?? 'production') as 'production' | 'treatment' | 'main', outlet_code: unit?.outlet_code ?? '', treats: unit?.treats ?? [],
    mn: first?.mn ?? '', factor: first?.factor ?? '', on_above: first?.on_above ?? null as number | null, off_below: first?.off_below ?? null as number | null, retired: unit?.retired ?? false,
  })
  const meters = useGet('/meters', { query: { enterprise_id: id, limit: 100 } })
  const rest = (unit?.channels ?? []).slice(1).map((c) => ({ mn: c.mn, factor: c.factor, on_above: c.on_above, off_below: c.off_below }))
  const save = useDo(() => post('/enterprises/{id}/facilities', { path: { id }, body: { units: [{
    code: v.code.trim(), name: v.name.trim(), kind: v.kind, outlet_code: v.outlet_code.trim(), treats: v.kind === 'treatment' ? v.treats : [], retired: v.retired,
    channels: [...(v.mn.trim() && v.factor.trim() && v.on_above != null ? [{ mn: v.mn.trim(), factor: v.factor.trim(), on_above: v.on_above, ...(v.off_below == null ? {} : { off_below: v.off_below }) }] : []), ...rest],
  }] } }), ['/enterprises'], close)
  const check = (): Record<string, string> => ({
    ...(v.code.trim() ? {} : { code: '请填写设施编号' }), ...(v.name.trim() ? {} : { name: '请填写名称' }),
    ...(v.mn.trim() && (!v.factor.trim() || v.on_above == null) ? { factor: '选了设备，还须填写编码和判开值' } : {}),
  })
  return (
    <FormDrawer title={unit ? '修改设施' : '添加设施'} open close={close} next="编号与排污许可证一致；批量导入用接口 /enterprises/{id}/facilities。" submit="保存" busy={save.isPending} error={save.error} check={check} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          {Object.entries(wrong).filter(([k]) => k.startsWith('units[')).map(([k, said]) => <div key={k} className="wrong" role="alert">{said}</div>)}
          <Row name="code" title="设施编号" required wrong={wrong} hint="例如 MF0001、TA001"><Input id="f-code" readOnly={!!unit} value={v.code} onChange={(e) => set('code', e.target.value)} /></Row>
          <Row name="name" title="名称" required wrong={wrong}><Input id="f-name" value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="kind" title="类别" required wrong={wrong}><Select id="f-kind" value={v.kind} onChange={(x) => set('kind', x)} options={[...kinds]} /></Row>
          {v.kind === 'treatment' && <Row name="treats" title="治理哪些产污设施" wrong={wrong}><Select id="f-treats" mode="multiple" value={v.treats} onChange={(x) => set('treats', x)} options={units.filter((u) => u.kind === 'production').map((u) => ({ value: u.code, label: `${u.code} ${u.name}` }))} notFoundContent="先登记产污设施" /></Row>}
          <Row name="outlet_code" title="排向的排放口编号" wrong={wrong} hint="例如 DA001，没有可不填"><Input id="f-outlet_code" value={v.outlet_code} onChange={(e) => set('outlet_code', e.target.value)} /></Row>
          <Row name="mn" title="判据：设备" wrong={wrong} hint="本企业的用电与工况设备编号，或数采仪 MN（HJ 212 的 e 编码）"><Input id="f-mn" className="mono" list="facility-meters" value={v.mn} onChange={(e) => set('mn', e.target.value)} /><datalist id="facility-meters">{(meters.data?.items ?? []).map((m) => <option key={m.id} value={m.mn}>{m.name}</option>)}</datalist></Row>
          <Row name="factor" title="判据：编码" wrong={wrong} hint="例如 Ia01（1 号回路 A 相电流）、e30201（1 号鼓风机）"><Input id="f-factor" className="mono" value={v.factor} onChange={(e) => set('factor', e.target.value)} /></Row>
          <Row name="on_above" title="达到多少判为运行" wrong={wrong}><InputNumber id="f-on_above" value={v.on_above} onChange={(x) => set('on_above', x)} /></Row>
          <Row name="off_below" title="低于多少判为停运" wrong={wrong} hint="不填则与上一项相同；两者之间保持原状态"><InputNumber id="f-off_below" value={v.off_below} onChange={(x) => set('off_below', x)} /></Row>
          {unit && <Row name="retired" title="已停用" wrong={wrong}><Switch id="f-retired" checked={v.retired} onChange={(x) => set('retired', x)} /></Row>}
        </>
      )}
    </FormDrawer>
  )
}
