import { Input } from 'antd'
import { post } from '../../api/client'
import type { Copy } from '../../api/types'
import { useDo, useList } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { dateSecond, dateTime } from '../../ui/format'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { pick, withDays } from '../../ui/search'
import { partTitle } from './words'

const filters: Filter[] = [
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const columns: Column<Copy>[] = [
  { key: 'mark', title: '阅件编号', align: 'c', render: (c) => <span className="mono">{c.mark}</span>, text: (c) => c.mark },
  { key: 'label', title: '材料', render: (c) => <>{c.label}<span className="sub">{partTitle(c.part)}</span></>, text: (c) => `${c.label} ${partTitle(c.part)}` },
  { key: 'reader', title: '查看人', align: 'c', render: (c) => c.reader_name || c.reader_id, text: (c) => c.reader_name },
  { key: 'at', title: '查看时间', align: 'c', render: (c) => dateSecond(c.at), text: (c) => dateSecond(c.at) },
]

const card = (c: Copy) => (
  <>
    <span className="row between"><span className="strong mono">{c.mark}</span><span className="soft small num">{dateTime(c.at)}</span></span>
    <span className="sub">{c.label}　{partTitle(c.part)}　{c.reader_name || c.reader_id}</span>
  </>
)

/** Copies finds out whose copy of a protected document has leaked. */
export function Copies() {
  const [search] = useFilters()
  const list = useList('/copies', withDays(pick(search, ['from', 'to', 'reader', 'subject'])))
  return (
    <Page title="泄露追查">
      <Find />
      <section className="panel" aria-label="阅件登记" style={{ marginTop: 16 }}>
        <Filters filters={filters} extra={{ reader: '只看一个人', subject: '只看一件' }} />
        <DataList
          name="阅件登记"
          list={list}
          columns={columns}
          rowKey={(c) => c.mark}
          card={card}
          empty={{ title: '没有登记', how: '每次打开保密举报的内容，程序都给一个新的阅件编号，显示在材料上，并登记谁在什么时候打开。' }}
        />
      </section>
    </Page>
  )
}

function Find() {
  const { values: v, set } = useDraft({ mark: '', reason: '' })
  const find = useDo(() => post('/copies/trace', { body: { mark: v.mark.trim(), reason: v.reason.trim() } }), [])
  const found = find.data
  return (
    <Panel title="按编号查找">
      <div className="stack loose">
        <PlainForm
          label="按编号查找" submit="追查" busy={find.isPending} error={find.error} className="form-two"
          next="在外泄的照片、截图或打印件上找到阅件编号；看不清的位置写 ?，最多 3 处。每次追查都记入审计日志。"
          check={() => ({ ...(v.mark.trim() ? {} : { mark: '请填写阅件编号' }), ...(v.reason.trim() ? {} : { reason: '请写明从哪里发现' }) })}
          onSubmit={() => find.mutate(undefined)}
        >
          {(wrong) => (
            <>
              <Row name="mark" title="阅件编号" required wrong={wrong}><Input id="f-mark" className="mono" placeholder="7K2M-9QXR-F" autoComplete="off" maxLength={40} value={v.mark} onChange={(e) => set('mark', e.target.value)} /></Row>
              <Row name="reason" title="从哪里发现" required wrong={wrong}><Input id="f-reason" maxLength={200} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
            </>
          )}
        </PlainForm>
        {found && (
          <div role="status">
            {found.note && <div className="warn">{found.note}</div>}
            {found.openings.length === 0 ? <p>没有登记过这个编号。请对照原件再核对一遍：编号里没有 0、1、I、O。</p> : (
              <ul className="cards">
                {found.openings.map((c) => (
                  <li key={c.mark} className="card row between">
                    <span>
                      <span className="strong">{c.reader_name || c.reader_id}</span>于 <span className="num">{dateSecond(c.at)}</span> 打开
                      <span className="sub">{c.label}　{partTitle(c.part)}　<span className="mono">{c.mark}</span></span>
                    </span>
                    <Chip tone={c.exact ? 'red' : 'amber'}>{c.exact ? '编号相同' : '差一位'}</Chip>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
      </div>
    </Panel>
  )
}
