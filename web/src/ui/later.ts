import { useEffect, useState } from 'react'

/** useLater follows a value once it has stood still for so many milliseconds: a question for every key pressed would be many. */
export function useLater<T>(value: T, after: number): T {
  const [still, setStill] = useState(value)
  useEffect(() => {
    const t = setTimeout(() => setStill(value), after)
    return () => clearTimeout(t)
  }, [value, after])
  return still
}
