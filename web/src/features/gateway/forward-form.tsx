import { Input, Select } from 'antd'
import { patch, post } from '../../api/client'
import type { Forward } from '../../api/types'
import { useDo, useMe } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { AreaPicker } from '../../ui/pickers'
import { kinds } from './forward-words'
import { parseLines, showLines } from './forward-lines'

/** ForwardForm adds or changes a platform that gets our frames. */
export function ForwardForm({ target, close }: { target?: Forward; close: () => void }) {
  const me = useMe()
  const { values: v, set } = useDraft({
    name: target?.name ?? '', address: target?.address ?? '', area: target?.area ?? '', lines: showLines(target?.devices ?? []), kinds: target?.kinds ?? [], password: '', keep: !!target?.has_password,
  })
  const lines = parseLines(v.lines)
  const body = () => ({
    name: v.name.trim(), address: v.address.trim(), area: v.area, devices: lines.devices, kinds: v.kinds,
    ...(v.password !== '' ? { password: v.password } : v.keep ? {} : { password: '' }),
  })
  const save = useDo(() => (target ? patch('/forwards/{id}', { path: { id: target.id }, body: { ...body(), version: target.version } }) : post('/forwards', { body: body() })), ['/forwards'], close)
  return (
    <FormDrawer
      title={target ? '修改转发目标' : '添加转发目标'} open close={close} submit={target ? '保存' : '添加'} busy={save.isPending} error={save.error}
      next={target ? '保存后重新连接，队列从断点继续。' : '从添加时起收到的报文按原样转发；对方不在线时留在队列里，不影响接收。'}
      check={() => ({
        ...(v.name.trim() ? {} : { name: '请填写名称' }),
        ...(/^.+:\d{1,5}$/.test(v.address.trim()) ? {} : { address: '应为 主机:端口，如 10.1.2.3:8212' }),
        ...(lines.wrong ? { devices: lines.wrong } : {}),
      })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          <Row name="name" title="名称" required wrong={wrong} hint="如 市级平台"><Input id="f-name" maxLength={60} value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="address" title="地址" required wrong={wrong} hint="主机:端口"><Input id="f-address" className="mono" value={v.address} onChange={(e) => set('address', e.target.value)} /></Row>
          <Row name="area" title="区域" wrong={wrong} hint="不选为全域"><AreaPicker id="f-area" within={me.area} value={v.area} onChange={(x) => set('area', x)} /></Row>
          <Row name="devices" title="设备" wrong={wrong} hint="每行一台：MN，或“MN 对方的MN”；不填为区域内全部设备"><Input.TextArea id="f-devices" className="mono" autoSize={{ minRows: 3, maxRows: 10 }} value={v.lines} onChange={(e) => set('lines', e.target.value)} /></Row>
          <Row name="kinds" title="数据" wrong={wrong} hint="不选为全部"><Select id="f-kinds" mode="multiple" value={v.kinds} onChange={(x) => set('kinds', x)} options={Object.entries(kinds).map(([value, label]) => ({ value: Number(value), label }))} /></Row>
          <Row name="password" title="对方的访问密码 PW" wrong={wrong} hint={v.keep ? '已设置；不填为不变' : '不填为按原报文'}>
            <Input.Password id="f-password" autoComplete="off" maxLength={9} value={v.password} onChange={(e) => set('password', e.target.value)} />
          </Row>
          {v.keep && <button type="button" className="linkish" onClick={() => set('keep', false)}>取消对方密码，按原报文发送</button>}
        </>
      )}
    </FormDrawer>
  )
}
