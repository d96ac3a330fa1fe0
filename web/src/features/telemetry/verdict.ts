import type { Tone, Shape } from '../../ui/marks'
import type { OfficialValue } from '../../api/types'

export interface Verdict { shape: Shape; tone: Tone; word: string }

/** verdict says in a word what may be concluded from an official value. */
export function verdict(v: Pick<OfficialValue, 'valid' | 'judged' | 'exempt' | 'exceeds' | 'guard' | 'limit' | 'lower'>): Verdict {
  if (v.exceeds) return { shape: 'triangle', tone: 'red', word: '超标' }
  if (!v.valid) return { shape: 'dash', tone: 'grey', word: '无效' }
  if (v.exempt) return { shape: 'ring', tone: 'grey', word: '豁免' }
  if (!v.judged) return { shape: 'ring', tone: 'amber', word: '不判定' }
  return { shape: 'circle', tone: 'green', word: v.limit === undefined && v.lower === undefined ? '有效' : '达标' }
}

/** letterWord says what an hour's letter in the calendar of rates means. */
export const letterWord: Record<string, string> = { V: '有效', I: '收到而无效', M: '有标记', S: '停运', X: '缺失', '-': '未到' }

/** runs joins equal letters of a day: VVX → [{letter: V, from: 0, to: 2}, {letter: X, from: 2, to: 3}]. */
export function runs(letters: string): { letter: string; from: number; to: number }[] {
  const out: { letter: string; from: number; to: number }[] = []
  for (let i = 0; i < letters.length; i++) {
    const last = out[out.length - 1]
    if (last && last.letter === letters[i]) last.to = i + 1
    else out.push({ letter: letters[i], from: i, to: i + 1 })
  }
  return out
}
