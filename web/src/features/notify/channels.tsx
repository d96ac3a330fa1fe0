import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { Channel, ChannelKind } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { count, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Row } from '../../ui/draft'
import { ChannelForm } from './channel-form'

/** Channels lists the ways by which notices leave the program. */
export function Channels() {
  const q = useGet('/channels', {}, { refetchInterval: 10_000 })
  const kinds = useGet('/channel-kinds')
  const can = useCan()
  const [form, setForm] = useState<{ channel?: Channel; kind?: string } | undefined>()
  const list = q.data ?? []
  const ways = kinds.data ?? []
  return (
    <Page title="通知渠道" tools={<><Go href="/templates">消息模板</Go><Go href="/deliveries">投递记录</Go>{can('system.write') && ways.length > 0 && <Button type="primary" onClick={() => setForm({})}>添加通知渠道</Button>}</>}>
      {q.error && !q.data ? <div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div> : !q.data || !kinds.data ? <div className="panel"><Bones /></div> : (
        <>
          {list.map((c) => <One key={c.id} c={c} kind={ways.find((k) => k.id === c.kind)} edit={() => setForm({ channel: c })} />)}
          {ways.filter((k) => !list.some((c) => c.kind === k.id)).map((k) => (
            <Panel key={k.id} title={k.title} tools={can('system.write') && <Button size="small" onClick={() => setForm({ kind: k.id })} aria-label={`设置${k.title}`}>设置</Button>}>
              <p><Mark shape="dash" tone="grey">未配置</Mark></p>
              <p className="soft">{k.hint}。{k.address ? `配置之前，通知只在站内显示；收件人须有${k.address}。` : '配置之前不发送。'}</p>
            </Panel>
          ))}
        </>
      )}
      {form && <ChannelForm kinds={ways} channel={form.channel} first={form.kind} close={() => setForm(undefined)} />}
    </Page>
  )
}

function One({ c, kind, edit }: { c: Channel; kind?: ChannelKind; edit: () => void }) {
  const { modal } = App.useApp()
  const [testing, setTesting] = useState(false)
  const act = useDo((verb: 'pause' | 'resume' | 'end') => post('/channels/{id}/{verb}', { path: { id: c.id, verb }, body: { version: c.version } }), ['/channels'])
  const end = () => modal.confirm({ title: `停用“${c.name}”？`, content: '排队中的消息不再发送，密钥一并删除；以后须重新添加。', okText: '停用', cancelText: '再想想', okButtonProps: { danger: true }, onOk: () => act.mutate('end') })
  return (
    <Panel
      title={c.name}
      tools={c.can_change && (
        <>
          <Button size="small" onClick={() => setTesting(!testing)}>测试</Button>
          <Button size="small" onClick={edit}>修改</Button>
          {c.state === 'running' ? <Button size="small" loading={act.isPending} onClick={() => act.mutate('pause')}>暂停</Button> : <Button size="small" loading={act.isPending} onClick={() => act.mutate('resume')}>恢复</Button>}
          <Button size="small" danger onClick={end}>停用</Button>
        </>
      )}
    >
      {c.error && <div className="trouble" role="status" style={{ marginBottom: 16 }}>{dateTime(c.error_at)}　{c.error}{c.waiting > 0 && '；排队中的稍后自动重试'}。</div>}
      {act.error ? <Trouble error={act.error} /> : null}
      {testing && <Test c={c} kind={kind} />}
      <dl className="facts">
        <div><dt>状态</dt><dd>{c.state === 'paused' ? <Mark shape="dash" tone="grey">已暂停</Mark> : c.error ? <Mark shape="triangle" tone="red">有故障</Mark> : <Mark shape="circle" tone="green">使用中</Mark>}</dd></div>
        <div><dt>种类</dt><dd>{c.kind_title}</dd></div>
        {c.kind !== 'webhook' && <div><dt>发送</dt><dd>{c.least_title}{c.least !== 'urgent' && '及以上'}</dd></div>}
        <div><dt>排队中</dt><dd className="num">{c.waiting > 0 ? <Go href={`/deliveries?channel=${c.id}`}>{count(c.waiting)} 条</Go> : '无'}</dd></div>
        <div><dt>最近送达</dt><dd className="num">{c.sent_at ? dateTime(c.sent_at) : '还没有'}</dd></div>
        {(kind?.fields ?? []).filter((f) => f.kind === 'line' && f.required).map((f) => <div key={f.name}><dt>{f.title}</dt><dd className="wrap">{c.settings[f.name] || '—'}</dd></div>)}
        {(kind?.fields ?? []).some((f) => f.kind === 'secret') && <div><dt>密钥</dt><dd>{c.secrets.length > 0 ? '已设置' : '未设置'}</dd></div>}
      </dl>
    </Panel>
  )
}

/** Test sends a real message at once and shows what the other side said. */
function Test({ c, kind }: { c: Channel; kind?: ChannelKind }) {
  const [to, setTo] = useState('')
  const send = useDo(() => post('/channels/{id}/test', { path: { id: c.id }, body: { to: to.trim() } }), ['/channels', '/deliveries'])
  const got = send.data
  return (
    <form
      className="form" style={{ marginBottom: 16, maxWidth: 420 }} aria-label={`测试${c.name}`}
      onSubmit={(e) => {
        e.preventDefault()
        send.mutate(undefined)
      }}
    >
      {kind?.address && <Row name={`to-${c.id}`} title={`接收测试消息的${kind.address}`} required wrong={{}}><Input id={`f-to-${c.id}`} value={to} onChange={(e) => setTo(e.target.value)} /></Row>}
      <div className="row"><Button htmlType="submit" type="primary" loading={send.isPending} disabled={!!kind?.address && !to.trim()}>发送测试消息</Button></div>
      {send.error ? <div className="trouble" role="alert">{sentence(send.error)}</div> : null}
      {got && (got.state === 'sent' ? <div className="done" role="status">已送达。{got.receipt && `对方的答复：${got.receipt}`}</div> : <div className="trouble" role="alert">没有送达：{got.error}</div>)}
    </form>
  )
}
