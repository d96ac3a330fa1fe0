// Cameras of an outlet: links to the video platform, now or at a moment. The
// picture itself never passes through here.

import { useGet } from '../api/use'
import { dateTime } from './format'
import { Chip } from './marks'
import { Panel } from './page'
import { Bones, Empty, Trouble } from './state'

/** Cameras lists an outlet's cameras; with a moment it leads to what was seen then. */
export function Cameras({ outlet, at, quiet }: { outlet: string; at?: string; quiet?: boolean }) {
  const q = useGet('/cameras', { query: { outlet_id: outlet, in_use: true, at } }, { keep: true })
  const list = q.data ?? []
  if (quiet && list.length === 0) return null
  return (
    <Panel title={at ? '当时的画面' : '视频'} flush>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={2} /> : list.length === 0 ? (
        <Empty title="还没有登记摄像机" how="在企业页面的“视频”中登记摄像机及视频平台的链接后，这里可以打开实时画面，预警页可以回看当时的画面。" />
      ) : (
        <ul className="cards">
          {list.map((c) => (
            <li key={c.id} className="card row between">
              <span className="row"><span className="strong">{c.name}</span><Chip>{c.place_title}</Chip>{c.platform && <span className="soft small">{c.platform}</span>}</span>
              <span className="row">
                {at && c.playback_url && <a href={c.playback_url} target="_blank" rel="noopener noreferrer" aria-label={`${c.name}：回看 ${dateTime(at)}`}>回看 {dateTime(at)}</a>}
                {c.live_url && <a href={c.live_url} target="_blank" rel="noopener noreferrer" aria-label={`${c.name}：实时画面`}>实时画面</a>}
                {at && !c.playback_url && !c.live_url && <span className="soft small">未登记链接</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
