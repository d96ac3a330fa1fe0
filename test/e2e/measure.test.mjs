// The officer's measures by clicking: remote warning, check on site with the phone's
// position (allowed and denied), key supervision, each to its end, at two widths; and
// what the enterprise sees of them.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { accessible, browserPath, choose, fits, narrow, openBrowser, person, picture, settled, wide } from './browser.mjs'
import { startDemo } from './program.mjs'
import { officersSettings } from './setting.mjs'

const missing = browserPath() ? false : '没有找到 chromium；请安装后再运行（CI 中视为失败）'
if (missing && process.env.CI) throw new Error(missing)

const photo = join(tmpdir(), 'qingshao-e2e-site.png')
writeFileSync(photo, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'))

describe('measures', { skip: missing, concurrency: false }, () => {
  let demo
  let browser

  before(async () => {
    demo = await startDemo()
    browser = await openBrowser()
  }, { timeout: 240_000 })

  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  async function act(login, viewport, f) {
    const p = await person(browser, demo, login, viewport)
    try {
      const out = await f(p.page)
      assert.deepEqual(p.wrong, [])
      return out
    } catch (e) {
      await picture(p.page, `failed-${login}`).catch(() => {})
      throw e
    } finally {
      await p.close()
    }
  }

  officersSettings(act)

  const verb = (page, name) => page.locator('#verbs').getByRole('button', { name, exact: true })
  const send = (page, name) => page.getByRole('form', { name, exact: true }).getByRole('button', { name, exact: true }).click()
  const both = async (page, name, size) => {
    await settled(page)
    await picture(page, name)
    await accessible(page, name)
    const other = size === wide ? narrow : wide
    await page.setViewportSize(other)
    await settled(page)
    await picture(page, name)
    await accessible(page, name)
    if (other === narrow) await fits(page, name)
    await page.setViewportSize(size)
  }
  /** others are the alarms under way; the incident's are left to the last test. */
  const others = (page) => page.evaluate(async (incident) => {
    const get = async (u) => (await (await fetch('/api/v1/alarms?limit=100&state=active' + u)).json()).items
    const spared = new Set((await get(`&q=${encodeURIComponent(incident)}`)).map((a) => a.id))
    return (await get('')).filter((a) => !spared.has(a.id)).map((a) => ({ id: a.id, enterprise: a.enterprise_id }))
  }, demo.incident)
  /** alarmFor finds an alarm at which the person may begin the measure and has none of its kind yet. */
  const titles = { warning: '远程预警', check: '现场核查', supervision: '重点督办' }
  const alarmFor = async (page, verb, kind) => page.evaluate(async ([v, k, alarms]) => {
    for (const a of alarms) {
      const f = await (await fetch(`/api/v1/alarms/${a.id}`)).json()
      if (f.actions.some((x) => x.verb === v && x.allowed) && !f.measures.some((m) => m.kind_title === k)) return a
    }
    return undefined
  }, [verb, titles[kind], await others(page)])
  const measureOf = (page, alarm, kind) => page.evaluate(async ([a, k]) => (await (await fetch(`/api/v1/alarms/${a}`)).json()).measures.find((m) => m.kind_title === k).id, [alarm, titles[kind]])

  for (const size of [wide, narrow]) {
    it(`值班员 sends a remote warning and takes it back (${size.width} px)`, { timeout: 120_000 }, () => act('duty', size, async (page) => {
      const a = await alarmFor(page, 'warn', 'warning')
      assert.ok(a, 'the demo has an alarm to warn of')
      await page.goto(`/alarms/${a.id}`)
      await settled(page)
      await verb(page, '发出远程预警').click()
      assert.match(await page.locator('#verbs').getByLabel('预警内容').inputValue(), /请立即查明原因/)
      await picture(page, 'measure-warn-form')
      await accessible(page, 'measure-warn-form')
      await send(page, '发出远程预警')
      await page.locator('#verbs').getByText('已发出远程预警。').waitFor()
      await page.goto(`/measures/${await measureOf(page, a.id, 'warning')}`)
      await both(page, 'measure-warning', size)
      await verb(page, '撤销').click()
      await page.locator('#verbs').getByLabel('撤销的理由').fill('企业已电话说明')
      await send(page, '撤销')
      await page.getByRole('button', { name: '确定撤销' }).click()
      await page.locator('#verbs').getByText('已撤销。').waitFor()
    }))

    it(`值班员 sends an inspector, who reports from the phone (${size.width} px)`, { timeout: 120_000 }, async () => {
      const check = await act('duty', size, async (page) => {
        const a = await alarmFor(page, 'inspect', 'check')
        assert.ok(a, 'the demo has an alarm to check')
        await page.goto(`/alarms/${a.id}`)
        await settled(page)
        await verb(page, '指派现场核查').click()
        await choose(page, '核查人', '吴巡察')
        await page.locator('#verbs').getByLabel('核查要求').fill('查看治理设施和在线监测站房')
        await send(page, '指派现场核查')
        await page.locator('#verbs').getByText('已指派现场核查。').waitFor()
        return measureOf(page, a.id, 'check')
      })
      await act('inspector', narrow, async (page) => {
        await page.goto(`/measures/${check}`)
        await settled(page)
        await verb(page, '报告核查结果').click()
        const form = page.getByRole('form', { name: '报告核查结果', exact: true })
        if (size === wide) { // the phone's owner says no: a typed place is as good
          await form.getByRole('button', { name: '取当前位置' }).click()
          await form.getByText('请直接写明地点').waitFor()
          await picture(page, 'measure-place-denied')
          await form.getByLabel('核查位置').fill('厂区 1 号锅炉房')
        } else {
          await page.context().grantPermissions(['geolocation'])
          await page.context().setGeolocation({ latitude: 28.01487, longitude: 120.65231, accuracy: 12 })
          await form.getByRole('button', { name: '取当前位置' }).click()
          await form.getByText('已取得位置').waitFor()
          assert.match(await form.getByLabel('核查位置').inputValue(), /^120\.652310,28\.014870（误差 12 米，\d\d:\d\d）$/)
          await picture(page, 'measure-place')
        }
        await accessible(page, 'measure-report-form')
        await fits(page, 'measure-report-form')
        await form.getByText(size === wide ? '不属实' : '属实', { exact: true }).click()
        await form.getByLabel('核查情况').fill('到场查看，治理设施运行正常')
        await form.locator('input[type=file]').setInputFiles(photo)
        await form.getByText('qingshao-e2e-site.png').waitFor()
        await send(page, '报告核查结果')
        await page.locator('#verbs').getByText('已报告核查结果。').waitFor()
        await page.getByText(size === wide ? '厂区 1 号锅炉房' : '误差 12 米').first().waitFor()
        await both(page, 'measure-checked', narrow)
      })
    })

    it(`分管领导 lists an enterprise for key supervision and lifts it (${size.width} px)`, { timeout: 120_000 }, () => act('leader', size, async (page) => {
      const a = await page.evaluate(async (alarms) => {
        const get = async (u) => (await fetch('/api/v1' + u)).json()
        const on = new Set((await get('/measures?kind=supervision&state=supervised')).items.map((m) => m.enterprise_id))
        for (const a of alarms) {
          if (!on.has(a.enterprise) && (await get(`/alarms/${a.id}`)).actions.some((x) => x.verb === 'supervise' && x.allowed)) return a
        }
        return undefined
      }, await others(page))
      assert.ok(a, 'the demo has an alarm of an enterprise that is not under key supervision')
      await page.goto(`/alarms/${a.id}`)
      await settled(page)
      await verb(page, '列入重点督办').click()
      await page.locator('#verbs').getByLabel('列入的理由').fill('多次超标，整改不到位')
      await send(page, '列入重点督办')
      await page.getByRole('button', { name: '确定列入重点督办' }).click()
      await page.locator('#verbs').getByText('已列入重点督办。').waitFor()
      await page.goto(`/enterprises/${a.enterprise}`)
      await page.getByText(/重点督办至 \d{4}/).waitFor()
      await both(page, 'enterprise-supervised', size)
      await page.goto('/enterprises')
      await settled(page)
      await page.getByText('重点督办', { exact: true }).first().waitFor()
      await page.goto(`/measures/${await measureOf(page, a.id, 'supervision')}`)
      await settled(page)
      await verb(page, '解除督办').click()
      await page.locator('#verbs').getByLabel('解除的理由').fill('整改到位')
      await send(page, '解除督办')
      await page.getByRole('button', { name: '确定解除督办' }).click()
      await page.locator('#verbs').getByText('已解除督办。').waitFor()
      await both(page, 'measure-lifted', size)
    }))
  }

  it('measures stand in the list in many stages', { timeout: 60_000 }, () => act('duty', wide, async (page) => {
    await page.goto('/measures')
    await both(page, 'measures', wide)
    const stages = new Set(await page.evaluate(async () => (await (await fetch('/api/v1/measures?limit=100')).json()).items.map((m) => `${m.kind}:${m.state}`)))
    for (const want of ['warning:issued', 'warning:done', 'check:checked', 'supervision:supervised']) assert.ok(stages.has(want), `${want} is not among ${[...stages]}`)
    assert.ok(stages.size >= 6, `only ${[...stages]}`)
  }))

  it('企业环保负责人 finds a remote warning on the desk and answers it from the phone; 值班员 approves', { timeout: 120_000 }, async () => {
    const firm = await act('enterprise', narrow, (page) => page.evaluate(async () => (await (await fetch('/api/v1/portal')).json()).enterprise_id))
    const id = await act('duty', wide, async (page) => {
      const find = () => page.evaluate(async (e) => {
        const get = async (u) => (await fetch('/api/v1' + u)).json()
        for (const a of (await get(`/alarms?enterprise_id=${e}&state=active`)).items) {
          const f = await get(`/alarms/${a.id}`)
          if (f.actions.some((x) => x.verb === 'warn' && x.allowed) && f.measures.length === 0) return a.id
        }
        return undefined
      }, firm)
      let alarm
      for (const until = Date.now() + 60_000; !(alarm = await find()) && Date.now() < until;) await page.waitForTimeout(1000)
      assert.ok(alarm, 'the incident of the demo has raised an alarm')
      await page.goto(`/alarms/${alarm}`)
      await settled(page)
      await verb(page, '发出远程预警').click()
      await send(page, '发出远程预警')
      await page.locator('#verbs').getByText('已发出远程预警。').waitFor()
      return measureOf(page, alarm, 'warning')
    })
    await act('enterprise', narrow, async (page) => {
      await page.goto('/portal')
      await settled(page)
      await page.getByText('远程预警待答复').first().waitFor()
      await both(page, 'portal-measures', narrow)
      await page.locator(`a[href="/measures/${id}"]`).click()
      await settled(page)
      await verb(page, '答复').click()
      await page.locator('#verbs').getByLabel('查明的原因和已采取的措施').fill('循环泵跳闸，已切换备用泵')
      await send(page, '答复')
      await page.locator('#verbs').getByText('已答复。').waitFor()
    })
    await act('duty', wide, async (page) => {
      await page.goto(`/measures/${id}`)
      await settled(page)
      await verb(page, '认可答复').click()
      await send(page, '认可答复')
      await page.locator('#verbs').getByText('已认可答复。').waitFor()
      await both(page, 'measure-answered', wide)
    })
  })
})
