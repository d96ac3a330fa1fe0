import type { Rate } from '../../api/types'
import { address } from '../../api/client'
import { useGet, useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { count, day } from '../../ui/format'
import { DataList, type Column } from '../../ui/list'
import { Page, Panel } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Trouble } from '../../ui/state'

const groups = [{ value: 'outlet', label: '按排放口' }, { value: 'enterprise', label: '按企业' }, { value: 'area', label: '按辖区' }]

const filters: Filter[] = [
  { name: 'group', title: '按排放口', options: groups.slice(1), width: 120 },
  { name: 'q', title: '排放口、企业', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'kind', title: '类别', options: [{ value: 'gas', label: '废气' }, { value: 'water', label: '废水' }], width: 100 },
  { name: 'state', title: '全部', options: [{ value: 'below', label: '低于要求' }, { value: 'missing', label: '有缺失' }], width: 110 },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const percent = (v: number | undefined) => (v === undefined ? <span className="soft">—</span> : v.toFixed(2))

const columns: Column<Rate>[] = [
  { key: 'name', title: '名称', render: (r) => <>{r.group === 'outlet' ? r.enterprise_name : r.name}{r.group === 'outlet' && <span className="sub">{r.name}</span>}</>, text: (r) => (r.group === 'outlet' ? `${r.enterprise_name} ${r.name}` : r.name) },
  { key: 'area', title: '区域', render: (r) => r.area_name || '—', text: (r) => r.area_name },
  { key: 'outlets', title: '排放口', align: 'r', render: (r) => count(r.outlets), text: (r) => r.outlets },
  { key: 'due', title: '应传', unit: '小时', align: 'r', render: (r) => count(r.due), text: (r) => r.due },
  { key: 'stopped', title: '停运', unit: '小时', align: 'r', render: (r) => count(r.stopped), text: (r) => r.stopped },
  { key: 'missing', title: '缺失', unit: '小时', align: 'r', render: (r) => (r.missing > 0 ? <span className="amber">{count(r.missing)}</span> : '0'), text: (r) => r.missing },
  { key: 'valid', title: '有效', unit: '小时', align: 'r', render: (r) => count(r.valid), text: (r) => r.valid },
  { key: 'transmission', title: '传输率', unit: '%', align: 'r', render: (r) => percent(r.transmission), text: (r) => r.transmission ?? '' },
  { key: 'validity', title: '有效率', unit: '%', align: 'r', render: (r) => percent(r.validity), text: (r) => r.validity ?? '' },
  { key: 'effective', title: '传输有效率', unit: '%', align: 'r', render: (r) => <span className={r.below ? 'red strong' : 'strong'}>{percent(r.effective)}</span>, text: (r) => r.effective ?? '' },
]

/** below leads from a group to its outlets, and from an outlet to its hours. */
function below(r: Rate, from: string, to: string): string {
  const days = (from ? `&from=${from}` : '') + (to ? `&to=${to}` : '')
  if (r.group === 'area') return `/rates?area=${r.id}${days}`
  if (r.group === 'enterprise') return `/rates?enterprise_id=${r.id}${days}`
  return `/outlets/${r.id}?tab=rates${(from || to) && `&month=${(from || to).slice(0, 7)}`}`
}

/** Rates lists 传输率, 有效率 and 传输有效率, the worst first; every number leads to the hours behind it. */
export function Rates() {
  const [search] = useFilters()
  const asked = pick(search, ['q', 'area', 'kind', 'enterprise_id', 'outlet_id', 'from', 'to'])
  const query = { ...asked, ...pick(search, ['state', 'group']) }
  const list = useList('/rates', query as never)
  const total = useGet('/rates/total', { query: asked as never }, { keep: true })
  const t = total.data
  return (
    <Page title="传输有效率">
      <Panel>
        {total.error ? <Trouble error={total.error} again={() => void total.refetch()} /> : !t ? <Bones rows={2} /> : (
          <>
            <dl className="facts">
              <div><dt>时段</dt><dd className="num">{t.from} 至 {t.to}</dd></div>
              <div><dt>排放口</dt><dd className="num">{count(t.outlets)} 个{t.below_outlets > 0 && <span className="red">，{t.below_outlets} 个低于 {t.target}%</span>}</dd></div>
              <div><dt>传输率</dt><dd className="num">{t.known ? `${t.transmission?.toFixed(2)}%` : '—'}<span className="sub">收到 {count(t.received)}／应传 {count(t.due)} 小时</span></dd></div>
              <div><dt>有效率</dt><dd className="num">{t.known ? `${t.validity?.toFixed(2)}%` : '—'}<span className="sub">有效 {count(t.valid)} 小时</span></dd></div>
              <div><dt>传输有效率</dt><dd className="num strong">{t.known ? `${t.effective?.toFixed(2)}%` : '—'}<span className="sub">要求不低于 {t.target}%</span></dd></div>
            </dl>
            <p className="soft small" style={{ marginTop: 8 }}>{t.basis}。</p>
          </>
        )}
      </Panel>
      <section className="panel" aria-label="传输有效率">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业', outlet_id: '只看一个监控点' }} />
        <DataList
          name="传输有效率"
          list={list}
          columns={columns}
          exports={(f) => address(`/rates/export.${f}`, query)}
          rowKey={(r) => r.group + r.id}
          href={(r) => below(r, search.from ?? '', search.to ?? '')}
          card={(r) => (
            <>
              <span className="row between"><span className="strong">{r.group === 'outlet' ? r.enterprise_name : r.name}</span><span className={`num strong ${r.below ? 'red' : ''}`}>{percent(r.effective)}{r.known && '%'}</span></span>
              {r.group === 'outlet' && <span className="sub">{r.name}</span>}
              <span className="sub num">应传 {count(r.due)}　缺失 {count(r.missing)}　有效 {count(r.valid)} 小时</span>
            </>
          )}
          empty={{ title: '没有符合条件的排放口', how: `登记了设备的废气、废水排放口会出现在这里；${day(Date.now()).slice(0, 7)} 为默认月份，可改起止日。` }}
        />
      </section>
    </Page>
  )
}
