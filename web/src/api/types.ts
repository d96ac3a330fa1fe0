// The shapes that the program answers with. Times are RFC 3339 with +08:00.

import type { components } from './schema'

export interface Page<T> {
  items: T[]
  next: string
  total: number
  total_capped: boolean
}

type S = components['schemas']

export type Me = S['Me']
export type Token = S['TokenView']
export type Session = S['SessionView']
export type User = S['UserView']
export type NewUser = S['NewUser']
export type Deputy = S['DeputyView']
export type RoleRow = S['RoleRow']
export type Reference = S['ReferenceView']

export type Action = S['FlowAction']
export type Field = S['FlowField']
export type FileRef = S['File']
export type TimelineEntry = S['EntryView']
export type Alarm = S['AlarmView']
export type AlarmFile = S['AlarmFile']
export type Device = S['DeviceView']
export type Limit = S['LimitView']
export type Enterprise = S['EnterpriseView']
export type Parked = S['ParkedView']
export type Quarantined = S['QuarantineView']
export type System = S['SystemView']

export interface Issue {
  id: string
  number: string
  title: string
  text: string
  state: string
  state_title: string
  waits: string
  severity: string
  severity_title: string
  category: string
  category_name: string
  area: string
  area_name: string
  address: string
  lng: number
  lat: number
  enterprise_id: string
  enterprise_name: string
  outlet_id: string
  lead_agency: string
  lead_agency_name: string
  assist_agencies: { id: string; name: string }[]
  person_id: string
  person_name: string
  measures: string
  due_at: string
  overdue: boolean
  days_left: number
  returns: number
  version: number
  created_at: string
  updated_at: string
  closed_at: string
  actions: Action[]
  timeline: TimelineEntry[]
  files: FileRef[]
  clues: ClueRef[]
}

export interface ClueRef { id: string; number: string; title: string; state_title: string; created_at: string }
export interface Clue {
  id: string
  number: string
  title: string
  text: string
  source: string
  source_title: string
  source_id: string
  state: string
  state_title: string
  waits: string
  area: string
  area_name: string
  address: string
  lng: number
  lat: number
  category: string
  category_name: string
  enterprise_id: string
  enterprise_name: string
  outlet_id: string
  contact: string
  issue_id: string
  issue_number: string
  due_at: string
  overdue: boolean
  version: number
  created_at: string
  updated_at: string
  actions: Action[]
  timeline: TimelineEntry[]
  files: FileRef[]
  similar: Similar[]
}
export interface Similar { id: string; number: string; title: string; text: string; state_title: string; score: number; created_at: string }


export interface Counter { key: string; title: string; value: number; previous: number; unit: string; link: string }
export interface OverviewUnit { code: string; name: string; x: number; y: number; kind?: string; issues_open: number; overdue: number; alarms_open: number }
export interface Todo { kind: string; id: string; number: string; title: string; state_title: string; due_at: string; overdue: boolean; link: string }
export interface Overview {
  as_of: string
  counters: Counter[]
  units: OverviewUnit[]
  alarms: Alarm[]
  todo: Todo[]
  overdue: Issue[]
}

export interface OutletValue { code: string; name: string; unit: string; value: number; flag: string; at: string; limit: number; ratio: number }
export interface Outlet {
  id: string
  name: string
  kind: string
  enterprise_id: string
  enterprise_name: string
  area: string
  area_name: string
  lng: number
  lat: number
  state: string
  last_at: string
  values: OutletValue[]
  alarms_open: number
  devices: Device[]
  limits: Limit[]
  version: number
}
export interface SeriesPoint { t: string; avg: number | null; min: number | null; max: number | null; flag: string }
export interface SeriesLimit { upper: number | null; lower: number | null; from: string; to: string; standard: string; kind: string }
export interface SeriesFactor { code: string; name: string; unit: string; limits: SeriesLimit[]; points: SeriesPoint[] }
export interface Series { kind: string; factors: SeriesFactor[]; truncated: boolean }
export interface Frame { id: string; at: string; st: string; cn: string; datatime: string; raw: string }

export interface Notice { id: string; at: string; title: string; text: string; link: string; read_at: string }

export interface AuditEntry {
  id: string
  at: string
  actor_id: string
  actor_name: string
  action: string
  kind: string
  subject: string
  detail: string
  hash: string
  seq: number
}
export interface AuditProof { id: string; seq: number; size: number; root: string; hash: string; hashes: string[]; checkpoint: string; ok: boolean }
export interface AuditVerdict { ok: boolean; size: number; root: string; checked: number; problems: string[] }

export interface Job { id: string; kind: string; payload: string; attempt: number; error: string; due_at: string; created_at: string }
