// The public entry as a citizen meets it: without a script, on a small phone, by
// keyboard; and the desk's answer.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accessible, fits, picture, settled, wide } from './browser.mjs'

const phone = { width: 360, height: 740 }

/** publicEntry walks the public entry; demo and browser are asked for when the tests run. */
export function publicEntry(demo, browser, act) {
  let receipt

  /** citizen opens a fresh browser that has no account; weight is what it has loaded so far, as sent. */
  async function citizen(options, f) {
    const context = await browser().newContext({ viewport: phone, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', baseURL: demo().url, ...options })
    const page = await context.newPage()
    const wrong = []
    page.on('pageerror', (e) => wrong.push(e.message))
    page.on('console', (m) => { if (m.type() === 'error' && !/status of 4/.test(m.text())) wrong.push(m.text()) })
    page.on('request', (r) => { if (!r.url().startsWith(demo().url) && !/^(data|blob):/.test(r.url())) wrong.push(`asked outside: ${r.url()}`) })
    try {
      await f(page, context)
      assert.deepEqual(wrong, [])
    } finally {
      await context.close()
    }
  }

  it('every page fits a phone of 360 px, passes axe, and weighs little', { timeout: 120_000 }, () => citizen({}, async (page, context) => {
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.enable')
    await cdp.send('Network.setCacheDisabled', { cacheDisabled: true })
    let weight = 0
    cdp.on('Network.loadingFinished', (e) => { weight += e.encodedDataLength })
    for (const [name, path, most] of [['public-home', '/public/', 200_000], ['public-kinds', '/public/report', 100_000], ['public-form', '/public/report/water-discharge', 100_000], ['public-track', '/public/track', 100_000], ['public-lost', '/public/lost', 100_000]]) {
      weight = 0
      await page.goto(path)
      await page.waitForLoadState('load')
      await picture(page, name)
      await accessible(page, name)
      await fits(page, name)
      assert.ok(weight > 1000 && weight < most, `${name} weighs ${weight} bytes of ${most}`)
    }
  }))

  it('a report without a script: what is wrong is named, what was typed stays, the receipt opens the progress', { timeout: 120_000 }, () => citizen({ javaScriptEnabled: false }, async (page) => {
    await page.goto('/public/')
    await page.getByRole('main').getByRole('link', { name: '我要举报' }).click()
    await page.getByRole('link', { name: /噪声/ }).click()
    await page.getByLabel('看到、听到或闻到的情况').fill('工地每天半夜打桩，一直到凌晨三点。')
    await page.getByLabel('夜间').check()
    await page.getByRole('button', { name: '提交举报' }).click()
    await page.getByText('请说明地点').first().waitFor()
    assert.match(await page.getByLabel('看到、听到或闻到的情况').inputValue(), /半夜打桩/)
    assert.ok(await page.getByLabel('夜间').isChecked())
    await page.getByLabel('地址或附近的标志').fill('鹿城区五马街道')
    await page.getByRole('button', { name: '提交举报' }).click()
    receipt = { number: await page.locator('[data-number]').innerText(), secret: await page.locator('[data-secret]').innerText() }
    assert.match(receipt.secret, /^\d{4}-\d{4}-\d{4}-\d{4}$/)
    await page.getByRole('link', { name: /去查询进度/ }).click()
    await page.getByLabel('举报编号').fill(receipt.number)
    await page.getByLabel('查询码').fill('1111 2222 3333 4444')
    await page.getByRole('button', { name: '查询', exact: true }).click()
    await page.getByRole('alert').getByText('编号或查询码不对').waitFor()
    await page.getByLabel('查询码').fill(receipt.secret.replaceAll('-', ' '))
    await page.getByRole('button', { name: '查询', exact: true }).click()
    await page.getByText('正在研判').waitFor()
  }))

  it('by keyboard, with a photo whose position is gone afterwards', { timeout: 120_000 }, () => citizen({}, async (page) => {
    await page.goto('/public/report/open-burning')
    await page.getByLabel('看到、听到或闻到的情况').focus()
    await page.keyboard.type('路边烧垃圾，黑烟很大。')
    for (let i = 0; i < 12 && !(await page.getByLabel('地址或附近的标志').evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab')
    await page.keyboard.type('龙湾区沙城街道')
    await page.locator('input[name=photos]').setInputFiles({ name: '../../etc/现场.svg', mimeType: 'image/jpeg', buffer: Buffer.from('<svg onload=alert(1)>') })
    await page.getByRole('button', { name: '提交举报' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(/第 1 张照片不是 JPEG 或 PNG/).first().waitFor()
    await page.locator('input[name=photos]').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: await photo(page) })
    await page.getByRole('button', { name: '提交举报' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('[data-secret]').waitFor()
    assert.ok(await page.getByAltText(/二维码/).evaluate((i) => i.complete && i.naturalWidth > 100))
    await picture(page, 'public-receipt')
    await accessible(page, 'the receipt')
    await fits(page, 'the receipt')
    await page.emulateMedia({ media: 'print' })
    assert.ok(await page.locator('[data-secret]').isVisible())
    assert.ok(await page.getByRole('button', { name: '打印回执' }).isHidden())
  }))

  it('a recording goes piece by piece, over a line that breaks', { timeout: 120_000 }, () => citizen({}, async (page) => {
    const sound = Buffer.alloc(2_500_000, 'sample!!')
    Buffer.concat([Buffer.from('RIFF....WAVEfmt '), Buffer.from([16, 0, 0, 0]), Buffer.from('123456789abcdefgdata'), Buffer.from([0xff, 0xff, 0xff, 0])]).copy(sound)
    let tries = 0
    await page.route('**/public/upload/*', (r) => (r.request().method() === 'PATCH' && ++tries % 2 ? r.fulfill({ status: 429, json: { detail: '请求过于频繁，请稍后再试' } }) : r.continue()))
    await page.goto('/public/report/noise')
    await page.getByLabel('看到、听到或闻到的情况').fill('半夜有很大的轰鸣声')
    await page.getByLabel('夜间').check()
    await page.getByLabel('地址或附近的标志').fill('鹿城区五马街道')
    const input = page.getByLabel('视频或录音')
    await input.focus() // it can be reached without a mouse
    await input.setInputFiles({ name: '夜里.wav', mimeType: 'audio/wav', buffer: sound })
    await page.getByText(/断了，正在接着传/).waitFor()
    assert.ok(await page.getByRole('button', { name: '提交举报' }).isDisabled(), 'sent before the recording has arrived')
    await page.getByText('夜里.wav：已传完').waitFor({ timeout: 60_000 })
    await picture(page, 'public-upload')
    await accessible(page, 'the form with a recording')
    await fits(page, 'the form with a recording')
    await input.setInputFiles({ name: '空.wav', mimeType: 'audio/wav', buffer: Buffer.alloc(0) })
    await page.getByText('空.wav：文件是空的').waitFor()
    await page.getByRole('button', { name: '移除 空.wav' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('空.wav').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '提交举报' }).click()
    await page.locator('[data-secret]').waitFor()
    assert.ok(tries >= 6, `${tries} pieces were tried`)
  }))

  it('not solved: the reporter has it taken up again, without a script', { timeout: 120_000 }, () => citizen({ javaScriptEnabled: false }, async (page) => {
    await page.goto('/public/report/noise')
    await page.getByLabel('看到、听到或闻到的情况').fill('夜里有施工噪声，请核实')
    await page.getByLabel('夜间').check()
    await page.getByLabel('地址或附近的标志').fill('鹿城区五马街道')
    await page.getByRole('button', { name: '提交举报' }).click()
    const number = await page.locator('[data-number]').innerText()
    const secret = await page.locator('[data-secret]').innerText()
    await act('clerk', wide, async (desk) => {
      await desk.goto(`/tips?q=${number}`)
      await settled(desk)
      await desk.locator('table.t tbody tr').first().locator('a').first().click()
      await settled(desk)
      await desk.locator('#verbs').getByRole('button', { name: '不予受理', exact: true }).click()
      await desk.locator('#verbs').getByRole('radio', { name: /没有明确的对象/ }).check()
      await desk.locator('#verbs').getByLabel('告知举报人的理由').fill('没有写明是哪个工地。')
      await desk.getByRole('form', { name: '不予受理' }).getByRole('button', { name: '不予受理', exact: true }).click()
      await desk.getByRole('button', { name: '确定不予受理' }).click()
      await desk.locator('#verbs').getByText('已不予受理。').waitFor()
    })
    await page.goto(`/public/track?number=${number}`)
    assert.equal(await page.getByLabel('举报编号').inputValue(), number)
    await page.getByLabel('查询码').fill(secret)
    await page.getByRole('button', { name: '查询', exact: true }).click()
    await page.getByLabel('部分解决').check()
    await page.getByRole('button', { name: '提交评价' }).click()
    await page.getByRole('heading', { name: '没有解决，要求重新办理' }).waitFor()
    await picture(page, 'public-again')
    await fits(page, 'asking again')
    await page.getByLabel('还有什么没有解决').fill('就是五马街口东侧的工地，附照片')
    await page.locator('input[name=photos]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') })
    await page.getByRole('button', { name: '要求重新办理' }).click()
    await page.getByText('附 1 个文件').waitFor()
    await page.getByRole('heading', { name: '没有解决，要求重新办理' }).waitFor({ state: 'detached' })
  }))

  it('a lost receipt: the page says the same to everybody, and who cannot get it back', { timeout: 60_000 }, () => citizen({}, async (page) => {
    await page.goto('/public/track')
    await page.getByRole('link', { name: '凭短信验证码换一个' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(/匿名、实名保密和内部知情人举报的无法找回/).waitFor()
    await page.getByLabel('举报编号').fill('WZ-J-2026-999999')
    await page.getByLabel('举报时留的手机号').fill('13900139000')
    await page.keyboard.press('Enter')
    await page.getByText(/如果编号和手机号与举报时的一致|短信没有开通/).waitFor({ timeout: 30_000 })
    await picture(page, 'public-lost-code')
    await accessible(page, 'the code of a lost receipt')
    await fits(page, 'the code of a lost receipt')
    if (await page.getByLabel('验证码').count() === 0) return
    await page.getByLabel('验证码').fill('000000')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('验证码不对或已经过期').waitFor({ timeout: 30_000 })
  }))

  it('a draft is kept for a public report only, and never sends itself', { timeout: 60_000 }, () => citizen({}, async (page) => {
    await page.goto('/public/report/other')
    await page.getByLabel('看到、听到或闻到的情况').fill('草稿一')
    await page.reload()
    assert.equal(await page.getByLabel('看到、听到或闻到的情况').inputValue(), '草稿一')
    await page.getByRole('radio', { name: /匿名举报/ }).check()
    assert.ok(await page.getByLabel('联系方式', { exact: true }).isHidden())
    await page.reload()
    assert.equal(await page.getByLabel('看到、听到或闻到的情况').inputValue(), '')
  }))

  it('reports close by are offered before one’s own is sent, and “我也看到了” suffices', { timeout: 120_000 }, async () => {
    const place = { longitude: 120.6601, latitude: 28.0101 }
    const here = { geolocation: place, permissions: ['geolocation'] }
    let number
    await citizen(here, async (page) => {
      await page.goto('/public/report/waste-gas')
      await page.getByLabel('看到、听到或闻到的情况').fill('巷子里有喷漆味')
      await page.getByRole('button', { name: '使用我现在的位置' }).click()
      await page.getByText(/已取得位置/).waitFor()
      await page.getByRole('button', { name: '提交举报' }).click()
      number = await page.locator('[data-number]').innerText()
    })
    await act('clerk', wide, async (page) => {
      const id = await page.evaluate(async (n) => (await (await fetch(`/api/v1/tips?q=${n}`)).json()).items[0].id, number)
      await page.goto(`/tips/${id}`)
      await settled(page)
      await page.locator('#verbs').getByRole('button', { name: '审核公开', exact: true }).click()
      await page.locator('#verbs').getByLabel('公开的描述').fill('巷子里有喷漆气味')
      await page.locator('#verbs').getByRole('radio', { name: '准确位置' }).check()
      await page.getByRole('form', { name: '审核公开' }).getByRole('button', { name: '审核公开', exact: true }).click()
      await page.locator('#verbs').getByText('已审核公开。').waitFor()
    })
    await citizen(here, async (page) => {
      await page.goto('/public/report/waste-gas')
      await page.getByRole('button', { name: '使用我现在的位置' }).click()
      await page.getByText('巷子里有喷漆气味').waitFor()
      await picture(page, 'public-near')
      await accessible(page, 'what is near')
      await page.getByRole('radio', { name: /匿名举报/ }).check()
      await page.getByText('巷子里有喷漆气味').waitFor({ state: 'hidden' }) // an anonymous report asks nothing about its place
      await page.getByRole('radio', { name: /公开举报/ }).check()
      await page.getByRole('button', { name: '我也看到了' }).click()
      await page.getByText(`${number} 又多了一人反映`).waitFor()
    })
  })

  it('the desk replies, the reporter reads it and answers', { timeout: 120_000 }, async () => {
    await act('clerk', wide, async (page) => {
      await page.goto(`/tips?q=${receipt.number}`)
      await settled(page)
      await page.locator('table.t tbody tr').first().locator('a').first().click()
      await settled(page)
      await page.locator('#verbs').getByRole('button', { name: '答复举报人', exact: true }).click()
      await page.locator('#f-phrase').click()
      await page.locator('.ant-select-item-option').filter({ hasText: '正在办理' }).click()
      const box = page.locator('#verbs').getByLabel('答复内容')
      await page.waitForFunction((e) => e.value !== '', await box.elementHandle()) // the sentence is filled in by the program
      const filled = await box.inputValue()
      assert.ok(filled.includes(`举报${receipt.number}`), filled)
      await picture(page, 'tip-phrase')
      await accessible(page, 'a reply with a ready sentence')
      await page.locator('#verbs').getByLabel('答复内容').fill('已通知执法人员今晚到场。')
      await page.getByRole('form', { name: '答复举报人' }).getByRole('button', { name: '答复举报人', exact: true }).click()
      await page.locator('#verbs').getByText('已答复举报人。').waitFor()
    })
    await citizen({}, async (page) => {
      await page.goto('/public/track')
      await page.getByLabel('举报编号').fill(receipt.number)
      await page.getByLabel('查询码').fill(receipt.secret)
      await page.getByRole('button', { name: '查询', exact: true }).click()
      await page.getByText('已通知执法人员今晚到场。').waitFor()
      await page.getByLabel('补充情况或提问').fill('谢谢，今晚十点又开始了')
      await page.getByRole('button', { name: '发送' }).click()
      await page.getByText('今晚十点又开始了').waitFor()
      await picture(page, 'public-progress')
      await accessible(page, 'the progress')
      await fits(page, 'the progress')
      await page.getByRole('button', { name: '退出查询' }).click()
      await page.goto('/public/progress')
      await page.getByLabel('查询码').waitFor()
    })
  })
}

/** photo draws a small JPEG in the browser. */
async function photo(page) {
  const url = await page.evaluate(() => {
    const c = document.createElement('canvas')
    c.width = c.height = 40
    c.getContext('2d').fillRect(0, 0, 20, 20)
    return c.toDataURL('image/jpeg')
  })
  return Buffer.from(url.split(',')[1], 'base64')
}
