import { App, Button } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Forward } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { count, dateTime } from '../../ui/format'
import { Mark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { ForwardForm } from './forward-form'
import { lagWords } from './forward-lines'
import { kinds } from './forward-words'

/** Forwards lists the platforms that get our frames, and how far each is. */
export function Forwards() {
  const q = useGet('/forwards', {}, { refetchInterval: 5_000 })
  const can = useCan()
  const [form, setForm] = useState<Forward | 'new' | undefined>()
  const list = q.data ?? []
  return (
    <Page title="转发" tools={can('system.write') && <Button type="primary" onClick={() => setForm('new')}>添加转发目标</Button>}>
      {q.error && !q.data ? <div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div> : !q.data ? <div className="panel"><Bones /></div> : list.length === 0 ? (
        <div className="panel"><Empty title="没有转发目标" how="添加上级平台的地址后，收到的报文会按原样转发过去；对方不在线时留在队列里，恢复后从断点继续。" /></div>
      ) : list.map((t) => <Target key={t.id} t={t} edit={() => setForm(t)} />)}
      {form && <ForwardForm target={form === 'new' ? undefined : form} close={() => setForm(undefined)} />}
    </Page>
  )
}

function Target({ t, edit }: { t: Forward; edit: () => void }) {
  const { modal } = App.useApp()
  const act = useDo((verb: 'pause' | 'resume' | 'end') => post('/forwards/{id}/{verb}', { path: { id: t.id, verb }, body: { version: t.version } }), ['/forwards'])
  const end = () => modal.confirm({ title: `停用“${t.name}”？`, content: '不再转发，队列作废；以后须重新添加。', okText: '停用', cancelText: '再想想', okButtonProps: { danger: true }, onOk: () => act.mutate('end') })
  return (
    <Panel
      title={t.name}
      tools={t.can_change && (
        <>
          <Button size="small" onClick={edit}>修改</Button>
          {t.state === 'running' ? <Button size="small" loading={act.isPending} onClick={() => act.mutate('pause')}>暂停</Button> : <Button size="small" loading={act.isPending} onClick={() => act.mutate('resume')}>恢复</Button>}
          <Button size="small" danger onClick={end}>停用</Button>
        </>
      )}
    >
      {t.error && <div className="trouble block" role="status">{dateTime(t.error_at)}　{t.error}；系统会不断重连，报文留在队列里。</div>}
      {act.error ? <Trouble error={act.error} /> : null}
      <dl className="facts">
        <div><dt>状态</dt><dd>{t.state === 'paused' ? <Mark shape="dash" tone="grey">已暂停</Mark> : t.connected ? <Mark shape="circle" tone="green">已连接</Mark> : <Mark shape="triangle" tone="red">未连接</Mark>}</dd></div>
        <div><dt>进度</dt><dd className={`num ${t.lag_seconds > 300 ? 'red strong' : ''}`}>{lagWords(t.lag_seconds)}{t.behind > 0 && <span className="soft">（{count(t.behind)} 批待转发）</span>}</dd></div>
        <div><dt>已转发</dt><dd className="num">{count(t.sent)} 帧</dd></div>
        <div><dt>已转发至</dt><dd className="num">{dateTime(t.done_at)}</dd></div>
        {t.skipped > 0 && <div><dt>跳过</dt><dd className="num red">{count(t.skipped)} 帧，对方始终不应答</dd></div>}
        <div><dt>地址</dt><dd className="mono">{t.address}</dd></div>
        <div><dt>范围</dt><dd>{t.area_name || t.area}，{t.devices.length === 0 ? '全部设备' : `${t.devices.length} 台设备`}{t.devices.some((d) => d.as) && '，改写 MN'}{t.has_password && '，改写 PW'}</dd></div>
        <div><dt>数据</dt><dd>{t.kinds.length === 0 ? '全部' : t.kinds.map((k) => kinds[k] ?? k).join('、')}</dd></div>
      </dl>
    </Panel>
  )
}
