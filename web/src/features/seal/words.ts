import type { Copy } from '../../api/types'
import { dateTime } from '../../ui/format'

/** markOf is what stands on a reader's copy. */
export function markOf(c: Pick<Copy, 'reader_name' | 'at' | 'mark'>): string {
  return `${c.reader_name} ${dateTime(c.at)} ${c.mark}`
}

export const partTitles: Record<string, string> = { contact: '举报人身份', report: '举报内容', message: '举报人补充', reply: '答复' }
