import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { sealCode } from '../../api/seal-code'
import { useDo } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { remember, suggest, weak } from './box'

export const parties = [{ value: 'desk', label: '保密岗' }, { value: 'oversight', label: '监督方' }]

/** CreateKey makes a key pair in this browser; only its public part and the wrapped private part leave it. */
export function CreateKey({ may, close }: { may: string[]; close: (fingerprint?: string) => void }) {
  const { values: v, set } = useDraft({ party: may[0] ?? 'desk', passphrase: '', again: '' })
  const [offered, setOffered] = useState('')
  const save = useDo(async () => {
    await new Promise((r) => setTimeout(r, 50)) // lets the button show that it works
    const pair = await (await sealCode()).newKey(v.passphrase)
    const ring = await post('/seal/keys', { body: { party: v.party as 'desk' | 'oversight', recipient: pair.recipient, wrapped: pair.wrapped } })
    const made = ring.keys.find((k) => k.recipient === pair.recipient)
    if (made) remember(made.id, pair.identity)
    close(pair.fingerprint)
    return ring
  }, ['/seal', '/notices', '/me'])
  const check = (): Record<string, string> => ({
    ...(weak(v.passphrase) ? { passphrase: weak(v.passphrase) } : {}),
    ...(v.passphrase === v.again ? {} : { again: '两次输入不一致' }),
  })
  return (
    <FormDrawer
      title="建立保密密钥" open close={() => close()} submit="在浏览器里建立" busy={save.isPending} error={save.error} check={check} onSubmit={() => save.mutate(undefined)}
      next="私钥在这个浏览器里产生，用口令包好才交给服务器。口令不能找回，忘记了只能吊销密钥、由同事为新密钥重封。"
    >
      {(wrong) => (
        <>
          <Row name="party" title="属于哪一方" required wrong={wrong}><Select id="f-party" value={v.party} onChange={(x) => set('party', x)} options={parties.filter((p) => may.includes(p.value))} /></Row>
          <Row name="passphrase" title="密钥口令" required wrong={wrong} hint={offered ? <>请抄下：<b className="fingerprint">{offered}</b></> : '不要与登录密码相同，也不要存在浏览器里'}>
            <Input.Password id="f-passphrase" value={v.passphrase} onChange={(e) => set('passphrase', e.target.value)} autoComplete="new-password" />
          </Row>
          <Button size="small" onClick={() => { const s = suggest(); setOffered(s); set('passphrase', s); set('again', '') }}>给我一个</Button>
          <Row name="again" title="再输入一遍" required wrong={wrong}><Input.Password id="f-again" value={v.again} onChange={(e) => set('again', e.target.value)} autoComplete="new-password" /></Row>
        </>
      )}
    </FormDrawer>
  )
}
