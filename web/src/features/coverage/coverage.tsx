// How far pollution sources are watched: the load under control against the
// target, who must be monitored, and each area with its gaps.

import { address } from '../../api/client'
import type { CoverageArea, CoverageReport } from '../../api/types'
import { useGet, type List } from '../../api/use'
import { count, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { gapsOf, percent } from './words'
import './coverage.css'

const columns = (r: CoverageReport): Column<CoverageArea>[] => [
  { key: 'area', title: '区域', align: 'c', render: (a) => a.area_name },
  { key: 'gaps', title: '缺口', unit: '处', align: 'r', render: (a) => count(gapsOf(a)) },
  { key: 'classes', title: '重点／简化／登记／未填', unit: '家', align: 'r', render: (a) => a.classes.map((c) => count(c.enterprises)).join('／') },
  { key: 'due', title: '应监测', unit: '个', align: 'r', render: (a) => count(a.due.required) },
  { key: 'networked', title: '已联网', unit: '个', align: 'r', render: (a) => count(a.due.networked) },
  { key: 'uploading', title: '有数据', unit: '个', align: 'r', render: (a) => count(a.due.uploading) },
  { key: 'rain', title: '雨水口（联网／全部）', align: 'r', render: (a) => { const k = rain(a); return `${count(k?.networked)}／${count(k?.all)}` } },
  ...r.total.shares.map((s, i): Column<CoverageArea> => ({ key: s.factor, title: s.name, unit: '%', align: 'r', render: (a) => <span className={a.shares[i].percent && !a.shares[i].met ? 'red' : undefined}>{a.shares[i].percent || '—'}</span> })),
]

const rain = (a: CoverageArea) => a.kinds.find((k) => k.kind === 'rain')

/** Coverage is the state of the whole and of each area. */
export function Coverage() {
  const q = useGet('/coverage')
  const r = q.data
  return (
    <Page title="监控覆盖">
      {q.error && !r ? <Trouble error={q.error} again={() => void q.refetch()} /> : !r ? <div className="panel"><Bones /></div> : (
        <>
          <Loads report={r} />
          <div className="coverage-pair">
            <Classes report={r} />
            <Gaps report={r} />
          </div>
          <section className="panel" aria-label="各区域" style={{ marginTop: 16 }}>
            <header><h2>各区域</h2></header>
            <DataList
              name="监控覆盖"
              list={settled(r.areas)}
              columns={columns(r)}
              exports={(f) => address(`/coverage/export.${f}`)}
              rowKey={(a) => a.area || 'other'}
              href={(a) => (a.area ? `/coverage/gaps?area=${a.area}` : '/coverage/gaps')}
              label={(a) => `${a.area_name}的缺口`}
              card={(a) => (
                <>
                  <span className="row between"><span className="strong">{a.area_name}</span><span>缺口 {count(gapsOf(a))} 处</span></span>
                  <span className="sub num">应监测 {a.due.required}　已联网 {a.due.networked}　有数据 {a.due.uploading}</span>
                  <span className="sub num">{a.shares.map((s) => `${s.name} ${percent(s)}`).join('　')}</span>
                </>
              )}
              empty={{ title: '还没有登记企业和排放口', how: <>登记企业、排放口和排污许可后，这里会按区域统计；可以<Go href="/import">从 Excel 导入</Go>。</> }}
            />
          </section>
        </>
      )}
    </Page>
  )
}

function settled<T>(items: T[]): List<T> {
  return { items, total: items.length, capped: false, loading: false, error: null, hasMore: false, loadingMore: false, more: () => undefined, again: () => undefined }
}

function Loads({ report: r }: { report: CoverageReport }) {
  return (
    <Panel title={`主要污染物受控负荷（目标 ${r.rules.target}%）`} tools={<span className="soft small num">截至 {dateTime(r.as_of)}</span>}>
      <div className="stack loose">
        <ul className="coverage-loads">
          {r.total.shares.map((s) => (
            <li key={s.factor}>
              <div className="row between"><span className="strong">{s.name}</span>{s.percent && (s.met ? <Chip tone="green">达到</Chip> : <Chip tone="red">未达到</Chip>)}</div>
              <div className="coverage-number num">{percent(s)}</div>
              <div className="coverage-bar" aria-hidden="true">
                <div data-met={s.met} style={{ width: `${s.percent || 0}%` }} />
                <i style={{ left: `${r.rules.target}%` }} />
              </div>
              <div className="sub num">{s.outlets > 0 ? `受控 ${s.controlled}／许可 ${s.total} 吨每年，${s.outlets} 个排放口` : '没有登记许可排放量'}</div>
            </li>
          ))}
        </ul>
        <p className="soft small" style={{ margin: 0 }}>
          {r.rules.unprescribed && <>文件只要求“主要污染物 {r.rules.target}% 以上污染负荷有效管控”，没有规定污染物和算法。以下为本地设定，部署时由主管部门确认：主要污染物取{r.rules.factors.join('、')}；</>}
          {r.rules.formula}
        </p>
      </div>
    </Panel>
  )
}

function Classes({ report: r }: { report: CoverageReport }) {
  return (
    <Panel title="企业与排放口" flush>
      <div className="scroll">
        <table className="t">
          <thead><tr><th scope="col">管理类别</th><th scope="col" className="r">企业（家）</th><th scope="col" className="r">有电流、工况监控</th></tr></thead>
          <tbody>
            {r.total.classes.map((c) => <tr key={c.class}><td>{c.title}</td><td className="r">{count(c.enterprises)}</td><td className="r">{count(c.metered)}</td></tr>)}
          </tbody>
        </table>
        <table className="t">
          <thead><tr><th scope="col">排放口（个）</th><th scope="col" className="r">全部</th><th scope="col" className="r">应监测</th><th scope="col" className="r">已联网</th><th scope="col" className="r">有数据</th></tr></thead>
          <tbody>
            {r.total.kinds.map((k) => <tr key={k.kind}><td>{k.title}</td><td className="r">{count(k.all)}</td><td className="r">{count(k.required)}</td><td className="r">{count(k.networked)}</td><td className="r">{count(k.uploading)}</td></tr>)}
          </tbody>
        </table>
      </div>
      <p className="soft small" style={{ margin: '8px 16px 12px' }}>重点管理单位的废气、废水排放口应安装自动监控并联网；许可证另有载明的从其载明。简化管理单位推行电流、工况监控，没有安装的不算缺口。</p>
    </Panel>
  )
}

function Gaps({ report: r }: { report: CoverageReport }) {
  return (
    <Panel title="缺口" flush tools={<Go className="linkish" href="/coverage/gaps">全部缺口</Go>}>
      <div className="scroll">
        <table className="t">
          <thead><tr><th scope="col">缺口</th><th scope="col" className="r">排放口（个）</th></tr></thead>
          <tbody>
            {r.total.gaps.map((g) => <tr key={g.reason}><td>{g.count > 0 ? <Go href={`/coverage/gaps?reason=${g.reason}`}>{g.title}</Go> : g.title}</td><td className="r">{count(g.count)}</td></tr>)}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
