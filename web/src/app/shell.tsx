// The console's frame: top bar, menu at the left (on the phone at the bottom),
// the section's tabs, and the page.

import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { AutoComplete, Dropdown, Input, Select, type RefSelectProps as BaseSelectRef } from 'antd'
import { useEffect, useRef, useState } from 'react'
import icon from '../assets/icon.svg'
import { remove } from '../api/client'
import { useLive } from '../api/live'
import { useGet, useMe, useReference } from '../api/use'
import { Go, useGo } from '../ui/go'
import { Icon } from '../ui/icons'
import { useLater } from '../ui/later'
import { usePhone } from '../ui/screen'
import { useShown } from '../ui/shown'
import { Empty } from '../ui/state'
import { parseSearch, stringifySearch, withFilter } from '../ui/search'
import { closed, home, menu, sectionOf, type Section } from './menu'
import { findable, searchTarget } from './find'

export function Shell() {
  const me = useMe()
  const phone = usePhone()
  const live = useLive(me.id !== '' && !me.must_change)
  const list = me.must_change ? [] : menu(me.capabilities)
  const location = useLocation()
  const here = sectionOf(list, location.pathname)
  const search = parseSearch(location.searchStr)
  const row = useShown(here.tab?.path ?? '')
  const keep = search.area ? stringifySearch({ area: search.area }) : ''
  return (
    <>
      <a className="skip" href="#page">跳到正文</a>
      <header className="top">
        <Go className="brand" href={home(me.capabilities)} aria-label="清哨，回到首页">
          <img src={icon} alt="" />
          <span>清哨</span>
        </Go>
        {!phone && list.some((s) => s.key !== 'admin') && <AreaSwitch />}
        {!phone && <Find path={location.pathname} />}
        <div className="end">
          {phone && findable(me.capabilities) && <Go className="top-button" href="/find" aria-label="检索"><Icon name="find" /></Go>}
          <Go className="top-button" href="/notices" aria-label={me.unread > 0 ? `消息，${me.unread} 条未读` : '消息'}>
            <Icon name="bell" />
            {me.unread > 0 && <span className="badge num" aria-hidden="true">{me.unread > 99 ? '99+' : me.unread}</span>}
          </Go>
          <Person />
        </div>
      </header>
      {!phone && <Side list={list} active={here.section} keep={keep} />}
      <main className="main" id="page" tabIndex={-1}>
        {live === 'off' && <div className="away" role="status">与服务的实时连接中断，正在重连；页面上的数字可能不是最新的。</div>}
        {here.section && here.section.tabs.length > 1 && (
          <nav ref={row} className="tabs" aria-label={here.section.title}>
            {here.section.tabs.map((t) => (
              <Go key={t.path} href={t.path + keep} aria-current={t === here.tab ? 'page' : undefined}>{t.title}</Go>
            ))}
          </nav>
        )}
        {closed(list, location.pathname) ? <div className="panel" role="alert"><h1 className="unseen">没有权限</h1><Empty title="您没有查看此页的权限" how="如工作需要，请联系安全管理员授权；也可以从左侧菜单打开您能办理的页面。" /></div> : <Outlet />}
      </main>
      {phone && <Bottom list={list} active={here.section} keep={keep} />}
    </>
  )
}

function Side({ list, active, keep }: { list: Section[]; active?: Section; keep: string }) {
  const ref = useReference()
  return (
    <nav className="side" aria-label="主菜单">
      {list.map((s) => (
        <Go key={s.key} href={s.tabs[0].path + keep} aria-current={s === active ? 'page' : undefined}>
          <Icon name={s.icon} />
          {s.title}
        </Go>
      ))}
      <div className="foot">{ref?.place.title}</div>
    </nav>
  )
}

function Bottom({ list, active, keep }: { list: Section[]; active?: Section; keep: string }) {
  const shown = list.length <= 5 ? list : list.slice(0, 4)
  const rest = list.slice(shown.length)
  const go = useGo()
  return (
    <nav className="bottom" aria-label="主菜单">
      {shown.map((s) => (
        <Go key={s.key} href={s.tabs[0].path + keep} aria-current={s === active ? 'page' : undefined}>
          <Icon name={s.icon} size={20} />
          {s.title}
        </Go>
      ))}
      {rest.length > 0 && (
        <Dropdown trigger={['click']} placement="topRight" menu={{ items: rest.map((s) => ({ key: s.tabs[0].path, label: s.title })), onClick: (i) => go(i.key + keep) }}>
          <button type="button">
            <Icon name="more" size={20} />
            更多
          </button>
        </Dropdown>
      )}
    </nav>
  )
}

function AreaSwitch() {
  const me = useMe()
  const ref = useReference()
  const location = useLocation()
  const go = useGo()
  const search = parseSearch(location.searchStr)
  const units = (ref?.units ?? []).filter((u) => !me.area || u.code === me.area || u.code.startsWith(me.area.replace(/(00)+$/, '')))
  const whole = me.area_name || ref?.place.name || '全域'
  if (units.length < 2) return <span className="place">{whole}</span>
  return (
    <Select
      aria-label="区域"
      variant="borderless"
      popupMatchSelectWidth={200}
      value={search.area ?? ''}
      onChange={(v) => go(location.pathname + stringifySearch(withFilter(search, 'area', v)))}
      options={[{ value: '', label: whole }, ...units.map((u) => ({ value: u.code, label: u.name }))]}
    />
  )
}

function Find({ path }: { path: string }) {
  const box = useRef<BaseSelectRef>(null)
  const me = useMe()
  const go = useGo()
  const [text, setText] = useState('')
  const asked = useLater(text.trim(), 250)
  const picked = useRef(false)
  const [open, setOpen] = useState(false)
  const found = useGet('/find', { query: { q: asked } }, { enabled: findable(me.capabilities) && [...asked].length >= 2, keep: true })
  const groups = [...asked].length >= 2 ? (found.data?.groups ?? []) : []
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey) return
      const on = e.target as HTMLElement
      if (on.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName)) return
      e.preventDefault()
      box.current?.focus()
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
  const leave = (to: string) => {
    setText('')
    setOpen(false)
    go(to)
  }
  return (
    <form
      role="search"
      className="find"
      onSubmit={(e) => {
        e.preventDefault()
        if (picked.current) {
          picked.current = false
          return
        }
        const to = searchTarget(text, path, me.capabilities)
        if (to) leave(to)
      }}
    >
      <AutoComplete
        ref={box}
        value={text}
        onChange={(v) => {
          setText(v)
          setOpen(true)
        }}
        open={open && groups.length > 0}
        onOpenChange={setOpen}
        onKeyDown={() => (picked.current = false)}
        onSelect={(to: string) => {
          picked.current = true
          leave(to)
        }}
        defaultActiveFirstOption={false}
        popupMatchSelectWidth={420}
        listHeight={480}
        options={groups.map((g) => ({
          label: g.title,
          options: g.hits.slice(0, 4).map((h) => ({ value: h.link, label: <span className="hit"><span className="one-line">{h.title}</span><span className="soft small num">{h.number || h.area_name}</span></span> })),
        }))}
      >
        <Input aria-label="搜索" placeholder="搜索编号、名称（按 / 键）" prefix={<Icon name="find" size={16} />} allowClear />
      </AutoComplete>
    </form>
  )
}

function Person() {
  const me = useMe()
  const phone = usePhone()
  const client = useQueryClient()
  const go = useGo()
  const leave = async () => {
    await remove('/session').catch(() => undefined)
    client.clear()
    window.location.assign('/login')
  }
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: [
          { key: 'who', label: <span>{me.name}<br /><span className="soft small">{me.roles.map((r) => r.title).join('、')}{me.agency_name && ` · ${me.agency_name}`}</span></span>, disabled: true },
          { type: 'divider' },
          { key: 'me', label: '我的账号' },
          { key: 'leave', label: '退出登录' },
        ],
        onClick: (i) => (i.key === 'leave' ? void leave() : go('/me')),
      }}
    >
      <button type="button" className="top-button" aria-label={`${me.name}，个人菜单`}>
        <Icon name="person" />
        {!phone && <span>{me.name}</span>}
      </button>
    </Dropdown>
  )
}
