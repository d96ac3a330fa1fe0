import { address } from '../../api/client'
import { useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { total } from '../../ui/format'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Button } from 'antd'
import { AwardRow, Links } from './parts'
import { awardStates } from './words'

const filters: Filter[] = [
  { name: 'q', title: '举报编号、付款单号', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'state', title: '状态', options: awardStates, width: 150 },
  { name: 'late', title: '已过期限', kind: 'flag' },
]

/** Awards lists what each report gets, and how far the money has come. */
export function Awards() {
  const [search] = useFilters()
  const { state, ...rest } = pick(search, ['q', 'area', 'state', 'late', 'from', 'to'])
  const query = { ...rest, ...(state ? { state: String(state).split(',') } : {}) }
  const list = useList('/awards', query as never)
  return (
    <Page title="奖金" crumb="举报奖励" tools={<><Links here="/awards" /><a href={address('/awards/export.xlsx', query as never)} download>导出付款记录</a></>}>
      <section className="panel" aria-label="奖金">
        <Filters filters={filters} />
        {list.loading ? <Bones /> : list.error && list.items.length === 0 ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? (
          <Empty title="没有符合条件的奖金" how="奖励经两人审批之后，每件举报的一份会列在这里。导出的付款记录不含举报编号。" />
        ) : (
          <>
            <div className="count-line"><span className="num">共 {total(list.total, list.capped)} 笔</span></div>
            <ul className="cards">{list.items.map((a) => <AwardRow key={a.id} award={a} link />)}</ul>
            {list.hasMore && <div className="more"><Button onClick={list.more} loading={list.loadingMore}>加载更多</Button></div>}
          </>
        )}
      </section>
    </Page>
  )
}
