// Failures as the program tells them (RFC 9457), turned into what a person reads.

export interface ProblemBody {
  status?: number
  title?: string
  detail?: string
  instance?: string
  errors?: { location?: string; message?: string; value?: unknown }[]
}

export class Problem extends Error {
  readonly status: number
  readonly fields: Record<string, string>

  constructor(status: number, message: string, fields: Record<string, string> = {}) {
    super(message)
    this.name = 'Problem'
    this.status = status
    this.fields = fields
  }
}

const fallback: Record<number, string> = {
  0: '无法连接到服务，请检查网络后重试；已填写的内容没有丢失。',
  400: '请求内容有误，请检查后重试。',
  401: '登录已失效，请重新登录。',
  403: '您没有此项权限；如需办理请联系安全管理员授权。',
  404: '没有找到，或者它不在您的管辖范围内。',
  409: '此事项已被他人修改，请刷新后重试。',
  413: '内容超过大小限制，请缩小后重试。',
  422: '有内容不符合要求，请按提示修改。',
  429: '操作过于频繁，请稍候再试。',
  503: '服务暂不可用，请稍后重试。',
}

/** fieldName takes "body.form.person" or "form.person" to "person". */
export function fieldName(location: string): string {
  const parts = location.replace(/\[(\d+)\]/g, '.$1').split('.').filter((p) => p !== '' && !/^\d+$/.test(p))
  return parts[parts.length - 1] ?? ''
}

export function problemOf(status: number, body: unknown): Problem {
  const b = (body && typeof body === 'object' ? body : {}) as ProblemBody
  const fields: Record<string, string> = {}
  for (const e of b.errors ?? []) {
    const name = fieldName(e.location ?? '')
    if (name && e.message && !fields[name]) fields[name] = e.message
  }
  const chinese = b.detail && /[\u4e00-\u9fff]/.test(b.detail) ? b.detail : ''
  const other = status >= 500 ? '服务内部出错，已记录；请稍后重试，仍不行请把时间告诉系统管理员。' : '操作没有成功，请稍后重试。'
  return new Problem(status, chinese || fallback[status] || other, fields)
}

/** sentence gives what to show for anything thrown. */
export function sentence(err: unknown): string {
  if (err instanceof Problem) return err.message
  return fallback[0]
}
