package telemetry

// registry is a snapshot of all devices; it is replaced, never changed.
type registry struct {
	byMN  map[string]*Device // active ones
	byNum map[int64]*Device  // all
	of    map[string][]int64 // outlet → numbers of its devices, past ones too
	mark  registryMark
}

// registryMark tells whether the table has changed since a snapshot.
type registryMark struct{ count, versions int64 }

func newRegistry(all []Device, mark registryMark) *registry {
	g := &registry{byMN: make(map[string]*Device, len(all)), byNum: make(map[int64]*Device, len(all)), of: map[string][]int64{}, mark: mark}
	for i := range all {
		d := &all[i]
		g.byNum[d.Num] = d
		g.of[d.OutletID] = append(g.of[d.OutletID], d.Num)
		if d.Active {
			g.byMN[d.MN] = d
		}
	}
	return g
}

// DeviceOf gives the device in use under an MN, as this process knows it.
func (s *Store) DeviceOf(mn string) (Device, bool) {
	if d := s.registry.Load().byMN[mn]; d != nil {
		return *d, true
	}
	return Device{}, false
}
