// An officer without programming writes a rule, is told what is wrong with it,
// tries it on history and sends it in; another one publishes it.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accessible, choose, narrow, picture, settled, wide } from './browser.mjs'

export function officersRule(act) {
  const verb = (page, name) => page.locator('#verbs').getByRole('button', { name, exact: true })
  const send = (page, name) => page.getByRole('form', { name, exact: true }).getByRole('button', { name, exact: true }).click()

  it('值班员 writes a rule, tries it on history and sends it in; 审核员 publishes it', { timeout: 180_000 }, async () => {
    let rule = ''
    await act('duty', wide, async (page) => {
      await page.goto('/rules')
      await settled(page)
      await page.getByRole('button', { name: '写一条规则' }).click()
      await page.getByRole('button', { name: '保存草稿' }).click()
      await page.getByText('请填写规则名称').waitFor()
      await page.getByText('请选择第 1 个条件的因子').waitFor()
      await page.getByLabel('规则名称').fill('氨氮超过限值一半')
      await choose(page, '条件 1 因子', '氨氮（w21003）')
      await page.getByLabel('条件 1 数值').fill('0.5')
      await page.getByLabel('生成的判断').getByText('氨氮 > 0.5 × 限值(氨氮)').waitFor()
      await page.getByText('写法正确').waitFor()
      await picture(page, 'rule-rows')
      await accessible(page, 'rule rows')
      await page.getByText('直接写表达式', { exact: true }).click()
      const box = page.getByLabel('判断', { exact: false }).and(page.locator('textarea'))
      assert.equal(await box.inputValue(), '氨氮 > 0.5 × 限值(氨氮)')
      await box.fill('氨氮 > 0.5 × 限值(氨氮) 且\n小时值(氨淡) > 1')
      const told = page.locator('#f-expr-wrong')
      await told.getByText('第 2 行第 5 个字').waitFor()
      await told.getByText('您是不是要写“氨氮”').waitFor()
      assert.equal(await page.locator('.expression pre mark').textContent(), '氨淡')
      await picture(page, 'rule-wrong')
      await accessible(page, 'rule with what is wrong')
      await box.fill('[氨氮, 总氮, 总磷, 流量, pH, 化学需氧量, 二氧化硫].exists(x, 均值(x, 720) > 5)')
      await told.getByText('计算量过大').waitFor()
      await box.fill('小时值(氨氮) > 50% × 限值(氨氮)')
      await page.getByText('写法正确').waitFor()
      await page.getByLabel('依据').fill('园区接管协议')
      await page.getByRole('button', { name: '保存草稿' }).click()
      await page.waitForURL(/\/rules\/[0-9a-f-]{36}$/)
      await settled(page)
      rule = new URL(page.url()).pathname
      assert.equal(await verb(page, '送审').isDisabled(), true)
      await page.getByText('请先用现在的内容在历史数据上试算').waitFor()
      await page.getByRole('button', { name: '试算近 30 天' }).click()
      await page.waitForURL(/\/trials\//)
      await page.getByText(/会命中 \d+ 次，在 \d+ 个监控点中的 \d+ 个/).waitFor({ timeout: 90_000 })
      await settled(page)
      await picture(page, 'rule-tried')
      await accessible(page, 'trial')
      await page.getByRole('link', { name: '回到规则' }).click()
      await page.getByText('现在的内容已试算').waitFor()
      await verb(page, '送审').click()
      await page.locator('#verbs').getByLabel('为什么要这条规则').fill('提前看到氨氮走高，试算次数不多。')
      await send(page, '送审')
      await page.locator('#verbs').getByText('已送审。').waitFor()
      assert.equal(await verb(page, '发布').count(), 0)
    })
    await act('reviewer', narrow, async (page) => {
      await page.goto(rule)
      await settled(page)
      await picture(page, 'rule-to-publish')
      await verb(page, '发布').click()
      await send(page, '发布')
      await page.locator('#verbs').getByText('已发布。').waitFor()
      await page.getByText('在用，第 1 版').first().waitFor()
      await accessible(page, 'rule in force')
    })
  })
}
