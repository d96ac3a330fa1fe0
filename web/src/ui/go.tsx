// Links inside the console. Plain addresses, because the program sends them too
// (counters, notices, to-do rows).

import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'

/** useGo gives a function that opens a console address. */
export function useGo(): (href: string, replace?: boolean) => void {
  const router = useRouter()
  return (href, replace) => (replace ? router.history.replace(href) : router.history.push(href))
}

/** local keeps only addresses of this console; anything else leads home. */
export function local(href: string): string {
  return href.startsWith('/') && !href.startsWith('//') ? href : '/'
}

export function Go({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const go = useGo()
  const to = local(href)
  const click = (e: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(e)
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
    e.preventDefault()
    go(to)
  }
  return <a href={to} onClick={click} {...rest} />
}
