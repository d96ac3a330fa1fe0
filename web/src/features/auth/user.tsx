import { useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { post, remove } from '../../api/client'
import { sentence } from '../../api/problem'
import type { User } from '../../api/types'
import { useCan, useDo, useGet, useMe } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { DeputyForm, EditForm, GrantForm, HandoverForm, ResetStepForm } from './user-forms'
import { Secret } from './secret'

/** UserFile is one person: rights, standing, deputies. */
export function UserFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/users/{id}', { path: { id } })
  const [form, setForm] = useState('')
  if (q.error && !q.data) return <Page title="用户"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="用户"><div className="panel"><Bones /></div></Page>
  const u = q.data
  const close = () => setForm('')
  return (
    <Page title={u.name} crumb={<span className="mono">{u.login}</span>} tools={!u.active ? <Chip>已停用</Chip> : u.locked_until ? <Chip tone="red">锁定至 {dateTime(u.locked_until)}</Chip> : <Chip tone="green">正常</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>角色</dt><dd>{u.roles.map((r) => r.title).join('、') || '未授权'}</dd></div>
              <div><dt>区域</dt><dd>{u.area_name || '—'}</dd></div>
              <div><dt>单位</dt><dd>{u.agency_name || '—'}</dd></div>
              <div><dt>手机</dt><dd className="num">{u.phone || '—'}</dd></div>
              <div><dt>邮箱</dt><dd>{u.email || '—'}</dd></div>
              <div><dt>两步验证</dt><dd>{u.two_step ? '已开启' : '未开启'}</dd></div>
              <div><dt>密码</dt><dd>{u.must_change ? '尚未改过初始密码' : '已由本人设置'}</dd></div>
              <div><dt>建立</dt><dd className="num">{dateTime(u.created_at)}</dd></div>
              <div><dt>更新</dt><dd className="num">{dateTime(u.updated_at)}</dd></div>
            </dl>
          </Panel>
          <Deputies user={u} add={() => setForm('deputy')} />
        </div>
        <div className="side-col"><Acts user={u} open={setForm} /></div>
      </div>
      {form === 'grant' && <GrantForm user={u} close={close} />}
      {form === 'step' && <ResetStepForm user={u} close={close} />}
      {form === 'edit' && <EditForm user={u} close={close} />}
      {form === 'handover' && <HandoverForm user={u} close={close} />}
      {form === 'deputy' && <DeputyForm user={u} close={close} />}
    </Page>
  )
}

function Deputies({ user, add }: { user: User; add: () => void }) {
  const can = useCan()
  const path = { id: user.id }
  const q = useGet('/users/{id}/deputies', { path })
  const end = useDo((deputy: string) => remove('/users/{id}/deputies/{deputy}', { path: { ...path, deputy } }), ['/users'])
  const list = q.data ?? []
  return (
    <Panel title="代理人" flush tools={can('user.write') && <Button size="small" onClick={add}>指定代理人</Button>}>
      {q.error ? <Trouble error={q.error} /> : !q.data ? <Bones rows={2} /> : list.length === 0 ? <Empty title="没有代理人" how="请假期间可指定他人代为办理，到期自动结束。" /> : (
        <ul className="cards">
          {list.map((d) => {
            const over = d.ended_at !== '' || Date.parse(d.to) < Date.now()
            return (
              <li key={d.id} className="card row between">
                <span>{d.deputy_name}<span className="sub num">{day(d.from)} 至 {day(d.ended_at || d.to)}{d.reason && `　${d.reason}`}</span></span>
                {over ? <Chip>已结束</Chip> : can('user.write') && <Button size="small" onClick={() => end.mutate(d.id)} aria-label={`结束${d.deputy_name}的代理`}>结束</Button>}
              </li>
            )
          })}
        </ul>
      )}
    </Panel>
  )
}

function Acts({ user: u, open }: { user: User; open: (form: string) => void }) {
  const can = useCan()
  const me = useMe()
  const { modal } = App.useApp()
  const [password, setPassword] = useState('')
  const path = { id: u.id }
  const touched = ['/users', '/people']
  const unlock = useDo(() => post('/users/{id}/unlock', { path }), touched)
  const activate = useDo(() => post('/users/{id}/activate', { path }), touched)
  const stop = useDo(() => post('/users/{id}/deactivate', { path }), touched)
  const reset = useDo(() => post('/users/{id}/reset-password', { path }), touched, (r) => setPassword(r.password))
  const wrong = unlock.error ?? activate.error ?? stop.error ?? reset.error
  const ask = (title: string, content: string, go: () => Promise<unknown>) => modal.confirm({ title, content, okText: '确定', cancelText: '再想想', okButtonProps: { danger: true }, onOk: () => go().catch(() => undefined) })
  return (
    <Panel title="操作">
      <div className="verbs">
        {password && <div className="stack"><p>新密码只显示这一次：</p><Secret value={password} /></div>}
        {wrong ? <div className="trouble" role="alert">{sentence(wrong)}</div> : null}
        {can('user.grant') && <Button type="primary" onClick={() => open('grant')}>授予角色</Button>}
        {can('user.grant') && u.two_step && u.id !== me.id && <Button onClick={() => open('step')}>重置两步验证</Button>}
        {can('user.write') && (
          <>
            <Button onClick={() => open('edit')}>修改资料</Button>
            {u.locked_until && <Button onClick={() => unlock.mutate(undefined)}>解除锁定</Button>}
            <Button onClick={() => ask('重置密码？', '原密码立即失效，所有登录会话退出；新密码只显示一次。', () => reset.mutateAsync(undefined))}>重置密码</Button>
            <Button onClick={() => open('handover')}>移交在办事项</Button>
            {!u.active && <Button onClick={() => activate.mutate(undefined)}>启用</Button>}
            {u.active && u.id !== me.id && <Button danger onClick={() => ask(`停用${u.name}？`, '停用后不能登录，历史记录保留；名下还有在办事项的，须先移交。', () => stop.mutateAsync(undefined))}>停用</Button>}
          </>
        )}
        {!can('user.write') && !can('user.grant') && <p className="soft">您只能查看。</p>}
      </div>
    </Panel>
  )
}
