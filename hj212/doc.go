// Package hj212 reads and writes the frames by which pollution monitors in the
// field report to an authority: HJ/T 212-2005, HJ 212-2017 and HJ 212-2025
// (污染物在线监控系统数据传输标准), plain and encrypted. It uses the standard library alone, does no I/O
// beyond reading from an [io.Reader] it is given, and allocates nothing per
// frame.
//
// It is the first station of the telemetry path: what a monitor sent becomes
// named values here. What it is not for: deciding whether a device is known,
// whether a value is plausible or over its limit, and keeping keys: the data area
// of HJ 212-2025 is decrypted with the [Cipher] the caller has for the MN.
//
// # Reading a stream
//
//	var s hj212.Scanner         // one for each connection
//	var f hj212.Frame           // reused
//	var a hj212.Area            // reused
//	for {
//		_, err := s.Fill(conn)  // or s.Write(bytes)
//		if err != nil { s.Close() }
//		for s.Next(&f) {
//			if f.Fault == hj212.FaultEncrypted { // MN is readable, nothing is proved yet
//				plain, _ = f.Decrypt(plain, current, previous)
//			}
//			if !f.OK() { quarantine(f.Offset, f.Raw, f.Fault); continue }
//			warnings := f.Warnings | f.ParseItems(&a)
//			when, ok := a.Param("DataTime") // then ParseTime
//			for i := range a.Items { a.Items[i].Code; a.Items[i].Get("Rtd") }
//			store, and only then:
//			if cn := f.AnswerCommand(); cn != 0 { out = hj212.AppendAnswer(out, &f, cn, 0) }
//		}
//		if err != nil { return }
//	}
//
// Half frames are timed by the caller: while [Scanner.Pending] gives the same
// offset, the clock of that header runs; after 10 to 30 seconds call
// [Scanner.Expire] and drain with [Scanner.Next].
//
// # The names
//
//   - [Scanner]: Write, Fill, Next, Pending, Expire, Close, Reset; KeepTail.
//   - [Frame]: what came out. Kind, Fault, OK, LengthOK, CRCOK, Repair, Offset,
//     Raw, Segment, Area; header fields QN ST CN PW MN as byte slices, Command,
//     Flag, HasFlag, Version, PNUM, PNO, Resent; Split, WantsAnswer,
//     AnswerCommand, SurfaceWater, Fields, ParseItems.
//   - [ParseFrame], [ParseSegment]: one frame, for instance one that was stored.
//   - [Area]: Params, Items, Param, Item; [Item] and [Pair].
//   - [Warnings], [Warning]: what was tolerated. [Fault]: why not.
//   - [ParseDecimal], [ParseTime]: the exact value of a text. [AppendTime],
//     [AppendQN].
//   - [AppendFrame] with [Message] and [AreaBuilder]; [AppendSegment];
//     [AppendAnswer].
//   - [Frame.Decrypt] with [Cipher]; [AppendEncrypted], [AppendEncryptedSegment].
//     [MediaAuthorization].
//   - [Message.Parts] splits; [Assembler] and [Group] put together, on the caller's clock.
//   - [Validate], [ValidateFor] and [Finding]: the strict report beside the lenient reading.
//   - [Orders]: a method for each command of a host. [NewOrder], for others.
//   - [Dialog] with [StartDialog]: one exchange of a host, on the caller's clock.
//     [ExchangeQN], [LinkTiming].
//   - [Station] with [StationSource]: the field side, which obeys; no clock and no socket.
//   - [CRC].
//   - [Commands], [Systems], [DataFlags], [Fields], [Factors], [QnResults], [ExeResults],
//     [States]: the tables, each entry with its [Evidence]. [Dialect] for surface water.
//
// All byte slices point into the buffer that was read; copy what must outlive
// the next Write or Fill.
package hj212
