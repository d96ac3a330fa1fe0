// The menu: at most eight entries in the order of the loop, each shown only to
// whom it opens something.

/** A tab is one page of a section; under names the pages that are reached from it and have no tab of their own. */
export interface Tab { path: string; title: string; needs: string[]; under?: string[] }
export interface Section { key: string; title: string; icon: string; tabs: Tab[] }

export const sections: Section[] = [
  { key: 'desk', title: '工作台', icon: 'desk', tabs: [
    { path: '/', title: '工作台', needs: ['overview.read'] },
    { path: '/portal', title: '企业工作台', needs: ['portal.read'] },
    { path: '/obligations', title: '应尽义务', needs: ['obligation.read'] },
    { path: '/consults', title: '咨询', needs: ['consult.read'] },
  ] },
  {
    key: 'monitor', title: '监测预警', icon: 'pulse', tabs: [
      { path: '/outlets', title: '监控点', needs: ['telemetry.read'] },
      { path: '/wall', title: '监控墙', needs: ['telemetry.read'] },
      { path: '/alarms', title: '预警', needs: ['alarm.read'], under: ['/alarm-events', '/ladders', '/outcomes', '/silences'] },
      { path: '/rules', title: '规则库', needs: ['rule.read'] },
      { path: '/measures', title: '监管措施', needs: ['alarm.read'] },
      { path: '/coverage', title: '监控覆盖', needs: ['registry.read', 'telemetry.read', 'overview.read'] },
      { path: '/marks', title: '标记', needs: ['telemetry.read'] },
      { path: '/rates', title: '传输有效率', needs: ['telemetry.read'] },
      { path: '/quarantine', title: '隔离区', needs: ['quarantine.read'] },
      { path: '/parked', title: '待认领设备', needs: ['quarantine.read'] },
    ],
  },
  {
    key: 'clue', title: '线索', icon: 'clue', tabs: [
      { path: '/clues', title: '线索', needs: ['clue.read'] },
      { path: '/tips', title: '公众举报', needs: ['clue.triage'] },
      { path: '/tips/new', title: '登记举报', needs: ['clue.triage'] },
      { path: '/work-orders', title: '工单', needs: ['clue.triage'] },
      { path: '/rewards', title: '举报奖励', needs: ['reward.read'], under: ['/awards'] },
      { path: '/clues/new', title: '登记线索', needs: ['clue.enter'] },
    ],
  },
  { key: 'seal', title: '保密', icon: 'clue', tabs: [
    { path: '/sealed-tips', title: '保密举报', needs: ['seal.desk'] },
    { path: '/openings', title: '身份开启', needs: ['seal.read'] },
    { path: '/seal', title: '保密密钥', needs: ['seal.read'] },
    { path: '/circles', title: '知悉范围', needs: ['circle.manage'] },
    { path: '/destructions', title: '到期销毁', needs: ['retention.propose'] },
    { path: '/destructions', title: '到期销毁', needs: ['retention.approve'] },
  ] },
  { key: 'issue', title: '问题', icon: 'issue', tabs: [
    { path: '/issues', title: '问题', needs: ['issue.read'] },
    { path: '/supervisions', title: '督办', needs: ['issue.read'] },
    { path: '/instructions', title: '批示', needs: ['issue.read'] },
  ] },
  { key: 'evaluate', title: '评价', icon: 'chart', tabs: [
    { path: '/risk-map', title: '风险预警图', needs: ['risk.read'] },
    { path: '/tip-statistics', title: '举报统计', needs: ['overview.read'] },
  ] },
  {
    key: 'resource', title: '资源', icon: 'house', tabs: [
      { path: '/enterprises', title: '企业', needs: ['registry.read'] },
      { path: '/devices', title: '设备', needs: ['registry.read', 'telemetry.read'] },
      { path: '/meters', title: '用电与工况', needs: ['registry.read', 'telemetry.read'], under: ['/meter-profiles'] },
      { path: '/import', title: '导入', needs: ['registry.write'] },
    ],
  },
  {
    key: 'admin', title: '管理', icon: 'admin', tabs: [
      { path: '/users', title: '用户', needs: ['user.read'] },
      { path: '/roles', title: '角色权限', needs: ['user.read'] },
      { path: '/audit', title: '审计日志', needs: ['audit.read'] },
      { path: '/halts', title: '举报渠道开关', needs: ['channel.reopen'] },
      { path: '/copies', title: '泄露追查', needs: ['leak.trace'] },
      { path: '/access-review', title: '查阅复核', needs: ['access.review'] },
      { path: '/system', title: '运行状况', needs: ['system.read'] },
      { path: '/forwards', title: '转发', needs: ['system.read'] },
      { path: '/templates', title: '消息模板', needs: ['rule.publish'] },
      { path: '/channels', title: '通知渠道', needs: ['system.read'], under: ['/deliveries', '/templates'] },
      { path: '/jobs', title: '死信任务', needs: ['system.read'] },
    ],
  },
]

/** menu gives the sections and tabs for what a person holds; a tab needs all of its capabilities. */
export function menu(capabilities: readonly string[]): Section[] {
  const held = new Set(capabilities)
  return sections
    .map((s) => ({ ...s, tabs: s.tabs.filter((t) => t.needs.every((n) => held.has(n))).filter((t, i, all) => all.findIndex((x) => x.path === t.path) === i) }))
    .filter((s) => s.tabs.length > 0)
}

/** home is the first page of a person. */
export function home(capabilities: readonly string[]): string {
  return menu(capabilities)[0]?.tabs[0]?.path ?? '/me'
}

/** sectionOf finds the section that a page lies in. */
export function sectionOf(list: Section[], path: string): { section?: Section; tab?: Tab } {
  let best: { section?: Section; tab?: Tab } = {}
  for (const section of list) {
    for (const tab of section.tabs) {
      const inside = tab.path === '/' ? path === '/' : [tab.path, ...(tab.under ?? [])].some((p) => path === p || path.startsWith(p + '/'))
      if (inside && tab.path.length > (best.tab?.path.length ?? -1)) best = { section, tab }
    }
  }
  return best
}

/** closed reports whether a path is a menu's page that is not in this person's menu. */
export function closed(list: Section[], path: string): boolean {
  return sections.some((s) => s.tabs.some((t) => t.path === path)) && sectionOf(list, path).tab?.path !== path
}
