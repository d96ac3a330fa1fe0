// What was opened is shown under the reader's own mark: name, time and the mark of
// this opening, drawn here over the text and into every photo.

import { useEffect, useRef, type ReactNode } from 'react'
import './seal.css'

export function Marked({ mark, children }: { mark: string; children: ReactNode }) {
  return (
    <div className="marked">
      {children}
      <div className="marks" aria-hidden="true">{Array.from({ length: 60 }, (_, i) => <span key={i}>{mark}</span>)}</div>
      <p className="sub">阅件标记：{mark}。外传的材料可按标记追查到人。</p>
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
      const size = Math.max(14, Math.round(img.width / 40))
      g.font = `${size}px sans-serif`
      g.translate(img.width / 2, img.height / 2)
      g.rotate(-Math.PI / 7)
      const step = g.measureText(mark).width + size * 2
      const far = Math.hypot(img.width, img.height)
      for (let y = -far; y < far; y += size * 5) for (let x = -far; x < far; x += step) {
        g.fillStyle = 'rgba(255,255,255,.35)'
        g.fillText(mark, x + 1, y + 1)
        g.fillStyle = 'rgba(0,0,0,.3)'
        g.fillText(mark, x, y)
      }
    })
    return () => { gone = true }
  }, [bytes, type, mark])
  return <canvas ref={ref} role="img" aria-label={name} className="marked-photo" />
}
