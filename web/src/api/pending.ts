import type * as t from './types'

export interface PendingGets {
  '/overview': t.Overview
  '/outlets': t.Page<t.Outlet>
  '/outlets/{id}': t.Outlet
  '/outlets/{id}/series': t.Series
  '/outlets/{id}/frames': t.Page<t.Frame>
  '/clues': t.Page<t.Clue>
  '/clues/{id}': t.Clue
  '/issues': t.Page<t.Issue>
  '/issues/{id}': t.Issue
  '/notices': t.Page<t.Notice>
  '/audit/entries': t.Page<t.AuditEntry>
  '/audit/entries/{id}/proof': t.AuditProof
  '/audit/checkpoint': { size: number; root: string; checkpoint: string; at: string }
  '/jobs': t.Page<t.Job>
}

export interface PendingPosts {
  '/clues': t.Clue
  '/clues/{id}/{verb}': t.Clue
  '/issues/{id}/{verb}': t.Issue
  '/notices/{id}/read': void
  '/notices/read-all': void
  '/audit/verify': t.AuditVerdict
  '/jobs/{id}/retry': void
}
