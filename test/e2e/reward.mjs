// A reward by clicking: the desk does the sum and sends it for review, the
// reporter draws a code without a script, and another officer pays against it.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accessible, choose, narrow, picture, settled, wide } from './browser.mjs'

/** rewardIsPaid walks the reward of the demo; demo and browser are asked for when the tests run. */
export function rewardIsPaid(demo, browser, act) {
  let code

  it('专岗 does the sum and sends it for review', { timeout: 120_000 }, () => act('reward', wide, async (page) => {
    await page.goto('/rewards')
    await settled(page)
    await page.getByRole('button', { name: /提出奖励/ }).first().click()
    await settled(page)
    await page.getByRole('button', { name: '送审' }).click()
    await page.getByText('请填写文号').waitFor() // refused before it is sent
    await page.getByLabel('处罚决定书、移送书或判决书的文号').fill('（演示）环罚〔2026〕99 号')
    await choose(page, '违法行为', '偷排')
    await page.getByLabel('罚款', { exact: true }).fill('1,200,000')
    await page.getByRole('button', { name: '先测算' }).click()
    await page.getByText('罚款 1,200,000.00 元 × 5% = 60,000.00 元').waitFor()
    await picture(page, 'reward-sum')
    await accessible(page, 'the sum of a reward')
    await page.getByRole('button', { name: '送审' }).click()
    await page.waitForURL(/\/rewards\/[0-9a-f-]{36}$/)
    await settled(page)
    await page.locator('.chip', { hasText: '待审核' }).first().waitFor()
    await page.getByText('已按存下的规则重新测算').waitFor()
  }))

  it('the reporter sees the notice without a script and draws a code', { timeout: 60_000 }, async () => {
    const context = await browser().newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN', baseURL: demo().url, javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto('/public/track')
    await page.getByLabel('举报编号').fill(demo().receipt.number)
    await page.getByLabel('查询码').fill(demo().receipt.secret)
    await page.getByRole('button', { name: '查询', exact: true }).click()
    await page.getByRole('link', { name: '查看和办理' }).click()
    await page.getByText('19,000.00 元').waitFor()
    await page.getByRole('button', { name: /取得领奖码/ }).click()
    code = await page.locator('[data-code]').innerText()
    assert.match(code, /^\d{4}-\d{4}-\d{4}$/)
    await page.getByRole('link', { name: '我已记下' }).click()
    assert.ok(!(await page.content()).includes(code), 'the code is shown once')
    await context.close()
  })

  it('another officer of the desk pays against the code, on the phone', { timeout: 120_000 }, () => act('reward2', narrow, async (page) => {
    await page.goto('/awards?state=ready')
    await settled(page)
    await page.getByRole('button', { name: /的奖金$/ }).first().click()
    const verbs = page.locator('#verbs')
    await verbs.getByRole('button', { name: '核对领奖码并付款' }).click()
    await verbs.getByRole('textbox', { name: /领奖码/ }).fill('000000000000')
    await verbs.getByRole('form').getByRole('button', { name: '核对领奖码并付款' }).click()
    await page.getByRole('button', { name: '确定核对领奖码并付款' }).click()
    await verbs.getByText('与领奖码不符').waitFor()
    await verbs.getByRole('textbox', { name: /领奖码/ }).fill(code)
    await verbs.getByRole('form').getByRole('button', { name: '核对领奖码并付款' }).click()
    await page.getByRole('button', { name: '确定核对领奖码并付款' }).last().click()
    await page.getByText('没有符合条件的奖金').waitFor() // it was the only one that waited
    await page.goto('/awards')
    await settled(page)
    await page.locator('.card', { hasText: '已领取' }).first().waitFor()
    await picture(page, 'award-paid')
    await accessible(page, 'a paid award')
  }))
}
