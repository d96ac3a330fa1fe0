// Where one is: a line to type into, and a button that asks the phone.

import { Button, Input } from 'antd'
import { useState } from 'react'
import { coarse, placeText, placeTrouble } from './place-text'

/** PlaceField fills in the phone's position when its owner allows it; a typed place is as good. */
export function PlaceField({ id, described, value, onChange }: { id: string; described?: string; value: string; onChange: (v: string) => void }) {
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState('')
  const take = () => {
    if (!('geolocation' in navigator)) {
      setSaid(placeTrouble(undefined))
      return
    }
    setBusy(true)
    setSaid('')
    navigator.geolocation.getCurrentPosition(
      (p) => {
        const fix = { lng: p.coords.longitude, lat: p.coords.latitude, accuracy: p.coords.accuracy, at: p.timestamp }
        onChange(placeText(fix))
        setBusy(false)
        setSaid(coarse(fix) ? `误差较大（${Math.round(fix.accuracy)} 米），请到室外再取一次，或补写地点。` : '已取得位置，可以在后面补写地点。')
      },
      (e) => {
        setBusy(false)
        setSaid(placeTrouble(e.code))
        document.getElementById(id)?.focus()
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    )
  }
  return (
    <>
      <Input id={id} aria-describedby={described} value={value} onChange={(e) => onChange(e.target.value)} />
      <div className="row" style={{ marginTop: 6 }}>
        <Button onClick={take} loading={busy}>取当前位置</Button>
      </div>
      {said && <div className="hint" role="status">{said}</div>}
    </>
  )
}
