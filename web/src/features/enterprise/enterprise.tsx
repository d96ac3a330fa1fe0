import { useParams } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { post } from '../../api/client'
import type { Enterprise } from '../../api/types'
import { useCan, useDo, useGet, useList } from '../../api/use'
import { ago, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { FormDrawer, Row, useDraft } from '../../ui/draft'
import { Chip, LevelMark, OutletMark, StateChip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { EnterpriseCameras } from './cameras'
import { Contacts } from './contacts'
import { Certificate } from './certificate'
import { Facilities } from './facilities'
import { EnterpriseFilings } from './filings'
import { useIndustry } from './industry'
import { Standing } from './standing'

const kinds: Record<string, string> = { gas: '废气', water: '废水', rain: '雨水' }

/** EnterpriseFile gathers what is known of one enterprise. */
export function EnterpriseFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/enterprises/{id}', { path: { id } })
  const can = useCan()
  const [adding, setAdding] = useState(false)
  const industry = useIndustry()
  const live = useList('/outlets', { enterprise_id: id }, { enabled: can('telemetry.read') })
  if (q.error && !q.data) return <Page title="企业"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="企业"><div className="panel"><Bones rows={8} /></div></Page>
  const e = q.data
  return (
    <Page title={e.name} tools={<>{e.supervised && <Go href={`/measures?kind=supervision&enterprise_id=${e.id}`}><Chip tone="red">重点督办至 {dateTime(e.supervised).slice(0, 10)}</Chip></Go>}{e.synthetic && <Chip>合成数据，非真实企业</Chip>}</>}>
      <Panel>
        <dl className="facts">
          <div><dt>统一社会信用代码</dt><dd className="mono">{e.code || '—'}</dd></div>
          <div><dt>行业</dt><dd>{industry(e.industry)}</dd></div>
          <div><dt>排污许可</dt><dd>{e.permit_class || '—'}</dd></div>
          <div><dt>区域</dt><dd>{e.area_name}</dd></div>
          <div><dt>地址</dt><dd>{e.address || '—'}</dd></div>
          <div><dt>环保负责人</dt><dd>{e.contact || '—'}</dd></div>
        </dl>
      </Panel>
      <Panel title="监控点" flush tools={<>{can('telemetry.read') && e.outlets.length > 0 && <Go href={`/enterprises/${id}/curve`}>各监控点曲线</Go>}{can('registry.write') && <Button size="small" onClick={() => setAdding(true)}>添加排放口</Button>}</>}>
        {e.outlets.length === 0 ? <Empty title="还没有排放口" how="添加排放口后，再登记限值和数采仪。" /> : (
          <ul className="cards">
            {e.outlets.map((o) => {
              const now = live.items.find((x) => x.id === o.id)
              return (
                <li key={o.id}>
                  <Go className="card row between" href={`/outlets/${o.id}`}>
                    <span><span className="strong">{o.name}</span>　<span className="soft small">{kinds[o.kind]}{o.code && `　${o.code}`}</span></span>
                    {now && <span className="row"><span className="soft small num">{ago(now.last_at)}</span><OutletMark state={now.state} lastAt={now.last_at} /></span>}
                  </Go>
                </li>
              )
            })}
          </ul>
        )}
      </Panel>
      <Contacts id={e.id} />
      <Standing id={e.id} outlets={e.outlets} />
      <Certificate id={e.id} />
      <EnterpriseFilings id={e.id} outlets={e.outlets} />
      <Facilities id={e.id} />
      <EnterpriseCameras id={e.id} outlets={e.outlets} />
      {can('alarm.read') && <Alarms id={e.id} />}
      {can('issue.read') && <Issues id={e.id} />}
      {adding && <OutletForm enterprise={e} close={() => setAdding(false)} />}
    </Page>
  )
}

function Alarms({ id }: { id: string }) {
  const list = useList('/alarms', { enterprise_id: id, limit: 10 })
  return (
    <Panel title="近期预警" flush tools={<Go href={`/alarms?enterprise_id=${id}`}>全部</Go>}>
      {list.items.length === 0 ? <Empty title="没有预警" /> : (
        <ul className="cards">
          {list.items.map((a) => (
            <li key={a.id}><Go className="card row between" href={`/alarms/${a.id}`}><span className="row"><LevelMark level={a.level} title={a.level_title} />{a.outlet_name} {a.factor_name}</span><span className="soft small num">{dateTime(a.started_at)}　{a.state_title}</span></Go></li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Issues({ id }: { id: string }) {
  const list = useList('/issues', { enterprise_id: id, limit: 10 })
  if (list.error) return null
  return (
    <Panel title="问题" flush>
      {list.items.length === 0 ? <Empty title="没有问题" /> : (
        <ul className="cards">
          {list.items.map((i) => (
            <li key={i.id}><Go className="card row between" href={`/issues/${i.id}`}><span><span className="soft num">{i.number}</span>　{i.title}</span><StateChip state={i.state} title={i.state_title} /></Go></li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function OutletForm({ enterprise, close }: { enterprise: Enterprise; close: () => void }) {
  const { values: v, set } = useDraft({ name: '', code: '', kind: 'gas' as 'gas' | 'water' | 'rain' })
  const save = useDo(() => post('/outlets', { body: { enterprise_id: enterprise.id, area: enterprise.area, code: v.code.trim(), name: v.name.trim(), kind: v.kind } }), ['/outlets', '/enterprises'], close)
  return (
    <FormDrawer title="添加排放口" open close={close} next="添加后请登记执行限值和数采仪。" submit="添加" busy={save.isPending} error={save.error} check={(): Record<string, string> => (v.name.trim() ? {} : { name: '请填写名称' })} onSubmit={() => save.mutate(undefined)}>
      {(wrong) => (
        <>
          <Row name="name" title="名称" required wrong={wrong} hint="例如 1 号锅炉烟囱、废水总排口"><Input id="f-name" value={v.name} onChange={(e) => set('name', e.target.value)} /></Row>
          <Row name="kind" title="类别" required wrong={wrong}><Select id="f-kind" value={v.kind} onChange={(x) => set('kind', x)} options={(['gas', 'water', 'rain'] as const).map((k) => ({ value: k, label: kinds[k] }))} /></Row>
          <Row name="code" title="排放口编号" wrong={wrong} hint="排污许可证中的编号，例如 DA001"><Input id="f-code" value={v.code} onChange={(e) => set('code', e.target.value)} /></Row>
        </>
      )}
    </FormDrawer>
  )
}
