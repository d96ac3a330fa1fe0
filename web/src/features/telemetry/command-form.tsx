import { App, DatePicker, Input, InputNumber, Select, TimePicker } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import type { CatalogCommand, CatalogGroup, CatalogParam, Device, Station } from '../../api/types'
import { useDo, useGet, useReference } from '../../api/use'
import { FormDrawer, Row } from '../../ui/draft'

const blankOf = (c?: CatalogCommand) => Object.fromEntries((c?.params ?? []).map((p) => [p.name, p.default]))

/** CommandForm wishes a command: which one, what it needs, and once more before what changes the device. */
export function CommandForm({ device, station, groups, close }: { device: Device; station: Station; groups: CatalogGroup[]; close: () => void }) {
  const all = groups.flatMap((g) => g.commands)
  const [name, setName] = useState('')
  const [params, setParams] = useState<Record<string, string>>({})
  const { modal, message } = App.useApp()
  const spec = all.find((c) => c.name === name)
  const set = (key: string, v: string) => setParams((s) => ({ ...s, [key]: v }))
  const ask = useDo(() => post('/devices/{id}/commands', { path: { id: device.id }, body: { name, params: Object.fromEntries(Object.entries(params).filter(([, v]) => v !== '')) } }), ['/commands', '/devices'], (list) => {
    message.success(list.length > 1 ? `已分为 ${list.length} 条下发，进展见列表。` : '已下发，进展见列表。')
    close()
  })
  // What the program finds wrong comes as params.NAME.
  const check = (): Record<string, string> => {
    if (!spec) return { command: '请选择指令' }
    const wrong = Object.fromEntries(spec.params.filter((p) => p.required && !params[p.name]).map((p) => [`params.${p.name}`, `请填写${p.title}`]))
    if (spec.stretch && (!params.begin || !params.end)) wrong['params.begin'] = '请选择起止时间'
    return wrong
  }
  const submit = () => {
    if (!spec?.danger) return ask.mutate(undefined)
    modal.confirm({
      title: `确定${spec.title}？`,
      content: '这条指令会改变现场设备或消耗样品，发出后不能撤回，并记入审计日志。',
      okText: `确定${spec.title}`, cancelText: '再想想', okButtonProps: { danger: true },
      onOk: () => ask.mutate(undefined),
    })
  }
  return (
    <FormDrawer
      title="下发指令" open close={close} submit="下发" busy={ask.isPending} error={ask.error} check={check} onSubmit={submit}
      next={station.online ? '设备在线，指令立即发出；超时按通信设置重发。' : '设备不在线，指令会等待设备上线，最长 24 小时，期间可以撤销。'}
    >
      {(wrong) => (
        <>
          <Row name="command" title="指令" required wrong={wrong} hint={spec && `CN=${spec.cn}`}>
            <Select
              id="f-command" showSearch={{ optionFilterProp: 'label' }} value={name || undefined} placeholder="选择或输入指令名称"
              onChange={(v) => {
                setName(v)
                setParams(blankOf(all.find((c) => c.name === v)))
              }}
              options={groups.map((g) => ({ label: g.title, options: g.commands.map((c) => ({ value: c.name, label: c.title })) }))}
            />
          </Row>
          {spec?.params.map((p) => (
            <Row key={p.name} name={`params.${p.name}`} title={p.title + (p.unit ? `（${p.unit}）` : '')} required={p.required} wrong={wrong} hint={p.hint}>
              <Control p={p} outlet={device.outlet_id} value={params[p.name] ?? ''} set={(v) => set(p.name, v)} />
            </Row>
          ))}
          {spec?.stretch && (
            <Row name="params.begin" title="起止时间" required wrong={{ ...wrong, 'params.begin': wrong['params.begin'] ?? wrong['params.end'] ?? '' }} hint="较长的时段会分成几条指令，从早到晚依次补取；已有的数据不会重复保存">
              <DatePicker.RangePicker
                id={{ start: 'f-params.begin', end: 'f-params.end' }} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} disabledDate={(d) => d.isAfter(dayjs())}
                value={params.begin && params.end ? [dayjs(params.begin), dayjs(params.end)] : null}
                onChange={(v) => {
                  set('begin', moment(v?.[0]))
                  set('end', moment(v?.[1]))
                }}
              />
            </Row>
          )}
        </>
      )}
    </FormDrawer>
  )
}

/** moment writes what was chosen as Beijing time, whatever the browser's zone. */
function moment(d: Dayjs | null | undefined): string {
  return d ? d.format('YYYY-MM-DDTHH:mm:ss') + '+08:00' : ''
}

function Control({ p, outlet, value, set }: { p: CatalogParam; outlet: string; value: string; set: (v: string) => void }) {
  const id = `f-params.${p.name}`
  switch (p.kind) {
    case 'number':
      return <InputNumber id={id} min={p.min} max={p.max} precision={0} style={{ width: '100%' }} value={value ? Number(value) : null} onChange={(v) => set(v === null ? '' : String(v))} />
    case 'choice':
      return <Select id={id} allowClear={!p.required} value={value || undefined} onChange={(v) => set(v ?? '')} options={p.options.map((o) => ({ value: o.value, label: o.title }))} />
    case 'factor':
      return <FactorSelect id={id} outlet={outlet} optional={!p.required} value={value} set={set} />
    case 'clock':
      return <TimePicker id={id} style={{ width: '100%' }} value={value ? dayjs(value, 'HH:mm:ss') : null} onChange={(d) => set(d ? d.format('HH:mm:ss') : '')} />
    case 'secret':
      return <Input.Password id={id} autoComplete="off" maxLength={p.max} value={value} onChange={(e) => set(e.target.value)} />
    default:
      return <Input id={id} className={p.kind === 'code' ? 'mono' : undefined} maxLength={200} value={value} onChange={(e) => set(e.target.value)} />
  }
}

/** FactorSelect offers what the outlet measures, else all factors. */
function FactorSelect({ id, outlet, optional, value, set }: { id: string; outlet: string; optional: boolean; value: string; set: (v: string) => void }) {
  const ref = useReference()
  const here = useGet('/outlets/{id}', { path: { id: outlet } }).data?.values ?? []
  const options = here.length > 0 ? here.map((v) => ({ value: v.code, label: `${v.name}（${v.code}）` })) : (ref?.factors ?? []).map((f) => ({ value: f.code, label: `${f.name}（${f.code}）` }))
  return <Select id={id} allowClear={optional} showSearch={{ optionFilterProp: 'label' }} value={value || undefined} onChange={(v) => set(v ?? '')} options={options} />
}
