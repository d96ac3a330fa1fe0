import { Input, InputNumber, Radio, Select, Switch } from 'antd'
import { useState } from 'react'
import { patch, post } from '../../api/client'
import type { Channel, ChannelKind } from '../../api/types'
import { useDo } from '../../api/use'
import { FormDrawer, Row } from '../../ui/draft'
import { blank, body, missing, urgencies, type Urgency, type Values } from './words'

/** ChannelForm adds or changes a channel; the fields come from its kind. */
export function ChannelForm({ kinds, channel, first, close }: { kinds: ChannelKind[]; channel?: Channel; first?: string; close: () => void }) {
  const [id, setId] = useState(channel?.kind ?? first ?? kinds[0].id)
  const kind = kinds.find((k) => k.id === id) ?? kinds[0]
  const [name, setName] = useState(channel?.name ?? kind.title)
  const [least, setLeast] = useState<Urgency>(channel?.least ?? kind.least)
  const [values, setValues] = useState<Values>(() => blank(kind, channel?.settings))
  const [clear, setClear] = useState<string[]>([])
  const held = (channel?.secrets ?? []).filter((n) => !clear.includes(n))
  const choose = (next: string) => {
    const k = kinds.find((x) => x.id === next) ?? kinds[0]
    setId(k.id)
    setValues(blank(k))
    setLeast(k.least)
    if (!name.trim() || kinds.some((x) => x.title === name)) setName(k.title)
  }
  const save = useDo(() => {
    const change = { name: name.trim(), least, settings: body(kind, values, clear) }
    return channel ? patch('/channels/{id}', { path: { id: channel.id }, body: { ...change, version: channel.version } }) : post('/channels', { body: { ...change, kind: kind.id } })
  }, ['/channels'], close)
  return (
    <FormDrawer
      title={channel ? `修改“${channel.name}”` : '添加通知渠道'} open close={close} submit={channel ? '保存' : '添加'} busy={save.isPending} error={save.error}
      next={`${kind.hint}。保存后请发送一条测试消息。`}
      check={() => ({ ...(name.trim() ? {} : { name: '请填写名称' }), ...missing(kind, values, held) })}
      onSubmit={() => save.mutate(undefined)}
    >
      {(wrong) => (
        <>
          {!channel && <Row name="kind" title="种类" required wrong={wrong}><Select id="f-kind" value={id} onChange={choose} options={kinds.map((k) => ({ value: k.id, label: k.title }))} /></Row>}
          <Row name="name" title="名称" required wrong={wrong}><Input id="f-name" maxLength={60} value={name} onChange={(e) => setName(e.target.value)} /></Row>
          {kind.id !== 'webhook' && <Row name="least" title="从哪一级起发送" required wrong={wrong} hint="低于此级的通知只在站内"><Select id="f-least" value={least} onChange={setLeast} options={urgencies.map((u) => ({ ...u }))} /></Row>}
          {kind.fields.map((f) => (
            <Row key={f.name} name={`settings.${f.name}`} title={f.title} required={f.required} wrong={wrong} hint={f.kind === 'secret' && held.includes(f.name) ? <>已设置，不再显示；不填为不变　<button type="button" className="linkish" onClick={() => setClear([...clear, f.name])}>清除</button></> : f.hint}>
              <Control field={f} value={values[f.name] ?? ''} onChange={(v) => setValues((s) => ({ ...s, [f.name]: v }))} />
            </Row>
          ))}
        </>
      )}
    </FormDrawer>
  )
}

function Control({ field: f, value, onChange }: { field: ChannelKind['fields'][number]; value: string; onChange: (v: string) => void }) {
  const id = `f-settings.${f.name}`
  switch (f.kind) {
    case 'choice':
      return f.options.length <= 4 ? (
        <Radio.Group id={id} aria-label={f.title} value={value} onChange={(e) => onChange(String(e.target.value))} options={f.options.map((o) => ({ value: o.value, label: o.title }))} />
      ) : <Select id={id} value={value} onChange={onChange} options={f.options.map((o) => ({ value: o.value, label: o.title }))} />
    case 'number':
      return <InputNumber id={id} min={f.min} max={f.max} precision={0} style={{ width: '100%' }} value={value === '' ? null : Number(value)} onChange={(v) => onChange(v === null ? '' : String(v))} />
    case 'text':
      return <Input.TextArea id={id} className="mono" autoSize={{ minRows: 2, maxRows: 10 }} value={value} onChange={(e) => onChange(e.target.value)} />
    case 'secret':
      return <Input.Password id={id} autoComplete="new-password" value={value} onChange={(e) => onChange(e.target.value)} />
    case 'switch':
      return <Switch id={id} checked={value === 'true'} onChange={(on) => onChange(on ? 'true' : '')} />
    default:
      return <Input id={id} value={value} onChange={(e) => onChange(e.target.value)} />
  }
}
