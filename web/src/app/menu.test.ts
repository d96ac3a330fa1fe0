import { describe, expect, it } from 'vitest'
import { searchTarget } from './find'
import { closed, home, menu, sectionOf, sections } from './menu'

const duty = ['overview.read', 'registry.read', 'registry.write', 'telemetry.read', 'quarantine.read', 'alarm.read', 'alarm.handle', 'clue.read', 'clue.enter', 'issue.read']
const agency = ['overview.read', 'issue.read', 'issue.sign', 'issue.rectify', 'clue.enter', 'registry.read']
const titles = (c: string[]) => menu(c).map((s) => s.title)

describe('the menu', () => {
  it('has at most eight entries for whoever may do everything', () => {
    const all = sections.flatMap((s) => s.tabs.flatMap((t) => t.needs))
    expect(menu(all).length).toBeLessThanOrEqual(8)
    expect(menu(all)).toHaveLength(sections.length)
  })
  it('follows the order of the loop and shows only what opens', () => {
    expect(titles(duty)).toEqual(['工作台', '监测预警', '线索', '问题', '评价', '资源'])
    expect(titles(['user.read', 'system.read'])).toEqual(['管理'])
    expect(titles([])).toEqual([])
  })
  it('keeps case text from the three administrators', () => {
    for (const c of [['user.read', 'user.write', 'system.read', 'system.write'], ['user.read', 'user.grant', 'system.read'], ['user.read', 'audit.read', 'audit.export', 'system.read']]) {
      const paths = menu(c).flatMap((s) => s.tabs.map((t) => t.path))
      expect(paths).not.toContain('/issues')
      expect(paths).not.toContain('/clues')
    }
  })
  it('an agency enters clues but has no clue desk, and no devices without telemetry', () => {
    const paths = menu(agency).flatMap((s) => s.tabs.map((t) => t.path))
    expect(paths).toEqual(['/', '/clues/new', '/issues', '/supervisions', '/instructions', '/tip-statistics', '/enterprises'])
  })
  it('a tab needs all of its capabilities', () => {
    expect(menu(['registry.read']).flatMap((s) => s.tabs.map((t) => t.path))).toEqual(['/enterprises'])
  })
})

describe('the first page', () => {
  it.each([[duty, '/'], [['clue.enter', 'file.upload'], '/clues/new'], [['user.read'], '/users'], [['registry.read', 'telemetry.read', 'alarm.read'], '/outlets'], [['portal.read', 'registry.read', 'telemetry.read', 'alarm.read'], '/portal'], [[], '/me']])('for %j is %s', (c, want) => expect(home(c)).toBe(want))
})

describe('where a page lies', () => {
  const list = menu(duty)
  it.each([['/', 'desk', '/'], ['/alarms/123', 'monitor', '/alarms'], ['/clues/new', 'clue', '/clues/new'], ['/clues/77', 'clue', '/clues'], ['/issues', 'issue', '/issues'], ['/meter-profiles', 'resource', '/meters']])('%s', (path, section, tab) => {
    const here = sectionOf(list, path)
    expect(here.section?.key).toBe(section)
    expect(here.tab?.path).toBe(tab)
  })
  it('is closed when the menu does not lead there; single things and the own account never are', () => {
    expect(closed(list, '/issues')).toBe(false)
    expect(closed(menu(['user.read']), '/issues')).toBe(true)
    expect(closed(menu(['clue.enter']), '/clues')).toBe(true)
    expect(closed(menu(['clue.enter']), '/clues/77')).toBe(false)
    expect(closed(menu([]), '/me')).toBe(false)
  })
  it('nowhere for the own account', () => expect(sectionOf(list, '/me')).toEqual({}))
})

describe('the search box', () => {
  it('sends a number to its kind, even from another list', () => {
    expect(searchTarget('WZ-X-2026-000012', '/issues', duty)).toBe('/clues?q=WZ-X-2026-000012')
    expect(searchTarget('WZ-Y-2026-000012', '/issues', duty)).toBe('/alarms?q=WZ-Y-2026-000012')
  })
  it('searches the list one is on, else the first one may read', () => {
    expect(searchTarget('电镀', '/enterprises', duty)).toBe('/enterprises?q=' + encodeURIComponent('电镀'))
    expect(searchTarget('电镀', '/', duty)).toBe('/find?q=' + encodeURIComponent('电镀'))
    expect(searchTarget('王', '/', ['user.read'])).toBe('/users?q=' + encodeURIComponent('王'))
  })
  it('a number of a kind one may not read is searched where one may', () => expect(searchTarget('WZ-X-2026-1', '/', ['issue.read'])).toBe('/find?q=WZ-X-2026-1'))
  it('leads nowhere for whom nothing is listed', () => expect(searchTarget('x', '/', [])).toBe(''))
})
