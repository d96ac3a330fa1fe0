import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Input, InputNumber, Radio, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { patch, post } from '../../api/client'
import type { CustomRuleFile, CustomSpec, RuleChecked } from '../../api/types'
import { useDo, useGet, useMe, useReference } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { count } from '../../ui/format'
import { useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { areaOptions } from '../../ui/pickers'
import { Bones, Trouble } from '../../ui/state'
import { Conditions } from './conditions'
import { blankRow, levels, outletKinds, permitClasses, tidy, unfinished } from './custom-words'
import { Expression, WrongAt } from './expression'
import './rule.css'

/** NewRule begins a rule; EditRule changes the draft of one. */
export function NewRule() {
  const me = useMe()
  const place = useReference()?.place.area ?? ''
  if (!me.area && !place) return <Page title="写一条规则"><div className="panel"><Bones rows={8} /></div></Page>
  return <Editor title="写一条规则" begin={{ title: '', level: 'suspect', area: me.area || place, rows: [blankRow], join: 'and', hours: 2, until_hours: 1 }} />
}

export function EditRule() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/rules/custom/{id}', { path: { id } }, { staleTime: Infinity })
  if (q.error && !q.data) return <Page title="修改规则"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="修改规则"><div className="panel"><Bones rows={8} /></div></Page>
  return <Editor key={q.data.version} title={`修改规则：${q.data.title}`} rule={q.data} begin={q.data.spec} />
}

type Draft = Required<Pick<CustomSpec, 'title' | 'level' | 'area' | 'basis' | 'explain' | 'expr' | 'until' | 'hours' | 'until_hours'>> & { kinds: string[]; classes: string[]; industries: string[]; outlets: string[]; rows: NonNullable<CustomSpec['rows']>; join: string; expert: boolean }

const draftOf = (s: CustomSpec): Draft => ({
  title: s.title, level: s.level, area: s.area, basis: s.basis ?? '', explain: s.explain ?? '', expr: s.expr ?? '', until: s.until ?? '', hours: s.hours ?? 1, until_hours: s.until_hours ?? 1,
  kinds: s.kinds ?? [], classes: s.classes ?? [], industries: s.industries ?? [], outlets: s.outlets ?? [], rows: s.rows?.length ? s.rows : [blankRow], join: s.join || 'and',
  expert: !s.rows?.length,
})

const specOf = (d: Draft): CustomSpec => ({
  title: d.title.trim(), level: d.level, area: d.area, basis: d.basis, explain: d.explain, kinds: d.kinds, classes: d.classes, industries: d.industries, outlets: d.outlets,
  rows: d.expert ? [] : d.rows.map(tidy), join: d.expert ? '' : d.join as 'and', expr: d.expert ? d.expr : '', hours: d.hours, until: d.until, until_hours: d.until_hours,
})

type Field = 'expr' | 'until' | 'explain'

function Editor({ title, begin, rule }: { title: string; begin: CustomSpec; rule?: CustomRuleFile }) {
  const go = useGo()
  const { values: v, set } = useDraft(draftOf(begin))
  const [focus, setFocus] = useState<Field>('expr')
  const caret = useRef<Record<Field, number>>({ expr: 1e9, until: 1e9, explain: 1e9 })
  const spec = specOf(v)
  const lacks = v.expert ? (v.expr.trim() ? '' : '请写出判断') : unfinished(v.rows)
  const checked = useChecked(spec, lacks === '')
  const wrong = (f: Field) => (lacks === '' || f !== 'expr' ? checked.data?.problems.find((p) => p.field === f) : undefined)
  const save = useDo(() => (rule ? patch('/rules/custom/{id}', { path: { id: rule.id }, body: { version: rule.version, spec } }) : post('/rules/custom', { body: spec })), ['/rules'], (r) => go(`/rules/${r.id}`))
  const insert = (word: string) => {
    if (!v.expert && focus === 'expr') return
    const text = v[focus]
    const at = Math.min(caret.current[focus], text.length)
    set(focus, text.slice(0, at) + word + text.slice(at))
    caret.current[focus] = at + word.length
    const box = document.getElementById(`f-${focus}`) as HTMLTextAreaElement | null
    box?.focus()
    requestAnimationFrame(() => box?.setSelectionRange(at + word.length, at + word.length))
  }
  const watch = (f: Field) => ({ onCaret: (at: number) => { caret.current[f] = at; setFocus(f) } })
  const expert = (on: boolean) => {
    if (on && checked.data?.expr && !v.expr.trim()) set('expr', checked.data.expr)
    set('expert', on)
  }
  return (
    <Page title={title} crumb={rule && rule.live > 0 ? `第 ${rule.live} 版${rule.in_force ? '在用' : '已停用'}，修改发布后成为第 ${rule.live + 1} 版` : undefined}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <PlainForm
              label="规则"
              className="form-two"
              next="先保存草稿，再在历史数据上试算，看会命中几次、在哪里；满意后送审，由另一人发布，下一个整点起生效。"
              submit="保存草稿"
              busy={save.isPending}
              error={save.error}
              check={() => ({ ...(v.title.trim() ? {} : { title: '请填写规则名称' }), ...(v.area ? {} : { area: '请选择适用区域' }), ...(lacks ? { [v.expert ? 'expr' : 'rows']: lacks } : {}) })}
              onSubmit={() => save.mutate(undefined)}
              cancel={() => go(rule ? `/rules/${rule.id}` : '/rules')}
            >
              {(bad) => (
                <>
                  <Row name="title" title="规则名称" required wrong={bad} hint="说出情形，例如：夜间流量异常升高"><Input id="f-title" maxLength={60} value={v.title} onChange={(e) => set('title', e.target.value)} /></Row>
                  <Row name="level" title="预警级别" required wrong={bad} hint={v.level === 'suspect' ? '须有人核查并登记处置；不作认定依据' : '数据恢复后自动解除'}>
                    <Radio.Group id="f-level" aria-label="预警级别" value={v.level} onChange={(e) => set('level', e.target.value as Draft['level'])} options={levels} />
                  </Row>
                  <fieldset className="wide plain-set">
                    <legend>什么情况下预警</legend>
                    <Radio.Group aria-label="怎样写" optionType="button" value={v.expert} onChange={(e) => expert(e.target.value as boolean)} options={[{ value: false, label: '逐行选择' }, { value: true, label: '直接写表达式' }]} />
                    {v.expert ? (
                      <Row name="expr" title="判断" required wrong={wrong('expr') ? {} : bad} hint="结果为“是”时算一小时成立；右侧词表可点选插入">
                        <Expression id="f-expr" value={v.expr} onChange={(x) => set('expr', x)} problem={wrong('expr')} placeholder="小时值(氨氮) > 1.2 × 限值(氨氮) 且 在生产" {...watch('expr')} />
                      </Row>
                    ) : (
                      <>
                        <Conditions rows={v.rows} join={v.join} onRows={(x) => set('rows', x)} onJoin={(x) => set('join', x)} />
                        {bad.rows && lacks !== '' && <div className="red small" role="alert">{lacks}</div>}
                        {lacks === '' && checked.data?.expr && <p className="ruletext" aria-label="生成的判断">{checked.data.expr}</p>}
                        {wrong('expr') && <WrongAt problem={wrong('expr')!} text={checked.data?.expr ?? ''} />}
                      </>
                    )}
                    <Cost checked={checked.data} busy={checked.isFetching} ready={lacks === ''} />
                  </fieldset>
                  <Row name="hours" title="连续几小时成立才预警" wrong={bad} hint="中间缺数据的小时不计数，也不打断（最多 3 小时）"><InputNumber id="f-hours" min={1} max={72} precision={0} suffix="小时" style={{ width: 160 }} value={v.hours} onChange={(x) => set('hours', x ?? 1)} /></Row>
                  <Row name="until_hours" title="恢复几小时后结束" wrong={bad}><InputNumber id="f-until_hours" min={1} max={72} precision={0} suffix="小时" style={{ width: 160 }} value={v.until_hours} onChange={(x) => set('until_hours', x ?? 1)} /></Row>
                  <Row name="until" title="恢复条件" wrong={wrong('until') ? {} : bad} wide hint="不填：判断不再成立即为恢复。例如 小时值(氨氮) < 80% × 限值(氨氮)">
                    <Expression id="f-until" rows={1} value={v.until} onChange={(x) => set('until', x)} problem={wrong('until')} {...watch('until')} />
                  </Row>
                  <Row name="area" title="适用区域" required wrong={bad} hint={rule && rule.live > 0 ? '发布过的规则不能换区域' : undefined}><Area value={v.area} onChange={(x) => set('area', x)} disabled={!!rule && rule.live > 0} /></Row>
                  <Row name="kinds" title="排放口类别" wrong={bad} hint="不选为全部"><Select id="f-kinds" mode="multiple" value={v.kinds} onChange={(x: string[]) => set('kinds', x)} options={outletKinds} /></Row>
                  <Row name="classes" title="排污许可类别" wrong={bad} hint="不选为全部"><Select id="f-classes" mode="multiple" value={v.classes} onChange={(x: string[]) => set('classes', x)} options={permitClasses} /></Row>
                  <Row name="industries" title="行业" wrong={bad} hint="不选为全部"><Industries value={v.industries} onChange={(x) => set('industries', x)} /></Row>
                  <Row name="outlets" title="只看这些监控点" wrong={bad} wide hint="不选为范围内全部"><OutletChoice area={v.area} value={v.outlets} onChange={(x) => set('outlets', x)} /></Row>
                  <Row name="basis" title="依据" wrong={bad} wide hint="法规、标准、协议的条款，或发现这类问题的经过"><Input.TextArea id="f-basis" autoSize={{ minRows: 1, maxRows: 6 }} maxLength={500} value={v.basis} onChange={(e) => set('basis', e.target.value)} /></Row>
                  <Row name="explain" title="预警里怎样说" wrong={wrong('explain') ? {} : bad} wide hint="不填则自动生成。{ } 内写要代入的数值，{持续} 为已成立的小时数。例如：氨氮连续 {持续} 小时偏高，最近 {氨氮} mg/L">
                    <Expression id="f-explain" rows={2} value={v.explain} onChange={(x) => set('explain', x)} problem={wrong('explain')} {...watch('explain')} />
                  </Row>
                </>
              )}
            </PlainForm>
          </Panel>
        </div>
        <div className="side-col"><WordList insert={insert} where={!v.expert && focus === 'expr' ? '' : { expr: '判断', until: '恢复条件', explain: '预警说明' }[focus]} /></div>
      </div>
    </Page>
  )
}

function Cost({ checked, busy, ready }: { checked?: RuleChecked; busy: boolean; ready: boolean }) {
  if (!ready) return null
  if (!checked) return <p className="soft small">正在检查…</p>
  if (checked.problems.length > 0) return null
  return <p className="soft small num" role="status" aria-busy={busy}>写法正确。计算量约 {count(checked.cost)}，上限 {count(checked.max_cost)}。</p>
}

/** useChecked asks, a moment after the last change, what is wrong. */
function useChecked(spec: CustomSpec, ready: boolean) {
  const now = JSON.stringify({ ...spec, title: '试', basis: '', outlets: [], industries: [], kinds: [], classes: [], area: '' })
  const [asked, setAsked] = useState(now)
  useEffect(() => {
    const t = setTimeout(() => setAsked(now), 350)
    return () => clearTimeout(t)
  }, [now])
  return useQuery({ queryKey: ['/rules/check', asked], queryFn: () => post('/rules/check', { body: JSON.parse(asked) as CustomSpec }), enabled: ready, placeholderData: (prev) => prev, staleTime: 600_000 })
}

/** Area offers the officer's own area at most, the whole place among it. */
function Area({ value, onChange, disabled }: { value: string; onChange: (v: string) => void; disabled: boolean }) {
  const ref = useReference()
  const me = useMe()
  const whole = ref && (!me.area || me.area === ref.place.area) ? [{ value: ref.place.area, label: ref.place.name }] : []
  return <Select id="f-area" disabled={disabled} showSearch={{ optionFilterProp: 'label' }} value={value || undefined} onChange={onChange} options={[...whole, ...areaOptions(ref, me.area)]} />
}

function Industries({ value, onChange }: { value: string[]; onChange: (v: string[]) => void }) {
  const ref = useReference()
  return <Select id="f-industries" mode="multiple" showSearch={{ optionFilterProp: 'label' }} value={value} onChange={onChange} options={(ref?.industries ?? []).map((i) => ({ value: i.id, label: i.name }))} />
}

function OutletChoice({ area, value, onChange }: { area: string; value: string[]; onChange: (v: string[]) => void }) {
  const q = useGet('/outlets', { query: { limit: 200, area } }, { keep: true })
  return <Select id="f-outlets" mode="multiple" loading={q.isPending} showSearch={{ optionFilterProp: 'label' }} value={value} onChange={onChange} options={(q.data?.items ?? []).map((o) => ({ value: o.id, label: `${o.enterprise_name} ${o.name}` }))} notFoundContent="没有监控点" />
}

const groups = [{ kind: 'value', title: '这一小时' }, { kind: 'function', title: '算一个数' }, { kind: 'sign', title: '符号' }]

function WordList({ insert, where }: { insert: (w: string) => void; where: string }) {
  const q = useGet('/rules/words', {}, { staleTime: 3600_000 })
  return (
    <Panel title="词表">
      <p className="soft small">{where ? `点一下插入到“${where}”。因子直接写名称，例如 氨氮、二氧化硫。` : '逐行选择时不用写。每行选一个因子、取什么数、与什么比；“平时水平”是这个监控点自己的常态，约满 100 小时历史后才有。想看还能写什么，可切换到“直接写表达式”。'}</p>
      {where === '' ? null : !q.data ? <Bones rows={5} /> : groups.map((g) => (
        <section key={g.kind}>
          <h3 className="small soft">{g.title}</h3>
          <ul className="words">
            {q.data.filter((w) => w.kind === g.kind).map((w) => (
              <li key={w.name}>
                <button type="button" onClick={() => insert(g.kind === 'function' ? `${w.name}(` : ` ${w.name.split(' ')[0]} `)}>
                  <span className="strong">{w.name}</span><span className="soft">{w.args}</span>
                  <span className="sub">{w.meant}{w.sample && `。如 ${w.sample}`}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Panel>
  )
}
