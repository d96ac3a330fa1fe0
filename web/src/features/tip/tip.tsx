import { useParams } from '@tanstack/react-router'
import { post } from '../../api/client'
import type { TipFile as File } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { FileList } from '../../ui/files'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Timeline } from '../../ui/timeline'
import { Verbs } from '../../ui/verb-form'
import { Readers } from '../../ui/readers'
import { AnswerOfTip, ModeOfTip, StageOfTip } from './parts'

/** TipFile is one report: what was said, what the reporter is told, what the public may read. */
export function TipFile() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/tips/{id}', { path: { id } })
  const act = useDo(
    (a: { verb: string; form: Record<string, unknown>; version: number }) => post('/tips/{id}/{verb}', { path: { id, verb: a.verb }, body: { version: a.version, form: a.form } }),
    ['/tips', '/notices', '/me'],
  )
  if (q.error && !q.data) return <Page title="公众举报"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="公众举报"><div className="panel"><Bones rows={8} /></div></Page>
  const t = q.data
  return (
    <Page title={t.kind_title} crumb={<span className="num">{t.number}</span>} tools={<StageOfTip tip={t} />}>
      <div className="cols file">
        <div className="file-main">
          <Panel>
            <dl className="facts">
              <div><dt>方式</dt><dd><ModeOfTip tip={t} /></dd></div>
              <div><dt>来路</dt><dd>{t.channel_title}</dd></div>
              <div><dt>是否受理</dt><dd><AnswerOfTip tip={t} /></dd></div>
              <div><dt>区域</dt><dd>{t.area_name}</dd></div>
              <div><dt>地点</dt><dd>{t.address || '—'}{t.lat !== 0 && <span className="sub num">{t.lat.toFixed(5)}, {t.lng.toFixed(5)}</span>}</dd></div>
              <div><dt>被举报单位</dt><dd>{t.suspect || '—'}</dd></div>
              <div><dt>举报时间</dt><dd className="num">{dateTime(t.created_at)}</dd></div>
              {t.received_at !== t.created_at && <div><dt>反映时间</dt><dd className="num">{dateTime(t.received_at)}</dd></div>}
              {t.outside && <div><dt>外部工单</dt><dd>{t.platform} <span className="num">{t.outside}</span>{t.outside_due && <span className="sub num">要求 {day(t.outside_due)} 前办结</span>}</dd></div>}
              {t.door.map((a) => <div key={a.title}><dt>{a.title}</dt><dd>{a.shown.join('、')}</dd></div>)}
              {t.echoes > 0 && <div><dt>另有人反映</dt><dd className="num">{t.echoes} 人</dd></div>}
              {t.answers.map((a) => <div key={a.title}><dt>{a.title}</dt><dd>{a.shown.join('、')}</dd></div>)}
              <div><dt>线索</dt><dd><Go href={`/clues/${t.clue_id}`}>去研判</Go>{t.issue_id && <>　<Go href={`/issues/${t.issue_id}`}>查看问题</Go></>}</dd></div>
              <div className="wide"><dt>内容</dt><dd className="pre">{t.text || '—'}</dd></div>
              {t.media_url && <div className="wide"><dt>举报人提供的网址</dt><dd className="pre">{t.media_url}<span className="sub">未经核实，请勿直接打开</span></dd></div>}
            </dl>
            <FileList files={t.files} />
          </Panel>
          <Panel title="举报人看到的进度">
            <dl className="facts">
              <div><dt>阶段</dt><dd>{t.stage}</dd></div>
              <div><dt>由谁负责</dt><dd>{t.agency || '研判岗'}</dd></div>
              <div><dt>承诺期限</dt><dd className="num">{t.closed || !t.due_at ? '—' : day(t.due_at)}</dd></div>
              <div className="wide"><dt>说明</dt><dd>{t.note}</dd></div>
            </dl>
          </Panel>
          {t.routes.length > 0 && (
            <Panel title="可能是谁的职责">
              <ul className="plain">
                {t.routes.map((r) => <li key={r.name}><span className="strong">{r.name}</span>{!r.ours && '（不属于本机关职责）'}<span className="sub">{r.why}</span></li>)}
              </ul>
            </Panel>
          )}
          {t.mode === 'public' && <Shown tip={t} />}
          <Panel title="经过"><Timeline entries={t.timeline} /></Panel>
        </div>
        <div className="side-col">
          <Readers kind="tip" subject={t.id} />
          <Verbs actions={t.actions} waits="受理研判岗" phrases={t.phrases} run={(verb, form) => act.mutateAsync({ verb, form, version: t.version })} />
        </div>
      </div>
    </Page>
  )
}

function Shown({ tip }: { tip: File }) {
  const s = tip.shown
  return (
    <Panel title="公众能看到的">
      {tip.state === 'shown' ? (
        <dl className="facts">
          <div className="wide"><dt>描述</dt><dd className="pre">{s.text}</dd></div>
          <div><dt>地点</dt><dd>{s.address || '不公开'}</dd></div>
          <div><dt>坐标</dt><dd className="num">{s.lat !== 0 ? `${s.lat}, ${s.lng}` : '不公开'}</dd></div>
          {s.media && <div className="wide"><dt>网址</dt><dd className="pre">{s.media}</dd></div>}
        </dl>
      ) : <Empty title={tip.state === 'held' ? '已决定不公开内容' : '尚未审核公开'} how="公众和开放接口只看到编号、类别、时间、状态和承办单位。" />}
    </Panel>
  )
}
