import { useParams } from '@tanstack/react-router'
import { Button, InputNumber, Radio } from 'antd'
import { patch, post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { RuleSettingsFile as File, Setting } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { dateTime } from '../../ui/format'
import { Go, useGo } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { tidyValues, tuningTone, withUnit, wrongValue } from './setting-words'
import { settingsTrialWords } from './trial'
import './rule.css'

/** RuleSettingsFile is what one area sets on a built-in rule: the form, trials, versions and history. */
export function RuleSettingsFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/rules/settings/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/rules/settings/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/rules', '/notices', '/me'],
  )
  const can = useCan()
  if (q.error && !q.data) return <Page title="规则设置"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="规则设置"><div className="panel"><Bones rows={8} /></div></Page>
  const t = q.data
  const edit = can('rule.write') && t.state === 'draft'
  return (
    <Page title={`${t.rule_title}：${t.area_name}`} crumb={<Go href={`/rules/builtin/${t.rule}`}>{t.rule_title}</Go>} tools={<Chip tone={tuningTone(t)}>{t.in_force && t.state !== 'live' ? `${t.state_title}，原设置在用` : t.state_title}</Chip>}>
      <div className="cols file">
        <div className="file-main">
          <Panel title="现在怎样判断"><p style={{ margin: 0 }}>{t.basis}</p></Panel>
          <Panel title={edit ? '设置草稿' : '设置'}>{edit ? <Form key={t.version} t={t} /> : <Values t={t} />}</Panel>
          <Trials t={t} />
          <Versions t={t} />
          <Panel title="经过"><Timeline entries={t.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={t.actions} waits={t.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: t.version })} />
        </div>
      </div>
    </Page>
  )
}

/** Form draws itself from what the rule declares. */
function Form({ t }: { t: File }) {
  const { values: v, set } = useDraft<Record<string, number | null | undefined>>({ ...t.values })
  const save = useDo(() => patch('/rules/settings/{id}', { path: { id: t.id }, body: { version: t.version, values: tidyValues(v) } }), ['/rules'])
  return (
    <PlainForm
      label="规则设置"
      className="form-two"
      next="每一项可以沿用上级区域的设置或默认值，也可以在这个区域另定。保存后试算，看会多哪些、少哪些；送审后由另一人发布，只对发布以后的数据起作用。"
      submit="保存草稿"
      busy={save.isPending}
      error={save.error}
      check={() => Object.fromEntries(t.settings.map((s) => [s.name, wrongValue(s, v[s.name])]).filter((e) => e[1]))}
      onSubmit={() => save.mutate(undefined)}
    >
      {(bad) => t.settings.map((s) => <Field key={s.name} s={s} wider={t.wider[s.name]!} value={v[s.name]} set={(x) => set(s.name, x)} bad={{ [s.name]: bad[s.name] ?? bad[`values.${s.name}`] ?? '' }} />)}
    </PlainForm>
  )
}

function Field({ s, wider, value, set, bad }: { s: Setting; wider: number; value: number | null | undefined; set: (v: number | null | undefined) => void; bad: Record<string, string> }) {
  const own = value !== undefined
  return (
    <Row name={s.name} title={s.title} wrong={bad} hint={<>{s.meant}。默认 {withUnit(s, s.default)}：{s.basis}</>}>
      <div className="row">
        <Radio.Group aria-label={`${s.title}：沿用还是另定`} optionType="button" value={own} onChange={(e) => set(e.target.value ? wider : undefined)} options={[{ value: false, label: `沿用 ${withUnit(s, wider)}` }, { value: true, label: '另定' }]} />
        {own && <InputNumber id={`f-${s.name}`} min={s.min} max={s.max} step={s.kind === 'number' ? 0.1 : 1} precision={s.kind === 'number' ? undefined : 0} suffix={s.unit} style={{ width: 150 }} value={value} onChange={(x) => set(x as number | null)} />}
      </div>
    </Row>
  )
}

function Values({ t }: { t: File }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="设置">
      <table className="t">
        <thead><tr><th scope="col">设置</th><th scope="col" className="r">这个区域</th><th scope="col" className="r">不设置时</th><th scope="col" className="r">默认</th></tr></thead>
        <tbody>
          {t.settings.map((s) => {
            const x = t.values[s.name]
            return (
              <tr key={s.name}>
                <td>{s.title}<span className="sub">{s.meant}</span></td>
                <td className={`r nowrap ${x !== undefined && x !== s.default ? 'amber strong' : ''}`}>{x === undefined ? '沿用' : withUnit(s, x)}</td>
                <td className="r nowrap">{withUnit(s, t.wider[s.name]!)}</td>
                <td className="r nowrap">{withUnit(s, s.default)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Trials({ t }: { t: File }) {
  const can = useCan()
  const go = useGo()
  const start = useDo((days: 30 | 90) => post('/rules/settings/{id}/trials', { path: { id: t.id }, body: { days } }), ['/rules'], (x) => go(`/rules/${t.id}/trials/${x.id}`))
  const days: (30 | 90)[] = t.stream === 'realtime' ? [30] : [30, 90]
  return (
    <Panel title="试算" tools={t.state === 'draft' && t.trials.length > 0 && <span className={t.tried ? 'green' : 'amber'}>{t.tried ? '现在的草稿已试算' : '现在的草稿还没有试算'}</span>}>
      {can('rule.write') && t.state === 'draft' && (
        <div className="row" style={{ marginBottom: 12 }}>
          {days.map((d, i) => <Button key={d} type={i === 0 && !t.tried ? 'primary' : 'default'} loading={start.isPending} onClick={() => start.mutate(d)}>试算近 {t.stream === 'realtime' ? 7 : d} 天</Button>)}
        </div>
      )}
      {start.error && <div className="trouble" role="alert">{sentence(start.error)}</div>}
      {t.trials.length === 0 ? <Empty title="还没有试算" how="试算把历史数据各看两遍：一遍按现在的设置，一遍按保存的草稿，告诉您会多哪些、少哪些。送审前必须试算。" /> : (
        <ul className="plain">{t.trials.map((x) => <li key={x.id}><Go href={`/rules/${t.id}/trials/${x.id}`}>{dateTime(x.created_at)}　近 {x.days} 天</Go><span className="sub">{settingsTrialWords(x)}　{x.created_by_name}</span></li>)}</ul>
      )}
    </Panel>
  )
}

function Versions({ t }: { t: File }) {
  if (t.versions.length === 0) return null
  return (
    <Panel title="发布过的设置">
      <ol className="plain">
        {t.versions.map((v) => (
          <li key={v.number}>
            <strong>第 {v.number} 版</strong>{v.number === t.versions[0]!.number && t.in_force && <span className="green">　在用</span>}
            <span>　{v.withdrawn ? '恢复默认' : v.words.join('；') || '各项同默认'}</span>
            <span className="sub num">对 {dateTime(v.from)} 起的数据有效　{v.author_name} 起草，{v.published_by_name} 发布{v.reason && `：${v.reason}`}</span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
