// The frame of one page: its title in the tab and as the heading, focus on the
// heading after a change of page, tools at the right.

import { useEffect, useRef, type ReactNode } from 'react'

export function Page({ title, crumb, tools, children }: { title: string; crumb?: ReactNode; tools?: ReactNode; children: ReactNode }) {
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · 清哨`
  }, [title])
  useEffect(() => {
    if (visits++ > 0) head.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [])
  return (
    <>
      <div className="page-head">
        <div>
          {crumb && <div className="crumb">{crumb}</div>}
          <h1 ref={head} tabIndex={-1}>{title}</h1>
        </div>
        {tools && <div className="tools">{tools}</div>}
      </div>
      {children}
    </>
  )
}

let visits = 0

export function Panel({ title, tools, children, flush, id }: { title?: ReactNode; tools?: ReactNode; children: ReactNode; flush?: boolean; id?: string }) {
  return (
    <section className="panel" id={id}>
      {title && (
        <header>
          <h2>{title}</h2>
          {tools && <div className="tools">{tools}</div>}
        </header>
      )}
      {flush ? children : <div className="body">{children}</div>}
    </section>
  )
}
