import { Button } from 'antd'
import { useState } from 'react'
import { address } from '../../api/client'
import type { User } from '../../api/types'
import { useCan, useList, useReference } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { CreateUser } from './create-user'

function standing(u: User) {
  if (!u.active) return <Chip>已停用</Chip>
  if (u.locked_until) return <Chip tone="red">已锁定</Chip>
  return <Chip tone="green">正常</Chip>
}

const columns: Column<User>[] = [
  { key: 'name', title: '姓名', align: 'c', render: (u) => u.name, text: (u) => u.name },
  { key: 'login', title: '用户名', align: 'c', render: (u) => <span className="mono">{u.login}</span>, text: (u) => u.login },
  { key: 'roles', title: '角色', render: (u) => u.roles.map((r) => r.title).join('、') || <span className="amber">未授权</span>, text: (u) => u.roles.map((r) => r.title).join('、') },
  { key: 'area', title: '区域', align: 'c', render: (u) => u.area_name || '—', text: (u) => u.area_name },
  { key: 'agency', title: '单位', render: (u) => u.agency_name || '—', text: (u) => u.agency_name },
  { key: 'created', title: '建立', align: 'c', optional: true, render: (u) => dateTime(u.created_at), text: (u) => dateTime(u.created_at) },
  { key: 'phone', title: '电话', align: 'c', optional: true, render: (u) => u.phone || '—', text: (u) => u.phone },
  { key: 'state', title: '状态', align: 'c', render: standing, text: (u) => (!u.active ? '已停用' : u.locked_until ? '已锁定' : '正常') },
]

/** Users lists the people of the console. */
export function Users() {
  const [search] = useFilters()
  const ref = useReference()
  const can = useCan()
  const [open, setOpen] = useState(false)
  const filters: Filter[] = [
    { name: 'q', title: '姓名、用户名', kind: 'text' },
    { name: 'role', title: '角色', options: (ref?.roles ?? []).map((r) => ({ value: r.role, label: r.title })) },
    { name: 'area', title: '区域', kind: 'area' },
    { name: 'agency', title: '单位', kind: 'agency', width: 168 },
    { name: 'active', title: '状态', options: [{ value: 'true', label: '在用' }, { value: 'false', label: '已停用' }], width: 104 },
  ]
  const query = pick(search, ['q', 'role', 'area', 'agency', 'active'])
  const list = useList('/users', query)
  return (
    <Page title="用户" tools={can('user.write') && <Button onClick={() => setOpen(true)}>新建用户</Button>}>
      <section className="panel" aria-label="用户">
        <Filters filters={filters} />
        <DataList
          name="用户"
          list={list}
          columns={columns}
          exports={(f) => address(`/users/export.${f}`, query)}
          rowKey={(u) => u.id}
          href={(u) => `/users/${u.id}`}
          card={(u) => (
            <>
              <span className="row between"><span className="strong">{u.name}</span>{standing(u)}</span>
              <span className="sub">{u.roles.map((r) => r.title).join('、') || '未授权'} · {u.agency_name || u.area_name}</span>
            </>
          )}
          empty={{ title: '没有符合条件的用户', how: '系统管理员新建用户，再由安全管理员授予角色。' }}
        />
      </section>
      {open && <CreateUser close={() => setOpen(false)} />}
    </Page>
  )
}
