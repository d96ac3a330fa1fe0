// Words of the pages about protection.

const parts: Record<string, string> = { text: '举报内容', contact: '联系方式', file: '附件', '': '全部' }

/** partTitle says which piece of a document was opened. */
export function partTitle(part: string): string {
  return parts[part] ?? '附件'
}
