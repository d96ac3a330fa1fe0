package hj212

// Parts cuts a message whose segment would pass [StandardSegment] into packets that
// do not (拆分包): each has a QN of its own from next, the parameters of the data area
// (DataTime), and whole items, since no packet may cut a factor. A message that fits
// comes back alone, under one QN. An item that fits no packet has one of its own, which
// is too long. next may be nil where there is no QN.
func (m *Message) Parts(next func() string) []Message {
	if next == nil {
		next = func() string { return "" }
	}
	whole := *m
	whole.QN = next()
	if len(whole.appendSegment(nil)) <= StandardSegment {
		return []Message{whole}
	}
	head := whole
	head.PNUM, head.PNO, head.Area = 99, 99, nil
	areas := splitArea(m.Area, StandardSegment-len(head.appendSegment(nil)))
	if len(areas) < 2 {
		return []Message{whole}
	}
	all := make([]Message, len(areas))
	for i := range all {
		p := *m
		if p.QN = whole.QN; i > 0 {
			p.QN = next()
		}
		if !p.NoFlag {
			p.Flag |= FlagSplit
		}
		p.PNUM, p.PNO, p.Area = len(areas), i+1, areas[i]
		all[i] = p
	}
	return all
}

// splitArea distributes the items of an area over parts of at most room bytes.
func splitArea(area []byte, room int) (parts [][]byte) {
	var a Area
	a.Parse(area)
	var head AreaBuilder
	for _, p := range a.Params {
		head.Param(string(p.Name), string(p.Value))
	}
	var part AreaBuilder
	empty := true
	start := func() {
		part.Reset()
		part.buf, empty = append(part.buf, head.buf...), true
	}
	flush := func() {
		if !empty {
			parts = append(parts, append([]byte(nil), part.buf...))
		}
		start()
	}
	start()
	for i := range a.Items {
		it := &a.Items[i]
		size := 0
		for _, p := range it.Pairs {
			size += len(it.Code) + len(p.Name) + len(p.Value) + len(";-=")
		}
		if !empty && part.Len()+size > room {
			flush()
		}
		for _, p := range it.Pairs {
			part.Pair(string(it.Code), string(p.Name), string(p.Value))
		}
		empty = false
	}
	flush()
	return parts
}
