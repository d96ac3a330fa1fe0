package hj212

// Evidence says how well an entry of the tables is known. HJ 212-2017 was read in
// full; what the tables say of 2005 and 2025 comes from programs and frames.
type Evidence uint8

// The grades, the best first.
const (
	EvidenceText        Evidence = iota + 1 // the text of the standard was read
	EvidenceAgreed                          // independent programs written from the text agree
	EvidenceSingle                          // one program written from the text says so
	EvidenceField                           // in no standard known here; frames of the field have it
	EvidenceInferred                        // concluded from other entries
	EvidenceUnconfirmed                     // said to be so, confirmed by nothing here
)

// String returns the Chinese name of the grade.
func (e Evidence) String() string {
	switch e {
	case EvidenceText:
		return "标准原文"
	case EvidenceAgreed:
		return "多家实现一致"
	case EvidenceSingle:
		return "仅见一家实现"
	case EvidenceField:
		return "现场报文所见"
	case EvidenceInferred:
		return "推断"
	case EvidenceUnconfirmed:
		return "未证实"
	}
	return ""
}

// evidence is what an edition is known by when nothing else is said.
func (e Editions) evidence(v Version) Evidence {
	switch {
	case !e.Has(v):
		return 0
	case v == V2017:
		return EvidenceText
	}
	return EvidenceAgreed
}

// Evidence says how well it is known that edition v has this command; 0 when the
// edition does not have it.
func (e *CommandEntry) Evidence(v Version) Evidence {
	if e.proof != 0 && e.Editions.Has(v) {
		return e.proof
	}
	return e.Editions.evidence(v)
}

// Evidence says how well it is known that edition v has this system.
func (e *SystemEntry) Evidence(v Version) Evidence {
	if e.ST == "45" && v == V2025 {
		return EvidenceSingle
	}
	return e.Editions.evidence(v)
}

// Evidence says how well the meaning of the flag in edition v is known.
func (e *DataFlagEntry) Evidence(v Version) Evidence {
	switch {
	case !e.Editions.Has(v):
		return 0
	case e.proof != 0:
		return e.proof
	case v == V2005:
		return EvidenceUnconfirmed
	case v == V2025:
		return EvidenceSingle
	}
	return EvidenceText
}

// Evidence says how well it is known that edition v has this name.
func (e *FieldEntry) Evidence(v Version) Evidence {
	if e.Name == "RawAvg" && v == V2025 {
		return EvidenceSingle
	}
	return e.Editions.evidence(v)
}

// Evidence says how well the entry is known in edition v. The tables of factors
// are those of 2017; what 2025 is known to have changed is in them.
func (f *FactorEntry) Evidence(v Version) Evidence {
	switch {
	case f.proof != 0:
		return f.proof
	case v == V2005 && f.Code2005 == "":
		return 0
	case v == V2017:
		return EvidenceText
	}
	return EvidenceAgreed
}
