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
export type Mark = S['MarkView']
export type MarkFile = S['MarkFile']
export type Device = S['DeviceView']
export type Station = S['StationView']
export type Command = S['CommandView']
export type CatalogGroup = S['CatalogGroup']
export type CatalogCommand = S['CatalogView']
export type CatalogParam = S['CatalogParam']
export type Exchange = S['ExchangeView']
export type Gap = S['GapView']
export type MissingCalendar = S['MissingCalendar']
export type MissingDay = S['MissingDay']
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

export type Overview = S['OverviewView']
export type Counter = S['CounterView']
export type OverviewUnit = S['UnitBoard']
export type Todo = S['TodoView']
export type Outlet = S['OutletView']
export type OutletFile = S['OutletFile']
export type OutletValue = S['ValueView']
export type RawFrame = S['FrameView']
export type FrameFile = S['FrameFile']
export type FrameField = S['FrameField']
export type Wall = S['WallView']
export type WallCounts = S['WallCounts']
export type WallGroup = S['WallGroup']
export type WallOutlet = S['WallOutlet']
export type Trend = S['TrendView']
export type Series = S['SeriesView']
export type SeriesFactor = S['SeriesLine']
export type SeriesLimit = S['SeriesLimit']
export type SeriesPoint = S['SeriesPoint']
