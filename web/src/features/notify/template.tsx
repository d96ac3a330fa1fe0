import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { App, Button, Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { post } from '../../api/client'
import type { MessageTemplate, TemplatePreview } from '../../api/types'
import { useDo, useGet } from '../../api/use'
import { PlainForm, Row, useDraft } from '../../ui/draft'
import { dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { Bones, Trouble } from '../../ui/state'
import { segments } from './words'

/** TemplateFile changes the words of one kind of notice by one way, with a preview on something real. */
export function TemplateFile() {
  const { kind, channel } = useParams({ strict: false }) as { kind: string; channel: string }
  const q = useGet('/templates/{kind}/{channel}', { path: { kind, channel } })
  if (q.error && !q.data) return <Page title="消息模板"><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title="消息模板"><div className="panel"><Bones rows={8} /></div></Page>
  return <Editor key={q.data.number} t={q.data} />
}

type Field = 'title' | 'text'

function Editor({ t }: { t: MessageTemplate }) {
  const { modal } = App.useApp()
  const { values: v, set } = useDraft({ title: t.title, text: t.text, reason: '' })
  const [focus, setFocus] = useState<Field>('text')
  const caret = useRef<Record<Field, number>>({ title: 1e9, text: 1e9 })
  const path = { kind: t.kind, channel: t.channel }
  const preview = usePreview(t, v.title, v.text)
  const save = useDo((reset: boolean) => post('/templates/{kind}/{channel}', { path, body: reset ? { number: t.number, reset: true, reason: '恢复默认' } : { number: t.number, title: v.title, text: v.text, reason: v.reason } }), ['/templates'])
  const problem = (f: Field) => preview.data?.problems.find((p) => p.field === f)
  const says = (f: Field) => { const p = problem(f); return p ? `第 ${p.line} 行第 ${p.column} 个字：${p.text}` : '' }
  const insert = (name: string) => {
    const word = `{${name}}`
    const at = Math.min(caret.current[focus], v[focus].length)
    set(focus, v[focus].slice(0, at) + word + v[focus].slice(at))
    caret.current[focus] = at + word.length
    document.getElementById(`f-${focus}`)?.focus()
  }
  const watch = (f: Field) => ({
    onFocus: () => setFocus(f),
    onSelect: (e: { currentTarget: { selectionStart: number | null } }) => { caret.current[f] = e.currentTarget.selectionStart ?? 1e9 },
  })
  const back = () => modal.confirm({ title: '恢复默认的说法？', content: '以后的通知按程序默认的标题和内容发出；现在的说法留在版本记录里。', okText: '恢复默认', cancelText: '再想想', onOk: () => save.mutateAsync(true) })
  return (
    <Page title={`${t.kind_title}：${t.channel_title}`} crumb={<Go href="/templates">消息模板</Go>} tools={!t.own && <Button onClick={back}>恢复默认</Button>}>
      <div className="cols file">
        <div className="file-main">
          <Panel title={t.own ? '默认的说法' : `第 ${t.number} 版`}>
            {save.isSuccess && <div className="done" role="status" style={{ marginBottom: 12 }}>已保存，对以后的通知生效。</div>}
            <PlainForm
              label="消息模板"
              next="花括号里写变量，发出时代入。保密的通知不用模板，汇总的消息只列标题和内容。"
              submit="保存"
              busy={save.isPending}
              error={save.error}
              check={() => Object.fromEntries((['title', 'text'] as const).map((f) => [f, says(f)]).filter((e) => e[1]))}
              onSubmit={() => save.mutate(false)}
            >
              {(bad) => (
                <>
                  <Row name="title" title="标题" required wrong={{ title: says('title') || bad.title || '' }}><Input id="f-title" maxLength={200} value={v.title} onChange={(e) => set('title', e.target.value)} {...watch('title')} /></Row>
                  <Row name="text" title="内容" required wrong={{ text: says('text') || bad.text || '' }}><Input.TextArea id="f-text" autoSize={{ minRows: 4, maxRows: 14 }} maxLength={2000} value={v.text} onChange={(e) => set('text', e.target.value)} {...watch('text')} /></Row>
                  <Row name="reason" title="为什么改" wrong={bad} hint="可不填，记入版本"><Input id="f-reason" maxLength={100} value={v.reason} onChange={(e) => set('reason', e.target.value)} /></Row>
                </>
              )}
            </PlainForm>
          </Panel>
          <Panel title="预览" tools={preview.data && preview.data.problems.length === 0 && <span className="soft small">{preview.data.real ? `用最近的一条${t.kind_title}代入` : '用示例代入'}</span>}>
            {!preview.data ? <Bones rows={2} /> : preview.data.problems.length > 0 ? <p className="soft" style={{ margin: 0 }}>改正后显示预览。</p> : (
              <div aria-live="polite">
                <p className="strong" style={{ margin: 0 }}>{preview.data.title}</p>
                <p className="pre" style={{ margin: '4px 0' }}>{preview.data.text}</p>
                <p className="soft small num" style={{ margin: 0 }}>{preview.data.length} 字{t.channel === 'sms' && `，约 ${segments(preview.data.length)} 条短信（不含签名和链接）`}</p>
              </div>
            )}
          </Panel>
          {t.versions.length > 0 && (
            <Panel title="版本">
              <ol className="plain">
                {t.versions.map((x) => (
                  <li key={x.number}>
                    <strong>第 {x.number} 版</strong>　{x.reset ? '恢复默认' : x.title}
                    {!x.reset && <span className="sub pre">{x.text}</span>}
                    <span className="sub num">{dateTime(x.at)}　{x.author_name}{x.reason && `：${x.reason}`}</span>
                    {!x.reset && x.number !== t.number && <Button size="small" type="link" onClick={() => { set('title', x.title); set('text', x.text) }}>取用这一版的说法</Button>}
                  </li>
                ))}
              </ol>
            </Panel>
          )}
        </div>
        <div className="side-col">
          <Panel title="变量">
            <p className="soft small">点一下插入到“{focus === 'title' ? '标题' : '内容'}”。</p>
            <ul className="words">
              {t.variables.map((x) => <li key={x.name}><button type="button" onClick={() => insert(x.name)}><span className="strong">{`{${x.name}}`}</span><span className="sub">{x.meant}，如 {x.sample}</span></button></li>)}
            </ul>
          </Panel>
        </div>
      </div>
    </Page>
  )
}

/** usePreview asks, a moment after the last change, how the words would look. */
function usePreview(t: MessageTemplate, title: string, text: string) {
  const now = JSON.stringify({ title, text })
  const [asked, setAsked] = useState(now)
  useEffect(() => {
    const wait = setTimeout(() => setAsked(now), 300)
    return () => clearTimeout(wait)
  }, [now])
  return useQuery<TemplatePreview>({
    queryKey: ['/templates/preview', t.kind, t.channel, asked],
    queryFn: () => post('/templates/{kind}/{channel}/preview', { path: { kind: t.kind, channel: t.channel }, body: JSON.parse(asked) as { title: string; text: string } }),
    placeholderData: (prev) => prev,
    staleTime: 60_000,
  })
}
