// CSV for spreadsheets: UTF-8 with a byte-order mark, CRLF, and no cell that a
// spreadsheet would run as a formula.

export interface CsvColumn<T> { title: string; text: (row: T) => string | number }

export function cell(v: string | number): string {
  let s = typeof v === 'number' ? String(v) : v
  if (typeof v === 'string' && /^[=+\-@\t\r]/.test(s) && !/^-(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(s)) s = "'" + s
  return /[",\r\n]/.test(s) ? `"${s.replace(/"/g, '""')}"` : s
}

export function csv<T>(columns: CsvColumn<T>[], rows: T[]): string {
  const lines = [columns.map((c) => cell(c.title)).join(',')]
  for (const r of rows) lines.push(columns.map((c) => cell(c.text(r))).join(','))
  return '\ufeff' + lines.join('\r\n') + '\r\n'
}

/** save hands a text (CSV) or a file to the browser as a download. */
export function save(name: string, content: string | Blob): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: 'text/csv;charset=utf-8' }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
