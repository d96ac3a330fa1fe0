import { Button } from 'antd'
import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import { useDo, useGet } from '../../api/use'
import { day } from '../../ui/format'
import { Go, useGo } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { AwardRow, RewardState, Sheet } from './parts'
import { money } from './words'

/** RewardFile is one reward: how the sum was found, who decides, what each report gets and how far it has come. */
export function RewardFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const go = useGo()
  const q = useGet('/rewards/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/rewards/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/rewards', '/awards', '/notices', '/me'],
  )
  if (q.error && !q.data) return <Page title="举报奖励"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="举报奖励"><div className="panel"><Bones rows={8} /></div></Page>
  const r = q.data
  const amend = r.actions.find((a) => a.verb === 'amend' && a.allowed)
  return (
    <Page title={`${r.issue_title}的举报奖励`} crumb={<span className="num">{r.number}{r.round > 1 && `　第 ${r.round} 次核定`}</span>} tools={<RewardState state={r.state} title={r.state_title} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>奖励总额</dt><dd className="num strong">{money(r.total)} 元</dd></div>
              <div><dt>应告知举报人</dt><dd className={`num ${r.late ? 'red' : ''}`}>{day(r.due_at)} 前{r.late && '，已过时限'}</dd></div>
              <div><dt>问题</dt><dd><Go href={`/issues/${r.issue_id}`}>{r.issue_number}</Go></dd></div>
              <div><dt>区域</dt><dd>{r.area_name}</dd></div>
              <div><dt>违法行为</dt><dd>{r.act_title}</dd></div>
              <div><dt>计算办法</dt><dd>{r.sheet.basis_title}</dd></div>
              <div><dt>罚款</dt><dd className="num">{r.sheet.fine > 0 ? `${money(r.sheet.fine)} 元` : '没有处以罚款'}</dd></div>
              <div><dt>文书</dt><dd>{r.document}<span className="sub num">{r.sheet.on}</span></dd></div>
              {r.sheet.consent && <div><dt>同意或公告</dt><dd>{r.sheet.consent}</dd></div>}
              <div><dt>预算</dt><dd className="num">{r.budget ? <>{r.budget.year} 年度还剩 {money(r.budget.left)} 元</> : <span className="red">本年度还没有登记</span>}</dd></div>
            </dl>
          </Panel>
          <Panel title="测算表" tools={<span className="soft small num">规则 {r.sheet.policy}　算法第 {r.sheet.method} 版</span>}>
            <Sheet sheet={r.sheet} />
            {r.same ? <p className="soft small">已按存下的规则重新测算，与存下的一致。</p> : <div className="trouble" role="alert">按存下的规则重新测算，与存下的不一致：测算表可能被改动，请报告安全审计员。</div>}
            {r.changed.length > 0 && (
              <div className="info small">
                按现行规则重新测算会不同：
                <ul className="plain">{r.changed.map((c) => <li key={c.what + c.stored}>{c.what}：{c.stored} → {c.now}</li>)}</ul>
              </div>
            )}
          </Panel>
          {r.awards.length > 0 && <Panel title="奖金" flush><ul className="cards">{r.awards.map((a) => <AwardRow key={a.id} award={a} />)}</ul></Panel>}
          <Panel title="经过"><Timeline entries={r.timeline} /></Panel>
        </div>
        <div className="side-col">
          {amend && <Panel title="测算"><Button block onClick={() => go(`/rewards/${r.id}/amend`)}>修改测算</Button></Panel>}
          <Verbs actions={r.actions.filter((a) => a.verb !== 'amend')} waits={r.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: r.version })} />
        </div>
      </div>
    </Page>
  )
}
