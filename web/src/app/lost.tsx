import { Empty } from '../ui/state'
import { Go } from '../ui/go'

export function Lost() {
  return (
    <main className="main" style={{ marginLeft: 0 }}>
      <div className="panel"><Empty title="没有这个页面" how="地址可能写错了，或页面已改名。" action={<Go href="/">回到首页</Go>} /></div>
    </main>
  )
}
