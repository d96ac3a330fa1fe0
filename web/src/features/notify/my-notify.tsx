import { Button, Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { NotifyChoice } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { PlainForm, Row } from '../../ui/draft'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { chosen, reaches, toggled, urgencies } from './words'

/** MyNotify is what a person wants of the channels: which for what, quiet hours, a digest. */
export function MyNotify() {
  const q = useGet('/me/notify')
  return (
    <Page title="我的通知设置" crumb={<Go href="/notices">消息</Go>}>
      <div style={{ maxWidth: 720 }}>
        {q.error && !q.data ? <div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div> : !q.data ? <div className="panel"><Bones /></div> : <Form key={q.data.version} set={q.data} />}
      </div>
    </Page>
  )
}

function Form({ set }: { set: NotifyChoice }) {
  const [off, setOff] = useState<Record<string, string[]>>(set.off ?? {})
  const [from, setFrom] = useState(set.quiet_from ?? '')
  const [to, setTo] = useState(set.quiet_to ?? '')
  const [digest, setDigest] = useState(set.digest ?? '')
  const [at, setAt] = useState(set.digest_at ?? '')
  const save = useDo(() => post('/me/notify', { body: { off, quiet_from: from.trim(), quiet_to: to.trim(), digest, digest_at: digest === 'daily' ? at.trim() : '', version: set.version } }), ['/me/notify'])
  const mail = set.ways.some((w) => w.kind === 'mail')
  const unproven = set.ways.find((w) => w.kind === 'mail' && w.address !== '' && (w.bad !== '' || !w.proven))
  if (set.ways.length === 0) return <Panel><p className="soft">还没有可用的通知渠道，所有通知都在站内“消息”中。邮件、短信由系统管理员在“通知渠道”中设置，设置后可在这里选择。</p></Panel>
  return (
    <>
    {unproven && <Prove address={unproven.address} />}
    <Panel>
      {save.isSuccess && <div className="done" role="status" style={{ marginBottom: 12 }}>已保存，对以后的通知生效。</div>}
      <PlainForm label="我的通知设置" submit="保存" busy={save.isPending} error={save.error} check={() => ({})} onSubmit={() => save.mutate(undefined)} next="站内消息始终都有；这里决定哪些通知同时发到站外。">
        {(wrong) => (
          <>
            {set.ways.map((w) => (
              <fieldset key={w.kind} className="field" style={{ border: 0, padding: 0, margin: 0 }}>
                <legend style={{ padding: 0 }}>{w.title}{w.address && <span className="soft">　{w.address}</span>}</legend>
                {w.address && (w.bad || w.asked && !w.proven) && <p className="amber" style={{ margin: '4px 0' }}>{w.bad ? `这个地址被对方拒收（${w.bad}），暂不再发；更正或重新验证后恢复。` : '邮箱还没有验证，验证后才会发送。'}</p>}
                {w.lacks ? <p className="amber">{w.lacks}</p> : (
                  <div className="row">
                    {urgencies.filter((u) => reaches(u.value, w.least)).map((u) => (
                      <Checkbox key={u.value} checked={chosen(off, u.value, w.kind)} onChange={(e) => setOff(toggled(off, u.value, w.kind, e.target.checked))}>{u.label}</Checkbox>
                    ))}
                  </div>
                )}
              </fieldset>
            ))}
            {wrong.off && <div className="wrong" role="alert">{wrong.off}</div>}
            <Row name="quiet_from" title="免打扰时段，自" wrong={wrong} hint="如 22:00；不填为没有。紧急通知不受限制，其余推迟到时段结束"><Input id="f-quiet_from" placeholder="22:00" maxLength={5} value={from} onChange={(e) => setFrom(e.target.value)} /></Row>
            <Row name="quiet_to" title="至" wrong={wrong} hint="早于起始时间即为次日"><Input id="f-quiet_to" placeholder="07:00" maxLength={5} value={to} onChange={(e) => setTo(e.target.value)} /></Row>
            {mail && <Row name="digest" title="一般通知" wrong={wrong} hint="汇总成一封邮件"><Select id="f-digest" value={digest} onChange={setDigest} options={[{ value: '', label: '只在站内' }, { value: 'hourly', label: '每小时一封' }, { value: 'daily', label: '每日一封' }]} /></Row>}
            {mail && digest === 'daily' && <Row name="digest_at" title="每日汇总的时间" wrong={wrong} hint="不填为 08:00"><Input id="f-digest_at" placeholder="08:00" maxLength={5} value={at} onChange={(e) => setAt(e.target.value)} /></Row>}
          </>
        )}
      </PlainForm>
    </Panel>
    </>
  )
}

/** Prove sends a code to the person's mailbox and takes it back. */
function Prove({ address }: { address: string }) {
  const [code, setCode] = useState('')
  const ask = useDo(() => post('/me/notify/proof', { body: { kind: 'mail' } }), [])
  const prove = useDo(() => post('/me/notify/prove', { body: { kind: 'mail', code: code.trim() } }), ['/me/notify'])
  const wrong = prove.error ?? ask.error
  return (
    <Panel title="验证邮箱">
      <p className="soft">向 {address} 发送一个六位数的验证码，填回这里，证明邮箱是您本人的。</p>
      {ask.isSuccess && !wrong && <div className="done" role="status" style={{ marginBottom: 12 }}>验证码已发出，30 分钟内有效。</div>}
      {wrong ? <div className="trouble" role="alert" style={{ marginBottom: 12 }}>{sentence(wrong)}</div> : null}
      <div className="row">
        <Button loading={ask.isPending} onClick={() => { prove.reset(); ask.mutate(undefined) }}>{ask.isSuccess ? '重新发送' : '发送验证码'}</Button>
        <Input aria-label="验证码" inputMode="numeric" autoComplete="one-time-code" maxLength={6} style={{ width: 120 }} value={code} onChange={(e) => setCode(e.target.value)} />
        <Button type="primary" disabled={code.trim().length !== 6} loading={prove.isPending} onClick={() => prove.mutate(undefined)}>验证</Button>
      </div>
    </Panel>
  )
}
