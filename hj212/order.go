package hj212

import "strconv"

// NewOrder returns the message by which a host sends command cn to the field in
// the form of edition v: an answer is wanted, and the QN stands in the header. The
// text of 2005 uses Flag=3 for requests and notices, without PNUM and PNO. area is the data
// area, see [AreaBuilder]; it is not copied.
func NewOrder(v Version, cn Command, qn, st, pw, mn string, area []byte) Message {
	flag := FlagAnswer
	if v == V2005 {
		flag |= FlagSplit
	}
	return Message{
		QN: qn, ST: st, CN: strconv.Itoa(int(cn)), PW: pw, MN: mn,
		Flag: flag.WithVersion(v), Area: area,
	}
}

// ExchangeQN returns the QN that f belongs to: that of the header, or of the data
// area, where answers of 2005 carry it. a holds the data area of f.
func ExchangeQN(f *Frame, a *Area) []byte {
	if len(f.QN) > 0 {
		return f.QN
	}
	qn, _ := a.Param("QN")
	return qn
}

// LinkTiming is the time-out and the number of repeats of one kind of link; the
// host changes them by command 1000.
type LinkTiming struct{ Seconds, Repeats int }

// The defaults of the standard. LinkMobile also holds for PLC and WiMAX.
var (
	LinkMobile = LinkTiming{10, 3} // GPRS, CDMA, WCDMA, TD-LTE, FDD-LTE
	LinkADSL   = LinkTiming{5, 3}
	LinkNBIoT  = LinkTiming{30, 5} // 2025
)
