import { Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { FilesField } from '../../ui/files'
import { Go, useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'

/** AskConsult puts a question to the duty room. */
export function AskConsult() {
  const go = useGo()
  const topics = useGet('/consults/topics', {}, { staleTime: 3600_000 })
  const { values: v, set } = useDraft({ topic: '', title: '', text: '', files: [] as string[] })
  const [sending, setSending] = useState(false)
  const ask = useDo(() => post('/consults', { body: { topic: v.topic, title: v.title.trim(), text: v.text.trim(), files: v.files } }), ['/consults', '/portal'], (c) => go(`/consults/${c.id}`))
  return (
    <Page title="提出咨询" crumb={<Go href="/consults">咨询</Go>}>
      <div style={{ maxWidth: 720 }}>
        <Panel>
          <PlainForm
            label="提出咨询"
            next="监控值班岗收到后答复，您会收到通知。预警的说明、标记、停限产与变更备案请在各自的页面办理，咨询不代替它们。"
            submit="提交"
            busy={ask.isPending || sending}
            error={ask.error}
            check={() => ({ ...(v.topic ? {} : { topic: '请选择事项' }), ...(v.title.trim() ? {} : { title: '请用一句话写明要问的事' }), ...(v.text.trim() ? {} : { text: '请写明具体情况' }) })}
            onSubmit={() => ask.mutate(undefined)}
            cancel={() => go('/consults')}
          >
            {(wrong) => (
              <>
                <Row name="topic" title="事项" required wrong={wrong}><Select id="f-topic" value={v.topic || undefined} onChange={(x) => set('topic', x)} options={(topics.data ?? []).map((t) => ({ value: t.id, label: t.title }))} /></Row>
                <Row name="title" title="问题" required wrong={wrong} hint="一句话，例如：启炉期间应选哪一种标记"><Input id="f-title" maxLength={60} value={v.title} onChange={(e) => set('title', e.target.value)} /></Row>
                <Row name="text" title="具体情况" required wrong={wrong}><Input.TextArea id="f-text" autoSize={{ minRows: 4, maxRows: 12 }} maxLength={2000} value={v.text} onChange={(e) => set('text', e.target.value)} /></Row>
                <Row name="files" title="附件" wrong={wrong}><FilesField id="f-files" onChange={(x) => set('files', x as string[])} onBusy={setSending} /></Row>
              </>
            )}
          </PlainForm>
        </Panel>
      </div>
    </Page>
  )
}
