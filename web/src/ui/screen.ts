import { useSyncExternalStore } from 'react'

const narrow = typeof window === 'undefined' ? null : window.matchMedia('(max-width: 767px)')

/** usePhone reports whether the page is drawn in one column. */
export function usePhone(): boolean {
  return useSyncExternalStore(
    (f) => {
      narrow?.addEventListener('change', f)
      return () => narrow?.removeEventListener('change', f)
    },
    () => narrow?.matches ?? false,
    () => false,
  )
}
