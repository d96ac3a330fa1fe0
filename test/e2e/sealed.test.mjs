// Sealed reports by clicking, on an empty program: four officers make their keys, a
// reporter in confidence and an insider write, everything that leaves the
// reporter's browser is recorded and searched, and two officers together open who
// it was.

import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { accessible, browserPath, choose, fits, narrow, openBrowser, picture, settled, wide } from './browser.mjs'
import { spellings, withPosition } from './photo.mjs'
import { newServer, root } from './program.mjs'

const missing = browserPath() ? false : '没有找到 chromium；请安装后再运行（CI 中视为失败）'
if (missing && process.env.CI) throw new Error(missing)

const marker = `QX标记${Date.now().toString(36)}`
const plain = `KX对照${Date.now().toString(36)}`
const photoMark = `${marker}照片`

/** recorder stands between a browser and the program and keeps every byte that the browser sends. */
async function recorder(url) {
  const said = []
  const server = createServer((req, res) => {
    said.push(Buffer.from(`${req.method} ${req.url} ${JSON.stringify(req.headers)}`))
    const parts = []
    req.on('data', (b) => parts.push(b))
    req.on('end', () => {
      const body = Buffer.concat(parts)
      said.push(body)
      const on = request(url + req.url, { method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode, answer.headers)
        answer.pipe(res)
      })
      on.on('error', () => res.destroy())
      on.end(body)
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${server.address().port}`, said: () => Buffer.concat(said), forget: () => said.splice(0), close: () => { server.closeAllConnections(); server.close() } }
}

describe('sealed reports', { skip: missing, concurrency: false }, () => {
  const people = {} // login: {page, wrong, passphrase, fingerprint}
  let server
  let browser
  let line
  let confidential
  let insider

  before(async () => {
    server = await newServer('--login-two-step', 'none') // signing in with a code has a test of its own
    const first = {}
    for (const [login, role] of [['desk1', 'reward'], ['desk2', 'reward'], ['eye1', 'supervisor'], ['eye2', 'supervisor'], ['secadmin', 'secadmin'], ['clerk', 'clerk']]) {
      first[login] = server.enrol(login, '--role', role, ...(role === 'secadmin' ? [] : ['--area', '330300']))
    }
    await server.start()
    browser = await openBrowser()
    line = await recorder(server.url)
    for (const login of Object.keys(first)) people[login] = await officer(login, first[login], login === 'clerk' ? line.url : server.url)
  }, { timeout: 120_000 })

  after(async () => {
    await browser?.close()
    line?.close()
    await server?.kill()
    server?.remove()
  })

  /** officer signs in, each in a browser of their own. */
  async function officer(login, password, base) {
    const context = await browser.newContext({ viewport: wide, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', baseURL: base })
    const ask = async (path, data) => {
      const answer = await context.request.post('/api/v1' + path, { data, headers: { 'X-Qingshao': '1' } })
      assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`)
    }
    await ask('/session', { login, password })
    await ask('/me/password', { old: password, new: 'Lighthouse-7391-brass' })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    const wrong = []
    page.on('pageerror', (e) => wrong.push(`${login} ${page.url()}: ${e.message}`))
    page.on('console', (m) => { if (m.type() === 'error' && !/status of 4/.test(m.text())) wrong.push(`${login} ${page.url()}: ${m.text()}`) })
    return { page, wrong, name: login }
  }

  /** reporter opens a fresh browser behind the recorder. */
  async function reporter(f) {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', baseURL: line.url })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    const wrong = []
    page.on('pageerror', (e) => wrong.push(e.message))
    page.on('console', (m) => { if (m.type() === 'error' && !/status of 4/.test(m.text())) wrong.push(m.text()) })
    try {
      await f(page, context)
      assert.deepEqual(wrong, [])
    } catch (e) {
      await picture(page, 'failed-reporter').catch(() => {})
      throw e
    } finally {
      await context.close()
    }
  }

  async function as(login, f, viewport = wide) {
    const p = people[login]
    await p.page.bringToFront()
    await p.page.setViewportSize(viewport)
    try {
      await f(p.page)
      assert.deepEqual(p.wrong, [])
    } catch (e) {
      await picture(p.page, `failed-${login}`).catch(() => {})
      throw e
    }
  }

  /** looked takes pictures of a page at both widths and lets axe look. */
  async function looked(page, name) {
    await page.mouse.move(0, 0)
    for (const size of [wide, narrow]) {
      await page.setViewportSize(size)
      await settled(page)
      await picture(page, name)
      await accessible(page, name)
      await fits(page, name)
    }
    await page.setViewportSize(wide)
  }

  /** unsaid fails when words stand in what the browser sent. */
  function unsaid(words, what) {
    const sent = line.said()
    for (const form of spellings(words)) assert.ok(!sent.includes(form), `${what} left the browser`)
  }

  /** nothingKept fails when a page has left anything in its browser. */
  async function nothingKept(page, what) {
    const kept = await page.evaluate(async () => ({ local: { ...localStorage }, session: { ...sessionStorage }, databases: await indexedDB.databases(), caches: await caches.keys(), workers: (await navigator.serviceWorker.getRegistrations()).length }))
    assert.deepEqual(kept, { local: {}, session: {}, databases: [], caches: [], workers: 0 }, what)
  }

  async function photo(page) {
    const url = await page.evaluate(() => {
      const c = document.createElement('canvas')
      c.width = 320
      c.height = 240
      const g = c.getContext('2d')
      for (const [i, colour] of ['#355', '#a73', '#7ac', '#eed'].entries()) {
        g.fillStyle = colour
        g.fillRect(i * 80, 0, 80, 240)
      }
      return c.toDataURL('image/jpeg', 0.9)
    })
    const bytes = withPosition(Buffer.from(url.split(',')[1], 'base64'), photoMark)
    assert.ok(bytes.includes(photoMark) && bytes.includes('Exif'))
    return { name: `${marker}.jpg`, mimeType: 'image/jpeg', buffer: bytes }
  }

  const verb = (page, name) => page.locator('#verbs').getByRole('button', { name, exact: true })

  async function makeKey(login, party) {
    await as(login, async (page) => {
      await page.goto('/seal')
      await settled(page)
      await page.getByRole('button', { name: '建立密钥' }).click()
      const form = page.getByRole('form', { name: '建立保密密钥' })
      await form.getByText(party).first().waitFor()
      await form.getByRole('button', { name: '给我一个' }).click()
      people[login].passphrase = await form.locator('b.fingerprint').innerText()
      if (login === 'desk1') {
        await form.getByRole('button', { name: '在浏览器里建立' }).click()
        await form.getByText('两次输入不一致').waitFor()
        await picture(page, 'key-new')
        await accessible(page, 'a new key')
      }
      await form.getByLabel('再输入一遍').fill(people[login].passphrase)
      await form.getByRole('button', { name: '在浏览器里建立' }).click()
      people[login].fingerprint = await page.locator('p.info b.fingerprint').innerText()
    })
  }

  /** compare confirms another's key by its fingerprint as it was read aloud. */
  async function compare(by, of) {
    await as(by, async (page) => {
      await page.goto('/seal')
      await settled(page)
      await page.getByRole('button', { name: `办理 ${of}`, exact: true }).click()
      await verb(page, '核对指纹').click()
      if (of === 'desk1') {
        await page.locator('#verbs').getByLabel('持有人读出的指纹').fill(people[of].fingerprint.replace(/.$/, (c) => (c === '0' ? '1' : '0')))
        await page.getByRole('form', { name: '核对指纹' }).getByRole('button', { name: '核对指纹' }).click()
        await page.locator('#verbs').getByText(/指纹不一致/).first().waitFor()
        await settled(page)
      }
      await page.locator('#verbs').getByLabel('持有人读出的指纹').fill(people[of].fingerprint)
      await page.getByRole('form', { name: '核对指纹' }).getByRole('button', { name: '核对指纹' }).click()
      await page.locator('#verbs').getByText('已核对指纹。').waitFor()
    })
  }

  it('keys are made and compared on the console’s page; with one holder on a side the channel stays shut', { timeout: 180_000 }, async () => {
    for (const [login, party] of [['desk1', '保密岗'], ['desk2', '保密岗'], ['eye1', '监督方']]) await makeKey(login, party)
    await compare('desk2', 'desk1')
    await compare('desk1', 'desk2')
    await compare('desk1', 'eye1')
    await as('desk1', async (page) => {
      await page.goto('/seal')
      await page.getByText('监督方在用密钥不足').waitFor()
    })
    await reporter(async (page) => {
      await page.goto('/public/insider')
      await page.getByText('网上渠道暂未开放').waitFor()
      await page.goto('/public/report/other')
      assert.equal(await page.getByRole('radio', { name: /实名保密/ }).count(), 0)
    })
    await makeKey('eye2', '监督方')
    await compare('eye1', 'eye2')
    await as('desk1', async (page) => {
      await page.goto('/seal')
      await page.getByText('已开放').waitFor()
      await looked(page, 'keys')
    })
  })

  it('a report in confidence: neither who nor where the photo was taken leaves the browser, and nothing stays in it', { timeout: 120_000 }, () => reporter(async (page) => {
    line.forget()
    await page.goto('/public/report/other')
    await page.locator('input[name=photos]').setInputFiles(await photo(page)) // before the mode is chosen
    await page.getByLabel('看到、听到或闻到的情况').fill(`${plain}，夜间排污`)
    await page.getByRole('radio', { name: /实名保密/ }).check()
    await page.getByLabel('区域').selectOption({ label: '鹿城区' })
    await page.getByRole('button', { name: '提交举报' }).click()
    await page.getByText('请填写姓名，以及电话或其他联系方式中的一项').waitFor()
    await page.getByLabel('姓名').fill(`${marker}姓名`)
    await page.getByLabel('电话').fill(`1390000${marker}`)
    await nothingKept(page, 'while writing')
    await picture(page, 'public-confidential')
    await accessible(page, 'the confidential form')
    await fits(page, 'the confidential form')
    await page.getByRole('button', { name: '提交举报' }).click()
    confidential = { number: await page.locator('[data-number]').innerText(), secret: await page.locator('[data-secret]').innerText() }
    assert.match(confidential.number, /^WZ-M-/)
    await nothingKept(page, 'after sending')
    assert.ok(line.said().includes(plain), 'the search finds what the desk may read')
    assert.ok(line.said().includes(Buffer.from([0xff, 0xd8, 0xff])), 'the photo was sent')
    unsaid(marker, 'who reported')
    assert.ok(!line.said().includes('Exif'), 'the position of the photo left the browser')
    await page.goto('/public/report/other')
    await page.getByRole('radio', { name: /实名保密/ }).check()
    assert.equal(await page.getByLabel('姓名').inputValue() + await page.getByLabel('看到、听到或闻到的情况').inputValue(), '')
  }))

  it('an insider’s report: nothing leaves the browser unsealed, the photo is drawn anew, the receipt stays here', { timeout: 120_000 }, () => reporter(async (page, context) => {
    line.forget()
    await page.goto('/public/insider')
    await page.getByLabel('您知道的情况').fill(`${marker}内容，夜班把脱硫旁路打开`)
    await page.getByRole('textbox', { name: '地点' }).fill(`${marker}地点`)
    await page.getByLabel('被举报的单位或个人').fill(`${marker}单位`)
    await page.getByLabel('您怎么知道的').fill(`${marker}岗位`)
    await page.getByLabel('姓名').fill(`${marker}姓名`)
    await page.getByLabel('电话').fill(`1380000${marker}`)
    await page.locator('input[type=file]').setInputFiles({ name: '不是照片.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(marker) })
    await page.getByRole('button', { name: '封存并提交' }).click()
    await page.getByText('第 1 张照片打不开，没有提交').waitFor()
    await page.locator('input[type=file]').setInputFiles(await photo(page))
    await nothingKept(page, 'while writing')
    await picture(page, 'public-insider')
    await accessible(page, 'the insider’s form')
    await fits(page, 'the insider’s form')
    await page.getByRole('button', { name: '封存并提交' }).click()
    await page.locator('section[data-receipt]').waitFor()
    insider = { number: await page.locator('[data-number]').innerText(), secret: await page.locator('[data-secret]').innerText() }
    assert.match(insider.secret, /^(\d{4}-){5}\d{4}$/)
    await page.getByLabel('抄好后，照抄下的再输入一遍').fill(insider.secret.replaceAll('-', ' '))
    await page.getByText('一致，可以离开本页了').waitFor()
    await picture(page, 'public-insider-receipt')
    await accessible(page, 'the insider’s receipt')
    await nothingKept(page, 'after sending')

    await page.getByRole('link', { name: '去查询进度' }).click()
    await page.getByLabel('举报编号').fill(insider.number)
    await page.getByLabel('查询码').fill(insider.secret)
    await page.getByRole('button', { name: '查询', exact: true }).click()
    await page.getByText('夜班把脱硫旁路打开').waitFor()
    await page.getByText('没有人申请过').waitFor()
    await page.getByLabel('补充情况或提问').fill(`${marker}补充`)
    await page.getByRole('button', { name: '封存并发送' }).click()
    await page.getByText(`${marker}补充`).waitFor()
    await picture(page, 'public-insider-thread')
    await accessible(page, 'the insider’s conversation')
    await fits(page, 'the insider’s conversation')
    await nothingKept(page, 'after looking')

    unsaid(marker, 'what an insider wrote')
    for (const form of [insider.secret, insider.secret.replaceAll('-', ''), insider.secret.replaceAll('-', ' ')]) unsaid(form, 'the receipt')
    assert.ok(!line.said().includes('Exif') && !line.said().includes(Buffer.from([0xff, 0xd8, 0xff])), 'a photo left the browser unsealed')

    // What was sealed is the picture and nothing else.
    const seal = await import(pathToFileURL(join(root, 'web/public/seal.js')))
    const own = await seal.derive(insider.secret)
    const thread = await (await context.request.get('/public/sealed/thread')).json()
    const told = thread.items.find((x) => x.part === 'report')
    const { files } = seal.unpack(await seal.openWhole(told.body, told.sealed, own.identity))
    const sent = Buffer.from(files[0].bytes)
    assert.equal(files.length, 1)
    assert.ok(sent.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])), 'it is a JPEG')
    assert.ok(!sent.includes('Exif') && !sent.includes(photoMark), 'its position is gone')
  }))

  it('受理员 takes a call in confidence: the caller’s name is sealed in the clerk’s browser', { timeout: 120_000 }, async () => {
    await as('clerk', async (page) => {
      await page.goto('/tips/new')
      await settled(page)
      line.forget()
      await page.getByRole('radio', { name: '实名保密' }).check()
      await choose(page, '事项', '其他')
      await page.getByLabel('反映的情况').fill(`${plain}，厂里有暗管`)
      await page.getByLabel('具体地点').fill('鹿城区五马街道')
      await page.getByRole('button', { name: '登记', exact: true }).click()
      await page.getByText('实名保密须留姓名').waitFor()
      await page.getByLabel('举报人姓名').fill(`${marker}来电人`)
      await page.getByLabel('举报人电话').fill(`1370000${marker}`)
      await looked(page, 'tip-new-confidential')
      await page.getByRole('button', { name: '登记', exact: true }).click()
      const number = await page.locator('[data-number]').innerText()
      assert.match(number, /^WZ-M-/)
      assert.ok(!(await page.content()).includes(marker), 'the clerk sees it no more')
      assert.ok(line.said().includes(plain), 'the search finds what the desk may read')
      unsaid(marker, 'who called')
    })
  })

  /** opens asks for the opening, has the oversight agree and reads who it was; with seen, axe looks at every page of it. */
  async function opens(number, reason, seen) {
    let path
    await as('desk1', async (page) => {
      await page.goto('/sealed-tips')
      await settled(page)
      if (seen) await looked(page, 'sealed-tips')
      await page.getByRole('link', { name: number }).first().click()
      await settled(page)
      await page.getByLabel('为什么需要知道举报人是谁').fill(reason)
      await page.getByRole('button', { name: '申请开启身份' }).click()
      await page.getByRole('link', { name: /^WZ-K-/ }).click()
      await page.waitForURL('**/openings/*')
      await settled(page)
      path = new URL(page.url()).pathname
      await page.getByText('您手里只有保密岗的一份份额，单独打不开').waitFor()
      assert.equal(await page.getByRole('button', { name: '打开', exact: true }).count(), 0)
      const refused = await page.evaluate(async (id) => (await fetch(`/api/v1/openings/${id}/open`, { method: 'POST', headers: { 'X-Qingshao': '1' } })).status, path.split('/').pop())
      assert.equal(refused, 409, 'one alone')
      if (seen) await looked(page, 'opening-asked')
    })
    await as('eye1', async (page) => {
      await page.goto('/openings')
      await settled(page)
      await page.goto(path)
      await settled(page)
      await page.getByText(reason).first().waitFor()
      await page.getByRole('button', { name: '同意开启' }).click()
      await unlock(page, 'eye1')
      await page.getByText('只有申请人的浏览器能打开').waitFor()
      assert.equal(await page.getByRole('button', { name: '打开', exact: true }).count(), 0)
      assert.ok(!(await page.content()).includes(marker), 'the oversight does not see who it is')
      if (seen) await looked(page, 'opening-agreed')
    })
    await as('desk1', async (page) => {
      await page.goto(path)
      await settled(page)
      await page.getByRole('button', { name: '打开', exact: true }).click()
      await unlock(page, 'desk1')
      await page.getByText(`${marker}姓名`).waitFor()
      await page.getByText('阅件标记：desk1').waitFor()
      if (seen) await looked(page, 'opening-opened')
    })
  }

  /** unlock gives the passphrase when the page asks for it. */
  async function unlock(page, login) {
    const box = page.getByRole('form', { name: '解锁保密密钥' })
    await box.getByLabel('密钥口令').fill('not-this-passphrase')
    await box.getByRole('button', { name: '解锁' }).click()
    await box.getByText('口令不对').waitFor()
    await box.getByLabel('密钥口令').fill(people[login].passphrase)
    await box.getByRole('button', { name: '解锁' }).click()
    await box.waitFor({ state: 'detached' })
  }

  it('two officers in two browsers open who reported in confidence; one alone cannot; the reporter sees it', { timeout: 180_000 }, async () => {
    await opens(confidential.number, '核发举报奖励，核对领取人', true)
    await reporter(async (page) => {
      await page.goto('/public/track')
      await page.getByLabel('举报编号').fill(confidential.number)
      await page.getByLabel('查询码').fill(confidential.secret)
      await page.getByRole('button', { name: '查询', exact: true }).click()
      const looks = page.locator('.said li').filter({ hasText: '核发举报奖励，核对领取人' })
      await looks.getByText('已开启').waitFor()
      await looks.getByText(/\d 开启/).waitFor()
      await picture(page, 'public-opened')
    })
  })

  it('an insider’s report bears each reader’s own mark, and the mark finds the reader', { timeout: 180_000 }, async () => {
    const marks = {}
    for (const login of ['desk1', 'desk2']) {
      await as(login, async (page) => {
        await page.goto('/sealed-tips?mode=insider')
        await settled(page)
        await page.getByRole('link', { name: insider.number }).first().click()
        await settled(page)
        await page.getByRole('button', { name: '打开', exact: true }).click()
        await unlock(page, login)
        await page.getByText('夜班把脱硫旁路打开').waitFor()
        await page.getByText(`${marker}补充`).waitFor()
        await page.getByRole('img', { name: '照片 1' }).waitFor()
        marks[login] = /阅件标记：(.+?)。/.exec(await page.locator('.marked').first().innerText())[1]
        assert.ok(marks[login].startsWith(login), marks[login])
        assert.equal(await page.locator('.marked img').count(), 0, 'the plain photo is no element of the page')
        if (login === 'desk1') await looked(page, 'sealed-tip-read')
      })
    }
    const codes = Object.fromEntries(Object.entries(marks).map(([k, v]) => [k, v.split(' ').pop()]))
    assert.notEqual(codes.desk1, codes.desk2)
    await as('secadmin', async (page) => {
      await page.goto('/copies')
      await settled(page)
      await page.getByRole('textbox', { name: /阅件编号/ }).fill(codes.desk2.toLowerCase())
      await page.getByLabel('从哪里发现').fill('微信群里出现照片')
      await page.getByRole('button', { name: '追查' }).click()
      const found = page.getByRole('status').filter({ hasText: '编号相同' })
      await found.getByText('desk2').waitFor()
      await found.getByText(insider.number).waitFor()
      await looked(page, 'copies-found')
    })
    await opens(insider.number, '联系当面取证', false)
    await reporter(async (page) => {
      await page.goto('/public/track')
      await page.getByLabel('举报编号').fill(insider.number)
      await page.getByLabel('查询码').fill(insider.secret)
      await page.getByRole('button', { name: '查询', exact: true }).click()
      await page.locator('.said li').filter({ hasText: '联系当面取证' }).getByText('已开启').waitFor()
    })
  })
})
