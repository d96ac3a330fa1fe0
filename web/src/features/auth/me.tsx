import { useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { post, remove } from '../../api/client'
import { meQuery, useDo, useGet, useMe } from '../../api/use'
import { ago, dateTime } from '../../ui/format'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Secret } from './secret'
import { TwoStep } from './two-step'

/** Account is a person's own page: password, tokens, sessions. */
export function Account() {
  const me = useMe()
  return (
    <Page title="我的账号">
      <div style={{ maxWidth: 880 }}>
        <Panel>
          <dl className="facts">
            <div><dt>姓名</dt><dd>{me.name}</dd></div>
            <div><dt>用户名</dt><dd className="mono">{me.login}</dd></div>
            <div><dt>角色</dt><dd>{me.roles.map((r) => r.title).join('、') || '未授权，请联系安全管理员'}</dd></div>
            <div><dt>区域</dt><dd>{me.area_name || '全域'}</dd></div>
            <div><dt>单位</dt><dd>{me.agency_name || '—'}</dd></div>
          </dl>
        </Panel>
        {me.must_change && <div className="warn" role="status" style={{ marginTop: 16 }}>这是初始密码。请先改成只有您知道的密码，然后才能继续使用。</div>}
        {!me.must_change && me.must_enrol && <div className="warn" role="status" style={{ marginTop: 16 }}>您的岗位须使用两步验证。请先在下面开启，然后才能继续使用。</div>}
        {!me.must_change && <TwoStep />}
        <Password />
        {!me.must_change && !me.must_enrol && <Sessions />}
        {!me.must_change && !me.must_enrol && <Tokens />}
      </div>
    </Page>
  )
}

function Password() {
  const client = useQueryClient()
  const { values: v, set, reset } = useDraft({ old: '', new: '', again: '' })
  const save = useDo(() => post('/me/password', { body: { old: v.old, new: v.new } }), ['/me'], (fresh) => {
    client.setQueryData(meQuery.queryKey, fresh)
    reset()
  })
  return (
    <Panel title="修改密码">
      {save.isSuccess && <div className="done" role="status" style={{ marginBottom: 12 }}>密码已修改，其他设备上的登录已退出。</div>}
      <div style={{ maxWidth: 384 }}>
        <PlainForm
          label="修改密码" submit="修改密码" busy={save.isPending} error={save.error}
          check={() => ({
            ...(v.old ? {} : { old: '请输入原密码' }),
            ...(v.new.length >= 10 ? {} : { new: '至少 10 个字符' }),
            ...(v.again === v.new ? {} : { again: '两次输入不一致' }),
          })}
          onSubmit={() => save.mutate(undefined)}
        >
          {(wrong) => (
            <>
              <Row name="old" title="原密码" required wrong={wrong}><Input.Password id="f-old" autoComplete="current-password" value={v.old} onChange={(e) => set('old', e.target.value)} /></Row>
              <Row name="new" title="新密码" required wrong={wrong} hint="至少 10 个字符，不要与用户名相同"><Input.Password id="f-new" autoComplete="new-password" value={v.new} onChange={(e) => set('new', e.target.value)} /></Row>
              <Row name="again" title="再输一次" required wrong={wrong}><Input.Password id="f-again" autoComplete="new-password" value={v.again} onChange={(e) => set('again', e.target.value)} /></Row>
            </>
          )}
        </PlainForm>
      </div>
    </Panel>
  )
}

function Sessions() {
  const list = useGet('/me/sessions')
  const end = useDo((id: string) => remove('/me/sessions/{id}', { path: { id } }), ['/me/sessions'])
  return (
    <Panel title="登录会话" flush>
      {list.error ? <Trouble error={list.error} again={() => void list.refetch()} /> : !list.data ? <Bones rows={3} /> : (
        <ul className="cards">
          {list.data.map((s) => (
            <li key={s.id} className="card row between">
              <span className="grow"><span className="wrap">{browser(s.device)}　<span className="soft mono">{s.address}</span></span><span className="sub num">登录于 {dateTime(s.created_at)}，最近活动 {ago(s.seen_at)}</span></span>
              {s.current ? <Chip tone="blue">本次</Chip> : <Button size="small" onClick={() => end.mutate(s.id)} aria-label={`退出 ${dateTime(s.created_at)} 的会话`}>退出</Button>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** browser shortens a user agent to what a person recognises. */
export function browser(agent: string): string {
  const name = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : '浏览器'
  const on = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : ''
  return on ? `${name}（${on}）` : name
}

function Tokens() {
  const list = useGet('/me/tokens')
  const [name, setName] = useState('')
  const [made, setMade] = useState('')
  const make = useDo(() => post('/me/tokens', { body: { name: name.trim() } }), ['/me/tokens'], (t) => {
    setMade(t.token)
    setName('')
  })
  const drop = useDo((id: string) => remove('/me/tokens/{id}', { path: { id } }), ['/me/tokens'])
  return (
    <Panel title="访问令牌" flush>
      <div style={{ padding: '12px 16px', borderBottom: '1px solid var(--line)' }}>
        <p className="soft">供其他程序代表您调用接口；权限与您相同，只显示一次，请妥善保管。</p>
        {make.error ? <Trouble error={make.error} /> : null}
        {made && <div style={{ margin: '8px 0' }}><Secret value={made} /></div>}
        <form className="row" style={{ marginTop: 8 }} aria-label="新建令牌" onSubmit={(e) => { e.preventDefault(); if (name.trim()) make.mutate(undefined) }}>
          <Input aria-label="令牌用途" placeholder="用途，例如：报表程序" style={{ width: 240 }} value={name} maxLength={60} onChange={(e) => setName(e.target.value)} />
          <Button htmlType="submit" loading={make.isPending} disabled={!name.trim()}>新建令牌</Button>
        </form>
      </div>
      {list.error ? <Trouble error={list.error} again={() => void list.refetch()} /> : !list.data ? <Bones rows={2} /> : list.data.length === 0 ? <Empty title="没有令牌" /> : (
        <ul className="cards">
          {list.data.map((t) => (
            <li key={t.id} className="card row between">
              <span>{t.name}<span className="sub num">建于 {dateTime(t.created_at)}，有效至 {dateTime(t.expires_at).slice(0, 10)}，{t.used_at ? `最近使用 ${ago(t.used_at)}` : '未使用过'}</span></span>
              <Button size="small" danger onClick={() => drop.mutate(t.id)} aria-label={`撤销 ${t.name}`}>撤销</Button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
