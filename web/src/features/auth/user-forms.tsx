import { DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { patch, post } from '../../api/client'
import type { User } from '../../api/types'
import { useDo, useReference } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { AreaPicker, PersonPicker } from '../../ui/pickers'

interface Props { user: User; close: () => void }

/** GrantForm sets all roles of a person with area and agency. */
export function GrantForm({ user, close }: Props) {
  const ref = useReference()
  const { values: v, set } = useDraft({ roles: user.roles.map((r) => r.role), area: user.area, agency: user.agency })
  const save = useDo(() => post('/users/{id}/grant', { path: { id: user.id }, body: { ...v, version: user.version, enterprise_id: user.enterprise_id } }), ['/users', '/people'], close)
  return (
    <FormDrawer title={`授权：${user.name}`} open close={close} next="保存后立即生效。系统管理员、安全管理员、审计员三员互斥，也不能兼任业务角色。" submit="保存授权" busy={save.isPending} error={save.error} check={() => ({})} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="roles" title="角色" wrong={wrong} hint="不选任何角色即收回全部权限"><Select id="f-roles" mode="multiple" value={v.roles} onChange={(x) => set('roles', x)} options={(ref?.roles ?? []).map((r) => ({ value: r.role, label: r.title }))} /></Row>
          <Row name="area" title="区域" wrong={wrong} hint="不选表示全域"><AreaPicker id="f-area" value={v.area} onChange={(x) => set('area', x)} /></Row>
          <Row name="agency" title="单位" wrong={wrong}><Select id="f-agency" allowClear showSearch={{ optionFilterProp: 'label' }} value={v.agency || undefined} onChange={(x) => set('agency', x ?? '')} options={(ref?.agencies ?? []).map((a) => ({ value: a.id, label: a.name }))} /></Row>
        </>
      )}
    </FormDrawer>
  )
}

export function EditForm({ user, close }: Props) {
  const { values: v, set } = useDraft({ name: user.name, phone: user.phone, email: user.email })
  const save = useDo(() => patch('/users/{id}', { path: { id: user.id }, body: { ...v, version: user.version } }), ['/users', '/people'], close)
  return (
    <FormDrawer title="修改资料" open close={close} submit="保存" busy={save.isPending} error={save.error} check={(): Record<string, string> => (v.name.trim() ? {} : { name: '请填写姓名' })} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="name" title="姓名" required wrong={wrong}><Input id="f-name" value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="phone" title="手机" wrong={wrong}><Input id="f-phone" type="tel" value={v.phone} onChange={(e) => set('phone', e.target.value)} /></Row>
          <Row name="email" title="邮箱" wrong={wrong}><Input id="f-email" type="email" value={v.email} onChange={(e) => set('email', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}

export function HandoverForm({ user, close }: Props) {
  const { values: v, set } = useDraft({ to: '' })
  const save = useDo(() => post('/users/{id}/handover', { path: { id: user.id }, body: v }), ['/users', '/issues', '/clues'], close)
  return (
    <FormDrawer title={`移交：${user.name}`} open close={close} next="名下未办结的事项全部转给接手人，并通知接手人；每件的经过里都会记下。" submit="移交" busy={save.isPending} error={save.error} check={(): Record<string, string> => (v.to ? {} : { to: '请选择接手人' })} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => <Row name="to" title="接手人" required wrong={wrong}><PersonPicker id="f-to" value={v.to} onChange={(x) => set('to', x)} /></Row>}
    </FormDrawer>
  )
}

export function DeputyForm({ user, close }: Props) {
  const { values: v, set } = useDraft({ deputy_id: '', from: '', to: '', reason: '' })
  const save = useDo(() => post('/users/{id}/deputies', { path: { id: user.id }, body: { deputy_id: v.deputy_id, from: `${v.from}T00:00:00+08:00`, to: `${v.to}T23:59:59+08:00`, reason: v.reason.trim() } }), ['/users'], close)
  const pick = (name: 'from' | 'to') => <DatePicker id={`f-${name}`} style={{ width: '100%' }} value={v[name] ? dayjs(v[name]) : null} onChange={(d) => set(name, d ? d.format('YYYY-MM-DD') : '')} />
  return (
    <FormDrawer
      title={`设置代理：${user.name}`} open close={close} next="代理期间，代理人能办理其名下事项，经过里写明由谁代办。" submit="保存" busy={save.isPending} error={save.error}
      check={() => ({ ...(v.deputy_id ? {} : { deputy_id: '请选择代理人' }), ...(v.from ? {} : { from: '请选择开始日期' }), ...(v.to ? (v.from && v.to < v.from ? { to: '结束不能早于开始' } : {}) : { to: '请选择结束日期' }) })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="deputy_id" title="代理人" required wrong={wrong}><PersonPicker id="f-deputy_id" value={v.deputy_id} onChange={(x) => set('deputy_id', x)} /></Row>
          <Row name="from" title="开始" required wrong={wrong}>{pick('from')}</Row>
          <Row name="to" title="结束" required wrong={wrong}>{pick('to')}</Row>
          <Row name="reason" title="事由" wrong={wrong}><Input id="f-reason" maxLength={100} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}

export function ResetStepForm({ user, close }: Props) {
  const { values: v, set } = useDraft({ reason: '' })
  const save = useDo(() => post('/users/{id}/reset-two-step', { path: { id: user.id }, body: { reason: v.reason.trim() } }), ['/users'], close)
  return (
    <FormDrawer title={`重置两步验证：${user.name}`} open close={close} next="本人凭密码登录后重新绑定验证器；现有的登录全部退出。请先当面或用已知的电话核实本人。" submit="重置" busy={save.isPending} error={save.error} check={(): Record<string, string> => (v.reason.trim() ? {} : { reason: '请写明理由和怎样核实了本人' })} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => <Row name="reason" title="理由" required wrong={wrong}><Input.TextArea id="f-reason" autoSize={{ minRows: 2 }} maxLength={200} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>}
    </FormDrawer>
  )
}
