import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { get, post } from '../../api/client'
import { sentence } from '../../api/problem'
import { sealCode } from '../../api/seal-code'
import type { SealKey, SealRing } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { usePhone } from '../../ui/screen'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Verbs } from '../../ui/verb-form'
import { lock } from './box'
import { CreateKey, parties } from './create-key'
import './seal.css'
import { useKey } from './unlock'

const touched = ['/seal', '/notices', '/me']
const tones = { pending: 'amber', active: 'green', retired: 'grey', revoked: 'grey' } as const

/** KeyRing is the ceremony of the sealed channel: who holds keys on either side, and what each may do next. */
export function KeyRing() {
  const q = useGet('/seal')
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState('')
  const [open, setOpen] = useState('')
  const phone = usePhone()
  if (q.error && !q.data) return <Page title="保密密钥"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="保密密钥"><div className="panel"><Bones rows={8} /></div></Page>
  const ring = q.data
  const chosen = ring.keys.find((k) => k.id === open)
  return (
    <Page title="保密密钥" tools={<>{ring.may.length > 0 && <Button type="primary" onClick={() => setMaking(true)}>建立密钥</Button>}<Button onClick={lock}>立即锁上</Button></>}>
      <Panel title="保密渠道">
        <p className="row">{ring.channel.open ? <><Chip tone="green">已开放</Chip>实名保密和内部知情人举报可以在网上提交。</> : <><Chip tone="amber">未开放</Chip>{ring.channel.why}。每一方至少两人持有已核对的密钥才开放。</>}</p>
        {made && <p className="info">请把指纹读给另一位同事，由他在这一页核对：<b className="fingerprint">{made}</b></p>}
        <p className="soft small">打开举报人的身份，须保密岗一人申请、监督方一人同意；两份份额只在申请人的浏览器里会合。服务器和管理员没有任何一方的私钥。</p>
      </Panel>
      {parties.map((p) => <Side key={p.value} ring={ring} party={p.value} title={p.label} choose={setOpen} />)}
      {making && <CreateKey may={ring.may} close={(fingerprint) => { setMaking(false); if (fingerprint) setMade(fingerprint) }} />}
      <Drawer title={chosen ? `${chosen.party_title}　${chosen.holder}` : ''} open={!!chosen} onClose={() => setOpen('')} size={phone ? '100%' : 420} destroyOnHidden>
        {chosen && <Acts k={chosen} />}
      </Drawer>
    </Page>
  )
}

function Side({ ring, party, title, choose }: { ring: SealRing; party: string; title: string; choose: (id: string) => void }) {
  const keys = ring.keys.filter((k) => k.party === party)
  const mine = keys.find((k) => k.mine && k.state === 'active' && !k.escrow)
  return (
    <Panel title={title} flush>
      {keys.length === 0 ? <Empty title={`${title}还没有密钥`} how="由持有这一岗位的人各自在自己的浏览器里建立，再由另一人核对指纹。" /> : (
        <ul className="cards">
          {keys.map((k) => (
            <li key={k.id} className="card">
              <span className="row between">
                <span className="row"><span className="strong">{k.holder}</span>{k.mine && <Chip tone="blue">本人</Chip>}<Chip tone={tones[k.state as keyof typeof tones] ?? 'grey'}>{k.state_title}</Chip>{k.overdue && <Chip tone="amber">{k.overdue}</Chip>}{k.state === 'active' && !k.serves && <Chip tone="red">已不在岗</Chip>}</span>
                <span className="row">
                  {k.mine && k.state === 'active' && <DrillButton k={k} />}
                  {mine && k.id !== mine.id && k.state === 'active' && <RewrapButton from={mine} to={k} />}
                  {k.actions.length > 0 && <Button size="small" aria-label={`办理 ${k.holder}`} onClick={() => choose(k.id)}>办理</Button>}
                </span>
              </span>
              {k.mine && <span className="fingerprint">{k.fingerprint}</span>}
              <span className="sub num">{k.confirmed_by ? `${k.confirmed_by} 核对于 ${dateTime(k.confirmed_at)}　最近使用 ${dateTime(k.seen_at)}${k.drilled_at ? `　演练 ${dateTime(k.drilled_at)}` : ''}` : `建立于 ${dateTime(k.created_at)}`}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Acts({ k }: { k: SealKey }) {
  const act = useDo((a: { verb: string; form: Record<string, unknown> }) => post('/seal/keys/{id}/{verb}', { path: { id: k.id, verb: a.verb }, body: { version: k.version, form: a.form } }), touched)
  return <Verbs actions={k.actions} run={(verb, form) => act.mutateAsync({ verb, form })} />
}

/** DrillButton proves that the key can be used: it reads a word that the program sealed to it. */
function DrillButton({ k }: { k: SealKey }) {
  const { key, asking } = useKey()
  const drill = useDo(async () => {
    const identity = await key(k.id)
    const { sealed } = await post('/seal/keys/{id}/drill', { path: { id: k.id } })
    return post('/seal/keys/{id}/answer', { path: { id: k.id }, body: { word: await (await sealCode()).openText(sealed, identity) } })
  }, touched)
  return <>{asking}<Button size="small" loading={drill.isPending} onClick={() => drill.mutate(undefined)}>演练</Button>{drill.error && <span className="wrong" role="alert">{sentence(drill.error)}</span>}{drill.isSuccess && <span className="done" role="status">演练通过</span>}</>
}

/** RewrapButton gives a colleague's key every share that it lacks, fifty at a time. */
function RewrapButton({ from, to }: { from: SealKey; to: SealKey }) {
  const { key, asking } = useKey()
  const [count, setCount] = useState<number>()
  const run = useDo(async () => {
    const identity = await key(from.id)
    const code = await sealCode()
    let done = 0
    for (;;) {
      const lack = await get('/seal/keys/{id}/shares', { path: { id: to.id }, query: { from: from.id } })
      if (lack.items.length === 0) break
      const items = []
      for (const l of lack.items) items.push({ envelope_id: l.envelope_id, sealed: await code.reseal(l.sealed, identity, to.recipient) })
      await post('/seal/keys/{id}/shares', { path: { id: to.id }, body: { from: from.id, items } })
      done += items.length
      setCount(done)
    }
    setCount(done)
  }, touched)
  return <>{asking}<Button size="small" loading={run.isPending} aria-label={`为 ${to.holder} 重封`} onClick={() => run.mutate(undefined)}>重封份额</Button>{count !== undefined && !run.isPending && <span className="done" role="status">{count === 0 ? '不缺份额' : `已重封 ${count} 件`}</span>}{run.error && <span className="wrong" role="alert">{sentence(run.error)}</span>}</>
}
