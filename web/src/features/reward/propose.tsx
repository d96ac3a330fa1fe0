import { Button, Checkbox, DatePicker, Input, Select } from 'antd'
import { useLocation, useParams } from '@tanstack/react-router'
import dayjs from 'dayjs'
import { useState } from 'react'
import { post } from '../../api/client'
import { Problem } from '../../api/problem'
import type { RewardFile, RewardPolicy, RewardReport, RewardSheet } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft, type Wrong } from '../../ui/draft'
import { dateTime } from '../../ui/format'
import { useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { parseSearch } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Sheet } from './parts'
import { badMoney, plainMoney } from './words'

/** ProposeReward is the form of a new reward; the address names the issue. */
export function ProposeReward() {
  const issue = parseSearch(useLocation().searchStr).issue ?? ''
  return <Composer issue={issue} />
}

/** AmendReward is the same form over what was proposed. */
export function AmendReward() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/rewards/{id}', { path: { id } }, { staleTime: 0 })
  if (q.error && !q.data) return <Page title="修改测算"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="修改测算"><div className="panel"><Bones rows={8} /></div></Page>
  return <Composer issue={q.data.issue_id} before={q.data} />
}

function Composer({ issue, before }: { issue: string; before?: RewardFile }) {
  const title = before ? '修改测算' : '提出奖励'
  const policy = useGet('/rewards/policy', {}, { staleTime: 60_000 })
  const reports = useGet('/rewards/candidates/{id}', { path: { id: issue } }, { enabled: issue !== '' })
  const bad = policy.error ?? reports.error
  if (issue === '') return <Page title={title}><div className="panel"><Empty title="没有选定问题" how="请在举报奖励页的“待提出”中选择。" /></div></Page>
  if (bad) return <Page title={title}><div className="panel"><Trouble error={bad} again={() => { void policy.refetch(); void reports.refetch() }} /></div></Page>
  if (!policy.data || !reports.data) return <Page title={title}><div className="panel"><Bones rows={8} /></div></Page>
  if (!policy.data.open) return <Page title={title}><div className="panel"><Empty title="本地没有规定举报奖励" how="请在地方配置的 reward 一节写明比例、上限和出处。" /></div></Page>
  return <Page title={title} crumb={before?.number}><Filled issue={issue} before={before} policy={policy.data} reports={reports.data} /></Page>
}

interface Judged { number: string; part: string; ground: string }

function Filled({ issue, before, policy, reports }: { issue: string; before?: RewardFile; policy: RewardPolicy; reports: RewardReport[] }) {
  const go = useGo()
  const s = before?.sheet
  const { values: v, set } = useDraft({
    on: s?.on ?? dayjs().format('YYYY-MM-DD'), act: s?.act ?? '', basis: s?.basis ?? policy.bases[0]?.value ?? 'fine', fine: s ? plainMoney(s.fine) : '', document: s?.document ?? '',
    events: s?.events ?? ([] as string[]), decided: s ? plainMoney(s.decided) : '', consent: s?.consent ?? '', honour: s?.honour ?? false, text: '',
    reports: reports.map((r, i): Judged => {
      const old = s?.shares.find((x) => x.report === r.number)
      return { number: r.number, part: old?.part ?? (r.eligible ? (i === 0 ? 'first' : '') : 'none'), ground: old?.ground ?? '' }
    }),
  })
  const [tried, setTried] = useState<RewardSheet>()
  const byFine = v.basis === 'fine'
  const body = () => ({
    on: v.on, act: v.act, basis: v.basis, fine: v.fine.trim(), document: v.document.trim(), honour: v.honour, text: v.text.trim(),
    events: byFine ? v.events : [], decided: byFine ? '' : v.decided.trim(), consent: byFine ? '' : v.consent.trim(),
    reports: v.reports.map((r) => ({ number: r.number, part: r.part, ground: r.part === 'none' ? r.ground : '' })),
  })
  const trial = useDo(() => post('/rewards/trial', { body: { issue_id: issue, ...body() } }), [], (x) => setTried(x))
  const save = useDo(
    () => (before ? post('/rewards/{id}/amend', { path: { id: before.id }, body: { version: before.version, ...body() } }) : post('/rewards', { body: { issue_id: issue, ...body() } })),
    ['/rewards', '/notices', '/me'], (x) => go(`/rewards/${x.id}`),
  )
  const check = (): Wrong => ({
    ...(v.on ? {} : { on: '请选择日期' }),
    ...(v.act ? {} : { act: '请选择违法行为' }),
    ...(v.document.trim() ? {} : { document: '请填写文号' }),
    ...(badMoney(v.fine) ? { fine: badMoney(v.fine) } : {}),
    ...(!byFine && (badMoney(v.decided) || !v.decided.trim()) ? { decided: badMoney(v.decided) || '请填写决定的金额' } : {}),
    ...(v.reports.some((r) => !r.part || (r.part === 'none' && !r.ground)) ? { reporters: '每件举报都要写明贡献，或不予奖励的情形' } : {}),
  })
  const judge = (i: number, to: Partial<Judged>) => set('reports', v.reports.map((r, at) => (at === i ? { ...r, ...to } : r)))
  const error = save.error ?? trial.error
  const told: Wrong = error instanceof Problem ? error.fields : {}
  return (
    <div className="cols file">
      <div className="file-main">
        <Panel>
          <PlainForm label="测算" next="送审后由审核员核对文书，再由两位审批人先后审批。" submit={before ? '保存' : '送审'} busy={save.isPending} error={error} check={check} onSubmit={() => save.mutate(undefined)} cancel={() => go(before ? `/rewards/${before.id}` : '/rewards')}>
            {(wrong) => (
              <>
                <Row name="document" title="处罚决定书、移送书或判决书的文号" required wrong={wrong}><Input id="f-document" value={v.document} onChange={(e) => set('document', e.target.value)} /></Row>
                <Row name="on" title="作出的日期" required wrong={wrong} hint="适用这一天的规则；告知举报人的时限自这一天起算"><DatePicker id="f-on" style={{ width: '100%' }} value={v.on ? dayjs(v.on) : null} onChange={(d) => set('on', d ? d.format('YYYY-MM-DD') : '')} /></Row>
                <Row name="act" title="违法行为" required wrong={wrong}><Select id="f-act" value={v.act || undefined} showSearch={{ optionFilterProp: 'label' }} onChange={(x) => set('act', x)} options={policy.acts.map((a) => ({ value: a.id, label: a.title }))} /></Row>
                <Row name="basis" title="计算办法" required wrong={wrong}><Select id="f-basis" value={v.basis} onChange={(x) => set('basis', x)} options={policy.bases.map((b) => ({ value: b.value, label: b.title }))} /></Row>
                <Row name="fine" title="罚款" wrong={wrong} hint="按文书填写；没有罚款不填"><Input id="f-fine" inputMode="decimal" suffix="元" value={v.fine} onChange={(e) => set('fine', e.target.value)} /></Row>
                {byFine && policy.events.length > 0 && (
                  <fieldset className="field"><legend>另加的情形</legend><Checkbox.Group value={v.events} onChange={(x) => set('events', x as string[])} options={policy.events.map((e) => ({ value: e.value, label: e.title }))} />{wrong.events && <div className="wrong" role="alert">{wrong.events}</div>}</fieldset>
                )}
                {!byFine && <Row name="decided" title="决定的金额" required wrong={wrong}><Input id="f-decided" inputMode="decimal" suffix="元" value={v.decided} onChange={(e) => set('decided', e.target.value)} /></Row>}
                {!byFine && <Row name="consent" title="同级政府同意或悬赏公告的文号" wrong={wrong}><Input id="f-consent" value={v.consent} onChange={(e) => set('consent', e.target.value)} /></Row>}
                {policy.honour && <div className="field"><Checkbox checked={v.honour} onChange={(e) => set('honour', e.target.checked)}>征询举报人是否同意精神奖励</Checkbox>{wrong.honour && <div className="wrong" role="alert">{wrong.honour}</div>}</div>}
                <fieldset className="field">
                  <legend>各件举报的贡献</legend>
                  <p className="hint">最先的在前。专岗看不到举报内容和联系方式；需要比对内容时，由受理员在线索中核对。</p>
                  {v.reports.map((r, i) => (
                    <div key={r.number} className="field">
                      <div className="row between"><span className="num strong">{r.number}</span><span className="soft small">{reports[i].mode_title}　<span className="num">{dateTime(reports[i].at)}</span></span></div>
                      <div className="row">
                        <Select className="grow" aria-label={`${r.number} 的贡献`} placeholder="贡献" value={r.part || undefined} onChange={(x) => judge(i, { part: x, ground: '' })} options={policy.parts.filter((p) => reports[i].eligible || p.value === 'none').map((p) => ({ value: p.value, label: p.title }))} />
                        {r.part === 'none' && <Select className="grow" aria-label={`${r.number} 不予奖励的情形`} placeholder="情形" value={r.ground || undefined} onChange={(x) => judge(i, { ground: x })} options={policy.exclusions.map((x) => ({ value: x.id, label: x.title }))} />}
                      </div>
                      {told[`reporters[${i}]`] && <div className="wrong" role="alert">{told[`reporters[${i}]`]}</div>}
                    </div>
                  ))}
                  {wrong.reporters && <div className="wrong" role="alert" id="f-reporters" tabIndex={-1}>{wrong.reporters}</div>}
                </fieldset>
                <Row name="text" title={before ? '修改的理由' : '说明'} wrong={wrong} hint="给审核、审批的人；不写能识别举报人的内容"><Input.TextArea id="f-text" autoSize={{ minRows: 2 }} value={v.text} onChange={(e) => set('text', e.target.value)} /></Row>
                <div><Button onClick={() => { save.reset(); trial.mutate(undefined) }} loading={trial.isPending}>先测算</Button></div>
              </>
            )}
          </PlainForm>
        </Panel>
        {tried && <Panel title="测算结果"><Sheet sheet={tried} /></Panel>}
      </div>
    </div>
  )
}
