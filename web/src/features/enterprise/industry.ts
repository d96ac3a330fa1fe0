import { useReference } from '../../api/use'

/** useIndustry gives the name of an industry's code (GB/T 4754), or the code. */
export function useIndustry(): (code: string) => string {
  const ref = useReference()
  return (code) => ref?.industries.find((i) => i.id === code)?.name ?? (code || '—')
}
