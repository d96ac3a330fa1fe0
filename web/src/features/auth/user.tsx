import { useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import { useCan, useDo, useGet, useMe } from '../../api/use'
import { count, dateTime, day } from '../../ui/format'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { DeputyForm, EditForm, GrantForm, HandoverForm } from './user-forms'
import { Secret } from './secret'

/** UserFile is one person: rights, standing, open work, deputies. */
export function UserFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/users/{id}', { path: { id } })
  const can = useCan()
  const me = useMe()
  const { modal } = App.useApp()
  const [form, setForm] = useState('')
  const [password, setPassword] = useState('')
  const act = useDo((verb: string) => post('/users/{id}/{verb}', { path: { id, verb }, body: {} }), ['/users', '/people'], (r) => {
    if (r?.password) setPassword(r.password)
  })
  if (q.error && !q.data) return <Page title="用户"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="用户"><div className="panel"><Bones /></div></Page>
  const u = q.data
  const ask = (verb: string, title: string, content: string) => modal.confirm({ title, content, okText: '确定', cancelText: '再想想', okButtonProps: { danger: true }, onOk: () => act.mutateAsync(verb).catch(() => undefined) })
  return (
    <Page title={u.name} crumb={<span className="mono">{u.login}</span>} tools={!u.active ? <Chip>已停用</Chip> : u.locked ? <Chip tone="red">已锁定</Chip> : <Chip tone="green">正常</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>角色</dt><dd>{u.roles.map((r) => r.title).join('、') || '未授权'}</dd></div>
              <div><dt>区域</dt><dd>{u.area_name || '全域'}</dd></div>
              <div><dt>单位</dt><dd>{u.agency_name || '—'}</dd></div>
              <div><dt>手机</dt><dd className="num">{u.phone || '—'}</dd></div>
              <div><dt>邮箱</dt><dd>{u.email || '—'}</dd></div>
              <div><dt>在办事项</dt><dd className="num">{count(u.open_work)} 件</dd></div>
              <div><dt>最近登录</dt><dd className="num">{dateTime(u.last_login_at)}</dd></div>
              <div><dt>建立</dt><dd className="num">{dateTime(u.created_at)}</dd></div>
            </dl>
          </Panel>
          <Panel title="代理人" flush tools={can('user.write') && <Button size="small" onClick={() => setForm('deputy')}>设置代理</Button>}>
            {u.deputies.length === 0 ? <Empty title="没有代理人" how="请假期间可指定他人代为办理，到期自动结束。" /> : (
              <ul className="cards">{u.deputies.map((d) => <li key={d.id} className="card row between"><span>{d.name}</span><span className="soft small num">{day(d.from)} 至 {day(d.to)}</span></li>)}</ul>
            )}
          </Panel>
        </div>
        <div className="side-col">
          <Panel title="操作">
            <div className="verbs">
              {password && <div className="stack"><p>新密码只显示这一次：</p><Secret value={password} /></div>}
              {act.error ? <div className="trouble" role="alert">{sentence(act.error)}</div> : null}
              {can('user.grant') && <Button type="primary" onClick={() => setForm('grant')}>授予角色</Button>}
              {can('user.write') && <Button onClick={() => setForm('edit')}>修改资料</Button>}
              {can('user.write') && u.locked && <Button onClick={() => act.mutate('unlock')}>解除锁定</Button>}
              {can('user.write') && <Button onClick={() => ask('reset-password', '重置密码？', '原密码立即失效，所有登录会话退出；新密码只显示一次。')}>重置密码</Button>}
              {can('user.write') && u.open_work > 0 && <Button onClick={() => setForm('handover')}>移交在办事项</Button>}
              {can('user.write') && u.active && u.id !== me.id && <Button danger onClick={() => ask('deactivate', `停用${u.name}？`, u.open_work > 0 ? `还有 ${u.open_work} 件在办事项，须先移交才能停用。` : '停用后不能登录，历史记录保留。')}>停用</Button>}
              {can('user.write') && !u.active && <Button onClick={() => act.mutate('activate')}>启用</Button>}
              {!can('user.write') && !can('user.grant') && <p className="soft">您只能查看。</p>}
            </div>
          </Panel>
        </div>
      </div>
      {form === 'grant' && <GrantForm user={u} close={() => setForm('')} />}
      {form === 'edit' && <EditForm user={u} close={() => setForm('')} />}
      {form === 'handover' && <HandoverForm user={u} close={() => setForm('')} />}
      {form === 'deputy' && <DeputyForm user={u} close={() => setForm('')} />}
    </Page>
  )
}
