// The timeline of one thing: who did what when, with what was said and attached.

import type { TimelineEntry } from '../api/types'
import { dateTime } from './format'
import { FileList } from './files'
import { Empty } from './state'

export function Timeline({ entries, newestFirst = true }: { entries: TimelineEntry[]; newestFirst?: boolean }) {
  if (entries.length === 0) return <Empty title="还没有经过" how="每一步办理都会记在这里。" />
  const list = newestFirst ? [...entries].reverse() : entries // the program tells them in order; many share one moment
  return (
    <ol className="line">
      {list.map((e) => (
        <li key={e.id} className={e.actor_id.startsWith('system') ? 'system' : undefined}>
          <div className="row between">
            <span>
              <span className="strong">{e.title}</span>
              <span className="soft">　{e.actor_name}</span>
            </span>
            <time className="soft small num" dateTime={e.at}>{dateTime(e.at)}</time>
          </div>
          {(e.note || e.form.length > 0 || e.files.length > 0) && (
            <div className="said">
              {e.note && <p className="pre">{e.note}</p>}
              {e.form.length > 0 && (
                <dl>
                  {e.form.map((f, i) => (
                    <div key={i} style={{ display: 'contents' }}>
                      <dt>{f.title}</dt>
                      <dd>{f.value}</dd>
                    </div>
                  ))}
                </dl>
              )}
              <FileList files={e.files} />
            </div>
          )}
        </li>
      ))}
    </ol>
  )
}
