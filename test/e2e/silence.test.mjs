// A silence by clicking: set from an outlet's page, seen at the alarm list, lifted.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { accessible, browserPath, choose, chooseFirst, fits, narrow, openBrowser, person, picture, settled, wide } from './browser.mjs'
import { startDemo } from './program.mjs'

const missing = browserPath() ? false : '没有找到 chromium；请安装后再运行（CI 中视为失败）'
if (missing && process.env.CI) throw new Error(missing)

describe('silences', { skip: missing, concurrency: false }, () => {
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
      await f(p.page)
      assert.deepEqual(p.wrong, [])
    } catch (e) {
      await picture(p.page, `failed-${login}`).catch(() => {})
      throw e
    } finally {
      await p.close()
    }
  }

  it('值班员 silences an outlet with a reason and an end, and lifts it early', { timeout: 120_000 }, () => act('duty', wide, async (page) => {
    const outlet = await page.evaluate(async () => (await (await fetch('/api/v1/outlets?limit=1')).json()).items[0].id)
    await page.goto(`/outlets/${outlet}?tab=alarms`)
    await settled(page)
    await page.getByRole('link', { name: '设置静默' }).click()
    await settled(page)
    await page.getByRole('button', { name: '开始静默' }).click()
    await page.getByText('请写明情况').waitFor()
    await choose(page, '规则', '恒定')
    await chooseFirst(page, '原因')
    await page.getByLabel('情况').fill('更换采样泵，企业已报备')
    await page.getByRole('button', { name: '12 小时' }).click()
    await picture(page, 'silence-filled')
    await accessible(page, 'silence-filled')
    await page.getByRole('button', { name: '开始静默' }).click()
    await page.waitForURL(/\/silences\/[0-9a-f-]{36}$/)
    await settled(page)
    await page.getByText('更换采样泵，企业已报备').first().waitFor()
    await picture(page, 'silence-set')
    await page.setViewportSize(narrow)
    await settled(page)
    await picture(page, 'silence-set')
    await accessible(page, 'silence-set')
    await fits(page, 'silence-set')
    await page.locator('#verbs').getByRole('button', { name: '提前解除', exact: true }).click()
    await page.locator('#verbs').getByLabel('解除原因').fill('泵已更换')
    await page.getByRole('form', { name: '提前解除', exact: true }).getByRole('button', { name: '提前解除', exact: true }).click()
    await page.getByRole('button', { name: '确定提前解除' }).click()
    await page.getByText('已提前解除').first().waitFor()
    await page.setViewportSize(wide)
    await page.goto('/silences?state=lifted')
    await settled(page)
    await page.getByText('更换采样泵，企业已报备').first().waitFor()
  }))

  it('the list and the form of quiet hours at two widths', { timeout: 120_000 }, () => act('duty', wide, async (page) => {
    for (const [name, path] of [['silences', '/silences'], ['outcomes', '/outcomes'], ['plan-new', '/silences/new?kind=plan'], ['alarms-quiet', '/alarms?quiet=silence']]) {
      for (const size of [wide, narrow]) {
        await page.setViewportSize(size)
        await page.goto(path)
        await settled(page)
        await picture(page, name)
        await accessible(page, name)
        await fits(page, name)
      }
    }
  }))

  it('企业 sees no silences', { timeout: 60_000 }, () => act('enterprise', narrow, async (page) => {
    await page.goto('/alarms')
    await settled(page)
    assert.equal(await page.getByRole('link', { name: '静默与免打扰时段' }).count(), 0)
    const seen = await page.evaluate(async () => (await (await fetch('/api/v1/silences')).json()).total)
    assert.equal(seen, 0)
  }))
})
