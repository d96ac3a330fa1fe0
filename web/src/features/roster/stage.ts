import type { RosterReport } from '../../api/types'
import { count } from '../../ui/format'

/** Stage is how far an import has come. */
export type Stage =
  | { at: 'idle' }
  | { at: 'sending'; sent: number; applying: boolean }
  | { at: 'checked'; report: RosterReport }
  | { at: 'done'; report: RosterReport }
  | { at: 'failed'; error: unknown }

/** doing says what the program is at; sent runs from 0 to 1. */
export function doing(s: { sent: number; applying: boolean }): string {
  if (s.sent < 1) return '正在上传……'
  return s.applying ? '正在写入，请不要关闭页面……' : '正在核对……'
}

/** left is the number of rows that an import would write. */
export function left(r: RosterReport): number {
  return r.sheets.reduce((n, s) => n + s.create + s.update, 0)
}

/** summary counts what was written, in words. */
export function summary(verb: string, r: RosterReport): string {
  const created = r.sheets.reduce((n, s) => n + s.create, 0)
  return `${verb}：新建 ${count(created)} 行，更新 ${count(left(r) - created)} 行`
}
