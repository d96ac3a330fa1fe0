// The list page's machinery: one table that becomes cards on the phone, keyset
// paging, chosen columns, exports, and the keys j k Enter.

import { Button, Checkbox, Popover } from 'antd'
import { useEffect, useState, type ReactNode } from 'react'
import type { List } from '../api/use'
import { total } from './format'
import { Go, useGo } from './go'
import { usePhone } from './screen'
import { Bones, Empty, Trouble } from './state'
import { csv, save } from './csv'

export interface Column<T> {
  key: string
  title: string
  unit?: string
  align?: 'r' | 'c'
  width?: number
  /** optional columns are hidden until chosen */
  optional?: boolean
  render: (row: T) => ReactNode
  /** text is the plain value for CSV; without it the column stays out of it */
  text?: (row: T) => string | number
}

export interface DataListProps<T> {
  name: string
  list: List<T>
  columns: Column<T>[]
  rowKey: (row: T) => string
  href?: (row: T) => string
  label?: (row: T) => string
  card: (row: T) => ReactNode
  empty: { title: string; how?: ReactNode; action?: ReactNode }
  /** exports gives the addresses of the server's exports, false for who may not export; without it the loaded rows are saved as CSV */
  exports?: false | ((format: 'csv' | 'xlsx') => string)
  tools?: ReactNode
}

export function DataList<T>({ name, list, columns, rowKey, href, label, card, empty, exports, tools }: DataListProps<T>) {
  const phone = usePhone()
  const [hidden, setHidden] = useColumns(name, columns)
  const shown = columns.filter((c) => !hidden.includes(c.key))
  const on = useKeys(list.items, href)
  if (list.loading) return <Bones />
  if (list.error && list.items.length === 0) return <Trouble error={list.error} again={list.again} />
  if (list.items.length === 0) return <Empty {...empty} />
  return (
    <>
      <div className="count-line">
        <span className="num">共 {total(list.total, list.capped)} 条{list.items.length < list.total && `，已加载 ${list.items.length} 条`}</span>
        {!phone && (
          <div className="tools">
            {href && <span>按 j / k 选择，Enter 打开</span>}
            {tools}
            <ColumnChoice columns={columns} hidden={hidden} onChange={setHidden} />
            {exports ? (
              <>
                <a href={exports('xlsx')} download>导出 Excel</a>
                <a href={exports('csv')} download>导出 CSV</a>
              </>
            ) : exports === undefined && (
              <button type="button" className="linkish" onClick={() => save(`${name}.csv`, csv(columns.filter((c) => c.text).map((c) => ({ title: c.title + (c.unit ? `（${c.unit}）` : ''), text: c.text! })), list.items))}>
                导出已加载的 CSV
              </button>
            )}
          </div>
        )}
      </div>
      {phone ? (
        <ul className="cards">
          {list.items.map((row) => (
            <li key={rowKey(row)}>{href ? <Go className="card" href={href(row)}>{card(row)}</Go> : <div className="card">{card(row)}</div>}</li>
          ))}
        </ul>
      ) : (
        <div className="scroll">
          <table className="t">
            <thead>
              <tr>
                {shown.map((c) => (
                  <th key={c.key} scope="col" className={c.align} style={c.width ? { width: c.width } : undefined}>
                    {c.title}
                    {c.unit && `（${c.unit}）`}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {list.items.map((row, i) => (
                <Row key={rowKey(row)} row={row} on={i === on} columns={shown} href={href?.(row)} label={label?.(row)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasMore && (
        <div className="more">
          <Button onClick={list.more} loading={list.loadingMore}>加载更多</Button>
        </div>
      )}
    </>
  )
}

function Row<T>({ row, on, columns, href, label }: { row: T; on: boolean; columns: Column<T>[]; href?: string; label?: string }) {
  const go = useGo()
  return (
    <tr
      className={href ? 'go' : undefined}
      data-on={on}
      ref={(el) => {
        if (on) el?.scrollIntoView({ block: 'nearest' })
      }}
      onClick={href ? (e) => {
        if ((e.target as HTMLElement).closest('a,button,input,label')) return
        if (window.getSelection()?.toString()) return
        go(href)
      } : undefined}
    >
      {columns.map((c, i) => (
        <td key={c.key} className={c.align}>
          {i === 0 && href ? <Go href={href} aria-label={label}>{c.render(row)}</Go> : c.render(row)}
        </td>
      ))}
    </tr>
  )
}

function useKeys<T>(items: T[], href?: (row: T) => string): number {
  const [at, setAt] = useState(-1)
  const go = useGo()
  useEffect(() => {
    if (!href) return
    const key = (e: KeyboardEvent) => {
      const on = e.target as HTMLElement
      if (e.ctrlKey || e.metaKey || e.altKey || on.isContentEditable || /^(INPUT|TEXTAREA|SELECT|BUTTON|A)$/.test(on.tagName)) return
      if (e.key === 'j') setAt((n) => Math.min(n + 1, items.length - 1))
      else if (e.key === 'k') setAt((n) => Math.max(n - 1, 0))
      else if (e.key === 'Enter' && items[at]) go(href(items[at]))
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [items, at, href, go])
  return at
}

function useColumns<T>(name: string, columns: Column<T>[]): [string[], (hidden: string[]) => void] {
  const key = `columns.${name}`
  const [hidden, setHidden] = useState<string[]>(() => {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as unknown
      if (Array.isArray(kept)) return kept.filter((k): k is string => typeof k === 'string')
    } catch {
      // a damaged choice is forgotten
    }
    return columns.filter((c) => c.optional).map((c) => c.key)
  })
  return [
    hidden,
    (h) => {
      setHidden(h)
      localStorage.setItem(key, JSON.stringify(h))
    },
  ]
}

function ColumnChoice<T>({ columns, hidden, onChange }: { columns: Column<T>[]; hidden: string[]; onChange: (h: string[]) => void }) {
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="stack" role="group" aria-label="显示的列">
          {columns.map((c, i) => (
            <Checkbox key={c.key} disabled={i === 0} checked={!hidden.includes(c.key)} onChange={(e) => onChange(e.target.checked ? hidden.filter((k) => k !== c.key) : [...hidden, c.key])}>
              {c.title}
            </Checkbox>
          ))}
        </div>
      }
    >
      <button type="button" className="linkish">选择列</button>
    </Popover>
  )
}
