package hj212_test

import (
	"fmt"
	"strings"

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
