import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Award, RewardSheet } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { usePhone } from '../../ui/screen'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { certainty, honour, money, toneOf } from './words'

export const RewardState = ({ state, title }: { state: string; title: string }) => <Chip tone={toneOf(state)}>{title}</Chip>

/** Links are the pages of rewards, one beside the other. */
export function Links({ here }: { here: string }) {
  const all = [['/rewards', '办理'], ['/awards', '奖金'], ['/rewards/rules', '规则与预算'], ['/rewards/statistics', '统计']]
  return <>{all.filter(([path]) => path !== here).map(([path, title]) => <Go key={path} href={path}>{title}</Go>)}</>
}

/** Sheet shows a computation step by step, with the rule that each step used. */
export function Sheet({ sheet: s }: { sheet: RewardSheet }) {
  const rule = (id: string) => s.rules.find((r) => r.id === id)
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label="测算步骤">
        <table className="t" style={{ minWidth: 620 }}>
          <thead><tr><th scope="col">规则</th><th scope="col">测算</th><th scope="col" className="r">金额（元）</th><th scope="col">出处</th></tr></thead>
          <tbody>
            {s.lines.map((l, i) => (
              <tr key={i}><td>{l.title}</td><td>{l.text}</td><td className="r num">{rule(l.rule)?.kind === 'honour' ? '—' : money(l.amount)}</td><td>{rule(l.rule)?.source}<span className="sub">{certainty(rule(l.rule)?.certainty ?? '')}</span></td></tr>
            ))}
          </tbody>
          <tfoot><tr><th scope="row">奖励总额</th><td /><td className="r num strong">{money(s.total)}</td><td /></tr></tfoot>
        </table>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="各件举报">
        <table className="t" style={{ minWidth: 620 }}>
          <thead><tr><th scope="col">举报</th><th scope="col">方式</th><th scope="col">接收时间</th><th scope="col">贡献</th><th scope="col" className="r">金额（元）</th><th scope="col">说明</th></tr></thead>
          <tbody>
            {s.shares.map((p) => (
              <tr key={p.report}><td className="num nowrap">{p.report}</td><td className="nowrap">{p.mode_title}</td><td className="num nowrap">{dateTime(p.at)}</td><td className="nowrap">{p.part_title}</td><td className="r num">{money(p.amount)}</td><td>{p.text}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** AwardRow is one award with its clock and a way to work on it. */
export function AwardRow({ award: a, link }: { award: Award; link?: boolean }) {
  const [open, setOpen] = useState(false)
  return (
    <li className="card row between">
      <span>
        <span className="row"><span className="strong num">{a.report}</span><span className="num">{money(a.amount)} 元</span>{link && <Go href={`/rewards/${a.reward_id}`}>{a.reward_number}</Go>}</span>
        <span className="sub">{a.words}</span>
        <span className={`sub num ${a.late ? 'red' : ''}`}>
          {[a.paid_at ? `付款 ${dateTime(a.paid_at)}` : a.due_at && `期限 ${day(a.due_at)}${a.late ? '，已过' : ''}`, a.voucher && `付款单 ${a.voucher}`, a.way_title, honour(a.honour) && `精神奖励：${honour(a.honour)}`].filter(Boolean).join('　')}
        </span>
      </span>
      <span className="row">
        <RewardState state={a.state} title={a.state_title} />
        <Button size="small" aria-label={`办理 ${a.report} 的奖金`} onClick={() => setOpen(true)}>{a.actions.some((x) => x.allowed) ? '办理' : '查看'}</Button>
      </span>
      {open && <AwardDrawer id={a.id} close={() => setOpen(false)} />}
    </li>
  )
}

function AwardDrawer({ id, close }: { id: string; close: () => void }) {
  const phone = usePhone()
  const q = useGet('/awards/{id}', { path: { id } })
  const act = useDo(
    (x: { verb: string; form: Record<string, unknown>; version: number }) => post('/awards/{id}/{verb}', { path: { id, verb: x.verb }, body: { version: x.version, form: x.form } }),
    ['/awards', '/rewards', '/notices', '/me'],
  )
  const a = q.data
  return (
    <Drawer title={a ? `${a.report} 的奖金` : '奖金'} open onClose={close} size={phone ? '100%' : 480} destroyOnHidden>
      {q.error && !a ? <Trouble error={q.error} again={() => void q.refetch()} /> : !a ? <Bones rows={6} /> : (
        <>
          <dl className="facts">
            <div><dt>金额</dt><dd className="num strong">{money(a.amount)} 元</dd></div>
            <div><dt>状态</dt><dd><RewardState state={a.state} title={a.state_title} /></dd></div>
            {a.due_at && <div><dt>期限</dt><dd className={`num ${a.late ? 'red' : ''}`}>{day(a.due_at)}</dd></div>}
            {a.code_at && <div><dt>领奖码</dt><dd className="num">举报人 {dateTime(a.code_at)} 取得</dd></div>}
            {a.place && <div className="wide"><dt>领取地点</dt><dd>{a.place}</dd></div>}
            <div className="wide"><dt>说明</dt><dd>{a.words}</dd></div>
          </dl>
          <Verbs actions={a.actions} waits={a.waits} run={(verb, form) => act.mutateAsync({ verb, form, version: a.version }).finally(() => void q.refetch())} />
          <h3>经过</h3>
          <Timeline entries={a.timeline} />
        </>
      )}
    </Drawer>
  )
}
