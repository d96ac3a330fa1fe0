import { useParams } from '@tanstack/react-router'
import { Button, Input, Radio } from 'antd'
import { useEffect, useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import { useCan, useDo, useGet } from '../../api/use'
import { count, dateSecond } from '../../ui/format'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { hexDump } from './hex'

/** QuarantinedFrame shows one frame as it came, as text or as bytes, with the operators' note. */
export function QuarantinedFrame() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/quarantine/{id}', { path: { id } })
  const can = useCan()
  const [view, setView] = useState<'text' | 'hex'>('text')
  const [note, setNote] = useState('')
  useEffect(() => setNote(q.data?.note ?? ''), [q.data?.note])
  const save = useDo(() => post('/quarantine/{id}/note', { path: { id }, body: { note: note.trim() } }), ['/quarantine'])
  if (q.error && !q.data) return <Page title="隔离的报文"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="隔离的报文"><div className="panel"><Bones /></div></Page>
  const f = q.data
  return (
    <Page title="隔离的报文" crumb={<Go href="/quarantine">隔离区</Go>}>
      <Panel>
        <dl className="facts">
          <div><dt>原因</dt><dd>{f.reason_title}</dd></div>
          <div><dt>收到</dt><dd className="num">{dateSecond(f.at)}</dd></div>
          <div><dt>来源地址</dt><dd className="mono">{f.address}</dd></div>
          <div><dt>MN</dt><dd className="mono">{f.mn || '—'}</dd></div>
          <div><dt>长度</dt><dd className="num">{count(f.size)} 字节</dd></div>
          <div className="wide"><dt>怎样处理</dt><dd>{f.advice}</dd></div>
        </dl>
      </Panel>
      <Panel title="原始内容" tools={<Radio.Group aria-label="显示为" size="small" optionType="button" value={view} onChange={(e) => setView(e.target.value as 'text' | 'hex')} options={[{ value: 'text', label: '文本' }, { value: 'hex', label: '十六进制' }]} />}>
        {view === 'text' ? <pre className="mono raw" tabIndex={0}>{f.text}</pre> : <pre className="mono raw hex" tabIndex={0}>{hexDump(f.hex)}</pre>}
      </Panel>
      <Panel title="处理备注">
        {can('quarantine.write') ? (
          <form className="form" aria-label="处理备注" onSubmit={(e) => { e.preventDefault(); save.mutate(undefined) }}>
            {save.error ? <div className="trouble" role="alert">{sentence(save.error)}</div> : null}
            {save.isSuccess && <div className="done" role="status">备注已保存。</div>}
            <div className="field">
              <label htmlFor="note">备注</label>
              <Input.TextArea id="note" autoSize={{ minRows: 2 }} maxLength={1000} value={note} onChange={(e) => setNote(e.target.value)} />
              <div className="hint">例如：已联系运维单位，定于某日更换数采仪。</div>
            </div>
            <div><Button type="primary" htmlType="submit" loading={save.isPending}>保存备注</Button></div>
          </form>
        ) : <p className="pre">{f.note || '还没有备注。'}</p>}
      </Panel>
    </Page>
  )
}
