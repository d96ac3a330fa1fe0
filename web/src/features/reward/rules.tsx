import { Button, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { RewardBudget, RewardChoice } from '../../api/types'
import { useCan, useDo, useGet, useMe } from '../../api/use'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { AreaPicker } from '../../ui/pickers'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Links } from './parts'
import { badMoney, certainty, money, valid } from './words'

/** RewardRules shows the place's rules with their sources, and the year's money. */
export function RewardRules() {
  const q = useGet('/rewards/policy')
  const p = q.data
  return (
    <Page title="奖励规则与预算" crumb="举报奖励" tools={<Links here="/rewards/rules" />}>
      <Budgets />
      {q.error && !p ? <div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div> : !p ? <div className="panel"><Bones rows={8} /></div> : !p.open ? (
        <div className="panel"><Empty title="本地没有规定举报奖励" how="请在地方配置的 reward 一节写明比例、上限和出处。" /></div>
      ) : (
        <>
          <Panel title="各项数字" tools={<span className="soft small num">规则 {p.digest}</span>}>
            <p className="soft small">{p.document}。标“本地约定”的文件没有规定，须由主管部门和财政部门确认。</p>
            <div className="scroll" tabIndex={0} role="region" aria-label="各项数字">
              <table className="t">
                <thead><tr><th scope="col">规则</th><th scope="col" className="r">数值</th><th scope="col">适用</th><th scope="col">出处</th><th scope="col">把握</th></tr></thead>
                <tbody>{p.figures.map((f) => <tr key={f.id}><td>{f.title}<span className="sub">{f.kind_title}</span></td><td className="r num nowrap">{f.value && `${f.unit === '元' ? money(Number(f.value)) : f.value} ${f.unit}`}</td><td className="num">{valid(f.from, f.until)}</td><td>{f.source}</td><td>{certainty(f.certainty)}</td></tr>)}</tbody>
              </table>
            </div>
          </Panel>
          <Named title="可以奖励的违法行为" list={p.acts} />
          <Named title="不予奖励的情形" list={p.exclusions} />
        </>
      )}
    </Page>
  )
}

function Named({ title, list }: { title: string; list: RewardChoice[] }) {
  return (
    <Panel title={title}>
      <div className="scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="t">
          <thead><tr><th scope="col">名称</th><th scope="col">出处</th><th scope="col">把握</th></tr></thead>
          <tbody>{list.map((n) => <tr key={n.id}><td>{n.title}</td><td>{n.source}</td><td>{certainty(n.certainty)}</td></tr>)}</tbody>
        </table>
      </div>
    </Panel>
  )
}

function Budgets() {
  const q = useGet('/rewards/budgets')
  const may = useCan()('reward.budget')
  const [editing, setEditing] = useState<RewardBudget | 'new'>()
  return (
    <Panel title="预算" tools={may && <Button size="small" onClick={() => setEditing('new')}>登记预算</Button>}>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={2} /> : q.data.length === 0 ? (
        <Empty title="还没有登记预算" how="没有本年度的预算，奖励不能批准。由分管领导按预算文件登记；市级的预算供没有自己预算的县（市、区）使用。" />
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="预算">
          <table className="t">
            <thead><tr><th scope="col">年度</th><th scope="col">区域</th><th scope="col" className="r">预算（元）</th><th scope="col" className="r">已批准未付（元）</th><th scope="col" className="r">已付（元）</th><th scope="col" className="r">还剩（元）</th><th scope="col">文号</th>{may && <th scope="col">调整</th>}</tr></thead>
            <tbody>
              {q.data.map((b) => (
                <tr key={b.id}>
                  <td className="num">{b.year}</td><td>{b.area_name}</td><td className="r num">{money(b.amount)}</td><td className="r num">{money(b.reserved)}</td><td className="r num">{money(b.paid)}</td><td className="r num strong">{money(b.left)}</td><td>{b.document}</td>
                  {may && <td><Button size="small" aria-label={`调整 ${b.year} 年${b.area_name}的预算`} onClick={() => setEditing(b)}>调整</Button></td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing && <BudgetForm before={editing === 'new' ? undefined : editing} close={() => setEditing(undefined)} />}
    </Panel>
  )
}

function BudgetForm({ before: b, close }: { before?: RewardBudget; close: () => void }) {
  const me = useMe()
  const { values: v, set } = useDraft({ year: b?.year ?? new Date().getFullYear(), area: b?.area ?? me.area, amount: b ? String(b.amount) : '', document: b?.document ?? '' })
  const save = useDo(() => post('/rewards/budgets', { body: { id: b?.id ?? '', year: v.year, area: v.area, amount: v.amount.trim(), document: v.document.trim(), version: b?.version ?? 0 } }), ['/rewards'], close)
  const check = (): Record<string, string> => ({
    ...(v.amount.trim() && !badMoney(v.amount) ? {} : { amount: badMoney(v.amount) || '请填写金额' }),
    ...(v.document.trim() ? {} : { document: '请填写文号' }),
  })
  return (
    <FormDrawer title={b ? '调整预算' : '登记预算'} open close={close} next="批准奖励时占用，超出的不能批准；不能低于已占用和已付的合计。" submit="保存" busy={save.isPending} error={save.error} check={check} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="year" title="年度" required wrong={wrong}><InputNumber id="f-year" disabled={!!b} precision={0} style={{ width: '100%' }} value={v.year} onChange={(x) => set('year', Number(x ?? 0))} /></Row>
          <Row name="area" title="区域" wrong={wrong} hint="不选为全域">{b ? <Input id="f-area" disabled value={b.area_name} /> : <AreaPicker id="f-area" within={me.area} value={v.area} onChange={(x) => set('area', String(x ?? ''))} />}</Row>
          <Row name="amount" title="预算" required wrong={wrong}><Input id="f-amount" inputMode="decimal" suffix="元" value={v.amount} onChange={(e) => set('amount', e.target.value)} /></Row>
          <Row name="document" title="预算文件的文号" required wrong={wrong}><Input id="f-document" value={v.document} onChange={(e) => set('document', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
