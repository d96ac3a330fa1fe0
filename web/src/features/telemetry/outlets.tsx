import { Radio } from 'antd'
import { useList, type List } from '../../api/use'
import { address } from '../../api/client'
import type { Outlet, OutletValue } from '../../api/types'
import { ago, count, dateTime, reading } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { OutletMark } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { overWord } from '../../ui/series'
import { isOver, judged, leading, limitText } from '../../ui/value'
import { Values } from './values'
import './outlets.css'

const filters: Filter[] = [
  { name: 'q', title: '名称', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'kind', title: '类别', options: [{ value: 'gas', label: '废气' }, { value: 'water', label: '废水' }, { value: 'rain', label: '雨水' }], width: 104 },
  { name: 'state', title: '状态', options: [{ value: 'online', label: '在线' }, { value: 'offline', label: '离线' }, { value: 'alarm', label: '预警' }], width: 104 },
]

const kinds: Record<string, string> = { gas: '废气', water: '废水', rain: '雨水' }

/** Outlets lists the monitored outlets with their present values and limits. */
export function Outlets() {
  const [search, set] = useFilters()
  const query = pick(search, ['q', 'area', 'kind', 'state', 'enterprise_id'])
  const list = useList('/outlets', query)
  const tiles = search.view === 'tiles'
  return (
    <Page
      title="监控点"
      tools={<Radio.Group aria-label="显示方式" optionType="button" value={tiles ? 'tiles' : 'list'} onChange={(e) => set('view', e.target.value === 'tiles' ? 'tiles' : undefined)} options={[{ value: 'list', label: '列表' }, { value: 'tiles', label: '磁贴' }]} />}
    >
      <section className="panel" aria-label="监控点">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        {tiles ? <Tiles list={list} /> : (
          <DataList
            name="监控点"
            list={list}
            columns={columns}
          exports={(f) => address(`/outlets/export.${f}`, query)}
            rowKey={(o) => o.id}
            href={(o) => `/outlets/${o.id}`}
            card={(o) => <Card outlet={o} />}
            empty={{ title: '没有符合条件的监控点', how: '登记企业、排放口和数采仪之后，监控点会出现在这里；也可以放宽筛选条件。' }}
          />
        )}
      </section>
    </Page>
  )
}

const columns: Column<Outlet>[] = [
  { key: 'name', title: '监控点与企业', align: 'c', render: (o) => <>{o.name}<span className="sub">{o.enterprise_name}</span></>, text: (o) => `${o.name} ${o.enterprise_name}` },
  { key: 'area', title: '区域', align: 'c', render: (o) => o.area_name, text: (o) => o.area_name },
  { key: 'kind', title: '类别', align: 'c', render: (o) => kinds[o.kind] ?? o.kind, text: (o) => kinds[o.kind] ?? o.kind },
  { key: 'state', title: '状态', align: 'c', render: (o) => <OutletMark state={o.state} lastAt={o.last_at} />, text: (o) => o.state },
  { key: 'values', title: '当前值／限值', render: (o) => <Values values={o.values} brief />, text: (o) => o.values.map((v) => `${v.name} ${reading(judged(v))} ${limitText(v)} ${v.unit}`).join('；') },
  { key: 'alarms', title: '预警', unit: '起', align: 'r', render: (o) => (o.alarms_open > 0 ? <Go className="red" href={`/alarms?outlet_id=${o.id}`}>{count(o.alarms_open)}</Go> : '0'), text: (o) => o.alarms_open },
  { key: 'last', title: '最近上报', align: 'c', render: (o) => <time dateTime={o.last_at} title={dateTime(o.last_at)}>{ago(o.last_at)}</time>, text: (o) => dateTime(o.last_at) },
]

function Card({ outlet: o }: { outlet: Outlet }) {
  return (
    <>
      <span className="row between">
        <span className="strong">{o.name}</span>
        <OutletMark state={o.state} lastAt={o.last_at} />
      </span>
      <span className="sub">{o.enterprise_name} · {o.area_name} · {ago(o.last_at)}</span>
      <Values values={o.values} brief />
    </>
  )
}

function Tiles({ list }: { list: List<Outlet> }) {
  if (list.loading) return <Bones />
  if (list.error) return <Trouble error={list.error} again={list.again} />
  if (list.items.length === 0) return <Empty title="没有符合条件的监控点" how="放宽筛选条件再看。" />
  return (
    <>
      <ul className="outlet-tiles">
        {list.items.map((o) => (
          <li key={o.id}>
            <Go href={`/outlets/${o.id}`} className={`outlet-tile ${o.state === 'alarm' ? 'burning' : ''}`}>
              <span className="row between"><OutletMark state={o.state} lastAt={o.last_at} /><span className="soft small">{kinds[o.kind] ?? ''} · {o.area_name}</span></span>
              <span className="strong tile-title">{o.name}</span>
              <span className="sub tile-title">{o.enterprise_name}</span>
              <span className="tile-values">
                {leading(o.values).slice(0, 5).map((v) => <TileValue key={v.code} v={v} />)}
              </span>
            </Go>
          </li>
        ))}
      </ul>
      {list.hasMore && <div className="more"><button type="button" className="linkish" onClick={list.more}>加载更多</button></div>}
    </>
  )
}

function TileValue({ v }: { v: OutletValue }) {
  const over = isOver(v)
  return (
    <span className="tile-value">
      <span className="soft small">{v.name}</span>
      <span className="num">
        {over && <span className="chip red">{overWord(v.kind)}</span>} <span className={over ? 'red strong' : ''}>{reading(judged(v))}</span>
        <span className="soft small"> {limitText(v)} {v.unit}</span>
      </span>
      {v.ratio > 0 && <span className="meter" aria-hidden="true"><i style={{ width: `${Math.min(100, (v.ratio || 0) * 100)}%`, background: over ? 'var(--red)' : undefined }} /></span>}
    </span>
  )
}
