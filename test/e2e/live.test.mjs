// Alarms come to open pages by themselves, and none is lost when the program is
// killed: pages take up the stream of events where they were.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, it } from 'node:test'
import { browserPath, openBrowser, settled, wide } from './browser.mjs'
import { newServer } from './program.mjs'

const missing = browserPath() ? false : '没有找到 chromium；请安装后再运行（CI 中视为失败）'
if (missing && process.env.CI) throw new Error(missing)

let server
let browser
before(async () => {
  if (missing) return
  server = await newServer()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.kill()
  server?.remove()
})

it('an alarm comes to the list and the wall by itself, also what happened while the page was cut off', { skip: missing, timeout: 120_000 }, async () => {
  const first = server.enrol('duty', '--role', 'duty', '--area', '330300')
  await server.start()
  const context = await browser.newContext({ viewport: wide, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', baseURL: server.url })
  const ask = async (method, path, data) => {
    const answer = await context.request.fetch('/api/v1' + path, { method, data, headers: { 'X-Qingshao': '1' } })
    assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return answer.status() === 204 ? undefined : answer.json()
  }
  await ask('POST', '/session', { login: 'duty', password: first })
  await ask('POST', '/me/password', { old: first, new: 'Lighthouse-7391-brass' })

  const firm = await ask('POST', '/enterprises', { name: '推送测试厂', area: '330302' })
  const outlets = []
  for (const n of [1, 2, 3]) {
    const outlet = await ask('POST', '/outlets', { enterprise_id: firm.id, name: `推送排口${n}`, kind: 'gas', area: '330302' })
    await ask('POST', `/outlets/${outlet.id}/limits`, { factor: 'a21026', upper: 50, statistic: 'hour', standard: 'GB 13271-2014', valid_from: '2020-01-01T00:00:00+08:00' })
    await ask('POST', '/devices', { mn: mn(n), outlet_id: outlet.id, password: '123456', protocol: '2017' })
    outlets.push(outlet)
  }

  const [list, wall] = [await context.newPage(), await context.newPage()]
  for (const page of [list, wall]) await page.addInitScript(remember)
  await list.goto('/alarms?state=open,notified')
  await wall.goto('/wall')
  for (const page of [list, wall]) {
    await settled(page)
    await page.waitForFunction(() => window.heard.streams > 0)
    await page.evaluate(() => { window.sameDocument = true })
  }

  await exceed(server.hj212, 1)
  await list.locator('table.t tbody tr', { hasText: '推送排口1' }).waitFor()
  await attention(wall, '推送排口1')

  // Cut off: the program is killed, comes back, and an alarm is raised before the
  // pages reach it again.
  await context.route('**/api/v1/events', (r) => r.abort())
  await server.kill()
  await server.start()
  await exceed(server.hj212, 2)
  await until(async () => (await ask('GET', '/alarms?limit=10')).total === 2)
  await context.unroute('**/api/v1/events')
  await list.locator('table.t tbody tr', { hasText: '推送排口2' }).waitFor()
  await attention(wall, '推送排口2')

  // And once more without any alarm in between.
  await server.kill()
  await server.start()
  await exceed(server.hj212, 3)
  await list.locator('table.t tbody tr', { hasText: '推送排口3' }).waitFor()
  await attention(wall, '推送排口3')

  const raised = (await ask('GET', '/alarms?limit=10')).items.map((a) => a.id).sort()
  assert.equal(raised.length, outlets.length)
  for (const page of [list, wall]) {
    assert.ok(await page.evaluate(() => window.sameDocument), 'nobody has loaded the page again')
    const { events, streams, resumed } = await page.evaluate(() => window.heard)
    const alarms = events.filter((e) => e.topic === 'alarm.raise').map((e) => e.subject).sort()
    assert.deepEqual(alarms, raised, 'every alarm was heard of exactly once')
    assert.ok(streams >= 3 && resumed.length >= 2, `${streams} streams, resumed behind ${resumed}`)
  }
  await context.close()
})

const attention = (page, name) => page.locator('.wall-part[aria-label=需要关注] .wall-tile', { hasText: name }).waitFor()

async function until(f) {
  for (const end = Date.now() + 20_000; !(await f());) {
    assert.ok(Date.now() < end, 'it did not come')
    await new Promise((r) => setTimeout(r, 50))
  }
}

/** remember, run in the page before all else, keeps what the stream of events says. */
function remember() {
  const heard = { events: [], streams: 0, resumed: [] }
  window.heard = heard
  const ask = window.fetch
  window.fetch = async (url, init) => {
    const answer = await ask(url, init)
    if (!String(url).endsWith('/events') || !answer.ok) return answer
    heard.streams++
    const last = new Headers(init?.headers).get('Last-Event-ID')
    if (last) heard.resumed.push(last)
    const [mine, theirs] = answer.body.tee()
    void (async () => {
      let text = ''
      for (const reader = mine.pipeThrough(new TextDecoderStream()).getReader(); ;) {
        const { done, value } = await reader.read()
        if (done) return
        text += value
        const lines = text.split('\n')
        text = lines.pop()
        for (const line of lines) if (line.startsWith('data: ')) heard.events.push(JSON.parse(line.slice(6)))
      }
    })().catch(() => {})
    return new Response(theirs, { status: answer.status, headers: answer.headers })
  }
}

const mn = (n) => `E2E${String(n).padStart(21, '0')}`

/** exceed sends three readings in a row beyond the limit, and waits for their answers. */
function exceed(port, n) {
  const now = Date.now() - 120_000
  const frames = [0, 1, 2].map((i) => {
    const at = new Date(now + i * 30_000 + 8 * 3600_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)
    return frame(`QN=${at}000;ST=31;CN=2011;PW=123456;MN=${mn(n)};Flag=5;CP=&&DataTime=${at};a21026-Rtd=${80 + i}.0,a21026-ZsRtd=${80 + i}.0,a21026-Flag=N&&`)
  })
  return new Promise((done, fail) => {
    let said = ''
    const line = connect(port, '127.0.0.1', () => line.write(frames.join('')))
    line.on('error', fail)
    line.setTimeout(20_000, () => fail(new Error('no answer')))
    line.setEncoding('latin1').on('data', (s) => {
      said += s
      if (said.split('CN=9014').length > 3) line.end(done)
    })
  })
}

/** frame puts head, length and check code around a segment (HJ 212). */
function frame(segment) {
  let crc = 0xffff
  for (const byte of Buffer.from(segment, 'latin1')) {
    crc = (crc >> 8) ^ byte
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return `##${String(segment.length).padStart(4, '0')}${segment}${crc.toString(16).toUpperCase().padStart(4, '0')}\r\n`
}
