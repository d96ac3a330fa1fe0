// Work orders from a file: say once which column means what, check, see every bad
// cell, then take all of it or only the good rows.

import { Button, Checkbox, Input, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { address, post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { OrderColumns, OrderMapping, OrderMappings, OrderReport } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { sendFile } from '../../ui/files'
import { count, size } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { pairs, unpairs } from './pairs'

const none: OrderMapping = { name: '', platform: '12345', version: 0, spec: { columns: {}, kind: 'other' } }

/** ImportOrders takes the work orders of another hotline. */
export function ImportOrders() {
  const kept = useGet('/work-orders/mappings')
  const [name, setName] = useState('')
  const [file, setFile] = useState<File>()
  const [columns, setColumns] = useState<OrderColumns>()
  const [report, setReport] = useState<OrderReport>()
  const [done, setDone] = useState<OrderReport>()
  const [trouble, setTrouble] = useState<unknown>()
  const [editing, setEditing] = useState(false)
  const [known, setKnown] = useState(false)
  const [busy, setBusy] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const mapping = kept.data?.mappings.find((m) => m.name === name)
  useEffect(() => {
    if (!name && kept.data?.mappings[0]) setName(kept.data.mappings[0].name)
  }, [kept.data, name])
  const check = (f: File, by: string) => {
    setBusy(true)
    setTrouble(undefined)
    setReport(undefined)
    setDone(undefined)
    setKnown(false)
    sendFile<OrderReport>(address('/work-orders/check', { mapping: by }), f).done.then(setReport, setTrouble).finally(() => setBusy(false))
  }
  const chosen = (f: File) => {
    setFile(f)
    setReport(undefined)
    setDone(undefined)
    setTrouble(undefined)
    sendFile<OrderColumns>(address('/work-orders/columns', { sheet: mapping?.spec.sheet, list: mapping?.spec.list }), f).done.then((c) => {
      setColumns(c)
      if (mapping) check(f, mapping.name)
      else setEditing(true)
    }, setTrouble)
  }
  const apply = useDo(
    (a: { file: File; report: OrderReport }) => sendFile<OrderReport>(address('/work-orders/apply', { mapping: name, digest: a.report.digest, only_good: a.report.bad > 0 }), a.file).done,
    ['/tips', '/clues', '/work-orders', '/notices', '/overview'],
    (r) => { setReport(undefined); setDone(r) },
  )
  if (kept.error && !kept.data) return <Page title="导入工单"><div className="panel"><Trouble error={kept.error} again={() => void kept.refetch()} /></div></Page>
  if (!kept.data) return <Page title="导入工单"><div className="panel"><Bones rows={6} /></div></Page>
  return (
    <Page title="导入工单" crumb={<Go href="/work-orders">工单</Go>}>
      <Panel title="映射和文件">
        <div className="stack">
          <p className="soft" style={{ margin: 0 }}>每个平台的表头不同：先按名称保存一份映射，以后每次选它即可。先核对，不写入；同一工单编号重复导入不会登记两次。</p>
          <div className="row">
            <label htmlFor="order-mapping">映射</label>
            <Select id="order-mapping" style={{ minWidth: 180 }} value={name || undefined} placeholder="还没有映射" onChange={(v) => { setName(v); if (file) check(file, v) }} options={kept.data.mappings.map((m) => ({ value: m.name, label: `${m.name}（${m.platform}）` }))} />
            {mapping && <Button onClick={() => setEditing(true)}>修改映射</Button>}
            <Button onClick={() => { setName(''); setEditing(true) }}>新建映射</Button>
          </div>
          <div className="row">
            <input ref={input} type="file" className="unseen" tabIndex={-1} aria-label="工单文件" accept=".xlsx,.csv,.json,.txt" onChange={(e) => {
              const f = e.target.files?.[0]
              e.target.value = ''
              if (f) chosen(f)
            }} />
            <Button type={report ? 'default' : 'primary'} loading={busy} onClick={() => input.current?.click()}>{file ? '重新选择文件' : '选择文件并核对'}</Button>
            {file && <span className="num wrap">{file.name}（{size(file.size)}）</span>}
          </div>
          {trouble ? <div className="trouble" role="alert">{sentence(trouble)}</div> : null}
          {done && <div className="row between" role="status"><span className="strong">已登记 {count(done.create)} 件，更改期限 {count(done.update)} 件，已有不变 {count(done.same)} 件{done.bad > 0 && `，略过有误的 ${count(done.bad)} 行`}。</span><Go href="/work-orders">查看工单</Go></div>}
        </div>
      </Panel>
      {editing && <MappingForm key={name} kept={kept.data} mapping={mapping} columns={columns} close={() => setEditing(false)} saved={(m) => { setName(m.name); setEditing(false); if (file) check(file, m.name) }} />}
      {report && file && (
        <>
          <Panel title="核对结果">
            <div className="stack">
              <p style={{ margin: 0 }}>新登记 {count(report.create)} 件，更改期限 {count(report.update)} 件，已有不变 {count(report.same)} 件；{report.bad > 0 ? <span className="red strong">{count(report.bad)} 行有误。</span> : <span className="green strong">没有错误。</span>}</p>
              {report.create + report.update === 0 ? report.bad === 0 && <Empty title="没有要写入的内容" how="这些工单都已登记过。" /> : (
                <div className="row">
                  {report.bad > 0 && <Checkbox checked={known} onChange={(e) => setKnown(e.target.checked)}>有误的行不导入，我稍后改正</Checkbox>}
                  <Button type="primary" loading={apply.isPending} disabled={report.bad > 0 && !known} onClick={() => apply.mutate({ file, report })}>导入 {count(report.create + report.update)} 件</Button>
                </div>
              )}
              {apply.error ? <div className="trouble" role="alert">{sentence(apply.error)}</div> : null}
            </div>
          </Panel>
          {report.findings.length > 0 && (
            <Panel title="需要改正的单元格" flush>
              <div className="scroll"><table className="t">
                <thead><tr><th scope="col" className="r">行</th><th scope="col">列</th><th scope="col">内容</th><th scope="col">问题</th></tr></thead>
                <tbody>{report.findings.map((f, i) => <tr key={i}><td className="r">{f.row || '—'}</td><td>{f.column || '—'}</td><td className="wrap">{f.value || '（空）'}</td><td className="wrap">{f.problem}</td></tr>)}</tbody>
              </table></div>
            </Panel>
          )}
          {report.items.length > 0 && (
            <Panel title="将要写入" flush>
              <div className="scroll"><table className="t">
                <thead><tr><th scope="col" className="r">行</th><th scope="col">工单编号</th><th scope="col" className="c">动作</th><th scope="col">事项</th><th scope="col">区域</th><th scope="col">内容</th></tr></thead>
                <tbody>{report.items.map((i) => <tr key={i.row}><td className="r">{i.row}</td><td>{i.outside}</td><td className="c"><Chip tone={i.act === 'create' ? 'green' : i.act === 'update' ? 'amber' : 'grey'}>{i.act === 'create' ? '登记' : i.act === 'update' ? '更改期限' : '不变'}</Chip></td><td>{i.kind_title}</td><td>{i.area_name || '按内容判断'}</td><td className="wrap">{i.text}</td></tr>)}</tbody>
              </table></div>
            </Panel>
          )}
        </>
      )}
    </Page>
  )
}

function MappingForm({ kept, mapping, columns, close, saved }: { kept: OrderMappings; mapping?: OrderMapping; columns?: OrderColumns; close: () => void; saved: (m: OrderMapping) => void }) {
  const start = mapping ?? { ...none, spec: columns?.spec ?? none.spec }
  const draft = useDraft({ name: start.name, platform: start.platform, sheet: start.spec.sheet ?? '', list: start.spec.list ?? '', kind: start.spec.kind, kinds: pairs(start.spec.kinds), areas: pairs(start.spec.areas), secret: (start.spec.secret ?? []).join('、') })
  const [chosen, setChosen] = useState<Record<string, string>>(start.spec.columns)
  const { values: v, set } = draft
  const save = useDo(
    () => post('/work-orders/mappings', { body: { name: v.name.trim(), platform: v.platform.trim(), version: mapping?.version ?? 0, spec: {
      sheet: v.sheet, list: v.list, kind: v.kind, kinds: unpairs(v.kinds), areas: unpairs(v.areas), secret: v.secret.split(/[、，,\s]+/).filter(Boolean), columns: Object.fromEntries(Object.entries(chosen).filter(([, c]) => c)),
    } } }),
    ['/work-orders/mappings'],
    saved,
  )
  const known = columns?.columns ?? [...new Set(Object.values(start.spec.columns))]
  return (
    <Panel title={mapping ? `修改映射“${mapping.name}”` : '新建映射'}>
      <PlainForm label="工单映射" className="form-two" submit="保存映射" busy={save.isPending} error={save.error} cancel={close}
        next={columns ? '已按表头猜好一部分，请逐项核对。' : '先选择一份文件，就能从它的列名里选。'}
        check={() => ({ ...(v.name.trim() ? {} : { name: '请给映射起个名字' }), ...(v.platform.trim() ? {} : { platform: '请填写来源平台' }) })}
        onSubmit={() => save.mutate(undefined)}>
        {(wrong) => (
          <>
            <Row name="name" title="映射名称" required wrong={wrong} hint="例如 市12345导出表"><Input id="f-name" maxLength={40} disabled={!!mapping} value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
            <Row name="platform" title="来源平台" required wrong={wrong} hint="工单编号在同一平台内唯一"><Input id="f-platform" maxLength={40} value={v.platform} onChange={(e) => set('platform', e.target.value)} /></Row>
            {kept.fields.map((f) => (
              <Row key={f.name} name={`spec.columns.${f.name}`} title={f.title} required={f.required} hint={f.hint} wrong={wrong}>
                <Select id={`f-spec.columns.${f.name}`} allowClear showSearch={{ optionFilterProp: 'label' }} value={chosen[f.name] || undefined} onChange={(x) => setChosen({ ...chosen, [f.name]: x ?? '' })} options={known.filter(Boolean).map((c) => ({ value: c, label: c }))} notFoundContent="先选择一份文件" />
              </Row>
            ))}
            <Row name="spec.kind" title="没有对照的类别算作" required wrong={wrong}><Select id="f-spec.kind" value={v.kind} onChange={(x) => set('kind', x)} options={kept.kinds.map((k) => ({ value: k.code, label: k.name }))} /></Row>
            <Row name="kinds" title="类别对照" wrong={wrong} wide hint={`每行一条：平台的类别=事项编号，例如 噪音扰民=noise；编号：${kept.kinds.map((k) => `${k.code} ${k.name}`).join('，')}`}><Input.TextArea id="f-kinds" autoSize={{ minRows: 2, maxRows: 10 }} value={v.kinds} onChange={(e) => set('kinds', e.target.value)} /></Row>
            <Row name="areas" title="区域对照" wrong={wrong} hint="每行一条：平台的区域=区划代码；名称一致的不用写"><Input.TextArea id="f-areas" autoSize={{ minRows: 2, maxRows: 10 }} value={v.areas} onChange={(e) => set('areas', e.target.value)} /></Row>
            <Row name="secret" title="表示保密的词" wrong={wrong} hint="“是”“保密”之外的，用顿号分开"><Input id="f-secret" value={v.secret} onChange={(e) => set('secret', e.target.value)} /></Row>
            <Row name="sheet" title="工作簿中的表" wrong={wrong} hint="空为第一张"><Input id="f-sheet" maxLength={60} value={v.sheet} onChange={(e) => set('sheet', e.target.value)} /></Row>
            <Row name="list" title="JSON 中的列表" wrong={wrong} hint="例如 data.list"><Input id="f-list" maxLength={200} value={v.list} onChange={(e) => set('list', e.target.value)} /></Row>
          </>
        )}
      </PlainForm>
    </Panel>
  )
}
