// A photo as telephones make it: where and with what it was taken stands in it.

/** withPosition puts an Exif segment with a description and a GPS position, and a comment, into a JPEG. */
export function withPosition(jpeg, words) {
  const text = Buffer.from(words + '\0', 'utf8')
  const entry = (tag, type, count, value) => {
    const b = Buffer.alloc(12)
    b.writeUInt16BE(tag, 0)
    b.writeUInt16BE(type, 2)
    b.writeUInt32BE(count, 4)
    if (Buffer.isBuffer(value)) value.copy(b, 8)
    else b.writeUInt32BE(value, 8)
    return b
  }
  const directory = (entries) => {
    const n = Buffer.alloc(2)
    n.writeUInt16BE(entries.length)
    return Buffer.concat([n, ...entries, Buffer.alloc(4)])
  }
  const triple = (d, m, s) => {
    const b = Buffer.alloc(24)
    for (const [i, x] of [d, 1, m, 1, s, 1].entries()) b.writeUInt32BE(x, 4 * i)
    return b
  }
  const first = 8, gps = first + 2 + 2 * 12 + 4, data = gps + 2 + 4 * 12 + 4
  const [north, east] = [triple(28, 0, 36), triple(120, 39, 36)] // Wenzhou
  const tiff = Buffer.concat([
    Buffer.from('MM\0*\0\0\0\b', 'latin1'),
    directory([entry(0x010e, 2, text.length, data + 48), entry(0x8825, 4, 1, gps)]),
    directory([entry(1, 2, 2, Buffer.from('N\0')), entry(2, 5, 3, data), entry(3, 2, 2, Buffer.from('E\0')), entry(4, 5, 3, data + 24)]),
    north, east, text,
  ])
  const segment = (kind, body) => {
    const head = Buffer.from([0xff, kind, 0, 0])
    head.writeUInt16BE(body.length + 2, 2)
    return Buffer.concat([head, body])
  }
  return Buffer.concat([jpeg.subarray(0, 2), segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])), segment(0xfe, text), jpeg.subarray(2)])
}

/** spellings are the ways in which words might stand in what a browser sends. */
export function spellings(words) {
  const utf8 = Buffer.from(words, 'utf8')
  const out = [utf8, Buffer.from(encodeURIComponent(words)), Buffer.from(utf8.toString('hex')), Buffer.from(words, 'utf16le'), Buffer.from([...words].map((c) => (c < '\x80' ? c : '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))).join(''))]
  for (const skip of [0, 1, 2]) out.push(Buffer.from(Buffer.concat([Buffer.alloc(skip), utf8]).toString('base64').slice(4, -4)))
  return out
}
