import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import type { Alarm } from '../../api/types'
import { useCan, useDo, useGet } from '../../api/use'
import { dateTime, lasting } from '../../ui/format'
import { Go } from '../../ui/go'
import { LevelMark, StateChip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'

/** EventFile is one happening: the alarms that tell of it, what was done, and the verbs that hold for all of them. */
export function EventFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/alarm-events/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/alarm-events/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/alarm-events', '/alarms', '/measures', '/clues', '/overview', '/portal', '/notices', '/me'],
  )
  const can = useCan()
  if (q.error && !q.data) return <Page title="预警事件"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="预警事件"><div className="panel"><Bones rows={8} /></div></Page>
  const v = q.data
  return (
    <Page title={`预警事件：${v.enterprise_name}`} crumb={<span className="num">{v.number}</span>} tools={<>{v.level && <LevelMark level={v.level} title={v.level_title} />}<StateChip state={v.state} title={v.state_title} /></>}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>企业</dt><dd>{can('registry.read') ? <Go href={`/enterprises/${v.enterprise_id}`}>{v.enterprise_name}</Go> : v.enterprise_name}</dd></div>
              <div><dt>区域</dt><dd>{v.area_name}</dd></div>
              <div><dt>由来</dt><dd>{v.grouping ? `按规则“${v.grouping}”并为一件` : '人工合并'}</dd></div>
              {v.started_at && <div><dt>开始</dt><dd className="num">{dateTime(v.started_at)}</dd></div>}
              {v.started_at && <div><dt>{v.ended_at ? '结束' : '最近'}</dt><dd className="num">{dateTime(v.ended_at || v.last_at)}</dd></div>}
              {v.started_at && <div><dt>持续</dt><dd className="num">{lasting(v.started_at, v.ended_at)}</dd></div>}
              {v.highest && <div><dt>最高级别</dt><dd>{v.highest_title}</dd></div>}
              {v.progress && <div><dt>办理</dt><dd>{v.progress}</dd></div>}
              <div><dt>企业说明</dt><dd className={v.explained === 'given' ? 'amber' : undefined}>{v.explained_title}</dd></div>
              {v.clue_id && can('clue.read') && <div className="wide"><dt>线索</dt><dd><Go href={`/clues/${v.clue_id}`}>查看由此产生的线索</Go></dd></div>}
            </dl>
          </Panel>
          <Panel title={v.members.length ? `其中的预警（${v.members.length} 条）` : '其中的预警'}>
            {v.members.length === 0 ? <p className="soft">合并已撤销，各条预警分别办理；经过见下。</p> : <Members list={v.members} lead={v.lead_id} />}
          </Panel>
          {(v.measures.length > 0 || v.suggest.verb) && (
            <Panel title="监管措施">
              {v.suggest.verb && <p className="soft">建议：{v.suggest.title}（{v.suggest.reason}）</p>}
              {v.measures.length > 0 && (
                <ul className="stack">
                  {v.measures.map((m) => (
                    <li key={m.id} className="row between">
                      <Go href={`/measures/${m.id}`}>{m.kind_title}</Go>
                      <span className={`num small ${m.overdue ? 'red' : 'soft'}`}>{m.overdue ? '逾期 ' : '至 '}{dateTime(m.due_at)}</span>
                      <StateChip state={m.state} title={m.state_title} />
                    </li>
                  ))}
                </ul>
              )}
            </Panel>
          )}
          <Panel title="经过"><Timeline entries={v.timeline.map((e) => (e.alarm && v.members.length > 1 ? { ...e, title: `${e.title}（${e.alarm}）` } : e))} /></Panel>
        </div>
        <div className="side-col">
          <Verbs actions={v.actions} waits={v.waits} note={v.members.length > 1 && v.actions.length > 0 ? `办理一次，对其中 ${v.members.length} 条预警一并生效；不属于这件事的，请先到那条预警“拆出事件”。` : undefined} run={(verb, form) => act.mutateAsync({ verb, form, version: v.version })} />
        </div>
      </div>
    </Page>
  )
}

/** Members lists the alarms of one event; the one by which people heard of it is named. */
export function Members({ list, lead, here }: { list: Alarm[]; lead?: string; here?: string }) {
  return (
    <ul className="stack">
      {list.map((a) => (
        <li key={a.id} className="row between">
          <span>
            {a.id === here ? <span className="strong">本条</span> : <Go href={`/alarms/${a.id}`}>{a.number}</Go>}
            <span className="sub">{a.outlet_name}　{a.factor_name}　{a.rule_title}</span>
            <span className="sub num">{dateTime(a.started_at)} 起，{lasting(a.started_at, a.ended_at)}{a.id === lead ? '　由它告知' : ''}</span>
          </span>
          <span className="row"><LevelMark level={a.level} title={a.level_title} /><StateChip state={a.state} title={a.state_title} /></span>
        </li>
      ))}
    </ul>
  )
}
