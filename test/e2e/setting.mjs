// An officer sets a built-in rule otherwise for one area: the form draws itself, what is
// out of bounds is told at its place, a trial says what would change, another person
// publishes, and the default comes back. And the words of a message, with a preview.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accessible, fits, narrow, picture, settled, wide } from './browser.mjs'

export function officersSettings(act) {
  const verb = (page, name) => page.locator('#verbs').getByRole('button', { name, exact: true })
  const send = (page, name) => page.getByRole('form', { name, exact: true }).getByRole('button', { name, exact: true }).click()

  it('值班员 sets a built-in rule for an area, tries and sends it in; 审核员 publishes it and takes it back', { timeout: 180_000 }, async () => {
    let at = ''
    await act('duty', wide, async (page) => {
      await page.goto('/rules?tab=signs')
      await settled(page)
      await page.getByRole('link', { name: '运行期间零值或负值' }).first().click()
      await page.waitForURL(/\/rules\/builtin\/zero$/)
      await settled(page)
      await picture(page, 'builtin')
      await accessible(page, 'builtin')
      await page.getByRole('button', { name: /起草设置|打开这个区域的设置/ }).click()
      await page.waitForURL(/\/rules\/settings\/[0-9a-f-]{36}$/)
      await settled(page)
      at = new URL(page.url()).pathname
      assert.equal(await verb(page, '送审').isDisabled(), true)
      const form = page.getByRole('form', { name: '规则设置' })
      await form.getByText('另定', { exact: true }).click()
      const box = form.getByLabel('连续小时数', { exact: true })
      await box.fill('')
      await form.getByRole('button', { name: '保存草稿' }).click()
      await form.getByText('请填写连续小时数').waitFor()
      await box.fill('5')
      await page.mouse.move(5, 5)
      await settled(page)
      await picture(page, 'settings-draft')
      await accessible(page, 'settings-draft')
      await form.getByRole('button', { name: '保存草稿' }).click()
      await page.getByText('请先用现在的设置在历史数据上试算').waitFor()
      await page.getByRole('button', { name: '试算近 30 天' }).click()
      await page.waitForURL(/\/trials\//)
      await page.getByText(/现在 \d+ 次，改后 \d+ 次/).first().waitFor({ timeout: 90_000 })
      await settled(page)
      await picture(page, 'settings-trial')
      await accessible(page, 'settings-trial')
      await page.getByRole('link', { name: '回到设置' }).click()
      await page.getByText('现在的草稿已试算').waitFor()
      await verb(page, '送审').click()
      await page.locator('#verbs').getByLabel('为什么这样设置').fill('检修时误报')
      await send(page, '送审')
      await page.locator('#verbs').getByText('已送审。').waitFor()
    })
    await act('reviewer', narrow, async (page) => {
      await page.goto(at)
      await settled(page)
      await verb(page, '发布').click()
      await send(page, '发布')
      await page.locator('#verbs').getByText('已发布。').waitFor()
      await page.getByText('连续小时数 5 小时（默认 3 小时）').first().waitFor()
      await picture(page, 'settings-live')
      await accessible(page, 'settings-live')
      await fits(page, 'settings-live')
      await verb(page, '恢复默认').click()
      await page.locator('#verbs').getByLabel('恢复的理由').fill('试行结束')
      await send(page, '恢复默认')
      await page.getByRole('button', { name: '确定恢复默认' }).click()
      await page.locator('#verbs').getByText('已恢复默认。').waitFor()
    })
  })

  it('审核员 changes the words of a text message, is told of an unknown variable at its place, sees a preview, and takes them back', { timeout: 120_000 }, () => act('reviewer', wide, async (page) => {
    await page.goto('/templates/alarm/sms')
    await settled(page)
    await page.getByText('用最近的一条预警代入').waitFor()
    await page.getByLabel('标题').fill('{级别}：{企业名}')
    await page.getByText('第 1 行第 6 个字：没有变量“企业名”，您是不是要写“企业”').waitFor()
    await picture(page, 'template-wrong')
    await accessible(page, 'template-wrong')
    await page.getByLabel('标题').fill('{级别}：{企业}')
    await page.getByLabel('内容').fill('{监控点}{因子}')
    await page.getByText(/（演示）/).first().waitFor()
    await page.getByRole('button', { name: '保存', exact: true }).click()
    await page.getByRole('heading', { name: '第 1 版' }).waitFor()
    await page.setViewportSize(narrow)
    await settled(page)
    await picture(page, 'template')
    await accessible(page, 'template')
    await fits(page, 'template')
    await page.getByRole('button', { name: '恢复默认' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: '恢复默认' }).click()
    await page.getByRole('heading', { name: '默认的说法' }).waitFor()
  }))
}
