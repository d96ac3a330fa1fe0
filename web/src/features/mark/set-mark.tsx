import { useQuery } from '@tanstack/react-query'
import { DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import { sentence } from '../../api/problem'
import { useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { FilesField } from '../../ui/files'
import { useFilters } from '../../ui/filters'
import { dateTime, reading } from '../../ui/format'
import { useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Empty } from '../../ui/state'

const blank = { kind: '', factors: [] as string[], from: '', until: '', reason: '', work_order: '', files: [] as string[] }

const instant = (local: string) => (local ? `${local.replace(' ', 'T')}:00+08:00` : '')

/** SetMark takes down what an enterprise says of a period, and shows beforehand what that would do. */
export function SetMark() {
  const [search, setSearch] = useFilters()
  const go = useGo()
  const draft = useDraft(blank)
  const { values: v, set } = draft
  const [sending, setSending] = useState(false)
  const outlets = useGet('/outlets', { query: { limit: 200 } })
  const mine = outlets.data?.items ?? []
  const outlet = search.outlet_id || (mine.length === 1 ? mine[0].id : '')
  const choice = useGet('/marks/kinds', { query: { outlet_id: outlet } }, { enabled: outlet !== '' })
  const kind = choice.data?.kinds.find((k) => k.id === v.kind)
  const rules = choice.data?.rules
  const body = { outlet_id: outlet, kind: v.kind, factors: v.factors, from: instant(v.from), until: instant(v.until), reason: v.reason.trim(), work_order: v.work_order.trim(), files: v.files }
  const save = useDo(() => post('/marks', { body }), ['/marks', '/outlets', '/notices'], (m) => go(`/marks/${m.id}`))
  const families = [...new Set((choice.data?.kinds ?? []).map((k) => k.family_title))]
  return (
    <Page title="标记时段">
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <PlainForm
              label="标记时段"
              className="form-two"
              next={rules ? `适用《${rules.title}》：数据产生后 ${rules.late_days} 日内标记；停运、故障的证明材料于次月 ${rules.proof_day} 日前提交，逾期标记自动撤销。标记立即生效，由所在区域值班员审核。` : '请先选择监控点。'}
              submit={sending ? '文件上传中…' : '提交标记'}
              busy={save.isPending || sending}
              error={save.error}
              check={() => ({
                ...(outlet ? {} : { outlet_id: '请选择监控点' }),
                ...(v.kind ? {} : { kind: '请选择标记类型' }),
                ...(v.from ? {} : { from: '请选择开始时间' }),
                ...(v.until ? {} : { until: '请选择结束时间' }),
                ...(v.from && v.until && v.until <= v.from ? { until: '结束时间应晚于开始时间' } : {}),
                ...(v.reason.trim() ? {} : { reason: '请填写标记原因' }),
              })}
              onSubmit={() => save.mutate(undefined)}
            >
              {(wrong) => (
                <>
                  <Row name="outlet_id" title="监控点" required wrong={wrong} wide>
                    <Select id="f-outlet_id" showSearch={{ optionFilterProp: 'label' }} loading={outlets.isPending} value={outlet || undefined} onChange={(x) => { setSearch('outlet_id', x); set('kind', ''); set('factors', []) }} options={mine.map((o) => ({ value: o.id, label: `${o.enterprise_name} ${o.name}` }))} notFoundContent="没有监控点" />
                  </Row>
                  <Row name="kind" title="类型" required wrong={wrong} hint={kind ? `${kind.effect_title}${kind.max_hours ? `；每次不超过 ${kind.max_hours} 小时` : ''}${kind.document ? '；须提交证明材料' : ''}` : undefined}>
                    <Select id="f-kind" disabled={!choice.data} showSearch={{ optionFilterProp: 'label' }} value={v.kind || undefined} onChange={(x) => set('kind', x)} options={families.map((f) => ({ label: f, options: (choice.data?.kinds ?? []).filter((k) => k.family_title === f).map((k) => ({ value: k.id, label: k.title })) }))} />
                  </Row>
                  <Row name="factors" title="因子" wrong={wrong} hint="不选为全部因子">
                    <Select id="f-factors" mode="multiple" disabled={outlet === ''} value={v.factors} onChange={(x: string[]) => set('factors', x)} options={(mine.find((o) => o.id === outlet)?.values ?? []).map((x) => ({ value: x.code, label: x.name || x.code }))} />
                  </Row>
                  <Row name="from" title="开始" required wrong={wrong}><Moment id="f-from" value={v.from} onChange={(x) => set('from', x)} /></Row>
                  <Row name="until" title="结束" required wrong={wrong}><Moment id="f-until" value={v.until} onChange={(x) => set('until', x)} /></Row>
                  <Row name="reason" title="原因" required wrong={wrong} wide hint="做了什么、为什么，例如：更换颗粒物仪滤芯"><Input.TextArea id="f-reason" autoSize={{ minRows: 2, maxRows: 8 }} maxLength={1000} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
                  <Row name="work_order" title="运维工单号" wrong={wrong} hint="监测设备的维护、校准、故障应有工单"><Input id="f-work_order" maxLength={100} value={v.work_order} onChange={(e) => set('work_order', e.target.value)} /></Row>
                  <Row name="files" title="证明材料" wrong={wrong} hint={kind?.document ? '也可以在期限前补充' : undefined}><FilesField id="f-files" onChange={(ids) => set('files', ids)} onBusy={setSending} /></Row>
                </>
              )}
            </PlainForm>
          </Panel>
        </div>
        <div className="side-col"><Effect body={body} ready={outlet !== '' && v.kind !== '' && v.from !== '' && v.until > v.from} /></div>
      </div>
    </Page>
  )
}

/** Moment is a date with hour and minute, Beijing time. */
function Moment({ id, value, onChange }: { id: string; value: string; onChange: (v: string) => void }) {
  return <DatePicker id={id} style={{ width: '100%' }} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" needConfirm={false} value={value ? dayjs(value) : null} onChange={(d) => onChange(d ? d.format('YYYY-MM-DD HH:mm') : '')} />
}

interface Body { outlet_id: string; kind: string; factors: string[]; from: string; until: string; reason: string; work_order: string; files: string[] }

/** Effect shows which hours the mark would touch and what the rules say to it. */
function Effect({ body, ready }: { body: Body; ready: boolean }) {
  const plan = usePlan(body, ready)
  return (
    <Panel title="标记会怎样">
      {!ready ? <p className="soft">选好监控点、类型和起止时间后，这里显示受影响的小时值和规则提示。</p> : plan.error ? <div className="trouble" role="alert">{sentence(plan.error)}</div> : !plan.data ? <p className="soft">正在试算…</p> : (
        <>
          {plan.data.problems.filter((p) => p.field !== 'reason').map((p) => <p key={p.field + p.text} className={p.refused ? 'red' : 'amber'}>{p.refused ? '不能标记：' : '请注意：'}{p.text}</p>)}
          {plan.data.hours.length === 0 ? <Empty title="时段内还没有小时值" how="以后收到的数据会带上这条标记。" /> : (
            <>
              <p>涉及 {plan.data.hours.length} 个小时值，其中有效 {plan.data.hours.filter((h) => h.valid).length} 个，超过限值 {plan.data.hours.filter((h) => h.exceeds).length} 个。</p>
              <div className="scroll" tabIndex={0} role="region" aria-label="受影响的小时值" style={{ maxHeight: 360, overflow: 'auto' }}>
                <table className="t">
                  <thead><tr><th scope="col">小时</th><th scope="col">因子</th><th scope="col" className="r">值</th><th scope="col" className="c">标记</th></tr></thead>
                  <tbody>{plan.data.hours.slice(0, 200).map((h) => <tr key={h.at + h.factor}><td className="num nowrap">{dateTime(h.at).slice(5)}</td><td>{h.factor_name || h.factor}</td><td className={`r ${h.exceeds ? 'red' : ''}`}>{reading(h.value ?? null)}</td><td className="c">{h.flag}</td></tr>)}</tbody>
                </table>
              </div>
            </>
          )}
        </>
      )}
    </Panel>
  )
}

/** usePlan asks what the mark would do whenever what matters changes. */
function usePlan(body: Body, ready: boolean) {
  return useQuery({ queryKey: ['/marks/preview', body.outlet_id, body.kind, body.factors.join(), body.from, body.until, body.files.length], queryFn: () => post('/marks/preview', { body }), enabled: ready, placeholderData: (prev) => prev })
}
