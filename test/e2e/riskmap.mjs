// From a colour to what stands behind it: three clicks, at two widths.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accessible, fits, narrow, picture, settled, wide } from './browser.mjs'

export function redTileOpens(act) {
  for (const size of [wide, narrow]) {
    it(`受理员 opens a red tile down to the rows (${size.width} px)`, { timeout: 120_000 }, () => act('clerk', size, async (page) => {
      await page.goto('/risk-map')
      await settled(page)
      await page.locator('.risk-tile.red').first().click() // 1: the unit
      await page.waitForURL('**/risk-map/units/**')
      await settled(page)
      const aspects = page.locator('.risk-aspects details')
      assert.equal(await aspects.count(), 5)
      const warned = aspects.filter({ hasText: /2 个警示/ }).first()
      assert.equal(await warned.locator('tbody tr').first().isVisible(), false)
      await warned.locator('summary').click() // 2: the rows of a warning, each with its document
      const rows = warned.locator('tbody tr')
      await rows.first().waitFor()
      assert.ok((await rows.count()) >= 2)
      assert.match(await rows.first().innerText(), /登记[\s\S]*月报/)
      await picture(page, 'risk-map-rows')
      await accessible(page, 'risk-map-rows')
      await fits(page, 'risk-map-rows')
    }))
  }

  it('受理员 opens what the program counted down to each alarm', { timeout: 120_000 }, () => act('clerk', wide, async (page) => {
    await page.goto('/risk-map?live=true')
    await settled(page)
    // a unit whose running month was counted: its rows lead to a list of alarms
    const code = await page.evaluate(async () => {
      const get = async (u) => (await fetch('/api/v1' + u)).json()
      for (const u of (await get('/risk-map?live=true')).units) {
        const v = await get(`/risk-map/units/${u.code}?live=true`)
        if (v.unit.aspects.some((a) => a.id === 'monitoring' && a.rows?.some((r) => r.link && r.value !== '0'))) return u.code
      }
    })
    assert.ok(code, 'the demo counts exceedances somewhere')
    await page.locator(`.risk-tile[href*="${code}"]`).click() // 1
    await page.waitForURL(`**/risk-map/units/${code}**`)
    await settled(page)
    const monitoring = page.locator('.risk-aspects details', { hasText: '污染源监控' })
    await monitoring.locator('summary').click() // 2
    const row = monitoring.locator('tbody tr', { hasText: '系统计数' }).last()
    const said = Number(await row.locator('td').nth(1).innerText())
    const link = await row.getByRole('link', { name: '逐条查看' }).getAttribute('href')
    await row.getByRole('link', { name: '逐条查看' }).click() // 3
    await page.waitForURL('**/alarms?**')
    await page.getByRole('heading', { level: 1, name: '预警', exact: true }).waitFor() // the address changes before the page does
    await settled(page)
    const shown = await page.locator('table.t tbody tr').count()
    // the demo lives: more may have come since the page was counted
    const now = await page.evaluate(async ([c, link]) => {
      const u = await (await fetch(`/api/v1/risk-map/units/${c}?live=true`)).json()
      return Number(u.unit.aspects.flatMap((a) => a.rows ?? []).find((r) => r.link === link).value)
    }, [code, link])
    assert.ok(said <= shown && shown <= now, `${said} counted, ${shown} listed, ${now} counted now`)
  }))
}
