// What was opened is shown under the reader's own mark: name, time and the mark of
// this opening, drawn here over the text and into every photo. Drawn, not written:
// a mark is no text of the page, and it stays when the page is printed.

import { useEffect, useRef, type ReactNode } from 'react'
import './marked.css'

/** stamp covers a drawing with the mark, slanted. */
function stamp(g: CanvasRenderingContext2D, mark: string, width: number, height: number, size: number, inks: string[]) {
  g.font = `${size}px sans-serif`
  g.translate(width / 2, height / 2)
  g.rotate(-Math.PI / 9)
  const step = g.measureText(mark).width + size * 2
  const far = Math.hypot(width, height)
  for (let y = -far, row = 0; y < far; y += size * 5, row++) for (let x = -far - (row % 2) * (step / 2); x < far; x += step) inks.forEach((ink, i) => {
    g.fillStyle = ink
    g.fillText(mark, x - i, y - i)
  })
}

export function Marked({ mark, children }: { mark: string; children: ReactNode }) {
  const ref = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const c = ref.current
    const box = c?.parentElement
    if (!c || !box) return
    const draw = () => {
      const by = window.devicePixelRatio || 1
      c.width = Math.round(box.clientWidth * by)
      c.height = Math.round(box.clientHeight * by)
      const g = c.getContext('2d')
      if (!g) return
      g.scale(by, by)
      stamp(g, mark, box.clientWidth, box.clientHeight, 13, ['rgba(0,0,0,.13)'])
    }
    const seen = new ResizeObserver(draw)
    seen.observe(box)
    return () => seen.disconnect()
  }, [mark])
  return (
    <div className="marked">
      {children}
      <p className="sub">阅件标记：{mark}。外传的材料可按标记追查到人。</p>
      <canvas ref={ref} className="marks" aria-hidden="true" />
    </div>
  )
}

/** MarkedPhoto draws a photo with the mark burned in; the plain photo never is an element of the page. */
export function MarkedPhoto({ bytes, type, mark, name }: { bytes: Uint8Array; type: string; mark: string; name: string }) {
  const ref = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let gone = false
    void createImageBitmap(new Blob([bytes as BlobPart], { type })).then((img) => {
      const c = ref.current
      const g = c?.getContext('2d')
      if (gone || !c || !g) return
      c.width = img.width
      c.height = img.height
      g.drawImage(img, 0, 0)
      stamp(g, mark, img.width, img.height, Math.max(14, Math.round(img.width / 40)), ['rgba(255,255,255,.35)', 'rgba(0,0,0,.3)'])
    })
    return () => { gone = true }
  }, [bytes, type, mark])
  return <canvas ref={ref} role="img" aria-label={name} className="marked-photo" />
}
