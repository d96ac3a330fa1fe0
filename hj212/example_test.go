package hj212_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm4"

	"github.com/qingshao/qingshao/hj212"
)

// A stream with noise, a frame and a damaged frame is cut into its parts.
func ExampleScanner() {
	stream := strings.NewReader("noise##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n" +
		"##0076ST=32;CN=2011;PW=123456")
	var s hj212.Scanner
	var f hj212.Frame
	for {
		_, err := s.Fill(stream)
		if err != nil {
			s.Close()
		}
		for s.Next(&f) {
			if !f.OK() {
				fmt.Printf("%d: %s\n", f.Offset, f.Explain())
				continue
			}
			fmt.Printf("%d: %s %s from %s\n", f.Offset, f.Version, f.Command.Name(f.Version), f.MN)
		}
		if err != nil {
			break
		}
	}
	// Output:
	// 0: 没有包头 ## 和 4 位长度的字节
	// 5: 2017 设置实时数据间隔 from 010000A8900016F000169DC0
	// 118: 帧不完整：字节数少于长度字段所示（长度字段 76，实有 19 字节）
}

// A minute upload becomes named values.
func ExampleFrame_ParseItems() {
	raw := []byte("##0169QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;w01001-Rtd=7.1,w01001-Flag=N;w01018-Rtd=40.1,w01018-Flag=N&&1400\r\n")
	var f hj212.Frame
	if err := hj212.ParseFrame(raw, &f); err != nil {
		fmt.Println(err)
		return
	}
	var a hj212.Area
	warnings := f.Warnings | f.ParseItems(&a)
	text, _ := a.Param("DataTime")
	at, _ := hj212.ParseTime(text)
	fmt.Println(at, warnings.Len(), "warnings")
	for i := range a.Items {
		it := &a.Items[i]
		value, _ := it.Get("Rtd")
		number, _ := hj212.ParseDecimal(value)
		flag, _ := it.Get("Flag")
		fmt.Printf("%s %v %s\n", it.Code, number, flag)
	}
	// Output:
	// 2016-08-01 08:58:57 +0800 UTC+8 0 warnings
	// w01001 7.1 N
	// w01018 40.1 N
}

// An upload with the answer bit is answered once it is stored.
func ExampleAppendAnswer() {
	raw := []byte("##0169QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;w01001-Rtd=7.1,w01001-Flag=N;w01018-Rtd=40.1,w01018-Flag=N&&1400\r\n")
	var f hj212.Frame
	hj212.ParseFrame(raw, &f)
	if cn := f.AnswerCommand(); cn != 0 {
		fmt.Printf("%q\n", hj212.AppendAnswer(nil, &f, cn, 0))
	}
	// Output:
	// "##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&3240\r\n"
}

// The host asks a monitor to report every 30 seconds.
func ExampleAppendFrame() {
	var area hj212.AreaBuilder
	area.Param("RtdInterval", "30")
	frame, err := hj212.AppendFrame(nil, &hj212.Message{
		QN: "20160801085857223", ST: "32", CN: "1062", PW: "100000", MN: "010000A8900016F000169DC0",
		Flag: hj212.FlagAnswer.WithVersion(hj212.V2017), Area: area.Bytes(),
	})
	fmt.Printf("%q %v\n", frame, err)
	// Output:
	// "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n" <nil>
}

// A data area of 2025 is encrypted under the key of its MN. The package brings no
// cipher: any SM4 with 16-byte blocks does. After a renewal frames may still come
// under the key before, so both are given.
func ExampleFrame_Decrypt() {
	current, _ := sm4.NewCipher([]byte("1111111111111111"))
	before, _ := sm4.NewCipher([]byte("0000000000000000"))
	raw, _ := hj212.AppendEncrypted(nil, &hj212.Message{
		QN: "20240601085857223", ST: "32", CN: "2011", PW: "123456", MN: "010000A8900016F000169DC0", Flag: 9,
		Area: []byte("DataTime=20240601085857;w01018-Rtd=40.1,w01018-Flag=N"),
	}, before, hj212.FormBytes)

	var f hj212.Frame
	fmt.Println(hj212.ParseFrame(raw, &f))
	fmt.Printf("keys of %s are asked for\n", f.MN)
	_, key := f.Decrypt(nil, current, before)
	fmt.Println("key", key, f.OK())
	fmt.Printf("%s\n", f.Area)
	// Output:
	// 数据区不是明文，可能已加密
	// keys of 010000A8900016F000169DC0 are asked for
	// key 1 true
	// DataTime=20240601085857;w01018-Rtd=40.1,w01018-Flag=N
}

// A usable frame may still depart from the standard. The strict report says where.
func ExampleValidate() {
	raw, _ := hj212.AppendSegment(nil, []byte("QN=20160801085857223;ST=32;CN=2061;PW=123456;MN=88888880000001;Flag=5;"+
		"CP=&&DataTime=20160801085500;w01018-Min=41.0,w01018-Avg=40.123,w01018-Flag=X&&"))
	var f hj212.Frame
	if err := hj212.ParseFrame(raw, &f); err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range hj212.Validate(&f) {
		fmt.Println(strings.TrimRight(fmt.Sprint(x.Rule, ": ", x.Text, " ", x.Field, " ", x.Value), " "))
	}
	// Output:
	// mn-form: 设备唯一标识 MN 的长度或字符与标准不同
	// data-time-aligned: DataTime 应是统计时段的开始时刻 DataTime 20160801085500
	// value-format: 值超出该因子的数据格式 N5.1 w01018-Avg 40.123
	// flag-unknown: 数据标记不在代码表中 w01018-Flag X
	// min-avg-max: Min 大于 Avg w01018-Min 41.0
}

// Each packet of a split message is data by itself; the group says whether all came.
func ExampleAssembler() {
	var groups hj212.Assembler
	now := time.Date(2024, 6, 1, 8, 58, 57, 0, hj212.Beijing)
	for _, pno := range []int{2, 1} {
		raw, _ := hj212.AppendFrame(nil, &hj212.Message{
			QN: fmt.Sprintf("2024060108585722%d", pno), ST: "31", CN: "2061", PW: "123456", MN: "010000A8900016F000169DC0",
			Flag: 11, PNUM: 2, PNO: pno, Area: []byte("DataTime=20240601080000;a21026-Avg=1.2"),
		})
		var f hj212.Frame
		var a hj212.Area
		if err := hj212.ParseFrame(raw, &f); err != nil {
			fmt.Println(err)
			return
		}
		f.ParseItems(&a)
		g, done := groups.Add(&f, &a, now)
		fmt.Println("packet", f.PNO, "whole:", done)
		if done {
			fmt.Println(g.MN, g.DataTime, len(g.Parts), "packets")
		}
	}
	fmt.Println(len(groups.Expire(now.Add(time.Minute))), "overdue")
	// Output:
	// packet 2 whole: false
	// packet 1 whole: true
	// 010000A8900016F000169DC0 20240601080000 2 packets
	// 0 overdue
}

// A host asks for the time of a device. The first request is lost and sent again.
func ExampleDialog() {
	now := time.Date(2016, 8, 1, 8, 58, 57, 223e6, hj212.Beijing)
	device := hj212.Orders{Version: hj212.V2017, ST: "32", PW: "123456", MN: "010000A8900016F000169DC0"}
	m, err := device.ReadClock(string(hj212.AppendQN(nil, now)), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	d := hj212.StartDialog(&m, hj212.Command(1011).HostExchange(device.Version), hj212.LinkMobile, now)
	now = now.Add(10 * time.Second)
	fmt.Println("send again:", d.Tick(now))

	head := "QN=" + m.QN + ";ST=91;CN=%s;PW=123456;MN=" + m.MN + ";Flag=4;CP=&&%s&&"
	for _, answer := range [][2]string{{"9011", "QnRtn=1"}, {"1011", "SystemTime=20160801085907"}, {"9012", "ExeRtn=1"}} {
		var f hj212.Frame
		var a hj212.Area
		if err := hj212.ParseSegment([]byte(fmt.Sprintf(head, answer[0], answer[1])), &f); err != nil {
			fmt.Println(err)
			return
		}
		f.ParseItems(&a)
		fmt.Println(f.Command, d.Hear(&f, &a, now), d.Over())
	}
	fmt.Println(d.State == hj212.DialogDone, d.Repeats, "repeat")
	// Output:
	// send again: true
	// 9011 true false
	// 1011 true false
	// 9012 true true
	// true 1 repeat
}

// What a host sends is checked before it leaves.
func ExampleOrders() {
	device := hj212.Orders{Version: hj212.V2017, ST: "32", PW: "100000", MN: "010000A8900016F000169DC0"}
	m, err := device.SetRealtimeInterval("20160801085857223", 30)
	raw, _ := hj212.AppendFrame(nil, &m)
	fmt.Printf("%q %v\n", raw, err)
	_, err = device.SetRealtimeInterval("20160801085857223", 5)
	fmt.Println(err)
	device.Version = hj212.V2005
	_, err = device.SetMinuteInterval("20160801085857223", 10)
	fmt.Println(err)
	// Output:
	// "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n" <nil>
	// 命令参数不合要求：RtdInterval 须在 30 与 3600 之间
	// 该版标准没有这个命令：1064
}

// A station answers what a host orders: accepted, the result, done.
func ExampleStation() {
	now := time.Date(2016, 8, 1, 8, 58, 57, 0, hj212.Beijing)
	s := hj212.Station{Version: hj212.V2017, ST: "32", PW: "123456", MN: "010000A8900016F000169DC0"}
	m, _ := hj212.Orders{Version: s.Version, ST: s.ST, PW: s.PW, MN: s.MN}.ReadClock("20160801085857223", "")
	raw, _ := hj212.AppendFrame(nil, &m)

	var f hj212.Frame
	var a hj212.Area
	if err := hj212.ParseFrame(raw, &f); err != nil {
		fmt.Println(err)
		return
	}
	f.ParseItems(&a)
	fmt.Print(strings.ReplaceAll(string(s.Hear(nil, &f, &a, now)), "\r", ""))
	// Output:
	// ##0094QN=20160801085857223;ST=91;CN=9011;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&QnRtn=1&&1B00
	// ##0112QN=20160801085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&SystemTime=20160801085857&&3900
	// ##0095QN=20160801085857223;ST=91;CN=9012;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&ExeRtn=1&&6240
}
