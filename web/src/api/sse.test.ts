import { describe, expect, it } from 'vitest'
import { Parser, pause } from './sse'

describe('the stream of events', () => {
  it('gives whole messages, however the text is cut', () => {
    const text = ': hello\n\nid: 7\nevent: issue.assign\ndata: {"seq":7}\n\nid: 8\nevent: alarm.open\ndata: {"a":1,\ndata: "b":2}\n\n'
    for (let size = 1; size <= text.length; size++) {
      const p = new Parser()
      const got = []
      for (let i = 0; i < text.length; i += size) got.push(...p.feed(text.slice(i, i + size)))
      expect(got, `in pieces of ${size}`).toEqual([
        { id: '7', event: 'issue.assign', data: '{"seq":7}' },
        { id: '8', event: 'alarm.open', data: '{"a":1,\n"b":2}' },
      ])
    }
  })
  it('takes Windows line ends and fields without a space', () => {
    expect(new Parser().feed('event:x\r\ndata:1\r\n\r\n')).toEqual([{ id: '', event: 'x', data: '1' }])
  })
  it('a message without data is none, and an event’s name does not stay', () => {
    expect(new Parser().feed('event: ping\n\ndata: 2\n\n')).toEqual([{ id: '', event: '', data: '2' }])
  })
  it('waits longer after each failure, at most half a minute', () => {
    expect([1, 2, 3, 6, 50].map(pause)).toEqual([1000, 2000, 4000, 30_000, 30_000])
  })
})
