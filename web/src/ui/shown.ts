import { useEffect, useRef, type RefObject } from 'react'

/** useShown keeps the current link of a row of tabs in view when the row is wider than the screen. */
export function useShown(open: string): RefObject<HTMLElement | null> {
  const row = useRef<HTMLElement>(null)
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>('[aria-current]')
    if (row.current && here) row.current.scrollLeft = here.offsetLeft - row.current.offsetLeft - (row.current.clientWidth - here.clientWidth) / 2
  }, [open])
  return row
}
