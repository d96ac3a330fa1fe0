package hj212

import "time"

// Beijing is the time zone of every time of the protocol, UTC+8 without summer
// time (北京时间). It is fixed, so that no zone data are needed.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

// ParseTime reads a time of 14 digits (YYYYMMDDhhmmss), of 17 digits with
// milliseconds as in QN, or of 18 digits, of which some senders' QN and DataTime
// have a fourth digit of the second's fraction. It reports false when the text
// has another form or the day or time does not exist.
func ParseTime(text []byte) (t time.Time, ok bool) {
	if len(text) != 14 && len(text) != 17 && len(text) != 18 || common(text)&classDigit == 0 {
		return time.Time{}, false
	}
	two := func(i int) int { return int(text[i]-'0')*10 + int(text[i+1]-'0') }
	year, month, day := two(0)*100+two(2), two(4), two(6)
	hour, minute, second := two(8), two(10), two(12)
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	nanos, unit := 0, 100_000_000
	for _, c := range text[14:] {
		nanos += int(c-'0') * unit
		unit /= 10
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, Beijing), true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// AppendTime writes t in Beijing time as 14 digits, the form of DataTime.
func AppendTime(dst []byte, t time.Time) []byte {
	return t.In(Beijing).AppendFormat(dst, "20060102150405")
}

// AppendQN writes t in Beijing time as 17 digits, the form of QN (请求编码).
func AppendQN(dst []byte, t time.Time) []byte {
	t = t.In(Beijing)
	ms := t.Nanosecond() / 1_000_000
	dst = t.AppendFormat(dst, "20060102150405")
	return append(dst, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}
