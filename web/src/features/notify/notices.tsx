import { Button, Radio } from 'antd'
import { post } from '../../api/client'
import { useDo, useList } from '../../api/use'
import { dateTime, total } from '../../ui/format'
import { useFilters } from '../../ui/filters'
import { Go, useGo, local } from '../../ui/go'
import { Page } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import './notices.css'

/** Notices are what the program told this person. */
export function Notices() {
  const [search, set] = useFilters()
  const go = useGo()
  const list = useList('/notices', { unread: search.unread })
  const one = useDo((id: string) => post('/notices/{id}/read', { path: { id } }), ['/notices', '/me'])
  const all = useDo(() => post('/notices/read-all'), ['/notices', '/me'])
  const unread = list.items.some((n) => !n.read_at)
  return (
    <Page title="消息" tools={<><Go href="/me/notify">通知设置</Go>{unread && <Button onClick={() => all.mutate(undefined)} loading={all.isPending}>全部标为已读</Button>}</>}>
      <section className="panel" aria-label="消息">
        <div className="filters">
          <Radio.Group aria-label="范围" optionType="button" value={search.unread ? 'unread' : 'all'} onChange={(e) => set('unread', e.target.value === 'unread' ? 'true' : undefined)} options={[{ value: 'all', label: '全部' }, { value: 'unread', label: '未读' }]} />
          {!list.loading && list.items.length > 0 && <span className="soft small num">共 {total(list.total, list.capped)} 条</span>}
        </div>
        {list.loading ? <Bones /> : list.error ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? (
          <Empty title={search.unread ? '没有未读消息' : '还没有消息'} how="轮到您办理、临近期限或有人退回时，这里会提醒您。" />
        ) : (
          <ul className="cards">
            {list.items.map((n) => (
              <li key={n.id}>
                <a
                  href={n.link ? local(n.link) : '#'}
                  className={`card notice ${n.read_at ? '' : 'fresh'}`}
                  onClick={(e) => {
                    e.preventDefault()
                    if (!n.read_at) one.mutate(n.id)
                    if (n.link) go(local(n.link))
                  }}
                >
                  <span className="row between"><span className={n.read_at ? '' : 'strong'}>{!n.read_at && <span className="unseen">未读：</span>}{n.title}</span><time className="soft small num" dateTime={n.at}>{dateTime(n.at)}</time></span>
                  {n.text && <span className="sub">{n.text}</span>}
                </a>
              </li>
            ))}
          </ul>
        )}
        {list.hasMore && <div className="more"><Button onClick={list.more} loading={list.loadingMore}>加载更多</Button></div>}
      </section>
    </Page>
  )
}
