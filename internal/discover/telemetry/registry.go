package telemetry

// registry is a snapshot of all devices; it is replaced, never changed.
type registry struct {
	byMN  map[string]*Device // active ones
	byNum map[int64]*Device  // all
	byID  map[string]*Device // all
	of    map[string][]int64 // outlet → numbers of its devices, past ones too
	mark  registryMark
}

// registryMark tells whether the table has changed since a snapshot.
type registryMark struct{ count, versions int64 }

func newRegistry(all []Device, mark registryMark) *registry {
	g := &registry{byMN: make(map[string]*Device, len(all)), byNum: make(map[int64]*Device, len(all)), byID: make(map[string]*Device, len(all)), of: map[string][]int64{}, mark: mark}
	for i := range all {
		d := &all[i]
		g.byNum[d.Num], g.byID[d.ID] = d, d
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

// DeviceWithID gives a device, in use or not, as this process knows it.
func (s *Store) DeviceWithID(id string) (Device, bool) {
	if d := s.registry.Load().byID[id]; d != nil {
		return *d, true
	}
	return Device{}, false
}

// DevicesAt lists the devices of an outlet, past ones too.
func (s *Store) DevicesAt(outletID string) (out []Device) {
	g := s.registry.Load()
	for _, num := range g.of[outletID] {
		out = append(out, *g.byNum[num])
	}
	return out
}

// DevicesInUse lists the devices in use, in no order.
func (s *Store) DevicesInUse() []Device {
	g := s.registry.Load()
	out := make([]Device, 0, len(g.byMN))
	for _, d := range g.byMN {
		out = append(out, *d)
	}
	return out
}
