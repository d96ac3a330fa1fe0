import { useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useEffect, useState, type FormEvent } from 'react'
import icon from '../../assets/icon.svg'
import { post } from '../../api/client'
import { Problem, sentence } from '../../api/problem'
import { meQuery } from '../../api/use'
import { local, useGo } from '../../ui/go'
import { parseSearch } from '../../ui/search'

/** SignIn is the console's gate: one name, one password, one button. */
export function SignIn() {
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [asked, setAsked] = useState(false)
  const [wrong, setWrong] = useState('')
  const [busy, setBusy] = useState(false)
  const client = useQueryClient()
  const go = useGo()
  useEffect(() => {
    document.title = '登录 · 清哨'
  }, [])
  const submit = async (e: FormEvent) => {
    e.preventDefault()
    if (!login.trim() || !password) {
      setWrong('请输入用户名和密码。')
      return
    }
    if (asked && !code.trim()) {
      setWrong('请输入动态码或恢复码。')
      return
    }
    setBusy(true)
    setWrong('')
    try {
      const me = await post('/session', { body: { login: login.trim(), password, code: asked ? code.trim() : undefined } })
      client.clear()
      client.setQueryData(meQuery.queryKey, me)
      go(local(parseSearch(window.location.search).to ?? '/'), true)
    } catch (err) {
      setBusy(false)
      setCode('')
      if (err instanceof Problem && err.fields.code && !asked) {
        setAsked(true)
        return
      }
      setWrong(sentence(err))
    }
  }
  return (
    <div className="gate">
      <main>
        <form className="box form" onSubmit={submit} noValidate aria-label="登录">
          <div>
            <img src={icon} alt="" width={40} height={40} style={{ display: 'block', marginBottom: 12 }} />
            <h1>清哨</h1>
            <p className="soft">生态环境问题发现与处置工作台</p>
          </div>
          {wrong && <div className="trouble" role="alert" id="wrong">{wrong}</div>}
          <div className="field">
            <label htmlFor="login">用户名</label>
            <Input id="login" name="login" autoComplete="username" autoFocus size="large" value={login} onChange={(e) => setLogin(e.target.value)} aria-describedby={wrong ? 'wrong' : undefined} />
          </div>
          <div className="field">
            <label htmlFor="password">密码</label>
            <Input.Password id="password" name="password" autoComplete="current-password" size="large" value={password} onChange={(e) => setPassword(e.target.value)} />
          </div>
          {asked && (
            <div className="field">
              <label htmlFor="code">动态码或恢复码</label>
              <Input id="code" name="code" autoComplete="one-time-code" autoFocus size="large" maxLength={40} value={code} onChange={(e) => setCode(e.target.value)} aria-describedby="code-hint" />
              <div className="hint" id="code-hint">打开手机上的验证器，输入“清哨”下面的 6 位数字；手机不在身边，输入一个恢复码。</div>
            </div>
          )}
          <Button type="primary" htmlType="submit" size="large" block loading={busy}>登录</Button>
          <p className="soft small">连续输错会暂时锁定；忘记密码请联系系统管理员。</p>
        </form>
      </main>
      <footer>本系统的每一步操作都会记入审计日志</footer>
    </div>
  )
}
