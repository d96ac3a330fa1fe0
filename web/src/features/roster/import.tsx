// The registry from a workbook: check first, see every bad cell and every
// change, then take all of it or only the good rows.

import { Button, Checkbox, Progress } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { address } from '../../api/client'
import { sentence } from '../../api/problem'
import type { RosterReport } from '../../api/types'
import { useDo } from '../../api/use'
import { save } from '../../ui/csv'
import { sendFile } from '../../ui/files'
import { count, size } from '../../ui/format'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { usePhone } from '../../ui/screen'
import { Empty } from '../../ui/state'
import { doing, left, summary, type Stage } from './stage'

/** ImportRoster takes enterprises, outlets, limits and devices from Excel. */
export function ImportRoster() {
  const [file, setFile] = useState<File>()
  const [stage, setStage] = useState<Stage>({ at: 'idle' })
  const [known, setKnown] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const stop = useRef<() => void>(() => undefined)
  useEffect(() => () => stop.current(), [])

  const send = (to: string, f: File, applying: boolean) => {
    setStage({ at: 'sending', sent: 0, applying })
    const u = sendFile<RosterReport>(to, f, (sent) => setStage((s) => (s.at === 'sending' ? { ...s, sent: f.size ? Math.min(sent / f.size, 1) : 1 } : s)))
    stop.current = u.stop
    return u.done
  }
  const failed = (error: unknown) => setStage({ at: 'failed', error })
  const write = useDo(
    (a: { report: RosterReport; file: File }) => send(address('/roster/apply', { digest: a.report.digest, only_good: a.report.bad > 0 }), a.file, true),
    ['/enterprises', '/outlets', '/devices', '/parked'],
    (report) => setStage({ at: 'done', report }),
  )
  const check = (f: File) => {
    setFile(f)
    setKnown(false)
    send(address('/roster/check'), f, false).then((report) => setStage({ at: 'checked', report }), failed)
  }
  const busy = stage.at === 'sending'
  return (
    <Page title="从 Excel 导入" tools={<Button href={address('/roster/template.xlsx')}>下载模板</Button>}>
      <Panel title="选择工作簿">
        <div className="stack">
          <p className="soft" style={{ margin: 0 }}>一个工作簿里可以有企业、排放口、限值、设备四张表。先核对，不写入；核对无误后一次导入。已有的按代码更新，没有的新建，内容相同的不动。</p>
          <div className="row">
            <input
              ref={input} id="roster-file" type="file" className="unseen" tabIndex={-1} aria-label="Excel 工作簿" accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
              onChange={(e) => {
                const f = e.target.files?.[0]
                e.target.value = ''
                if (f) check(f)
              }}
            />
            <Button type={stage.at === 'checked' ? 'default' : 'primary'} disabled={busy} onClick={() => input.current?.click()}>{file ? '重新选择文件' : '选择文件并核对'}</Button>
            {file && <span className="num wrap">{file.name}（{size(file.size)}）</span>}
          </div>
          {stage.at === 'sending' && (
            <div role="status">
              <Progress percent={Math.round(stage.sent * 100)} status="active" aria-label="上传进度" />
              <span>{doing(stage)}</span>
            </div>
          )}
          {stage.at === 'failed' && <div className="trouble block" role="alert">{sentence(stage.error)}</div>}
          {stage.at === 'done' && (
            <div className="row between" role="status">
              <span className="strong">{summary('已导入', stage.report)}{stage.report.bad > 0 && `，略过有误的 ${count(stage.report.bad)} 行`}。</span>
              <Go href="/enterprises">查看企业</Go>
            </div>
          )}
        </div>
      </Panel>
      {stage.at === 'checked' && file && (
        <>
          <Verdict report={stage.report} known={known} setKnown={setKnown} apply={() => write.mutate({ report: stage.report, file }, { onError: failed })} />
          {stage.report.found > 0 && <Findings report={stage.report} file={file} />}
          {stage.report.items.length > 0 && <Items report={stage.report} />}
        </>
      )}
      {stage.at === 'done' && stage.report.found > 0 && file && <Findings report={stage.report} file={file} />}
    </Page>
  )
}

function Verdict({ report: r, known, setKnown, apply }: { report: RosterReport; known: boolean; setKnown: (v: boolean) => void; apply: () => void }) {
  const n = left(r)
  return (
    <Panel title="核对结果">
      <div className="stack">
        {r.sheets.length > 0 && (
          <div className="scroll">
            <table className="t">
              <thead><tr><th scope="col">表</th><th scope="col" className="r">新建（行）</th><th scope="col" className="r">更新（行）</th><th scope="col" className="r">不变（行）</th></tr></thead>
              <tbody>
                {r.sheets.map((s) => <tr key={s.sheet}><td>{s.sheet}</td><td className="r">{count(s.create)}</td><td className="r">{count(s.update)}</td><td className="r">{count(s.same)}</td></tr>)}
              </tbody>
            </table>
          </div>
        )}
        <p style={{ margin: 0 }}>
          {r.bad > 0 ? <span className="red strong">{count(r.bad)} 行有误，共 {count(r.found)} 处。</span> : r.found === 0 && <span className="green strong">没有错误。</span>}
          {r.examples > 0 && ` 略过示例 ${count(r.examples)} 行。`}
          {r.ignored.length > 0 && ` 未读取的表：${r.ignored.join('、')}。`}
        </p>
        {n === 0 ? (
          r.bad === 0 && <Empty title="没有要写入的内容" how={r.sheets.length > 0 ? '工作簿与平台里的档案一致。' : '四张表里没有填写内容；请按模板填写后重新上传。'} />
        ) : (
          <div className="row">
            {r.bad > 0 && <Checkbox checked={known} onChange={(e) => setKnown(e.target.checked)}>有误的 {count(r.bad)} 行不导入，我稍后改正</Checkbox>}
            <Button type="primary" disabled={r.bad > 0 && !known} onClick={apply}>{r.bad > 0 ? `只导入无误的 ${count(n)} 行` : `导入 ${count(n)} 行`}</Button>
          </div>
        )}
      </div>
    </Panel>
  )
}

function Findings({ report: r, file }: { report: RosterReport; file: File }) {
  const phone = usePhone()
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const download = () => {
    setBusy(true)
    sendFile<Blob>(address('/roster/findings.xlsx'), file, undefined, 'blob').done.then(
      (b) => { setError(undefined); save('需要改正的单元格.xlsx', b) },
      setError,
    ).finally(() => setBusy(false))
  }
  return (
    <Panel title="需要改正的单元格" flush tools={<Button size="small" loading={busy} onClick={download}>下载错误清单</Button>}>
      {error ? <div className="trouble block" role="alert">{sentence(error)}</div> : null}
      {phone ? (
        <ul className="cards">
          {r.findings.map((f, i) => (
            <li key={i}><div className="card"><span className="strong num">{f.sheet} {f.cell}　</span><span className="wrap">{f.problem}{f.value && `（${f.value}）`}</span><span className="sub wrap">{f.remedy}</span></div></li>
          ))}
        </ul>
      ) : (
        <div className="scroll">
          <table className="t">
            <thead><tr><th scope="col">表</th><th scope="col" className="c">单元格</th><th scope="col">内容</th><th scope="col">问题</th><th scope="col">怎样改</th></tr></thead>
            <tbody>
              {r.findings.map((f, i) => <tr key={i}><td className="c">{f.sheet}</td><td className="c"><span className="mono">{f.cell}</span></td><td className="wrap">{f.value || '（空）'}</td><td className="wrap">{f.problem}</td><td className="wrap">{f.remedy}</td></tr>)}
            </tbody>
          </table>
        </div>
      )}
      {r.found > r.findings.length && <p className="soft" style={{ margin: '8px 16px' }}>只列出前 {count(r.findings.length)} 处；全部见错误清单。</p>}
    </Panel>
  )
}

function Items({ report: r }: { report: RosterReport }) {
  const phone = usePhone()
  const total = r.sheets.reduce((n, s) => n + s.create + s.update, 0)
  const changes = (i: RosterReport['items'][number]) => i.changes.map((c) => <div key={c.field} className="wrap">{c.field}：<del>{c.old || '（空）'}</del> → <ins>{c.new}</ins></div>)
  return (
    <Panel title="将要写入" flush>
      {phone ? (
        <ul className="cards">
          {r.items.map((i) => (
            <li key={`${i.sheet} ${i.row}`}><div className="card"><span className="row between"><span className="num">{i.sheet} 第 {i.row} 行</span><ActChip act={i.act} /></span><span className="wrap">{i.title}</span><span className="sub">{changes(i)}</span></div></li>
          ))}
        </ul>
      ) : (
        <div className="scroll">
          <table className="t">
            <thead><tr><th scope="col">表</th><th scope="col" className="r">行</th><th scope="col" className="c">动作</th><th scope="col">对象</th><th scope="col">改动</th></tr></thead>
            <tbody>
              {r.items.map((i) => <tr key={`${i.sheet} ${i.row}`}><td className="c">{i.sheet}</td><td className="r">{i.row}</td><td className="c"><ActChip act={i.act} /></td><td className="wrap">{i.title}</td><td>{changes(i)}</td></tr>)}
            </tbody>
          </table>
        </div>
      )}
      {total > r.items.length && <p className="soft" style={{ margin: '8px 16px' }}>只列出前 {count(r.items.length)} 行，共 {count(total)} 行。</p>}
    </Panel>
  )
}

function ActChip({ act }: { act: 'create' | 'update' }) {
  return act === 'create' ? <Chip tone="green">新建</Chip> : <Chip tone="amber">更新</Chip>
}
