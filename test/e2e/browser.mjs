// A browser that makes no requests of its own, people signed in to it, pictures
// and accessibility checks.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from './program.mjs'

const require = createRequire(join(root, 'web/package.json'))
const { chromium } = require('playwright-core')
const axe = createRequire(require.resolve('@axe-core/playwright'))('axe-core').source

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].filter(Boolean)

/** browserPath finds a browser, or gives undefined. */
export function browserPath() {
  return places.find((p) => existsSync(p))
}

/** openBrowser starts a browser that asks pages to hold still: on a busy machine a window that still moves can take the press of a button and lose its release. */
export async function openBrowser() {
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: [
      '--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-default-apps', '--disable-domain-reliability', '--no-first-run', '--no-pings', '--metrics-recording-only',
    ],
  })
  const open = browser.newContext.bind(browser)
  browser.newContext = (options) => open({ reducedMotion: 'reduce', ...options })
  return browser
}

const pictures = join(root, 'test-results')
mkdirSync(pictures, { recursive: true })

export const wide = { width: 1440, height: 900 }
export const narrow = { width: 390, height: 844 }

/** person opens the console as one of the demo's people; wrong collects what a page should never say. */
export async function person(browser, demo, login, viewport = wide) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', baseURL: demo.url })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const wrong = []
  page.on('pageerror', (e) => wrong.push(`${page.url()}: ${e.message}`))
  page.on('console', (m) => {
    if (m.type() === 'error' && !/status of 40[0-9]|status of 409|status of 422/.test(m.text())) wrong.push(`${page.url()}: ${m.text()}`)
  })
  page.on('request', (r) => {
    const u = r.url()
    if (!u.startsWith(demo.url) && !/^(data|blob):/.test(u)) wrong.push(`asked outside: ${u}`)
  })
  await page.goto('/login')
  await page.getByLabel('用户名').fill(login)
  await page.getByLabel('密码', { exact: true }).fill(demo.passwords[login])
  await page.getByRole('button', { name: '登录' }).click()
  await page.waitForURL((u) => u.pathname !== '/login')
  return { page, wrong, close: () => context.close() }
}

/** open goes to another page of the console as a link does: loading the whole console for each of some two hundred pages takes longer than looking at them. A page that shares its frame with the one before is loaded whole, since nothing tells when it has changed. */
export async function open(page, path) {
  const folder = (p) => p.slice(0, p.lastIndexOf('/'))
  const [here, to] = [new URL(page.url()).pathname, path.split('?')[0]]
  if (here === to || (folder(here) === folder(to) && folder(to) !== '') || to.endsWith('/screen') || here.endsWith('/screen')) return page.goto(path)
  await page.evaluate((p) => {
    document.querySelector('h1')?.setAttribute('data-before', '')
    history.pushState({}, '', p)
  }, path)
  await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('h1[data-before]'))
}

/** settled waits until the page shows its content. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.bone') && !document.querySelector('.ant-btn-loading'))
  await page.waitForTimeout(150)
}

/** picture keeps the whole page as a PNG. */
export async function picture(page, name) {
  const size = page.viewportSize()
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, Math.min(height, 2600)) })
  await page.waitForTimeout(100)
  const take = () => page.screenshot({ path: join(pictures, `${name}-${size.width}.png`) })
  await take().catch(() => page.waitForTimeout(500).then(take)) // a busy browser may miss the moment
  await page.setViewportSize(size)
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** accessible fails on any finding of axe against WCAG 2.2 AA. axe is brought into a document once, and says in full only what it finds wrong: that halves its time. */
export async function accessible(page, name) {
  // A colour in transition is neither of the two that the page means.
  await page.waitForFunction(() => !document.querySelector('.ant-btn-loading') && document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity))
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations, passes } = await page.evaluate(async (values) => {
    const r = await window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] })
    return { violations: r.violations, passes: r.passes.length }
  }, rules)
  const said = violations.map((v) => `${v.id} (${v.help}): ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(' | ')}`)
  assert.deepEqual(said, [], `axe on ${name} at ${page.viewportSize().width} px`)
  assert.ok(passes > 10, `axe looked at ${name}`)
}

/** fits fails when the page scrolls sideways. */
export async function fits(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(over <= 0, `${name} is ${over} px too wide at ${page.viewportSize().width} px`)
}

const options = '.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option'

/** choose picks from a drop-down by the keyboard: part of the label, then Enter. */
export async function choose(page, label, text) {
  const box = page.getByRole('combobox', { name: label }).first()
  await box.focus()
  await box.fill(text)
  await page.locator(options, { hasText: text }).first().waitFor()
  await box.press('Enter')
  await page.locator('.ant-select', { has: box }).getByText(text).first().waitFor()
}

/** chooseFirst picks the first of a drop-down's options by the keyboard. */
export async function chooseFirst(page, label) {
  const box = page.getByRole('combobox', { name: label }).first()
  await box.focus()
  await box.press('ArrowDown')
  await page.locator(options).first().waitFor()
  await box.press('Enter')
}
