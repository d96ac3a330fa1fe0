import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { address, post } from '../../api/client'
import type { AuditEntry } from '../../api/types'
import { useCan, useDo, useGet, useList } from '../../api/use'
import { count, dateSecond, dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Page, Panel } from '../../ui/page'
import { usePhone } from '../../ui/screen'
import { pick, withDays } from '../../ui/search'
import { Bones, Trouble } from '../../ui/state'

const filters: Filter[] = [
  { name: 'q', title: '人员、动作、对象', kind: 'text' },
  { name: 'action', title: '动作', kind: 'text', width: 160 },
  { name: 'kind', title: '对象类别', kind: 'text', width: 136 },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

/** AuditLog reads the log, checks all of it, and proves single entries. */
export function AuditLog() {
  const [search] = useFilters()
  const can = useCan()
  const [proof, setProof] = useState<AuditEntry>()
  const query = withDays(pick(search, ['q', 'actor', 'action', 'kind', 'subject', 'from', 'to']))
  const list = useList('/audit/entries', query)
  const columns: Column<AuditEntry>[] = [
    { key: 'seq', title: '序号', align: 'r', render: (e) => (e.seq > 0 ? count(e.seq) : '待入链'), text: (e) => e.seq },
    { key: 'at', title: '时间', align: 'c', render: (e) => dateSecond(e.at), text: (e) => dateSecond(e.at) },
    { key: 'actor', title: '人员', align: 'c', render: (e) => e.actor_name || e.actor_id, text: (e) => e.actor_name },
    { key: 'action', title: '动作', align: 'c', render: (e) => <span className="mono">{e.action}</span>, text: (e) => e.action },
    { key: 'subject', title: '对象', render: (e) => <span className="mono">{e.kind}{e.subject && ` ${e.subject.slice(0, 8)}`}</span>, text: (e) => `${e.kind} ${e.subject}` },
    { key: 'detail', title: '内容', render: (e) => <code className="mono clip">{e.detail || '—'}</code>, text: (e) => e.detail },
    { key: 'hash', title: '散列', align: 'c', optional: true, render: (e) => <code className="mono">{e.hash.slice(0, 12)}</code>, text: (e) => e.hash },
    { key: 'proof', title: '证明', align: 'c', render: (e) => <button type="button" className="linkish" aria-label={`第 ${e.seq} 条的证明`} onClick={() => setProof(e)}>查看</button> },
  ]
  return (
    <Page title="审计日志" tools={can('audit.export') && <Button href={address('/audit/export', pick(search, ['from', 'to']))}>导出（含证明）</Button>}>
      <Verify />
      <section className="panel" aria-label="日志" style={{ marginTop: 16 }}>
        <Filters filters={filters} extra={{ actor: '只看一个人', subject: '只看一个对象' }} />
        <DataList
          name="审计日志"
          list={list}
          columns={columns}
          exports={can('audit.export') && ((f) => address(`/audit/entries/export.${f}`, query))}
          rowKey={(e) => e.id}
          card={(e) => (
            <>
              <span className="row between"><span className="strong">{e.actor_name || e.actor_id}</span><span className="soft small num">{dateTime(e.at)}</span></span>
              <span className="sub mono">{e.action}　{e.kind} {e.subject.slice(0, 8)}</span>
            </>
          )}
          empty={{ title: '没有符合条件的记录', how: '每一次办理、查看敏感内容和导出都会自动记在这里，不能修改或删除。' }}
        />
      </section>
      {proof && <Proof entry={proof} close={() => setProof(undefined)} />}
    </Page>
  )
}

function Verify() {
  const head = useGet('/audit/checkpoint', {}, { refetchInterval: 30_000 })
  const run = useDo(() => post('/audit/verify'), [])
  const v = run.data
  return (
    <Panel title="完整性" tools={<Button size="small" type="primary" loading={run.isPending} onClick={() => run.mutate(undefined)}>校验全部</Button>}>
      <div className="stack">
        {head.data && (
          <dl className="facts">
            <div><dt>检查点覆盖</dt><dd className="num">{count(head.data.size)} 条</dd></div>
            <div><dt>已入链／待入链</dt><dd className="num">{count(head.data.entries)}／{count(head.data.pending)} 条</dd></div>
            <div><dt>检查点时间</dt><dd className="num">{dateSecond(head.data.at)}</dd></div>
            <div className="wide"><dt>根散列</dt><dd className="mono wrap">{head.data.root}</dd></div>
          </dl>
        )}
        {run.error ? <Trouble error={run.error} /> : null}
        {v && (v.ok ? (
          <div className="done" role="status">校验通过：逐条核对 {count(v.checked)} 条记录，比对 {count(v.compared)} 个检查点，没有被改动或删除。</div>
        ) : (
          <div className="trouble" role="alert">
            校验不通过，请立即联系安全管理员并保留现场：
            <ul>{v.problems.map((p, i) => <li key={i}>{p}</li>)}</ul>
          </div>
        ))}
      </div>
    </Panel>
  )
}

function Proof({ entry, close }: { entry: AuditEntry; close: () => void }) {
  const q = useGet('/audit/entries/{id}/proof', { path: { id: entry.id } })
  const phone = usePhone()
  return (
    <Drawer title={`第 ${entry.seq} 条的证明`} open onClose={close} size={phone ? '100%' : 560}>
      {q.error ? <Trouble error={q.error} /> : !q.data ? <Bones /> : (
        <div className="stack loose">
          <p>这条记录的散列与下列旁支散列逐级计算，得到检查点的根散列；把它们交给第三方即可独立核对。</p>
          <dl className="facts one">
            <div><dt>时间</dt><dd className="num">{dateSecond(entry.at)}</dd></div>
            <div><dt>服务端核对</dt><dd>{q.data.ok ? '通过：散列与签名都对得上' : '不通过，请立即保留现场并上报'}</dd></div>
            <div><dt>入链的原文</dt><dd><code className="mono wrap">{q.data.text}</code></dd></div>
            <div><dt>记录散列</dt><dd className="mono wrap">{q.data.hash}</dd></div>
            <div><dt>旁支散列（{q.data.hashes.length}）</dt><dd>{q.data.hashes.map((h) => <div key={h} className="mono wrap">{h}</div>)}</dd></div>
            <div><dt>根散列（{count(q.data.size)} 条）</dt><dd className="mono wrap">{q.data.root}</dd></div>
            <div><dt>签名的检查点</dt><dd><pre className="mono raw" tabIndex={0}>{q.data.checkpoint}</pre></dd></div>
            <div><dt>登记的公钥</dt><dd>{q.data.keys.map((k) => <div key={k} className="mono wrap">{k}</div>)}</dd></div>
          </dl>
        </div>
      )}
    </Drawer>
  )
}
