package hj212

// Version is the edition of the standard a frame says it follows: the version
// bits of Flag (标志位), or [V2005] when Flag is absent or not a number.
type Version uint8

// The editions: HJ/T 212-2005, HJ 212-2017 and HJ 212-2025.
const (
	V2005 Version = 0
	V2017 Version = 1
	V2025 Version = 2
)

// String returns the year of the edition. Versions above 2 are not assigned;
// they are read as 2025, with [WarnVersion].
func (v Version) String() string {
	switch v {
	case V2005:
		return "2005"
	case V2017:
		return "2017"
	}
	return "2025"
}

// Flag is the value of the header field Flag (标志位), 0 to 255. Its upper six
// bits are the version, bit 1 says that PNUM and PNO are present, bit 0 that an
// answer is wanted. The letters the editions print for the two low bits were
// swapped in 2025; the positions were not.
type Flag uint8

// The two low bits of [Flag].
const (
	FlagAnswer Flag = 1 // the sender wants an answer (应答)
	FlagSplit  Flag = 2 // PNUM and PNO are present (拆分包)
)

// Version returns the version bits.
func (f Flag) Version() Version { return Version(f >> 2) }

// WantsAnswer reports whether the answer bit is set.
func (f Flag) WantsAnswer() bool { return f&FlagAnswer != 0 }

// Split reports whether the split bit is set. Whether a frame is one of several
// is decided by PNUM, not by this bit: see [Frame.Split].
func (f Flag) Split() bool { return f&FlagSplit != 0 }

// WithVersion returns the flag bits f under version v.
func (f Flag) WithVersion(v Version) Flag { return f&3 | Flag(v)<<2 }
