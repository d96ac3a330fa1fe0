import { useParams } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { get, post } from '../../api/client'
import { sentence } from '../../api/problem'
import { sealCode, type Holder } from '../../api/seal-code'
import type { SealedPart, SealedTipFile } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Marked, MarkedPhoto } from '../../ui/marked'
import { Page, Panel } from '../../ui/page'
import { Readers } from '../../ui/readers'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { OpeningState } from './openings'
import { useKey } from './unlock'
import { markOf, partTitles } from './words'

const touched = ['/sealed-tips', '/openings', '/seal', '/clues', '/notices', '/me']

/** SealedTipFile is one sealed report: the desk opens what it may read alone, and asks for what takes two. */
export function SealedTipFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/sealed-tips/{id}', { path: { id } })
  const act = useDo((a: { verb: string; form: Record<string, unknown>; version: number }) => post('/sealed-tips/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }), touched)
  if (q.error && !q.data) return <Page title="保密举报"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="保密举报"><div className="panel"><Bones rows={8} /></div></Page>
  const t = q.data
  return (
    <Page title={t.mode_title} crumb={<span className="num">{t.number}</span>} tools={<Chip tone={t.closed ? 'grey' : 'amber'}>{t.stage}</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>事项</dt><dd>{t.kind_title || '已封存'}</dd></div>
              <div><dt>举报时间</dt><dd className="num">{dateTime(t.created_at)}</dd></div>
              <div><dt>承诺期限</dt><dd className="num">{t.closed || !t.due_at ? '—' : day(t.due_at)}</dd></div>
              {t.clue_id && <div><dt>脱密线索</dt><dd>已转去研判</dd></div>}
              {t.mode === 'confidential' && <div className="wide"><dt>内容</dt><dd>由研判岗阅办；这里只办理身份的开启。</dd></div>}
            </dl>
          </Panel>
          {t.mode === 'insider' && <Contents tip={t} />}
          <Identity tip={t} />
          {t.mode === 'insider' && <Panel title="经过"><Timeline entries={t.timeline} /></Panel>}
        </div>
        <div className="side-col">
          <Readers kind={t.mode === 'insider' ? 'insider' : 'tip'} subject={t.id} />
          {t.mode === 'insider' && <Verbs actions={t.actions} waits="保密岗" run={(verb, form) => act.mutateAsync({ verb, form, version: t.version })} />}
          {t.mode === 'insider' && <Answer tip={t} />}
        </div>
      </div>
    </Page>
  )
}

interface Read { mark: string; value: Record<string, unknown>; files: { type: string; bytes: Uint8Array }[] }

/** Contents shows what the desk may open alone. */
function Contents({ tip }: { tip: SealedTipFile }) {
  const { key, asking } = useKey()
  const [read, setRead] = useState<Record<string, Read>>({})
  const parts = tip.parts.filter((p) => !p.parted)
  const open = useDo(async (all: SealedPart[]) => {
    const code = await sealCode()
    const copy = await post('/copies', { body: { kind: 'insider', subject: tip.id, part: 'report' } })
    for (const p of all) {
      const e = await post('/envelopes/{id}/look', { path: { id: p.id } })
      const bytes = await code.openWhole(e.body, e.sealed, await key(e.key_id))
      const got = p.part === 'report' ? code.unpack(bytes) : { value: code.readJSON(bytes) as Record<string, unknown>, files: [] }
      setRead((r) => ({ ...r, [p.id]: { ...got, mark: markOf(copy) } }))
    }
  }, [])
  const left = parts.filter((p) => !read[p.id])
  return (
    <Panel title="内容与往来" tools={left.length > 0 && <Button type="primary" size="small" loading={open.isPending} onClick={() => open.mutate(left)}>打开</Button>}>
      {asking}
      {open.error ? <div className="trouble" role="alert">{sentence(open.error)}</div> : null}
      {Object.keys(read).length === 0 && <Empty title="内容已封存" how="打开要用您的密钥口令；每次打开都留痕，页面带您的阅件标记。" />}
      {parts.filter((p) => read[p.id]).map((p) => (
        <Marked key={p.id} mark={read[p.id].mark}>
          <p className="row between"><span className="strong">{partTitles[p.part]}</span><span className="sub num">{dateTime(p.created_at)}</span></p>
          <Told value={read[p.id].value} />
          {read[p.id].files.map((f, i) => <MarkedPhoto key={i} bytes={f.bytes} type={f.type} mark={read[p.id].mark} name={`照片 ${i + 1}`} />)}
        </Marked>
      ))}
    </Panel>
  )
}

const fields = [['text', '内容'], ['place', '地点'], ['when', '时间'], ['suspect', '被举报的单位或个人'], ['how', '怎么知道的']] as const

function Told({ value }: { value: Record<string, unknown> }) {
  return <dl className="facts">{fields.filter(([n]) => typeof value[n] === 'string' && value[n] !== '').map(([n, title]) => <div key={n} className="wide"><dt>{title}</dt><dd className="pre">{value[n] as string}</dd></div>)}</dl>
}

/** Identity asks for what takes two parties. */
function Identity({ tip }: { tip: SealedTipFile }) {
  const contact = tip.parts.find((p) => p.part === 'contact')
  const ring = useGet('/seal')
  const [reason, setReason] = useState('')
  const mine = ring.data?.keys.find((k) => k.mine && k.party === 'desk' && k.state === 'active' && !k.escrow)
  const ask = useDo(() => post('/openings', { body: { envelope_id: contact?.id ?? '', key_id: mine?.id ?? '', reason: reason.trim() } }), touched, () => setReason(''))
  return (
    <Panel title="举报人身份">
      {!contact ? <p className="soft">举报人没有留下身份。</p> : (
        <>
          {tip.openings.length > 0 && <ul className="cards">{tip.openings.map((o) => <li key={o.id} className="card row between"><span><Go href={`/openings/${o.id}`}>{o.number}</Go><span className="sub">{o.reason}</span></span><OpeningState o={o} /></li>)}</ul>}
          <form className="form" aria-label="申请开启身份" onSubmit={(e) => { e.preventDefault(); ask.mutate(undefined) }}>
            <div className="field">
              <label htmlFor="f-reason">为什么需要知道举报人是谁</label>
              <Input.TextArea id="f-reason" rows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} />
              <div className="hint">监督方据此审批，举报人看得到。</div>
            </div>
            {ask.error ? <div className="trouble" role="alert">{sentence(ask.error)}</div> : null}
            {ring.data && !mine && <p className="soft">您还没有在用的保密密钥，请先<Go href="/seal">建立</Go>。</p>}
            <Button htmlType="submit" loading={ask.isPending} disabled={!mine || reason.trim().length < 4}>申请开启身份</Button>
          </form>
        </>
      )}
    </Panel>
  )
}

/** Answer seals a reply to the reporter and to one's colleagues. */
function Answer({ tip }: { tip: SealedTipFile }) {
  const [text, setText] = useState('')
  const send = useDo(async () => {
    const ring = await get('/seal')
    const to = (ring.channel.holders as Holder[]).filter((h) => h.party === 'desk').concat({ party: 'reporter', id: '', recipient: tip.reply_to })
    const code = await sealCode()
    return post('/sealed-tips/{id}/reply', { path: { id: tip.id }, body: await code.sealWhole(code.json({ text: text.trim() }), to) })
  }, touched, () => setText(''))
  return (
    <Panel title="答复举报人">
      <form className="form" aria-label="答复举报人" onSubmit={(e) => { e.preventDefault(); send.mutate(undefined) }}>
        <div className="field">
          <label htmlFor="f-reply">答复内容</label>
          <Input.TextArea id="f-reply" rows={3} maxLength={2000} value={text} onChange={(e) => setText(e.target.value)} />
          <div className="hint">在浏览器里封存，只有举报人和保密岗打得开。</div>
        </div>
        {send.error ? <div className="trouble" role="alert">{sentence(send.error)}</div> : null}
        {send.isSuccess && <div className="done" role="status">已答复。</div>}
        <Button htmlType="submit" loading={send.isPending} disabled={!text.trim()}>封存并答复</Button>
      </form>
    </Panel>
  )
}
