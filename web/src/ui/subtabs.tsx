// Tabs inside a file: plain links, so that the address says which one is open.

import { useLocation } from '@tanstack/react-router'
import { Go } from './go'
import { useShown } from './shown'
import { parseSearch, stringifySearch, withFilter } from './search'
import './subtabs.css'

export interface Subtab { key: string; title: string; count?: number }

/** useSubtab is the open tab of the address, or the first. */
export function useSubtab(tabs: readonly Subtab[]): string {
  const search = parseSearch(useLocation().searchStr)
  return tabs.find((t) => t.key === search.tab)?.key ?? tabs[0]?.key ?? ''
}

/** Subtabs draws the tabs; the rest of the address stays as it is. */
export function Subtabs({ label, tabs }: { label: string; tabs: readonly Subtab[] }) {
  const location = useLocation()
  const search = parseSearch(location.searchStr)
  const open = useSubtab(tabs)
  const row = useShown(open)
  return (
    <nav ref={row} className="subtabs" aria-label={label}>
      {tabs.map((t, i) => (
        <Go key={t.key} href={location.pathname + stringifySearch(withFilter(search, 'tab', i === 0 ? undefined : t.key))} aria-current={t.key === open ? 'page' : undefined}>
          {t.title}{t.count !== undefined && t.count > 0 && <span className="num small">　{t.count}</span>}
        </Go>
      ))}
    </nav>
  )
}
