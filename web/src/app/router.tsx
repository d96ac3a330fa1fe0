// Routes compose features; each page is loaded when it is first opened.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { cache, meQuery } from '../api/use'
import { SignIn } from '../features/auth/sign-in'
import { parseSearch, stringifySearch } from '../ui/search'
import { Bones, Trouble } from '../ui/state'
import { DarkFrame } from './dark'
import { home } from './menu'
import { Lost } from './lost'
import { Shell } from './shell'

const root = createRootRoute({ component: Outlet, notFoundComponent: Lost })

const signIn = createRoute({ getParentRoute: () => root, path: '/login', component: SignIn })

async function signedIn(to: string) {
  const me = await cache.ensureQueryData(meQuery)
  if (!me) throw redirect({ to: '/login', search: { to } as never })
  return me
}

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const me = await signedIn(location.href)
    if ((me.must_change || me.must_enrol) && location.pathname !== '/me') throw redirect({ to: '/me' as never })
    const first = home(me.capabilities)
    if (location.pathname === '/' && first !== '/') throw redirect({ to: first as never })
  },
})

function page(path: string, load: () => Promise<Record<string, unknown>>, name: string) {
  return createRoute({ getParentRoute: () => shell, path, component: lazyRouteComponent(load as never, name as never) })
}

const pages = [
  page('/', () => import('../features/overview/desk'), 'Desk'),
  page('/portal', () => import('../features/portal/desk'), 'EnterpriseDesk'),
  page('/consults', () => import('../features/consult/consults'), 'Consults'),
  page('/consults/new', () => import('../features/consult/ask'), 'AskConsult'),
  page('/consults/$id', () => import('../features/consult/consult'), 'ConsultFile'),
  page('/obligations', () => import('../features/obligation/obligations'), 'Obligations'),
  page('/obligations/$id', () => import('../features/obligation/obligation'), 'ObligationFile'),
  page('/outlets', () => import('../features/telemetry/outlets'), 'Outlets'),
  page('/outlets/$id', () => import('../features/telemetry/outlet'), 'OutletFile'),
  page('/wall', () => import('../features/telemetry/wall-page'), 'MonitorWall'),
  page('/coverage', () => import('../features/coverage/coverage'), 'Coverage'),
  page('/coverage/gaps', () => import('../features/coverage/gaps'), 'CoverageGaps'),
  page('/alarms', () => import('../features/rule/alarms'), 'Alarms'),
  page('/alarms/$id', () => import('../features/rule/alarm'), 'AlarmFile'),
  page('/alarm-events', () => import('../features/rule/events'), 'Events'),
  page('/alarm-events/$id', () => import('../features/rule/event'), 'EventFile'),
  page('/measures', () => import('../features/rule/measures'), 'Measures'),
  page('/measures/$id', () => import('../features/rule/measure'), 'MeasureFile'),
  page('/ladders', () => import('../features/rule/ladders'), 'Ladders'),
  page('/outcomes', () => import('../features/outcome/outcomes'), 'Outcomes'),
  page('/silences', () => import('../features/silence/silences'), 'Silences'),
  page('/silences/new', () => import('../features/silence/set-silence'), 'SetSilence'),
  page('/silences/$id', () => import('../features/silence/silence'), 'SilenceFile'),
  page('/rules', () => import('../features/rule/rules'), 'Rules'),
  page('/rules/new', () => import('../features/rule/edit-rule'), 'NewRule'),
  page('/rules/builtin/$id', () => import('../features/rule/builtin'), 'BuiltInRuleFile'),
  page('/rules/settings/$id', () => import('../features/rule/settings'), 'RuleSettingsFile'),
  page('/rules/$id', () => import('../features/rule/custom-rule'), 'CustomRuleFile'),
  page('/rules/$id/edit', () => import('../features/rule/edit-rule'), 'EditRule'),
  page('/rules/$id/trials/$trial', () => import('../features/rule/trial'), 'RuleTrial'),
  page('/marks', () => import('../features/mark/marks'), 'Marks'),
  page('/marks/new', () => import('../features/mark/set-mark'), 'SetMark'),
  page('/marks/$id', () => import('../features/mark/mark'), 'MarkFile'),
  page('/rates', () => import('../features/rate/rates'), 'Rates'),
  page('/quarantine', () => import('../features/gateway/quarantine'), 'Quarantine'),
  page('/quarantine/$id', () => import('../features/gateway/quarantined'), 'QuarantinedFrame'),
  page('/parked', () => import('../features/gateway/parked'), 'ParkedDevices'),
  page('/devices', () => import('../features/gateway/devices'), 'Devices'),
  page('/devices/$id', () => import('../features/telemetry/device'), 'DeviceFile'),
  page('/meters', () => import('../features/meter/meters'), 'Meters'),
  page('/meters/$id', () => import('../features/meter/meter'), 'MeterFile'),
  page('/meter-profiles', () => import('../features/meter/profiles'), 'MeterProfiles'),
  page('/enterprises', () => import('../features/enterprise/enterprises'), 'Enterprises'),
  page('/enterprises/$id', () => import('../features/enterprise/enterprise'), 'EnterpriseFile'),
  page('/enterprises/$id/curve', () => import('../features/telemetry/enterprise-curve'), 'EnterpriseCurve'),
  page('/import', () => import('../features/roster/import'), 'ImportRoster'),
  page('/rewards', () => import('../features/reward/rewards'), 'Rewards'),
  page('/rewards/new', () => import('../features/reward/propose'), 'ProposeReward'),
  page('/rewards/rules', () => import('../features/reward/rules'), 'RewardRules'),
  page('/rewards/statistics', () => import('../features/reward/statistics'), 'RewardStatistics'),
  page('/rewards/$id', () => import('../features/reward/reward'), 'RewardFile'),
  page('/rewards/$id/amend', () => import('../features/reward/propose'), 'AmendReward'),
  page('/awards', () => import('../features/reward/awards'), 'Awards'),
  page('/clues', () => import('../features/clue/clues'), 'Clues'),
  page('/clues/new', () => import('../features/clue/enter'), 'EnterClue'),
  page('/clues/$id', () => import('../features/clue/clue'), 'ClueFile'),
  page('/tips', () => import('../features/tip/tips'), 'Tips'),
  page('/tip-statistics', () => import('../features/tip/statistics'), 'TipStatistics'),
  page('/tips/new', () => import('../features/tip/enter'), 'EnterTip'),
  page('/work-orders', () => import('../features/tip/orders'), 'WorkOrders'),
  page('/work-orders/import', () => import('../features/tip/import-orders'), 'ImportOrders'),
  page('/tips/$id', () => import('../features/tip/tip'), 'TipFile'),
  page('/sealed-tips', () => import('../features/seal/sealed-tips'), 'SealedTips'),
  page('/sealed-tips/$id', () => import('../features/seal/sealed-tip'), 'SealedTipFile'),
  page('/openings', () => import('../features/seal/openings'), 'Openings'),
  page('/openings/$id', () => import('../features/seal/opening'), 'OpeningFile'),
  page('/seal', () => import('../features/seal/ring'), 'KeyRing'),
  page('/issues', () => import('../features/issue/issues'), 'Issues'),
  page('/issues/$id', () => import('../features/issue/issue'), 'IssueFile'),
  page('/supervisions', () => import('../features/issue/supervisions'), 'Supervisions'),
  page('/supervisions/$id', () => import('../features/issue/supervision'), 'SupervisionFile'),
  page('/instructions', () => import('../features/issue/instructions'), 'Instructions'),
  page('/instructions/$id', () => import('../features/issue/instruction'), 'InstructionFile'),
  page('/risk-map', () => import('../features/riskmap/risk-map'), 'RiskMapBoard'),
  page('/risk-map/history', () => import('../features/riskmap/history'), 'RiskHistory'),
  page('/risk-map/enter', () => import('../features/riskmap/enter'), 'EnterRisk'),
  page('/risk-map/tasks', () => import('../features/riskmap/tasks'), 'RiskTasks'),
  page('/risk-map/tasks/$id', () => import('../features/riskmap/task'), 'RiskTaskFile'),
  page('/risk-map/units/$area', () => import('../features/riskmap/unit'), 'RiskUnitFile'),
  page('/find', () => import('../features/find/find'), 'Found'),
  page('/users', () => import('../features/auth/users'), 'Users'),
  page('/users/$id', () => import('../features/auth/user'), 'UserFile'),
  page('/roles', () => import('../features/auth/roles'), 'Roles'),
  page('/me', () => import('../features/auth/me'), 'Account'),
  page('/audit', () => import('../features/audit/audit'), 'AuditLog'),
  page('/circles', () => import('../features/protect/circles'), 'Circles'),
  page('/circles/$id', () => import('../features/protect/circle'), 'CircleFile'),
  page('/destructions', () => import('../features/protect/destructions'), 'Destructions'),
  page('/destructions/$id', () => import('../features/protect/destruction'), 'DestructionFile'),
  page('/access-review', () => import('../features/protect/access'), 'AccessReview'),
  page('/halts', () => import('../features/protect/halts'), 'Halts'),
  page('/halts/$id', () => import('../features/protect/halt'), 'HaltFile'),
  page('/copies', () => import('../features/protect/copies'), 'Copies'),
  page('/system', () => import('../features/obs/system'), 'SystemHealth'),
  page('/forwards', () => import('../features/gateway/forwards'), 'Forwards'),
  page('/jobs', () => import('../features/obs/jobs'), 'DeadJobs'),
  page('/channels', () => import('../features/notify/channels'), 'Channels'),
  page('/templates', () => import('../features/notify/templates'), 'Templates'),
  page('/templates/$kind/$channel', () => import('../features/notify/template'), 'TemplateFile'),
  page('/deliveries', () => import('../features/notify/deliveries'), 'Deliveries'),
  page('/me/notify', () => import('../features/notify/my-notify'), 'MyNotify'),
  page('/notices', () => import('../features/notify/notices'), 'Notices'),
]

// The print view stands outside the frame: only the paper.
const print = createRoute({
  getParentRoute: () => root,
  path: '/issues/$id/print',
  beforeLoad: async ({ location }) => void (await signedIn(location.href)),
  component: lazyRouteComponent(() => import('../features/issue/print'), 'PrintIssue'),
})

// The duty room's screen stands outside the frame as well, on dark ground.
const dark = createRoute({
  getParentRoute: () => root,
  id: 'dark',
  component: DarkFrame,
  beforeLoad: async ({ location }) => void (await signedIn(location.href)),
})
const wallScreen = createRoute({ getParentRoute: () => dark, path: '/wall/screen', component: lazyRouteComponent(() => import('../features/telemetry/wall-screen'), 'WallScreen') })

export const router = createRouter({
  routeTree: root.addChildren([signIn, print, dark.addChildren([wallScreen]), shell.addChildren(pages)]),
  parseSearch: (s) => parseSearch(s),
  stringifySearch: (s) => stringifySearch(s),
  defaultPendingComponent: () => <div className="panel"><Bones /></div>,
  defaultPendingMs: 150,
  defaultErrorComponent: ({ error, reset }) => <Trouble error={error} again={reset} />,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
