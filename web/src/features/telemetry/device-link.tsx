import { App, Button, Checkbox, Input, InputNumber, Select } from 'antd'
import { patch, post } from '../../api/client'
import { useState } from 'react'
import type { Device, Station } from '../../api/types'
import { useDo } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { dateTime } from '../../ui/format'
import { Panel } from '../../ui/page'
import { links } from './device-words'

/** DeviceLink is how a device is spoken to, and its keys. */
export function DeviceLink({ device, station }: { device: Device; station: Station }) {
  const [form, setForm] = useState<'link' | 'key' | ''>('')
  const { modal, message } = App.useApp()
  const l = station.link
  const renew = useDo(() => post('/devices/{id}/key/renew', { path: { id: device.id } }), ['/devices', '/commands'], () => message.success('新密钥已下发，进展见“指令”。'))
  const current = station.keys.find((k) => k.state === 'current')
  return (
    <>
      <Panel title="通信" tools={station.can_command && <Button size="small" onClick={() => setForm('link')}>修改</Button>}>
        <dl className="facts">
          <div><dt>链路</dt><dd>{links[l.link] ?? l.link}</dd></div>
          <div><dt>超时</dt><dd>{l.over_time ? `${l.over_time} 秒` : '按链路类型'}</dd></div>
          <div><dt>重发</dt><dd>{l.re_count ? `${l.re_count} 次` : '按链路类型'}</dd></div>
          <div><dt>分钟数据间隔</dt><dd>{l.min_interval} 分钟</dd></div>
          <div><dt>首次连接时设置</dt><dd>{l.greet ? '是：对时、超时、间隔' : '否'}</dd></div>
          <div><dt>自动补取缺数</dt><dd>{l.callback ? '是' : '否'}</dd></div>
        </dl>
      </Panel>
      <Panel
        title="密钥"
        tools={station.can_key && (
          <>
            <Button size="small" onClick={() => setForm('key')}>录入密钥</Button>
            <Button
              size="small" disabled={!current} loading={renew.isPending}
              onClick={() => modal.confirm({ title: '下发新密钥？', content: '系统生成新密钥，用现用密钥加密后发给设备；设备执行成功后启用。', okText: '下发', cancelText: '再想想', onOk: () => renew.mutate(undefined) })}
            >
              下发新密钥
            </Button>
          </>
        )}
      >
        {renew.error ? <p className="red" role="alert">{String((renew.error as Error).message)}</p> : null}
        {current ? (
          <dl className="facts">
            <div><dt>现用密钥</dt><dd className="num">{dateTime(current.created_at)} 起，应于 {dateTime(current.due_at)} 前更新</dd></div>
            {station.keys.some((k) => k.state === 'offered') && <div><dt>新密钥</dt><dd>已下发，等待设备执行</dd></div>}
          </dl>
        ) : <p className="soft">没有密钥：设备以明文上传。HJ 212-2025 设备加密上传时，请先录入设备现用的密钥。</p>}
      </Panel>
      {form === 'link' && <LinkForm device={device} station={station} close={() => setForm('')} />}
      {form === 'key' && <KeyForm device={device} close={() => setForm('')} />}
    </>
  )
}

function LinkForm({ device, station, close }: { device: Device; station: Station; close: () => void }) {
  const { values: v, set } = useDraft(station.link)
  const save = useDo(() => patch('/devices/{id}/station', { path: { id: device.id }, body: v }), ['/devices'], close)
  return (
    <FormDrawer title="修改通信设置" open close={close} submit="保存" busy={save.isPending} error={save.error} check={() => ({})} onSubmit={() => save.mutate(undefined)} next="只影响平台怎样等待和重发，不改变设备。">
      {(wrong) => (
        <>
          <Row name="link" title="链路" wrong={wrong}><Select id="f-link" value={v.link} onChange={(x) => set('link', x)} options={Object.entries(links).map(([value, label]) => ({ value, label }))} /></Row>
          <Row name="over_time" title="超时（秒）" wrong={wrong} hint="0 为按链路类型"><InputNumber id="f-over_time" min={0} max={99} precision={0} style={{ width: '100%' }} value={v.over_time} onChange={(x) => set('over_time', x ?? 0)} /></Row>
          <Row name="re_count" title="重发（次）" wrong={wrong} hint="0 为按链路类型"><InputNumber id="f-re_count" min={0} max={99} precision={0} style={{ width: '100%' }} value={v.re_count} onChange={(x) => set('re_count', x ?? 0)} /></Row>
          <Row name="min_interval" title="分钟数据间隔（分钟）" wrong={wrong}><InputNumber id="f-min_interval" min={1} max={60} precision={0} style={{ width: '100%' }} value={v.min_interval} onChange={(x) => set('min_interval', x ?? 10)} /></Row>
          <Checkbox checked={v.greet} onChange={(e) => set('greet', e.target.checked)}>首次连接时依次设置时间、超时与间隔</Checkbox>
          <Checkbox checked={v.callback} onChange={(e) => set('callback', e.target.checked)}>自动向设备补取缺数</Checkbox>
        </>
      )}
    </FormDrawer>
  )
}

function KeyForm({ device, close }: { device: Device; close: () => void }) {
  const { values: v, set } = useDraft({ key: '' })
  const save = useDo(() => post('/devices/{id}/key', { path: { id: device.id }, body: v }), ['/devices'], close)
  return (
    <FormDrawer title="录入密钥" open close={close} submit="保存" busy={save.isPending} error={save.error} check={(): Record<string, string> => (/^(.{16}|[0-9a-fA-F]{32})$/.test(v.key) ? {} : { key: '应为 16 个字符，或 32 位十六进制数字' })} onSubmit={() => save.mutate(undefined)} next="录入设备现用的密钥。封存后不再显示，也不会发给设备。">
      {(wrong) => <Row name="key" title="密钥" required wrong={wrong} hint="16 个字符，或 32 位十六进制数字"><Input.Password id="f-key" autoComplete="off" maxLength={32} value={v.key} onChange={(e) => set('key', e.target.value)} /></Row>}
    </FormDrawer>
  )
}
