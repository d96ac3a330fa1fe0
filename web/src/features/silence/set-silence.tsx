import { DatePicker, Input, Radio, Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import { useCan, useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { useFilters } from '../../ui/filters'
import { useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { AreaPicker } from '../../ui/pickers'
import { instant, minutes, silenceKinds, weekdays } from './words'

const lengths = [{ value: 4, label: '4 小时' }, { value: 12, label: '12 小时' }, { value: 24, label: '1 天' }, { value: 72, label: '3 天' }, { value: 168, label: '7 天' }]

/** after is a moment from now as Beijing's clock shows it, wherever the browser is. */
const after = (hours: number) => new Date(Date.now() + (8 + hours) * 3600_000).toISOString().slice(0, 16).replace('T', ' ')

const blank = (plan: boolean) => ({ reach: 'outlet', area: '', from: '', until: after(plan ? 24 * 90 : 4), weekly: plan, days: [] as number[], begin: '09:00', end: '11:00', reason: '', words: '' })

const reaches = [{ value: 'outlet', label: '一个监控点' }, { value: 'enterprise', label: '一家企业' }, { value: 'area', label: '一个区域' }]

/** SetSilence takes down who keeps which alarms quiet. The scope stands in the address, so that other pages can fill it in. */
export function SetSilence() {
  const [search, setSearch] = useFilters()
  const go = useGo()
  const can = useCan()
  const plan = search.kind === 'plan'
  const { values: v, set } = useDraft(blank(plan))
  const choice = useGet('/silences/choice')
  const [find, setFind] = useState('')
  const outlets = useGet('/outlets', { query: { q: find, limit: 50 } }, { keep: true })
  const chosen = useGet('/outlets/{id}', { path: { id: search.outlet_id } }, { enabled: search.outlet_id !== '' })
  const list = outlets.data?.items ?? []
  const outlet = search.outlet_id ? chosen.data : undefined
  const reach = plan ? 'outlet' : v.reach
  const firms = [...new Map([...(outlet ? [outlet] : []), ...list].map((o) => [o.enterprise_id, o.enterprise_name]))].map(([value, label]) => ({ value, label }))
  const firm = search.enterprise_id || outlet?.enterprise_id || ''
  const body = {
    kind: (plan ? 'plan' : 'silence') as 'plan' | 'silence', rule: search.rule, factor: search.factor, reason: v.reason, words: v.words.trim(), from: instant(v.from), until: instant(v.until),
    ...(reach === 'outlet' ? { outlet_id: search.outlet_id } : reach === 'enterprise' ? { enterprise_id: firm } : { area: v.area }),
    ...(plan && v.weekly ? { weekdays: v.days, begin: minutes(v.begin), end: minutes(v.end) } : {}),
  }
  const save = useDo(() => post('/silences', { body }), ['/silences', '/alarms'], (s) => go(`/silences/${s.id}`))
  const c = choice.data
  return (
    <Page title={plan ? '设置免打扰时段' : '设置静默'}>
      <Panel>
        <PlainForm
          label="设置静默"
          className="form-two"
          next={`预警照常产生和留存，只是不通知、不计时；结束时仍在持续的，当时通知。超标、严重超标不受影响，不得静默。${c ? (plan ? `免打扰时段按数据的时间：每周的时段每次最长 ${c.turn_hours} 小时，一次计划检修最长 ${c.plan_days} 天。` : `一次最长 ${c.silence_hours / 24} 天。`) : ''}`}
          submit={plan ? '设置免打扰时段' : '开始静默'}
          busy={save.isPending}
          error={save.error}
          check={() => ({
            ...(reach !== 'outlet' || search.outlet_id ? {} : { outlet_id: '请选择监控点' }),
            ...(reach !== 'enterprise' || firm ? {} : { enterprise_id: '请选择企业' }),
            ...(reach !== 'area' || v.area ? {} : { area: '请选择区域' }),
            ...(v.until ? {} : { until: '请选择结束时间' }),
            ...(plan && v.weekly && v.days.length === 0 ? { weekdays: '请选择星期' } : {}),
            ...(v.reason ? {} : { reason: '请选择原因' }),
            ...(v.words.trim() ? {} : { words: '请写明情况' }),
          })}
          onSubmit={() => save.mutate(undefined)}
        >
          {(wrong) => (
            <>
              <Row name="kind" title="种类" wrong={wrong} hint={plan ? '每周的校准、计划检修等预先知道的时段' : '现在起一段时间不要通知'}>
                <Radio.Group id="f-kind" optionType="button" value={plan ? 'plan' : 'silence'} onChange={(e) => { setSearch('kind', e.target.value as string); set('until', e.target.value === 'plan' ? after(24 * 90) : after(4)); set('weekly', e.target.value === 'plan') }} options={silenceKinds} />
              </Row>
              {!plan && <Row name="reach" title="范围" wrong={wrong}><Select id="f-reach" value={reach} onChange={(x) => set('reach', x)} options={reaches.filter((r) => r.value !== 'area' || can('alarm.silence.area'))} /></Row>}
              {reach === 'outlet' && (
                <Row name="outlet_id" title="监控点" required wrong={wrong} wide>
                  <Select id="f-outlet_id" showSearch={{ filterOption: false, onSearch: setFind }} loading={outlets.isPending} value={search.outlet_id || undefined} onChange={(x) => setSearch('outlet_id', x)} options={[...(outlet && !list.some((o) => o.id === outlet.id) ? [outlet] : []), ...list].map((o) => ({ value: o.id, label: `${o.enterprise_name} ${o.name}` }))} notFoundContent="没有监控点" />
                </Row>
              )}
              {reach === 'enterprise' && <Row name="enterprise_id" title="企业" required wrong={wrong} wide><Select id="f-enterprise_id" showSearch={{ filterOption: false, onSearch: setFind }} value={firm || undefined} onChange={(x) => setSearch('enterprise_id', x)} options={firms} /></Row>}
              {reach === 'area' && <Row name="area" title="区域" required wrong={wrong}><AreaPicker id="f-area" value={v.area} onChange={(x) => set('area', x)} /></Row>}
              <Row name="rule" title="规则" wrong={wrong} hint="不选为除超标外的全部规则"><Select id="f-rule" allowClear showSearch={{ optionFilterProp: 'label' }} value={search.rule || undefined} onChange={(x?: string) => setSearch('rule', x)} options={(c?.rules ?? []).map((r) => ({ value: r.id, label: r.title }))} /></Row>
              <Row name="factor" title="因子" wrong={wrong} hint="不选为全部因子"><Select id="f-factor" allowClear disabled={!outlet} value={search.factor || undefined} onChange={(x?: string) => setSearch('factor', x)} options={(outlet?.values ?? []).map((x) => ({ value: x.code, label: x.name || x.code }))} /></Row>
              <Row name="from" title="开始" wrong={wrong} hint="不填为现在"><Moment id="f-from" value={v.from} onChange={(x) => set('from', x)} /></Row>
              <Row name="until" title="结束" required wrong={wrong}>
                <Moment id="f-until" value={v.until} onChange={(x) => set('until', x)} />
                {!plan && <div className="row small" style={{ gap: 8, marginTop: 4 }}>{lengths.filter((l) => !c || l.value <= c.silence_hours).map((l) => <button type="button" className="linkish" key={l.value} onClick={() => set('until', v.from ? dayjs(v.from).add(l.value, 'hour').format('YYYY-MM-DD HH:mm') : after(l.value))}>{l.label}</button>)}</div>}
              </Row>
              {plan && <Row name="weekly" title="重复" wrong={wrong}><Radio.Group id="f-weekly" optionType="button" value={v.weekly} onChange={(e) => set('weekly', e.target.value as boolean)} options={[{ value: true, label: '每周' }, { value: false, label: '一次' }]} /></Row>}
              {plan && v.weekly && <Row name="weekdays" title="星期" required wrong={wrong}><Select id="f-weekdays" mode="multiple" value={v.days} onChange={(x: number[]) => set('days', x)} options={weekdays} /></Row>}
              {plan && v.weekly && <Row name="begin" title="每次开始" required wrong={wrong}><Clock id="f-begin" value={v.begin} onChange={(x) => set('begin', x)} /></Row>}
              {plan && v.weekly && <Row name="end" title="每次结束" required wrong={wrong} hint="不晚于开始的，为次日"><Clock id="f-end" value={v.end} onChange={(x) => set('end', x)} /></Row>}
              <Row name="reason" title="原因" required wrong={wrong}><Select id="f-reason" value={v.reason || undefined} onChange={(x) => set('reason', x)} options={(c?.reasons ?? []).map((r) => ({ value: r.value, label: r.title }))} /></Row>
              <Row name="words" title="情况" required wrong={wrong} wide hint="在做什么、谁告诉的、预计何时恢复"><Input.TextArea id="f-words" autoSize={{ minRows: 2, maxRows: 8 }} maxLength={1000} value={v.words} onChange={(e) => set('words', e.target.value)} /></Row>
            </>
          )}
        </PlainForm>
      </Panel>
    </Page>
  )
}

/** Moment is a date with hour and minute, Beijing time. */
function Moment({ id, value, onChange }: { id: string; value: string; onChange: (v: string) => void }) {
  return <DatePicker id={id} style={{ width: '100%' }} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" needConfirm={false} value={value ? dayjs(value) : null} onChange={(d) => onChange(d ? d.format('YYYY-MM-DD HH:mm') : '')} />
}

function Clock({ id, value, onChange }: { id: string; value: string; onChange: (v: string) => void }) {
  return <TimePicker id={id} style={{ width: '100%' }} format="HH:mm" minuteStep={5} needConfirm={false} allowClear={false} value={dayjs(`2026-01-01 ${value}`)} onChange={(d) => { if (d) onChange(d.format('HH:mm')) }} />
}
