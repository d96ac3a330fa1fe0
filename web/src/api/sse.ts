// A reader of server-sent events over fetch: the program names each event by its
// topic, and the browser's own EventSource would only hear names it was told.

export interface Message { id: string; event: string; data: string }

/** Parser gathers text into messages; what is unfinished waits for more. */
export class Parser {
  private rest = ''
  private id = ''
  private event = ''
  private data: string[] = []

  feed(text: string): Message[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/)
    this.rest = lines.pop() ?? ''
    const out: Message[] = []
    for (const line of lines) {
      if (line === '') {
        if (this.data.length > 0) out.push({ id: this.id, event: this.event, data: this.data.join('\n') })
        this.event = ''
        this.data = []
        continue
      }
      const at = line.indexOf(':')
      if (at === 0) continue
      const name = at < 0 ? line : line.slice(0, at)
      const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '')
      if (name === 'data') this.data.push(value)
      else if (name === 'id') this.id = value
      else if (name === 'event') this.event = value
    }
    return out
  }
}

/** pause is how long to wait before the nth attempt to connect again: 1 s, doubling to 30 s. */
export function pause(attempt: number): number {
  return Math.min(30_000, 1000 * 2 ** Math.max(0, attempt - 1))
}

/** follow reads a stream until stop is called, connecting again after a break from the last id heard. */
export function follow(url: string, heard: (m: Message) => void, state: (on: boolean) => void): () => void {
  const gone = new AbortController()
  let last = ''
  let attempt = 0
  const once = async () => {
    const answer = await fetch(url, { credentials: 'same-origin', signal: gone.signal, headers: { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) } })
    if (!answer.ok || !answer.body) return answer.status
    attempt = 0
    state(true)
    const parser = new Parser()
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 0
      for (const m of parser.feed(value)) {
        if (m.id) last = m.id
        heard(m)
      }
    }
  }
  const run = async () => {
    while (!gone.signal.aborted) {
      const status = await once().catch(() => 0)
      if (gone.signal.aborted || status === 401 || status === 403) return
      attempt++
      if (attempt > 1) state(false)
      await new Promise((r) => setTimeout(r, pause(attempt)))
    }
  }
  void run()
  return () => gone.abort()
}
