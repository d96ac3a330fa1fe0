import type * as t from './types'

export interface PendingGets {
  '/overview': t.Overview
  '/enterprises': t.Page<t.Enterprise>
  '/enterprises/{id}': t.Enterprise
  '/outlets': t.Page<t.Outlet>
  '/outlets/{id}': t.Outlet
  '/outlets/{id}/series': t.Series
  '/outlets/{id}/frames': t.Page<t.Frame>
  '/devices': t.Page<t.Device>
  '/parked': t.Page<t.Parked>
  '/quarantine': t.Page<t.Quarantined>
  '/quarantine/{id}': t.Quarantined
  '/alarms': t.Page<t.Alarm>
  '/alarms/{id}': t.Alarm
  '/clues': t.Page<t.Clue>
  '/clues/{id}': t.Clue
  '/issues': t.Page<t.Issue>
  '/issues/{id}': t.Issue
  '/notices': t.Page<t.Notice>
  '/audit/entries': t.Page<t.AuditEntry>
  '/audit/entries/{id}/proof': t.AuditProof
  '/audit/checkpoint': { size: number; root: string; checkpoint: string; at: string }
  '/system': t.System
  '/jobs': t.Page<t.Job>
}

export interface PendingPosts {
  '/enterprises': t.Enterprise
  '/outlets': t.Outlet
  '/outlets/{id}/limits': t.Limit
  '/devices': t.Device
  '/quarantine/{id}/note': t.Quarantined
  '/alarms/{id}/{verb}': t.Alarm
  '/clues': t.Clue
  '/clues/{id}/{verb}': t.Clue
  '/issues/{id}/{verb}': t.Issue
  '/notices/{id}/read': void
  '/notices/read-all': void
  '/audit/verify': t.AuditVerdict
  '/jobs/{id}/retry': void
}
