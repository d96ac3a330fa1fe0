package notify

import (
	"testing"
	"time"
)

func TestWish_Plan(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("01-02 15:04", s, beijing)
		if err != nil {
			t.Fatal(err)
		}
		return x.AddDate(2026, 0, 0)
	}
	night := Wish{QuietFrom: "22:00", QuietTo: "07:00"}
	noon := Wish{QuietFrom: "12:00", QuietTo: "13:30"}
	hourly, daily := Wish{Digest: Hourly}, Wish{Digest: Daily, DigestAt: "17:30"}
	mail, sms := Channel{Kind: MailKind, Least: Important}, Channel{Kind: SMSKind, Least: Urgent}
	for _, x := range []struct {
		name    string
		choice  Wish
		channel Channel
		urgency Urgency
		now     string
		want    string // "" = does not go
		digest  bool
	}{
		{"the usual", Wish{}, mail, Important, "11-21 09:30", "11-21 09:30", false},
		{"below the channel", Wish{}, sms, Important, "11-21 09:30", "", false},
		{"ordinary stays inside", Wish{}, mail, Ordinary, "11-21 09:30", "", false},
		{"switched off", Wish{Off: map[Urgency][]string{Important: {MailKind}}}, mail, Important, "11-21 09:30", "", false},
		{"another urgency switched off", Wish{Off: map[Urgency][]string{Important: {MailKind}}}, mail, Urgent, "11-21 09:30", "11-21 09:30", false},
		{"at night", night, mail, Important, "11-21 23:10", "11-22 07:00", false},
		{"in the small hours", night, mail, Important, "11-21 06:59", "11-21 07:00", false},
		{"as the night ends", night, mail, Important, "11-21 07:00", "11-21 07:00", false},
		{"as the night begins", night, mail, Important, "11-21 22:00", "11-22 07:00", false},
		{"urgent at night", night, sms, Urgent, "11-21 23:10", "11-21 23:10", false},
		{"at noon", noon, mail, Important, "11-21 12:30", "11-21 13:30", false},
		{"after noon", noon, mail, Important, "11-21 13:30", "11-21 13:30", false},
		{"gathered by the hour", hourly, mail, Ordinary, "11-21 09:30", "11-21 10:00", true},
		{"gathered by the hour, on the hour", hourly, mail, Ordinary, "11-21 09:00", "11-21 10:00", true},
		{"important is not gathered", hourly, mail, Important, "11-21 09:30", "11-21 09:30", false},
		{"no gathering by SMS", hourly, sms, Ordinary, "11-21 09:30", "", false},
		{"gathered by the day", daily, mail, Ordinary, "11-21 09:30", "11-21 17:30", true},
		{"gathered by the day, too late for today", daily, mail, Ordinary, "11-21 17:30", "11-22 17:30", true},
		{"gathered at night", Wish{Digest: Hourly, QuietFrom: "22:00", QuietTo: "07:00"}, mail, Ordinary, "11-21 23:30", "11-22 07:00", true},
	} {
		got, digest, goes := x.choice.plan(x.channel, x.urgency, at(x.now))
		if goes != (x.want != "") || goes && (!got.Equal(at(x.want)) || digest != x.digest) {
			t.Errorf("%s: %v %v %v, want %s", x.name, got, digest, goes, x.want)
		}
	}
}

func TestWish_Check(t *testing.T) {
	t.Parallel()
	for _, ok := range []Wish{{}, {QuietFrom: "22:00", QuietTo: "07:00", Digest: Daily, DigestAt: "08:30"}, {Off: map[Urgency][]string{Urgent: {SMSKind}}}} {
		if err := ok.check(); err != nil {
			t.Errorf("%+v: %v", ok, err)
		}
	}
	for _, bad := range []Wish{{QuietFrom: "22:00"}, {QuietFrom: "25:00", QuietTo: "07:00"}, {QuietFrom: "07:00", QuietTo: "07:00"}, {Digest: "weekly"}, {DigestAt: "8"},
		{Off: map[Urgency][]string{"x": {MailKind}}}, {Off: map[Urgency][]string{Important: {RobotKind}}}, {Off: map[Urgency][]string{Urgent: {MailKind, SMSKind}}}} {
		if bad.check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
