import { Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
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
  if (set.ways.length === 0) return <Panel><p className="soft">还没有可用的通知渠道，所有通知都在站内“消息”中。邮件、短信由系统管理员在“通知渠道”中设置，设置后可在这里选择。</p></Panel>
  return (
    <Panel>
      {save.isSuccess && <div className="done" role="status" style={{ marginBottom: 12 }}>已保存，对以后的通知生效。</div>}
      <PlainForm label="我的通知设置" submit="保存" busy={save.isPending} error={save.error} check={() => ({})} onSubmit={() => save.mutate(undefined)} next="站内消息始终都有；这里决定哪些通知同时发到站外。">
        {(wrong) => (
          <>
            {set.ways.map((w) => (
              <fieldset key={w.kind} className="field" style={{ border: 0, padding: 0, margin: 0 }}>
                <legend style={{ padding: 0 }}>{w.title}{w.address && <span className="soft">　{w.address}</span>}</legend>
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
            {mail && <Row name="digest" title="普通通知" wrong={wrong} hint="汇总成一封邮件"><Select id="f-digest" value={digest} onChange={setDigest} options={[{ value: '', label: '只在站内' }, { value: 'hourly', label: '每小时一封' }, { value: 'daily', label: '每日一封' }]} /></Row>}
            {mail && digest === 'daily' && <Row name="digest_at" title="每日汇总的时间" wrong={wrong} hint="不填为 08:00"><Input id="f-digest_at" placeholder="08:00" maxLength={5} value={at} onChange={(e) => setAt(e.target.value)} /></Row>}
          </>
        )}
      </PlainForm>
    </Panel>
  )
}
