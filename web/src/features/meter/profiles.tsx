import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { MeterProfile, MeterTrial } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

interface Draft { id?: string; version?: number; name: string; mapping: string }

/** MeterProfiles lists the mappings of payloads; one is opened to be tried and revised. */
export function MeterProfiles() {
  const q = useGet('/meter-profiles')
  const can = useCan()
  const [draft, setDraft] = useState<Draft>()
  if (q.error && !q.data) return <Page title="报文映射"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  const open = (p: MeterProfile) => setDraft({ id: p.id, version: p.version, name: p.name, mapping: p.mapping })
  const presets = q.data?.presets ?? []
  return (
    <Page title="报文映射" crumb={<Go href="/meters">用电与工况</Go>} tools={can('registry.write') && presets.length > 0 && <Button onClick={() => setDraft({ name: '', mapping: presets[0].mapping })}>新建映射</Button>}>
      <Panel flush>
        {!q.data ? <Bones /> : q.data.items.length === 0 ? <Empty title="还没有报文映射" how="电表与工况设备的 JSON 没有统一标准。新建映射，说明时间和数值在哪里，设备就能接入；修订会留下版本，已存的数据不变。" /> : (
          <ul className="cards">
            {q.data.items.map((p) => (
              <li key={p.id} className="card row between">
                <span><span className="strong">{p.name}</span>　<span className="soft small num">第 {p.version} 版　{p.points} 个测点　{p.meters} 台设备在用　{dateTime(p.created_at)}</span></span>
                <Button size="small" aria-label={`打开 ${p.name}`} onClick={() => open(p)}>打开</Button>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {draft && <Editor key={`${draft.id ?? ''}@${draft.version ?? 0}`} draft={draft} presets={presets} close={() => setDraft(undefined)} />}
    </Page>
  )
}

function Editor({ draft, presets, close }: { draft: Draft; presets: { id: string; title: string; mapping: string }[]; close: () => void }) {
  const can = useCan()
  const [name, setName] = useState(draft.name)
  const [mapping, setMapping] = useState(draft.mapping)
  const [payload, setPayload] = useState('{"ts":1795564800000,"values":{"Ia":12.3,"Ib":12.1,"Ic":12.4,"P":7.5}}')
  const trial = useDo(() => post('/meter-profiles/try', { body: { mapping, payload } }), [])
  const save = useDo(() => (draft.id
    ? post('/meter-profiles/{id}/revise', { path: { id: draft.id }, body: { name, mapping, version: draft.version ?? 0 } })
    : post('/meter-profiles', { body: { name, mapping } })), ['/meter-profiles', '/meters'], close)
  return (
    <Panel title={draft.id ? `修订：${draft.name}` : '新建映射'} tools={<Button size="small" onClick={close}>收起</Button>}>
      <div className="form">
        {!draft.id && (
          <div className="field">
            <label htmlFor="f-preset">从样板开始</label>
            <Select id="f-preset" defaultValue={presets[0]?.id} onChange={(id) => setMapping(presets.find((p) => p.id === id)?.mapping ?? mapping)} options={presets.map((p) => ({ value: p.id, label: p.title }))} />
          </div>
        )}
        <div className="field"><label htmlFor="f-name">名称</label><Input id="f-name" value={name} maxLength={60} onChange={(e) => setName(e.target.value)} placeholder="例如 某型三相电表" /></div>
        <div className="field wide">
          <label htmlFor="f-mapping">映射（JSON）</label>
          <Input.TextArea id="f-mapping" className="mono" autoSize={{ minRows: 8, maxRows: 24 }} value={mapping} onChange={(e) => setMapping(e.target.value)} spellCheck={false} />
          <div className="hint">time.path 时间，values 数值所在，points 各测点：path 键的路径，code 存为哪个编码（Ia01、e30201），scale、offset 换算，states 把文字换成数。</div>
        </div>
        <div className="field wide">
          <label htmlFor="f-payload">试读一条报文</label>
          <Input.TextArea id="f-payload" className="mono" autoSize={{ minRows: 3, maxRows: 12 }} value={payload} onChange={(e) => setPayload(e.target.value)} spellCheck={false} />
        </div>
        {trial.error && <div className="trouble" role="alert">{sentence(trial.error)}</div>}
        {save.error && <div className="trouble" role="alert">{sentence(save.error)}</div>}
        {trial.data && <Trial t={trial.data} />}
        <div className="row">
          <Button loading={trial.isPending} onClick={() => trial.mutate(undefined)}>试读</Button>
          {can('registry.write') && <Button type="primary" loading={save.isPending} disabled={!name.trim()} onClick={() => save.mutate(undefined)}>{draft.id ? '保存为新版本' : '保存'}</Button>}
        </div>
      </div>
    </Panel>
  )
}

function Trial({ t }: { t: MeterTrial }) {
  return (
    <div className="info small" role="status">
      {t.readings.map((r, i) => <div key={i} className="num">{dateTime(r.time)}{r.assumed && '（报文没有可用的时间）'}：{r.values.map((v) => `${v.title} ${v.value} ${v.unit}`).join('，')}</div>)}
      {t.rejected.map((x, i) => <div key={i}>读不出：{x}</div>)}
      {t.unknown.length > 0 && <div>映射没有提到的键：{t.unknown.join('、')}</div>}
      {t.bad.length > 0 && <div>不是数值：{t.bad.join('、')}</div>}
    </div>
  )
}
