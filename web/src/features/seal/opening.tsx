import { useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import { sealCode } from '../../api/seal-code'
import { useDo, useGet } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Marked } from '../../ui/marked'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { OpeningState } from './openings'
import { useKey } from './unlock'
import { markOf } from './words'

const touched = ['/openings', '/sealed-tips', '/seal', '/notices', '/me']

interface Contact { name: string; phone: string; other: string }

/** OpeningFile is one request: the oversight passes its share on here, the requester joins both. */
export function OpeningFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/openings/{id}', { path: { id } })
  const act = useDo((a: { verb: string; form: Record<string, unknown>; version: number }) => post('/openings/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }), touched)
  const { key, asking } = useKey()
  const [read, setRead] = useState<{ who: Contact; mark: string }>()
  const approve = useDo(async () => {
    const pass = await post('/openings/{id}/share', { path: { id } })
    const identity = await key(pass.key_id)
    return post('/openings/{id}/approve', { path: { id }, body: { sealed: await (await sealCode()).reseal(pass.sealed, identity, pass.recipient) } })
  }, touched)
  const open = useDo(async (keyId: string) => {
    const identity = await key(keyId)
    const copy = await post('/copies', { body: { kind: 'seal_opening', subject: id, part: 'contact' } }) // the mark before anything can be read
    const box = await post('/openings/{id}/open', { path: { id } })
    const code = await sealCode()
    setRead({ who: code.readJSON(await code.openParted(box.body, box.own, box.passed, identity)) as Contact, mark: markOf(copy) })
  }, touched)
  if (q.error && !q.data) return <Page title="身份开启"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="身份开启"><div className="panel"><Bones rows={6} /></div></Page>
  const o = q.data
  return (
    <Page title="身份开启" crumb={<span className="num">{o.number}</span>} tools={<OpeningState o={o} />}>
      {asking}
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>申请人</dt><dd>{o.requested_by}</dd></div>
              <div><dt>申请时间</dt><dd className="num">{dateTime(o.created_at)}</dd></div>
              <div><dt>监督方</dt><dd>{o.decided_by || '—'}</dd></div>
              <div><dt>有效至</dt><dd className="num">{dateTime(o.expires_at)}</dd></div>
              {o.mine && <div><dt>举报</dt><dd><Go href={`/sealed-tips/${o.subject_id}`}>查看</Go></dd></div>}
              <div className="wide"><dt>理由</dt><dd className="pre">{o.reason}</dd></div>
              {o.decision && <div className="wide"><dt>不同意的理由</dt><dd className="pre">{o.decision}</dd></div>}
            </dl>
          </Panel>
          {read && (
            <Panel title="举报人">
              <Marked mark={read.mark}>
                <dl className="facts">
                  <div><dt>姓名</dt><dd>{read.who.name || '—'}</dd></div>
                  <div><dt>电话</dt><dd className="num">{read.who.phone || '—'}</dd></div>
                  <div className="wide"><dt>其他联系方式</dt><dd className="pre">{read.who.other || '—'}</dd></div>
                </dl>
              </Marked>
            </Panel>
          )}
          <Panel title="经过"><Timeline entries={o.timeline} /></Panel>
        </div>
        <div className="side-col">
          {o.approves && (
            <Panel title="监督方">
              <p className="soft">同意后，您的浏览器用您的密钥取出份额，封给申请人的密钥；您自己看不到内容，服务器也看不到。</p>
              <Button type="primary" block loading={approve.isPending} onClick={() => approve.mutate(undefined)}>同意开启</Button>
              {approve.error ? <div className="trouble" role="alert">{sentence(approve.error)}</div> : null}
            </Panel>
          )}
          {o.mine && (o.state === 'approved' || o.state === 'opened') && (
            <Panel title="开启">
              <p className="soft">内容只在这个浏览器里打开，不存下来；每次打开都留痕，举报人看得到。</p>
              <Button type="primary" block loading={open.isPending} onClick={() => open.mutate(o.key_id)}>{o.state === 'opened' ? '再次打开' : '打开'}</Button>
              {open.error ? <div className="trouble" role="alert">{sentence(open.error)}</div> : null}
            </Panel>
          )}
          {o.mine && o.state === 'requested' && (
            <Panel title="开启">
              <p className="soft">等待监督方一人同意。您手里只有保密岗的一份份额，单独打不开；同意之后在这里打开。</p>
            </Panel>
          )}
          {!o.mine && o.decided_by && (o.state === 'approved' || o.state === 'opened') && <Panel title="开启"><p className="soft">只有申请人的浏览器能打开：两份份额在那里会合。</p></Panel>}
          {(o.actions.length > 0 || !o.mine) && <Verbs actions={o.actions} waits={o.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: o.version })} />}
        </div>
      </div>
    </Page>
  )
}
