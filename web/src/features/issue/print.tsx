import { useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect } from 'react'
import { useGet, useReference } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { useGo } from '../../ui/go'
import { Bones, Trouble } from '../../ui/state'
import './print.css'

/** PrintIssue sets one problem on A4 with the margins of GB/T 9704. */
export function PrintIssue() {
  const { id } = useParams({ strict: false }) as { id: string }
  const q = useGet('/issues/{id}', { path: { id } })
  const ref = useReference()
  const go = useGo()
  const i = q.data
  useEffect(() => {
    if (i) document.title = `${i.number} 问题办理单 · 清哨`
  }, [i])
  if (q.error) return <Trouble error={q.error} />
  if (!i) return <Bones />
  return (
    <main className="desk-paper">
      <div className="paper-tools">
        <Button type="primary" onClick={() => window.print()}>打印</Button>
        <Button onClick={() => go(`/issues/${i.id}`)}>返回</Button>
      </div>
      <article className="paper">
        <h1>生态环境问题办理单</h1>
        <p className="paper-number">{i.number}</p>
        <table>
          <tbody>
            <tr><th scope="row">问题</th><td colSpan={3}>{i.title}</td></tr>
            <tr><th scope="row">类别</th><td>{i.category_name}</td><th scope="row">严重程度</th><td>{i.severity_title}</td></tr>
            <tr><th scope="row">区域</th><td>{i.area_name}</td><th scope="row">地点</th><td>{i.address || '—'}</td></tr>
            <tr><th scope="row">涉及企业</th><td colSpan={3}>{i.enterprise_name || '—'}</td></tr>
            <tr><th scope="row">责任单位</th><td>{i.lead_agency_name || '—'}</td><th scope="row">责任人</th><td>{i.person_name || '—'}</td></tr>
            <tr><th scope="row">配合单位</th><td colSpan={3}>{i.assist_agencies.map((a) => a.name).join('、') || '—'}</td></tr>
            <tr><th scope="row">立案时间</th><td>{dateTime(i.created_at)}</td><th scope="row">整改期限</th><td>{day(i.rectify_by)}</td></tr>
            <tr><th scope="row">当前状态</th><td>{i.state_title}</td><th scope="row">销号时间</th><td>{dateTime(i.closed_at)}</td></tr>
            <tr><th scope="row">销号文号</th><td colSpan={3}>{i.file_number || '—'}</td></tr>
            <tr><th scope="row">情况</th><td colSpan={3} className="pre">{i.text || '—'}</td></tr>
            <tr><th scope="row">整改措施</th><td colSpan={3} className="pre">{i.measures || '—'}</td></tr>
          </tbody>
        </table>
        <h2>办理经过</h2>
        <table>
          <thead><tr><th scope="col">时间</th><th scope="col">事项</th><th scope="col">办理人</th><th scope="col">内容</th></tr></thead>
          <tbody>
            {i.timeline.map((e) => (
              <tr key={e.id}>
                <td className="nowrap">{dateTime(e.at)}</td>
                <td className="nowrap">{e.title}</td>
                <td className="nowrap">{e.actor_name}</td>
                <td className="pre">{[e.note, ...e.form.map((f) => `${f.title}：${f.value}`), ...e.files.map((f) => `附件：${f.name}`)].filter(Boolean).join('\n') || '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <footer>{ref?.place.title}　打印于 {dateTime(Date.now())}</footer>
      </article>
    </main>
  )
}
