// Words of the pages about protection.

const parts: Record<string, string> = { text: '举报内容', contact: '举报人身份', report: '举报内容与往来', file: '附件', '': '全部' }

/** partTitle says which piece of a document was opened. */
export function partTitle(part: string): string {
  return parts[part] ?? '附件'
}
