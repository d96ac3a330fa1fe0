import type * as t from './types'

export interface PendingGets {
  '/overview': t.Overview
  '/outlets': t.Page<t.Outlet>
  '/outlets/{id}': t.Outlet
  '/outlets/{id}/series': t.Series
  '/outlets/{id}/frames': t.Page<t.Frame>
}

export interface PendingPosts {
  '/never': void
}
