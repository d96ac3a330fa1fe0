import { Button, DatePicker, Input, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import type { OutletFile as Outlet } from '../../api/types'
import { useDo, useReference } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'

const startOf = (d: string) => `${d}T00:00:00+08:00`

const blank = { factor: '', upper: undefined as number | undefined, lower: undefined as number | undefined, statistic: 'hour' as 'hour' | 'day' | 'realtime', standard: '', article: '', valid_from: '', valid_to: '' }

/** LimitForm adds a limit with its standard and validity; limits are never changed, only followed by newer ones. */
export function LimitForm({ outlet }: { outlet: Outlet }) {
  const [open, setOpen] = useState(false)
  const ref = useReference()
  const draft = useDraft(blank)
  const { values: v, set } = draft
  const save = useDo(() => post('/outlets/{id}/limits', { path: { id: outlet.id }, body: { ...v, valid_from: startOf(v.valid_from), valid_to: v.valid_to ? startOf(v.valid_to) : undefined } }), ['/outlets'], () => {
    setOpen(false)
    draft.reset()
  })
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>登记限值</Button>
      <FormDrawer
        title="登记限值"
        open={open}
        close={() => setOpen(false)}
        next="保存后立即用于超标判断；旧限值保留在历史中。"
        submit="保存限值"
        busy={save.isPending}
        error={save.error}
        check={() => ({
          ...(v.factor ? {} : { factor: '请选择因子' }),
          ...(v.upper === undefined && v.lower === undefined ? { upper: '上限和下限至少填一个' } : {}),
          ...(v.standard.trim() ? {} : { standard: '请填写执行标准' }),
          ...(v.valid_from ? {} : { valid_from: '请选择生效日期' }),
        })}
        onSubmit={() => save.mutate(undefined)}
      >
        {(wrong) => (
          <>
            <Row name="factor" title="因子" required wrong={wrong}>
              <Select id="f-factor" showSearch={{ optionFilterProp: 'label' }} value={v.factor || undefined} onChange={(x) => set('factor', x)} options={(ref?.factors ?? []).filter((f) => !f.medium || f.medium === outlet.kind).map((f) => ({ value: f.code, label: `${f.name}（${f.unit}）` }))} />
            </Row>
            <Row name="statistic" title="统计方式" required wrong={wrong}>
              <Select id="f-statistic" value={v.statistic} onChange={(x) => set('statistic', x)} options={[{ value: 'hour', label: '小时均值' }, { value: 'day', label: '日均值' }]} />
            </Row>
            <Row name="upper" title="上限" wrong={wrong}><InputNumber id="f-upper" style={{ width: '100%' }} min={0} value={v.upper ?? null} onChange={(x) => set('upper', x ?? undefined)} /></Row>
            <Row name="lower" title="下限" wrong={wrong} hint="如 pH 有下限时填写"><InputNumber id="f-lower" style={{ width: '100%' }} min={0} value={v.lower ?? null} onChange={(x) => set('lower', x ?? undefined)} /></Row>
            <Row name="standard" title="执行标准" required wrong={wrong} hint="例如 GB 13223-2011"><Input id="f-standard" value={v.standard} onChange={(e) => set('standard', e.target.value)} /></Row>
            <Row name="article" title="条款" wrong={wrong} hint="例如 表 2"><Input id="f-article" value={v.article} onChange={(e) => set('article', e.target.value)} /></Row>
            <Row name="valid_from" title="生效日期" required wrong={wrong}><DatePicker id="f-valid_from" style={{ width: '100%' }} value={v.valid_from ? dayjs(v.valid_from) : null} onChange={(d) => set('valid_from', d ? d.format('YYYY-MM-DD') : '')} /></Row>
            <Row name="valid_to" title="失效日期" wrong={wrong} hint="不填表示长期有效"><DatePicker id="f-valid_to" style={{ width: '100%' }} value={v.valid_to ? dayjs(v.valid_to) : null} onChange={(d) => set('valid_to', d ? d.format('YYYY-MM-DD') : '')} /></Row>
          </>
        )}
      </FormDrawer>
    </>
  )
}
