import { Button, Input } from 'antd'
import { useState } from 'react'
import type { FoundGroup } from '../../api/types'
import { useGet } from '../../api/use'
import { useFilters } from '../../ui/filters'
import { count } from '../../ui/format'
import { Go } from '../../ui/go'
import { StateChip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'

/** Found shows everything that the words find and the reader may see, kind by kind. */
export function Found() {
  const [search, , all] = useFilters()
  const q = search.q ?? ''
  const enough = [...q.trim()].length >= 2
  const found = useGet('/find', { query: { q } }, { enabled: enough, keep: true })
  return (
    <Page title="检索">
      <Ask key={q} words={q} look={(words) => all({ q: words })} />
      {!enough ? (
        <section className="panel"><Empty title={q === '' ? '想找什么？' : '字数太少'} how="输入编号、标题或正文里的两个以上的字；企业也可以输入名称的拼音首字母，例如“示范印染”输入 sfyr。" /></section>
      ) : found.error && !found.data ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <section className="panel"><Bones rows={6} /></section>
      ) : found.data.groups.length === 0 ? (
        <section className="panel"><Empty title={`没有找到“${q}”`} how="请换一种说法，或只输入其中两三个字；不在您查看范围内的事项不会出现。" /></section>
      ) : null}
      {enough && found.data?.groups.map((g) => <Kind key={g.kind} group={g} words={q.trim()} />)}
    </Page>
  )
}

function Ask({ words, look }: { words: string; look: (words: string) => void }) {
  const [text, setText] = useState(words)
  return (
    <form
      className="ask"
      role="search"
      aria-label="全局检索"
      onSubmit={(e) => {
        e.preventDefault()
        look(text.trim())
      }}
    >
      <Input value={text} onChange={(e) => setText(e.target.value)} aria-label="要找的字" placeholder="编号、文字、企业名称首字母" allowClear autoFocus={words === ''} />
      <Button type="primary" htmlType="submit">检索</Button>
    </form>
  )
}

function Kind({ group: g, words }: { group: FoundGroup; words: string }) {
  return (
    <section className="panel" aria-label={g.title}>
      <header><h2>{g.title}{g.total > 0 && <span className="soft small num">　{g.capped ? `${count(g.total)} 以上` : count(g.total)}</span>}</h2>{g.more && <div className="tools"><Go href={g.link}>全部</Go></div>}</header>
      <ul className="hits">
        {g.hits.map((h) => (
          <li key={h.id}>
            <Go href={h.link}>
              <span><Words text={h.title} words={words} /><span className="sub num">{[h.number, h.area_name].filter(Boolean).join(' · ')}</span></span>
              {h.state && <StateChip state={h.state} title={h.state_title} />}
            </Go>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Words is a text with what was searched for made strong. */
function Words({ text, words }: { text: string; words: string }) {
  const at = text.toLowerCase().indexOf(words.toLowerCase())
  if (at < 0) return <>{text}</>
  return <>{text.slice(0, at)}<mark>{text.slice(at, at + words.length)}</mark>{text.slice(at + words.length)}</>
}
