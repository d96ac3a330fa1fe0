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

export type Issue = S['IssueView']
export type IssueFile = S['IssueFile']
export type Clue = S['ClueView']
export type ClueFile = S['ClueFile']
export type Notice = S['NoticeView']
export type AuditEntry = S['AuditEntry']
export type Job = S['Job']

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
