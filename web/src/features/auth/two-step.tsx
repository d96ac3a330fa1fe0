import { useQueryClient } from '@tanstack/react-query'
import { Button, Input, QRCode } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { meQuery, useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { day } from '../../ui/format'
import { Chip } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'

/** TwoStep switches the second step of one's own sign-in on and off. */
export function TwoStep() {
  const q = useGet('/me/two-step')
  const [codes, setCodes] = useState<string[]>([])
  if (q.error) return <Panel title="两步验证"><Trouble error={q.error} again={() => void q.refetch()} /></Panel>
  if (!q.data) return <Panel title="两步验证"><Bones rows={2} /></Panel>
  const s = q.data
  return (
    <Panel title="两步验证" id="two-step" tools={<Chip tone={s.on ? 'green' : s.required ? 'red' : 'grey'}>{s.on ? '已开启' : '未开启'}</Chip>}>
      <div className="stack loose">
        <p className="soft">登录时除密码外，再输入手机验证器上的 6 位动态码：密码被人知道了，也登录不了。{s.required ? '您的岗位必须使用。' : '您的岗位没有强制要求（演示环境对所有岗位都不强制），可以自愿开启。'}</p>
        {codes.length > 0 && <Codes codes={codes} />}
        {s.on ? <On since={s.since} left={s.left} required={s.required} renewed={setCodes} /> : <Off done={setCodes} />}
      </div>
    </Panel>
  )
}

function Off({ done }: { done: (codes: string[]) => void }) {
  const client = useQueryClient()
  const { values: v, set, reset } = useDraft({ password: '', code: '' })
  const start = useDo(() => post('/me/two-step/start', { body: { password: v.password } }), [])
  const confirm = useDo(() => post('/me/two-step/confirm', { body: { code: v.code } }), ['/me'], (r) => {
    done(r.codes)
    reset()
    void client.invalidateQueries({ queryKey: meQuery.queryKey })
  })
  if (!start.data) {
    return (
      <div style={{ maxWidth: 384 }}>
        <PlainForm label="开启两步验证" submit="下一步" busy={start.isPending} error={start.error} check={(): Record<string, string> => (v.password ? {} : { password: '请输入登录密码' })} onSubmit={() => start.mutate(undefined)}>
          {(wrong) => <Row name="password" title="登录密码" required wrong={wrong} hint="再确认一次是您本人"><Input.Password id="f-password" autoComplete="current-password" value={v.password} onChange={(e) => set('password', e.target.value)} /></Row>}
        </PlainForm>
      </div>
    )
  }
  return (
    <div className="row loose" style={{ alignItems: 'flex-start', gap: 24, flexWrap: 'wrap' }}>
      <div role="img" aria-label="供验证器扫描的二维码；不能扫描请手工输入密钥"><QRCode value={start.data.address} size={184} errorLevel="M" bordered={false} style={{ padding: 12 }} /></div>
      <div className="grow" style={{ minWidth: 280, maxWidth: 420 }}>
        <ol className="steps">
          <li>在手机验证器里选“添加账号”，扫描二维码。</li>
          <li>不能扫描时手工输入密钥：<code className="mono wrap" data-otp-secret>{start.data.secret.match(/.{1,4}/g)?.join(' ')}</code></li>
          <li>输入验证器上显示的 6 位数字。</li>
        </ol>
        <PlainForm label="确认动态码" submit="开启" busy={confirm.isPending} error={confirm.error} check={(): Record<string, string> => (/^\s*\d\s*(\d\s*){5}$/.test(v.code) ? {} : { code: '请输入 6 位数字' })} onSubmit={() => confirm.mutate(undefined)}>
          {(wrong) => <Row name="code" title="动态码" required wrong={wrong}><Input id="f-code" inputMode="numeric" autoComplete="one-time-code" maxLength={12} value={v.code} onChange={(e) => set('code', e.target.value)} /></Row>}
        </PlainForm>
      </div>
    </div>
  )
}

function On({ since, left, required, renewed }: { since: string; left: number; required: boolean; renewed: (codes: string[]) => void }) {
  const [what, setWhat] = useState<'' | 'recovery' | 'stop'>('')
  const { values: v, set, reset } = useDraft({ code: '' })
  const client = useQueryClient()
  const close = () => {
    setWhat('')
    reset()
  }
  const renew = useDo(() => post('/me/two-step/recovery', { body: { code: v.code } }), ['/me/two-step'], (r) => {
    renewed(r.codes)
    close()
  })
  const stop = useDo(() => post('/me/two-step/stop', { body: { code: v.code } }), ['/me'], () => {
    renewed([])
    close()
    void client.invalidateQueries({ queryKey: meQuery.queryKey })
  })
  const act = what === 'stop' ? stop : renew
  return (
    <>
      <dl className="facts">
        <div><dt>开启于</dt><dd className="num">{day(since)}</dd></div>
        <div><dt>剩余恢复码</dt><dd className="num">{left} 个{left <= 3 && <span className="sub">快用完了，请重新生成</span>}</dd></div>
      </dl>
      {what === '' ? (
        <div className="row">
          <Button onClick={() => setWhat('recovery')}>重新生成恢复码</Button>
          <Button danger onClick={() => setWhat('stop')}>{required ? '更换手机' : '关闭两步验证'}</Button>
        </div>
      ) : (
        <div style={{ maxWidth: 384 }}>
          <PlainForm
            label={what === 'stop' ? '关闭两步验证' : '重新生成恢复码'} submit={what === 'stop' ? '解除绑定' : '重新生成'} busy={act.isPending} error={act.error} cancel={close}
            next={what === 'stop' ? (required ? '解除后须立即用新手机重新开启，否则不能继续使用。' : '关闭后登录只需密码。') : '原有的恢复码全部作废。'}
            check={(): Record<string, string> => (v.code.trim() ? {} : { code: '请输入动态码或恢复码' })} onSubmit={() => act.mutate(undefined)}
          >
            {(wrong) => <Row name="code" title="动态码或恢复码" required wrong={wrong}><Input id="f-code" autoComplete="one-time-code" maxLength={40} value={v.code} onChange={(e) => set('code', e.target.value)} /></Row>}
          </PlainForm>
        </div>
      )}
    </>
  )
}

/** Codes shows the recovery codes this once. */
function Codes({ codes }: { codes: string[] }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="info" role="status">
      <p className="strong">恢复码只显示这一次。请打印或抄在纸上，与手机分开保管；每个只能用一次。</p>
      <ul className="mono" data-recovery style={{ columns: '2 200px', margin: '8px 0' }}>{codes.map((c) => <li key={c}>{c}</li>)}</ul>
      <div className="row">
        <Button onClick={() => void navigator.clipboard?.writeText(codes.join('\n')).then(() => setCopied(true))}>{copied ? '已复制' : '复制'}</Button>
        <Button onClick={() => window.print()}>打印</Button>
      </div>
    </div>
  )
}
