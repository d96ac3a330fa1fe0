// The whole loop by clicking, with five people, against the real program; then
// every page at two widths, looked at by axe.
//
//   node --test test/e2e/          (after `make build`)

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { accessible, browserPath, choose, chooseFirst, fits, narrow, open, openBrowser, person, picture, settled, wide } from './browser.mjs'
import { startDemo } from './program.mjs'
import { publicEntry } from './public.mjs'
import { rewardIsPaid } from './reward.mjs'
import { redTileOpens } from './riskmap.mjs'
import { officersRule } from './rule.mjs'
import { workbook } from './workbook.mjs'

const missing = browserPath() ? false : '没有找到 chromium；请安装后再运行（CI 中视为失败）'
if (missing && process.env.CI) throw new Error(missing)

describe('the console', { skip: missing, concurrency: 2 }, () => {
  let demo
  let browser
  const story = {}

  before(async () => {
    demo = await startDemo()
    browser = await openBrowser()
  }, { timeout: 240_000 })

  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  /** act opens the console as somebody, does something, and expects a quiet console. */
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

  const verb = (page, name) => page.locator('#verbs').getByRole('button', { name, exact: true })
  const send = (page, name) => page.getByRole('form', { name, exact: true }).getByRole('button', { name, exact: true }).click()
  const said = (page, text) => page.locator('#verbs').getByText(text).waitFor()
  const field = (page, label) => page.locator('#verbs').getByLabel(label)

  // One after the other, while the pages below are looked at: much of it is waiting.
  describe('by clicking', { concurrency: false }, () => {
  describe('a frame becomes a closed problem, by clicking', () => {
    it('signing in with a wrong password says so and keeps the name', async () => {
      const context = await browser.newContext({ viewport: wide, locale: 'zh-CN', baseURL: demo.url })
      const page = await context.newPage()
      await page.goto('/issues?state=open')
      await page.waitForURL('**/login?**')
      await picture(page, 'sign-in')
      await accessible(page, 'sign-in')
      await page.getByLabel('用户名').fill('clerk')
      await page.getByLabel('密码', { exact: true }).fill('not-the-password')
      await page.getByRole('button', { name: '登录' }).click()
      await page.getByRole('alert').waitFor()
      assert.equal(await page.getByLabel('用户名').inputValue(), 'clerk')
      await page.getByLabel('密码', { exact: true }).fill(demo.passwords.clerk)
      await page.getByRole('button', { name: '登录' }).click()
      await page.waitForURL('**/issues?state=open')
      await context.close()
    })

    it('值班员 sees the alarm appear by itself, confirms it and hands it in', { timeout: 150_000 }, () => act('duty', wide, async (page) => {
      await page.goto(`/alarms?state=open,notified&level=notice&q=${encodeURIComponent(demo.incident)}`)
      const row = page.locator('table.t tbody tr').first()
      await row.waitFor({ timeout: 120_000 }) // no reload: the live events bring it
      await row.locator('a').first().click()
      await settled(page)
      story.alarm = page.url()
      await verb(page, '确认').click()
      await field(page, '初步判断').fill('曲线持续抬升，疑似脱硝设施失效。')
      await send(page, '确认')
      await said(page, '已确认。')
      await verb(page, '转线索').click()
      await send(page, '转线索')
      await page.getByText('请填写情况说明').waitFor() // refused before it is sent
      await field(page, '情况说明').fill('电话核实：1 号炉脱硝喷枪堵塞，企业正在检修。')
      await send(page, '转线索')
      await page.getByRole('link', { name: '查看由此产生的线索' }).click()
      await page.waitForURL('**/clues/*')
      await settled(page)
      story.clue = new URL(page.url()).pathname
    }))

    it('受理员 adopts the clue and assigns the problem', { timeout: 120_000 }, () => act('clerk', wide, async (page) => {
      await page.goto(story.clue)
      await settled(page)
      await verb(page, '立为问题').click()
      await picture(page, 'clue-adopt')
      await accessible(page, 'the adopt form')
      await page.getByRole('radio', { name: '较重' }).check()
      await choose(page, '问题类别', '大气')
      await send(page, '立为问题')
      await page.getByRole('link', { name: /WZ-W-/ }).first().click()
      await page.waitForURL('**/issues/*')
      await settled(page)
      story.issue = new URL(page.url()).pathname
      await verb(page, '交办').click()
      await choose(page, '牵头单位', '鹿城分局')
      await field(page, '整改期限').fill('10')
      await field(page, '交办要求').fill('立即检修脱硝设施，达标前限产；按期报送整改报告。')
      await picture(page, 'issue-assign')
      await accessible(page, 'the assign form')
      await send(page, '交办')
      await said(page, '已交办。')
      await page.locator('.chip', { hasText: '待签收' }).first().waitFor()
    }))

    it('责任单位 signs for it and submits the rectification with a file, on the phone', { timeout: 120_000 }, () => act('agency', narrow, async (page) => {
      await page.goto('/issues?mine=true&state=assigned')
      await settled(page)
      await page.goto(story.issue)
      await settled(page)
      await verb(page, '签收').click()
      await chooseFirst(page, '责任人')
      await field(page, '整改措施').fill('更换喷枪，校准氨逃逸仪，完善巡检台账。')
      await picture(page, 'issue-sign')
      await accessible(page, 'the sign form')
      await send(page, '签收')
      await said(page, '已签收。')
      await verb(page, '提交整改').click()
      await send(page, '提交整改')
      await page.getByText('请上传整改后材料').waitFor()
      await field(page, '整改情况和自查结论').fill('喷枪已更换，连续 24 小时达标。')
      await page.locator('input[type=file]#f-after').setInputFiles({ name: '整改后照片.png', mimeType: 'image/png', buffer: png() })
      await page.locator('.files .name', { hasText: '整改后照片.png' }).waitFor()
      await picture(page, 'issue-submit')
      await send(page, '提交整改')
      await said(page, '已提交整改。')
    }))

    it('执法人员 accepts on the spot, on the phone', { timeout: 60_000 }, () => act('inspector', narrow, async (page) => {
      await page.goto(story.issue)
      await settled(page)
      await page.locator('.line').getByRole('link', { name: '整改后照片.png' }).waitFor()
      await verb(page, '验收通过').click()
      await field(page, '现场验收日期').fill(today())
      await page.keyboard.press('Enter')
      await field(page, '验收意见').fill('现场核查，设施正常运行，数据达标。')
      await picture(page, 'issue-accept')
      await accessible(page, 'the accept form')
      await send(page, '验收通过')
      await said(page, '已验收通过。')
    }))

    it('审核员 closes it after being asked once', { timeout: 60_000 }, () => act('reviewer', wide, async (page) => {
      await page.goto(story.issue)
      await settled(page)
      await verb(page, '销号').click()
      await field(page, '销号文号').fill('温环销〔2026〕1 号')
      await send(page, '销号')
      await page.getByRole('button', { name: '确定销号' }).click()
      await page.locator('.page-head .chip', { hasText: '已销号' }).waitFor()
      await settled(page)
      const story5 = await page.locator('.line').innerText()
      for (const word of ['列入问题清单', '交办', '签收', '提交整改', '验收通过', '销号']) assert.ok(story5.includes(word), `the timeline tells of ${word}`)
      await picture(page, 'issue-closed')
      await page.goto(story.issue + '/print')
      await page.getByRole('heading', { name: '生态环境问题办理单' }).waitFor()
      await picture(page, 'issue-print')
    }))

    it('审计员 verifies the log and finds the steps in it', { timeout: 90_000 }, () => act('auditor', wide, async (page) => {
      await page.goto('/audit?action=issue.close')
      await settled(page)
      await page.getByRole('button', { name: '校验全部' }).click()
      await page.getByText('校验通过').waitFor({ timeout: 60_000 })
      await page.locator('table.t tbody tr', { hasText: 'issue.close' }).first().getByRole('button', { name: /证明/ }).click()
      await page.getByText('通过：散列与签名都对得上').waitFor()
      await picture(page, 'audit-proof')
    }))
  })

  it('企业 explains its alarm on the phone, 值班员 sends the word back', { timeout: 180_000 }, async () => {
    await act('enterprise', narrow, async (page) => {
      await page.goto('/alarms?state=notified,acknowledged,handled&explained=none')
      const card = page.locator('.card').first()
      await card.waitFor({ timeout: 90_000 }) // the incident comes by itself
      await card.click()
      await settled(page)
      await verb(page, '说明原因').click()
      await accessible(page, 'explain')
      await choose(page, '原因', '工况波动')
      await field(page, '情况说明和已采取的措施').fill('脱硝喷枪堵塞，已切换备用喷枪。')
      await send(page, '说明原因')
      await page.getByText('说明待审核').waitFor()
      story.explained = page.url()
    })
    await act('duty', wide, async (page) => {
      await page.goto('/alarms?explained=given')
      await settled(page)
      assert.ok(await page.locator('table.t tbody tr').count() > 0)
      await page.goto(story.explained)
      await settled(page)
      assert.ok((await page.getByText('脱硝喷枪堵塞').count()) > 0, 'the word stands in the timeline')
      await verb(page, '退回企业说明').click()
      await field(page, '退回的理由').fill('请附喷枪检修工单。')
      await send(page, '退回企业说明')
      await page.getByRole('button', { name: '确定退回企业说明' }).click()
      await page.getByText('说明已退回').first().waitFor()
    })
  })

  it('lists can be worked without a mouse, and filters live in the address', { timeout: 90_000 }, () => act('clerk', wide, async (page) => {
    await page.goto('/issues')
    await settled(page)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    const number = await page.locator('tr[data-on=true] td').first().innerText()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/issues/*')
    await page.locator('.crumb', { hasText: number }).waitFor()
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'focus goes to the heading')
    await page.keyboard.press('/')
    await page.keyboard.type(number)
    await page.keyboard.press('Enter')
    await page.waitForURL((u) => u.searchParams.get('q') === number)
    await page.getByText('共 1 条').waitFor()
    await page.goto('/issues')
    await settled(page)
    await choose(page, '状态', '已销号')
    await page.waitForURL((u) => u.searchParams.get('state') === 'closed')
    await settled(page)
    assert.ok(await page.locator('table.t tbody tr').count() > 0)
    assert.equal(await page.locator('table.t .chip', { hasNotText: '已销号' }).count(), 0)
    await page.getByRole('button', { name: '保存为视图' }).click()
    await page.getByLabel('视图名称').fill('销号的')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '视图：销号的' }).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: '导出 CSV' }).click()
    assert.match((await download).suggestedFilename(), /\.csv$/)
    const book = page.waitForEvent('download')
    await page.getByRole('link', { name: '导出 Excel' }).click()
    assert.match((await book).suggestedFilename(), /\.xlsx$/)
  }))

  it('enterprises come from Excel: bad cells are named, good rows taken, the same again changes nothing', { timeout: 60_000 }, () => act('duty', wide, async (page) => {
    const good = ['91350100M000100Y43', '导入的电镀厂', '鹿城区', '重点']
    const book = (second) => ({ name: '台账.xlsx', mimeType: 'application/octet-stream', buffer: workbook({
      企业: [['*统一社会信用代码', '*名称', '*所在区域', '许可类别'], good],
      排放口: [['*统一社会信用代码', '*排放口编号', '*排放口名称', '*类型'], [good[0], 'DA001', '酸雾排放口', '废气'], second],
    }) })
    const bad = book([good[0], 'DW001', '', '废物'])
    await page.goto('/enterprises')
    await page.getByRole('link', { name: '从 Excel 导入' }).click()
    await page.waitForURL('**/import')
    await settled(page)
    const template = page.waitForEvent('download')
    await page.getByRole('link', { name: '下载模板' }).click()
    assert.match((await template).suggestedFilename(), /模板\.xlsx$/)
    await page.mouse.move(0, 0)
    await page.getByLabel('Excel 工作簿').setInputFiles(bad)
    await page.getByText('1 行有误，共 2 处').waitFor()
    for (const cell of ['C3', 'D3']) await page.locator('table.t .mono', { hasText: cell }).waitFor()
    for (const size of [wide, narrow]) {
      await page.setViewportSize(size)
      await settled(page)
      await picture(page, 'import-checked')
      await accessible(page, 'import-checked')
      await fits(page, 'import-checked')
    }
    await page.setViewportSize(wide)
    const errors = page.waitForEvent('download')
    await page.getByRole('button', { name: '下载错误清单' }).click()
    assert.match((await errors).suggestedFilename(), /\.xlsx$/)
    const take = page.getByRole('button', { name: '只导入无误的 2 行' })
    assert.ok(await take.isDisabled())
    await page.getByRole('checkbox', { name: /不导入/ }).check()
    await take.click()
    await page.getByText('已导入：新建 2 行，更新 0 行').waitFor()
    const whole = book([good[0], 'DW001', '废水总排口', '废水'])
    await page.getByLabel('Excel 工作簿').setInputFiles(whole)
    await page.getByRole('button', { name: '导入 1 行' }).click()
    await page.getByText('已导入：新建 1 行').waitFor()
    await page.getByLabel('Excel 工作簿').setInputFiles(whole)
    await page.getByText('没有要写入的内容').waitFor()
    await page.goto('/enterprises?q=' + encodeURIComponent(good[1]))
    await page.locator('table.t tbody tr').first().locator('a').first().click()
    await page.getByText('废水总排口').first().waitFor()
  }))

  it('from the wall to an outlet and to what a frame says', { timeout: 60_000 }, () => act('duty', wide, async (page) => {
    await page.goto('/wall')
    await settled(page)
    const tile = page.locator('.wall-part[aria-label=需要关注] .wall-tile').first()
    const name = await tile.locator('.wall-name').first().innerText()
    await tile.click()
    await page.waitForURL('**/outlets/*')
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await page.getByRole('navigation', { name: '监控点的内容' }).getByRole('link', { name: '原始报文' }).click()
    await page.getByRole('button', { name: '解析' }).first().click()
    await page.getByText('校验码相符').waitFor()
    await page.getByRole('region', { name: '报文中的因子' }).getByRole('row').nth(1).waitFor()
    await accessible(page, 'frame')
    await picture(page, 'frame-1440')
    await page.setViewportSize(narrow)
    await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth) // the charts follow the width a moment later
    await picture(page, 'frame-390')
  }))

  it('执法员 asks a data logger, confirms what changes it, and sees each step come', { timeout: 120_000 }, () => act('inspector', wide, async (page) => {
    await page.goto('/devices')
    await settled(page)
    await page.locator('table.t tbody tr a').first().click()
    await page.waitForURL(/\/devices\/[0-9a-f-]{36}$/)
    await page.getByText('已连接', { exact: true }).waitFor({ timeout: 60_000 }) // it connects when it has data to send
    const ask = async (name) => {
      await page.getByRole('button', { name: '下发指令' }).click()
      await choose(page, '指令', name)
    }
    const item = (name, state) => page.getByRole('article', { name: `${name}，${state}` })
    await ask('提取实时数据间隔')
    await page.getByRole('button', { name: '下发', exact: true }).click()
    await item('提取实时数据间隔', '执行成功').waitFor() // no reload: the live events bring it
    await item('提取实时数据间隔', '执行成功').getByRole('button', { name: '往来报文' }).click()
    await page.getByText('RtdInterval=30&&').waitFor()
    assert.equal(await page.getByText(/PW=[^*]/).count(), 0) // passwords are masked
    await ask('即时采样')
    await page.getByRole('button', { name: '下发', exact: true }).click()
    await page.getByText('请填写监测因子').waitFor()
    await chooseFirst(page, '监测因子')
    await page.getByRole('button', { name: '下发', exact: true }).click()
    await picture(page, 'device-confirm')
    await page.getByRole('button', { name: '再想想' }).click()
    await page.getByRole('button', { name: '下发', exact: true }).click()
    await page.getByRole('button', { name: '确定即时采样' }).click()
    await item('即时采样', '执行成功').waitFor()
    await picture(page, 'device-asked')
    await accessible(page, 'device after commands')
    await page.setViewportSize(narrow)
    await fits(page, 'device after commands')
    await picture(page, 'device-asked')
    await page.getByRole('navigation', { name: '数采仪的内容' }).getByRole('link', { name: '缺数' }).click()
    await page.getByRole('region', { name: '缺数日历' }).waitFor()
    await picture(page, 'device-gaps')
    await accessible(page, 'missing calendar')
  }))

  it('企业 sees on the phone what waits, reports an obligation with its paper; 值班员 accepts it', { timeout: 120_000 }, async () => {
    let place = ''
    await act('enterprise', narrow, async (page) => {
      await page.waitForURL('**/portal') // its first page
      await settled(page)
      const waits = page.locator('.portal-lines')
      await waits.getByText(/还剩|已超时/).first().waitFor()
      await page.getByRole('heading', { name: '排放口', exact: true }).waitFor()
      await accessible(page, 'enterprise desk')
      await fits(page, 'enterprise desk')
      await waits.locator('a', { hasText: '申请延续排污许可证' }).click()
      await page.waitForURL('**/obligations/*')
      await settled(page)
      place = new URL(page.url()).pathname
      await verb(page, '报告履行').click()
      await field(page, '办理情况').fill('已在许可平台提交延续申请。')
      await send(page, '报告履行')
      await page.getByText('请上传证明材料').waitFor()
      await page.locator('#verbs input[type=file]').setInputFiles({ name: '受理回执.png', mimeType: 'image/png', buffer: png() })
      await page.locator('.files .name', { hasText: '受理回执.png' }).waitFor()
      await accessible(page, 'the report of an obligation')
      await send(page, '报告履行')
      await said(page, '已报告履行。')
      await page.goto('/alarms')
      await page.locator('.card').first().click()
      await page.getByRole('heading', { name: '怎么回事，怎么办' }).waitFor()
      await settled(page)
      await accessible(page, 'enterprise alarm')
      await fits(page, 'enterprise alarm')
      await picture(page, 'enterprise-alarm')
    })
    await act('duty', wide, async (page) => {
      await page.goto('/obligations?stage=reported')
      await settled(page)
      assert.ok(await page.locator('table.t tbody tr').count() > 0)
      await page.goto(place)
      await settled(page)
      await page.locator('.line').getByRole('link', { name: '受理回执.png' }).waitFor()
      await verb(page, '核实通过').click()
      await send(page, '核实通过')
      await page.locator('.chip', { hasText: '已履行' }).first().waitFor()
    })
  })

  it('企业 marks a period, sees beforehand what that does, and 值班员 does not accept it', { timeout: 120_000 }, async () => {
    const hour = (back) => new Date(Math.floor(Date.now() / 3600_000 - back) * 3600_000 + 8 * 3600_000).toISOString().slice(0, 16).replace('T', ' ')
    let mark = ''
    await act('enterprise', wide, async (page) => {
      await page.goto('/marks')
      await page.getByRole('button', { name: '标记时段' }).click()
      await settled(page)
      await chooseFirst(page, '监控点')
      await page.getByText('10 日内标记').waitFor()
      await choose(page, '类型', '维护')
      // an hour with values that no mark of the demo covers
      const outlet = new URL(page.url()).searchParams.get('outlet_id')
      let back = 3
      for (const free = (from, until) => page.evaluate(async ([id, from, until]) => {
        const at = (s) => `${s.replace(' ', 'T')}:00+08:00`
        const body = JSON.stringify({ outlet_id: id, kind: 'maintenance', factors: [], from: at(from), until: at(until), reason: '试算', work_order: '', files: [] })
        const plan = await (await fetch('/api/v1/marks/preview', { method: 'POST', headers: { 'X-Qingshao': '1', 'Content-Type': 'application/json' }, body })).json()
        return plan.hours.length > 0 && !plan.problems.some((x) => x.refused)
      }, [outlet, from, until]); back < 72 && !(await free(hour(back + 1), hour(back)));) back++
      for (const [label, at] of [['开始', hour(back + 1)], ['结束', hour(back)]]) {
        const box = page.getByLabel(label)
        await box.fill(at)
        await box.press('Enter')
      }
      await page.getByText(/涉及 \d+ 个小时值/).waitFor()
      await page.getByRole('button', { name: '提交标记' }).click()
      await page.getByText('请填写标记原因').waitFor()
      await page.getByLabel('原因').fill('更换采样管路')
      await picture(page, 'mark-filled')
      await page.getByRole('button', { name: '提交标记' }).click()
      await page.waitForURL(/\/marks\/[0-9a-f-]{36}$/)
      await page.getByRole('heading', { level: 1, name: /维护/ }).waitFor()
      mark = new URL(page.url()).pathname
    })
    await act('duty', narrow, async (page) => {
      await page.goto(mark)
      await settled(page)
      await page.getByText('没有工单或证明材料').waitFor() // pointed out, decided by a person
      await verb(page, '不予认可').click()
      await field(page, '不予认可的理由').fill('运维记录显示当时未更换。')
      await send(page, '不予认可')
      await page.getByRole('button', { name: '确定不予认可' }).click()
      await said(page, '已不予认可。')
    })
    await act('enterprise', narrow, async (page) => {
      await page.goto(mark)
      await settled(page)
      await page.getByText('运维记录显示当时未更换。').first().waitFor()
    })
  })

  it('an outlet’s curves: other factors, other days, earlier periods, and from a pin to its alarm', { timeout: 90_000 }, () => act('duty', wide, async (page) => {
    const alarm = await first(page, '/alarms?limit=1')
    await page.goto(`/outlets/${alarm.outlet_id}?kind=hour&span=24h&view=strips`)
    await settled(page)
    const heads = page.getByRole('region', { name: '数据表' }).getByRole('columnheader')
    const before = await heads.count()
    const box = page.getByRole('combobox', { name: '因子' })
    await box.focus()
    await box.press('ArrowDown')
    await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option:not(.ant-select-item-option-selected)').first().click()
    await page.keyboard.press('Escape')
    await page.waitForURL((u) => u.searchParams.has('factors'))
    await heads.nth(before).waitFor()
    await page.getByRole('radiogroup', { name: '图的样式' }).getByText('同图').click()
    await page.waitForURL((u) => u.searchParams.get('view') === 'together')
    await choose(page, '与其他日比较', '前 1 日')
    await page.keyboard.press('Escape')
    await page.waitForURL((u) => u.searchParams.get('cmp') === '1')
    await page.getByRole('region', { name: '比较的数值' }).getByRole('row', { name: /前 1 日/ }).first().waitFor()
    await page.locator('h1').click() // closes the drop-down
    await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').waitFor({ state: 'detached' })
    await accessible(page, 'compared days')
    await picture(page, 'outlet-compare')
    await page.keyboard.press('ArrowLeft')
    await page.waitForURL((u) => u.searchParams.has('from'))
    await page.getByRole('button', { name: '回到现在' }).click()
    await page.waitForURL((u) => !u.searchParams.has('from'))
    const at = Date.parse(alarm.started_at)
    await page.goto(`/outlets/${alarm.outlet_id}?kind=hour&factors=${alarm.factor}&from=${encodeURIComponent(new Date(at - 86_400_000).toISOString())}&to=${encodeURIComponent(new Date(at + 3_600_000).toISOString())}`)
    await page.getByRole('link', { name: `打开预警 ${alarm.number}` }).click()
    await page.waitForURL(`**/alarms/${alarm.id}`)
  }))

  it('every official value opens what stands behind it, and every rate its hours', { timeout: 120_000 }, () => act('duty', wide, async (page) => {
    await page.goto('/marks?state=force')
    await settled(page)
    await page.locator('table.t tbody tr a').last().click()
    await settled(page)
    const number = await page.locator('.crumb').innerText()
    await page.getByRole('link', { name: '打开监控点' }).click()
    await settled(page)
    await page.getByRole('link', { name: '法定均值' }).click()
    await page.getByText('近 24 小时').waitFor()
    await page.goto(page.url() + '&od=3')
    await page.getByRole('button', { name: '的来历' }).filter({ hasText: '第' }).last().click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText('该值由站点作为小时数据').waitFor()
    await drawer.getByRole('link', { name: number }).waitFor()
    await drawer.getByText('标记设置或取消').first().waitFor()
    await drawer.getByText('HJ 75-2017').first().waitFor()
    await page.waitForTimeout(400) // the drawer slides in
    await picture(page, 'explained')
    await accessible(page, 'explained')
    await page.setViewportSize(narrow)
    await page.waitForTimeout(400)
    await fits(page, 'explained')
    await picture(page, 'explained')
    await page.setViewportSize(wide)
    await page.goto('/rates?group=area')
    await settled(page)
    await page.locator('table.t tbody tr a').first().click() // an area's outlets
    await page.waitForURL(/area=/)
    await settled(page)
    await page.locator('table.t tbody tr a').first().click() // an outlet's hours
    await page.getByRole('img', { name: /时有效/ }).first().waitFor()
  }))

  it('an unknown device is claimed for an outlet that waits for one', { timeout: 60_000 }, () => act('duty', wide, async (page) => {
    await page.goto('/parked')
    await settled(page)
    await page.getByRole('button', { name: /^认领 / }).first().click()
    const form = page.getByRole('form', { name: '认领设备' })
    await form.getByRole('radio').first().waitFor()
    if ((await form.getByRole('radio', { checked: true }).count()) === 0) await form.getByRole('radio').first().check() // several wait
    await accessible(page, 'the claim form')
    await picture(page, 'claim')
    await form.getByRole('button', { name: '认领', exact: true }).click()
    await page.getByText(/已认领，\d+ 帧暂存报文已补入/).waitFor()
  }))

  it('what one may not see is not there, and the page says what to do', { timeout: 60_000 }, () => act('admin', wide, async (page) => {
    await page.goto('/')
    await page.waitForURL('**/users')
    await settled(page)
    assert.deepEqual(await page.getByRole('navigation', { name: '主菜单' }).getByRole('link').allInnerTexts(), ['管理'])
    await page.goto('/issues')
    await page.getByRole('alert').waitFor()
    assert.match(await page.getByRole('alert').innerText(), /权限/)
  }))

  describe('rules of officers', () => officersRule(act))

  describe('a red tile', () => redTileOpens(act))

  describe('the public entry', () => publicEntry(() => demo, () => browser, act))

  describe('a reward that is really paid', () => rewardIsPaid(() => demo, () => browser, act))

  })

  describe('every page, at 1440 and at 390 px', { concurrency: 2 }, () => {
    const id = async (page, path) => (await first(page, path))?.id
    const pages = [
      ['duty', [
        ['desk', '/'], ['outlets', '/outlets'], ['outlets-tiles', '/outlets?view=tiles'], ['wall', '/wall'], ['wall-screen', '/wall/screen'], ['wall-none', '/wall?q=%E6%97%A0%E6%AD%A4%E4%BC%81%E4%B8%9A'],
        ['outlet-hour', async (p) => `/outlets/${await id(p, '/outlets?state=alarm&limit=1') ?? await id(p, '/outlets?limit=1')}?kind=hour&span=7d`],
        ...['now', 'alarms', 'conduct', 'frames', 'rules'].map((tab) => [`outlet-${tab}`, async (p) => `/outlets/${await id(p, '/outlets?state=alarm&limit=1') ?? await id(p, '/outlets?limit=1')}?tab=${tab}`]),
        ['outlet-realtime', async (p) => `/outlets/${await id(p, '/outlets?state=alarm&limit=1') ?? await id(p, '/outlets?limit=1')}`],
      ]],
      ['duty', [
        ['rates', '/rates'], ['rates-area', '/rates?group=area'],
        ['outlet-official', async (p) => `/outlets/${await id(p, '/outlets?limit=1')}?tab=official`], ['outlet-emission', async (p) => `/outlets/${await id(p, '/outlets?limit=1')}?tab=emission`], ['outlet-rates', async (p) => `/outlets/${await id(p, '/outlets?limit=1')}?tab=rates`],
        ['obligations', '/obligations'], ['obligation', async (p) => `/obligations/${await id(p, '/obligations?limit=1')}`],
        ['marks', '/marks'], ['mark', async (p) => `/marks/${await id(p, '/marks?state=open&limit=1')}`], ['marks-none', '/marks?q=%E6%97%A0'],
        ['alarms', '/alarms'], ['alarm-events', '/alarm-events'], ['alarm-events-none', '/alarm-events?q=%E6%97%A0'], ['alarm-event', async (p) => `/alarm-events/${await id(p, '/alarm-events?limit=1')}`], ['ladders', '/ladders'], ['measures', '/measures'], ['measures-none', '/measures?q=%E6%97%A0'], ['risk-map', '/risk-map'], ['risk-map-live', '/risk-map?live=true'], ['risk-map-history', '/risk-map/history'], ['risk-tasks', '/risk-map/tasks'], ['risk-tasks-none', '/risk-map/tasks?state=dropped&kind=help'], ['risk-task', async (p) => `/risk-map/tasks/${await id(p, '/risk-map/tasks?limit=1')}`], ['risk-map-unit', '/risk-map/units/330302?aspect=discovery'], ['risk-map-unit-live', '/risk-map/units/330303?live=true'], ['coverage', '/coverage'], ['coverage-gaps', '/coverage/gaps'], ['coverage-gaps-none', '/coverage/gaps?q=x'], ['alarm', async (p) => `/alarms/${await id(p, '/alarms?limit=1')}`],
        ['outcomes', '/outcomes'], ['outcomes-area', '/outcomes?group=area'], ['outcomes-answers', '/outcomes?tab=answers&group=month'], ['silences', '/silences'], ['silences-none', '/silences?q=%E6%97%A0'], ['silence', async (p) => `/silences/${await id(p, '/silences?state=set&limit=1')}`], ['silence-new', '/silences/new'], ['plan-new', '/silences/new?kind=plan'],
        ['quarantine', '/quarantine'], ['quarantine-single', '/quarantine?view=single'], ['quarantined', async (p) => `/quarantine/${await id(p, '/quarantine?limit=1')}`], ['parked', '/parked'],
        ['devices', '/devices'], ['meters', '/meters'], ['meter', async (p) => `/meters/${await id(p, '/meters?limit=1')}`], ['meter-profiles', '/meter-profiles'], ['meters-none', '/meters?q=%E6%97%A0%E6%AD%A4'],
        ['enterprise-metered', async (p) => `/enterprises/${await p.evaluate(async () => (await (await fetch('/api/v1/meters?limit=1')).json()).items[0].enterprise_id)}`], ['import', '/import'], ['enterprises', '/enterprises'], ['enterprise', async (p) => `/enterprises/${await id(p, '/enterprises?limit=1')}`], ['enterprise-curve', async (p) => `/enterprises/${await id(p, '/enterprises?limit=1')}/curve`],
        ['device', async (p) => `/devices/${await id(p, '/devices?limit=1')}`], ['device-gaps', async (p) => `/devices/${await id(p, '/devices?limit=1')}?tab=gaps`], ['device-link', async (p) => `/devices/${await id(p, '/devices?limit=1')}?tab=link`],
        ['rules', '/rules'], ['rules-signs', '/rules?tab=signs'], ['rules-official', '/rules?tab=official'], ['rules-none', '/rules?q=%E6%97%A0'], ['rule-new', '/rules/new'], ['rule-builtin', '/rules/builtin/constant'], ['rule-settings', async (p) => `/rules/settings/${await p.evaluate(async () => (await (await fetch('/api/v1/rules/builtin/constant')).json()).areas[0].id)}`], ['rule-builtin-official', '/rules/builtin/exceed-hour'],
        ['rule', async (p) => `/rules/${await id(p, '/rules/custom?state=live&limit=1')}`], ['rule-edit', async (p) => `/rules/${await id(p, '/rules/custom?state=draft&limit=1')}/edit`],
        ['rule-trial', async (p) => { const rule = await id(p, '/rules/custom?state=live&limit=1'); return `/rules/${rule}/trials/${await p.evaluate(async (r) => (await (await fetch(`/api/v1/rules/custom/${r}`)).json()).trials[0].id, rule)}` }],
        ['clue-enter', '/clues/new'], ['notices', '/notices'], ['my-notify', '/me/notify'], ['me', '/me'],
      ]],
      ['enterprise', [['consults', '/consults'], ['consult-new', '/consults/new'], ['consult', async (p) => `/consults/${await id(p, '/consults?state=answered&limit=1')}`], ['portal', '/portal'], ['obligations-firm', '/obligations'], ['marks-firm', '/marks'], ['mark-new', '/marks/new']]],
      ['clerk', [['desk-clerk', '/'], ['circle-member', async (p) => `/circles/${await p.evaluate(async () => (await (await fetch('/api/v1/circles')).json())[0]?.id)}`], ['risk-map-enter', '/risk-map/enter'], ['tip-statistics', '/tip-statistics'], ['tip-statistics-area', '/tip-statistics?by=area'], ['tip-statistics-few', '/tip-statistics?from=2020-01-01&to=2020-02-01'], ['tips', '/tips'], ['tip', async (p) => `/tips/${await id(p, '/tips?limit=1')}`], ['tips-none', '/tips?q=x'], ['tip-new', '/tips/new'], ['work-orders', '/work-orders'], ['work-orders-none', '/work-orders?outside=x'], ['work-orders-import', '/work-orders/import'], ['clues', '/clues'], ['clue', async (p) => `/clues/${await id(p, '/clues?state=new&limit=1') ?? await id(p, '/clues?limit=1')}`], ['issues', '/issues'], ['issues-none', '/issues?q=' + encodeURIComponent('没有这样的问题')]]],
      ['agency', [['desk-agency', '/'], ['issue', async (p) => `/issues/${await id(p, '/issues?state=working&limit=1') ?? await id(p, '/issues?limit=1')}`]]],
      ['reward', [['rewards', '/rewards'], ['rewards-none', '/rewards?q=x'], ['reward', async (p) => `/rewards/${await id(p, '/rewards?state=granted&limit=1')}`], ['reward-amend', async (p) => `/rewards/${await id(p, '/rewards?state=proposed&limit=1')}/amend`],
        ['reward-new', async (p) => `/rewards/new?issue=${await p.evaluate(async () => (await (await fetch('/api/v1/rewards/candidates')).json())[0]?.issue_id)}`], ['awards', '/awards'], ['reward-rules', '/rewards/rules'], ['reward-statistics', '/rewards/statistics'],
        ['seal', '/seal'], ['sealed-tips', '/sealed-tips'], ['sealed-tip', async (p) => `/sealed-tips/${await id(p, '/sealed-tips?mode=confidential&limit=1')}`], ['sealed-tip-insider', async (p) => `/sealed-tips/${await id(p, '/sealed-tips?mode=insider&limit=1')}`],
        ['openings', '/openings'], ['opening', async (p) => `/openings/${await id(p, '/openings?state=opened&limit=1')}`]]],
      ['supervisor', [['supervisions', '/supervisions'], ['supervision', async (p) => `/supervisions/${await id(p, '/supervisions?state=issued&limit=1')}`], ['instructions', '/instructions'], ['instruction', async (p) => `/instructions/${await id(p, '/instructions?limit=1')}`], ['seal-oversight', '/seal'], ['opening-waits', async (p) => `/openings/${await id(p, '/openings?state=requested&limit=1')}`]]],
      ['leader', [['desk-leader', '/'], ['destructions', '/destructions'], ['circles', '/circles'], ['circle', async (p) => `/circles/${await p.evaluate(async () => (await (await fetch('/api/v1/circles')).json())[0]?.id)}`], ['reward-budget', '/rewards/rules']]],
      ['admin', [['users', '/users'], ['user', async (p) => `/users/${await id(p, '/users?limit=1')}`], ['roles', '/roles'], ['system', '/system'], ['forwards', '/forwards'], ['channels', '/channels'], ['deliveries', '/deliveries'], ['deliveries-none', '/deliveries?state=given_up&q=x'], ['jobs', '/jobs']]],
      ['duty', [['find', '/find?q=' + encodeURIComponent('印染')], ['find-initials', '/find?q=yr'], ['find-none', '/find?q=' + encodeURIComponent('火星基地')], ['find-empty', '/find']]],
      ['reviewer', [['templates', '/templates'], ['template', '/templates/alarm/mail']]],
      ['secadmin', [['user-secadmin', async (p) => `/users/${await id(p, '/users?limit=1')}`], ['halts', '/halts'], ['copies', '/copies'], ['access-review', '/access-review']]],
      ['auditor', [['audit', '/audit']]],
    ]
    for (const [login, list] of pages) {
      it(`as ${login}: ${list.map(([name]) => name).join(' ')}`, { timeout: 600_000 }, () => act(login, wide, async (page) => {
        await settled(page)
        for (const [name, where] of list) {
          await page.setViewportSize(wide)
          const path = typeof where === 'string' ? where : await where(page)
          if (path.includes('undefined')) continue // nothing of that kind in the demo
          await open(page, path)
          for (const size of [wide, narrow]) {
            await page.setViewportSize(size)
            await settled(page)
            await picture(page, name)
            await accessible(page, name)
            await fits(page, name)
          }
          assert.match(await page.title(), /\S+ · 清哨$/, `${name} has a title`)
          assert.equal(await page.locator('h1').count(), 1, `${name} has one heading`)
        }
      }))
    }
  })
})

/** first asks the program, as whoever is signed in, for the first of a list. */
function first(page, path) {
  return page.evaluate(async (p) => (await (await fetch('/api/v1' + p)).json()).items[0], path)
}

function today() {
  return new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)
}

/** png is the smallest picture: one grey point. */
function png() {
  return Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==', 'base64')
}
