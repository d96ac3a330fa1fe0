// Where one is, in words that stay true: the numbers, how far off they may be, and when.

export interface Fix { lng: number; lat: number; accuracy: number; at: number }

const clock = new Intl.DateTimeFormat('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' })

/** placeText is what a position says in a form. */
export function placeText(f: Fix): string {
  return `${f.lng.toFixed(6)},${f.lat.toFixed(6)}（误差 ${Math.max(1, Math.round(f.accuracy))} 米，${clock.format(f.at)}）`
}

/** placeTrouble says why there is no position, and what to do instead. code is the browser's. */
export function placeTrouble(code: number | undefined): string {
  const why = code === 1 ? '没有允许使用位置' : code === 3 ? '等了很久没有取得位置' : code === 2 ? '设备现在取不到位置' : '这台设备不能取得位置'
  return `${why}，请直接写明地点${code === 1 ? '；也可以在浏览器的网站设置里允许后再取' : ''}。`
}

/** coarse reports whether a position is too far off to say which place it was. */
export const coarse = (f: Fix) => f.accuracy > 200
