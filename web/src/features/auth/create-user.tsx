import { Drawer, Input } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { NewUser } from '../../api/types'
import { useDo } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { Go } from '../../ui/go'
import { Secret } from './secret'

/** CreateUser makes an account; roles are granted by someone else (三员分立). */
export function CreateUser({ close }: { close: () => void }) {
  const { values: v, set } = useDraft({ login: '', name: '', phone: '', email: '' })
  const [made, setMade] = useState<NewUser>()
  const save = useDo(() => post('/users', { body: { login: v.login.trim(), name: v.name.trim(), phone: v.phone.trim(), email: v.email.trim() } }), ['/users'], setMade)
  if (made) {
    return (
      <Drawer title="用户已新建" open onClose={close} size={420}>
        <div className="stack loose">
          <p>{made.user.name}（{made.user.login}）的初始密码只显示这一次，请当面交给本人；首次登录须修改。</p>
          <Secret value={made.password} />
          <p>下一步：请安全管理员在<Go href={`/users/${made.user.id}`}>用户页</Go>授予角色。</p>
        </div>
      </Drawer>
    )
  }
  return (
    <FormDrawer
      title="新建用户" open close={close} next="新建后由安全管理员授予角色和区域，之后才能办理业务。" submit="新建" busy={save.isPending} error={save.error}
      check={() => ({
        ...(/^[a-z][a-z0-9._-]{1,31}$/i.test(v.login.trim()) ? {} : { login: '2 至 32 位字母、数字或 . _ -，以字母开头' }),
        ...(v.name.trim() ? {} : { name: '请填写姓名' }),
      })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="login" title="用户名" required wrong={wrong} hint="字母开头，登录时使用"><Input id="f-login" autoComplete="off" value={v.login} onChange={(e) => set('login', e.target.value)} /></Row>
          <Row name="name" title="姓名" required wrong={wrong}><Input id="f-name" autoComplete="off" value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="phone" title="手机" wrong={wrong}><Input id="f-phone" type="tel" autoComplete="off" value={v.phone} onChange={(e) => set('phone', e.target.value)} /></Row>
          <Row name="email" title="邮箱" wrong={wrong}><Input id="f-email" type="email" autoComplete="off" value={v.email} onChange={(e) => set('email', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
