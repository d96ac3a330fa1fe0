import { useSyncExternalStore } from 'react'

function useMedia(query: MediaQueryList | null): boolean {
  return useSyncExternalStore(
    (f) => {
      query?.addEventListener('change', f)
      return () => query?.removeEventListener('change', f)
    },
    () => query?.matches ?? false,
    () => false,
  )
}

const media = (query: string) => typeof window === 'undefined' ? null : window.matchMedia(query)
const narrow = media('(max-width: 767px)')
const still = media('(prefers-reduced-motion: reduce)')

/** usePhone reports whether the page is drawn in one column. */
export function usePhone(): boolean {
  return useMedia(narrow)
}

/** useStill reports whether the reader asked the system for less motion. */
export function useStill(): boolean {
  return useMedia(still)
}
