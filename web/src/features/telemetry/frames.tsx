import { useState } from 'react'
import { useGet, useList } from '../../api/use'
import type { FrameField, FrameFile, FrameFinding, RawFrame } from '../../api/types'
import { dateSecond } from '../../ui/format'
import { Chip, Mark } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import './frames.css'

/** Frames lists an outlet's frames as received; each can be taken apart in place. */
export function Frames({ id }: { id: string }) {
  const list = useList('/outlets/{id}/frames', { limit: 10 }, { path: { id } })
  return (
    <Panel flush>
      {list.loading ? <Bones /> : list.error ? <Trouble error={list.error} again={list.again} /> : list.items.length === 0 ? <Empty title="还没有报文" how="数采仪上报的每一帧都会原样保存在这里。" /> : (
        <>
          <ul className="cards">{list.items.map((f) => <li key={f.id} className="card"><Frame outlet={id} f={f} /></li>)}</ul>
          {list.hasMore && <div className="more"><button type="button" className="linkish" onClick={list.more}>加载更多</button></div>}
        </>
      )}
    </Panel>
  )
}

function Frame({ outlet, f }: { outlet: string; f: RawFrame }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <span className="row between">
        <span className="soft small num">{dateSecond(f.at)}　　CN={f.cn} {f.cn_title}{f.version > 1 && `　第 ${f.version} 版`}{f.superseded && '　已被更正'}</span>
        <button type="button" className="linkish" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? '收起' : '解析'}</button>
      </span>
      <code className={`mono wrap ${open ? 'frame-raw' : 'frame-raw clip'}`}>{f.raw}</code>
      {open && <Parts outlet={outlet} id={f.id} />}
    </>
  )
}

function Parts({ outlet, id }: { outlet: string; id: string }) {
  const q = useGet('/outlets/{id}/frame', { path: { id: outlet }, query: { key: id } }, { staleTime: 3600_000 })
  if (q.error) return <Trouble error={q.error} again={() => void q.refetch()} />
  if (!q.data) return <Bones rows={3} />
  return <Taken f={q.data} />
}

/** Taken is a frame taken apart: what was checked, the header, the parameters, every factor. */
function Taken({ f }: { f: FrameFile }) {
  return (
    <div className="frame-parts">
      <p className="row">
        <Chip tone="blue">HJ 212-{f.protocol}</Chip>
        <Mark shape={f.crc_ok ? 'circle' : 'triangle'} tone={f.crc_ok ? 'green' : 'red'}>{f.crc_ok ? '校验码相符' : '校验码不符'}</Mark>
        <Mark shape={f.length_ok ? 'circle' : 'triangle'} tone={f.length_ok ? 'green' : 'red'}>{f.length_ok ? '长度相符' : '长度不符'}</Mark>
      </p>
      {f.fault && <p className="red">不能使用：{f.fault}</p>}
      {f.findings.length > 0 ? <Findings list={f.findings} usable={!f.fault} /> : !f.fault && <p className="soft">按 HJ 212-{f.protocol} 逐项核对，没有与标准不符之处。</p>}
      <h3>字段</h3>
      <dl className="frame-fields">{[...f.header, ...f.params].map((x) => <Field key={x.name} x={x} />)}</dl>
      {f.items.length > 0 && (
        <>
          <h3>因子</h3>
          <div className="scroll" tabIndex={0} role="region" aria-label="报文中的因子">
            <table className="t dense">
              <thead><tr><th scope="col">编码</th><th scope="col">因子</th><th scope="col">单位</th><th scope="col">值</th></tr></thead>
              <tbody>
                {f.items.map((i) => (
                  <tr key={i.code}>
                    <td className="mono">{i.code}</td>
                    <td className="nowrap">{i.name || '—'}</td>
                    <td className="nowrap">{i.unit || '—'}</td>
                    <td>{i.fields.map((x) => <span key={x.name} className="frame-value"><span className="soft">{x.title || x.name}</span> {x.value}{x.means && `（${x.means}）`}</span>)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  )
}

/** Findings is where a frame departs from the standard that it says it follows. */
function Findings({ list, usable }: { list: FrameFinding[]; usable: boolean }) {
  return (
    <>
      <h3>与标准不符 {list.length} 处{usable && <span className="soft small">　不影响入库，可转告设备厂家</span>}</h3>
      <ul className="frame-findings">
        {list.map((x, i) => (
          <li key={i}>
            {x.field && <span className="mono">{x.field}{x.value && `=${x.value}`}</span>} {x.text}
            {x.clause && <span className="soft small">（{x.clause}）</span>}
          </li>
        ))}
      </ul>
    </>
  )
}

function Field({ x }: { x: FrameField }) {
  const title = x.title.split('：')[0] // what follows explains the name
  return <div title={x.title}><dt>{title || x.name}{title && <span className="soft small"> {x.name}</span>}</dt><dd className="mono">{x.value || '（空）'}{x.means && <span className="soft">　{x.means}</span>}</dd></div>
}
