import { Button } from 'antd'
import { address, post } from '../../api/client'
import { sentence } from '../../api/problem'
import type { Job } from '../../api/types'
import { useCan, useDo, useList } from '../../api/use'
import { dateTime } from '../../ui/format'
import { DataList, type Column } from '../../ui/list'
import { Page } from '../../ui/page'

/** DeadJobs lists background work that was given up after repeated failure. */
export function DeadJobs() {
  const list = useList('/jobs', { state: 'dead' })
  const can = useCan()
  const retry = useDo((id: string) => post('/jobs/{id}/retry', { path: { id } }), ['/jobs', '/system'])
  const button = (j: Job) => (can('system.write') ? <Button size="small" onClick={() => retry.mutate(j.id)} aria-label={`重新执行 ${j.kind}`}>重新执行</Button> : null)
  const columns: Column<Job>[] = [
    { key: 'kind', title: '任务', align: 'c', render: (j) => <span className="mono">{j.kind}</span>, text: (j) => j.kind },
    { key: 'created', title: '产生', align: 'c', render: (j) => dateTime(j.created_at), text: (j) => dateTime(j.created_at) },
    { key: 'attempt', title: '已试', unit: '次', align: 'r', render: (j) => j.attempt, text: (j) => j.attempt },
    { key: 'error', title: '最近一次错误', render: (j) => <code className="mono wrap">{j.error}</code>, text: (j) => j.error },
    { key: 'act', title: '操作', align: 'c', render: button },
  ]
  return (
    <Page title="死信任务">
      <section className="panel" aria-label="死信任务">
        {retry.error ? <div className="trouble block" role="alert">{sentence(retry.error)}</div> : null}
        <DataList
          name="死信任务"
          list={list}
          columns={columns}
          exports={(f) => address(`/jobs/export.${f}`, { state: 'dead' })}
          rowKey={(j) => j.id}
          card={(j) => (
            <>
              <span className="row between"><span className="mono">{j.kind}</span><span className="soft small num">{dateTime(j.created_at)}</span></span>
              <span className="sub wrap">{j.error}</span>
              {button(j)}
            </>
          )}
          empty={{ title: '没有失败的任务', how: '提醒、催办等后台任务多次失败后会停在这里，查明原因后可以重新执行。' }}
        />
      </section>
    </Page>
  )
}
