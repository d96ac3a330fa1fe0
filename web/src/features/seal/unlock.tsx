import { Button, Input, Modal } from 'antd'
import { useCallback, useRef, useState } from 'react'
import { get } from '../../api/client'
import { sealCode } from '../../api/seal-code'
import { recalled, remember } from './box'

interface Waiting { id: string; wrapped: string; done: (identity: string) => void; failed: (e: Error) => void }

/** useKey gives a function that unlocks one of the officer's own keys, asking for the passphrase when it is locked, and the question's window. */
export function useKey() {
  const [waiting, setWaiting] = useState<Waiting>()
  const key = useCallback(async (id: string) => {
    const known = recalled(id)
    if (known) return known
    const ring = await get('/seal')
    const mine = ring.keys.find((k) => k.id === id && k.mine)
    if (!mine?.wrapped) throw new Error('这把密钥不是您的，或已停用')
    return new Promise<string>((done, failed) => setWaiting({ id, wrapped: mine.wrapped, done, failed }))
  }, [])
  const asking = waiting && (
    <Passphrase
      key={waiting.id}
      wrapped={waiting.wrapped}
      cancel={() => {
        waiting.failed(new Error('没有解锁密钥'))
        setWaiting(undefined)
      }}
      done={(identity) => {
        remember(waiting.id, identity)
        waiting.done(identity)
        setWaiting(undefined)
      }}
    />
  )
  return { key, asking }
}

function Passphrase({ wrapped, done, cancel }: { wrapped: string; done: (identity: string) => void; cancel: () => void }) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState('')
  const [busy, setBusy] = useState(false)
  const running = useRef(false)
  const open = async () => {
    if (running.current || !text) return
    running.current = true
    setBusy(true)
    setWrong('')
    await new Promise((r) => setTimeout(r, 50)) // lets the button show that it works: unlocking takes a second or two
    try {
      done(await (await sealCode()).unlock(wrapped, text))
    } catch {
      setWrong('口令不对，请重新输入')
      setBusy(false)
    }
    running.current = false
  }
  return (
    <Modal title="解锁保密密钥" open onCancel={cancel} footer={null} destroyOnHidden>
      <form className="form" onSubmit={(e) => { e.preventDefault(); void open() }} aria-label="解锁保密密钥">
        <div className="field">
          <label htmlFor="f-passphrase">密钥口令</label>
          <Input.Password id="f-passphrase" value={text} onChange={(e) => setText(e.target.value)} autoComplete="off" autoFocus />
          <div className="hint">口令只在这个浏览器里使用，不发给服务器；十分钟不用自动锁上。</div>
          {wrong && <div className="wrong" role="alert">{wrong}</div>}
        </div>
        <div className="row"><Button type="primary" htmlType="submit" loading={busy}>解锁</Button><Button onClick={cancel}>取消</Button></div>
      </form>
    </Modal>
  )
}
