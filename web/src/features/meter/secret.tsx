import { Button, Modal } from 'antd'
import { useState } from 'react'

/** SecretOnce shows a device's secret, which is told this one time. */
export function SecretOnce({ mn, secret, close }: { mn: string; secret: string; close: () => void }) {
  const [copied, setCopied] = useState(false)
  return (
    <Modal title="设备口令" open onCancel={close} footer={<Button type="primary" onClick={close}>我已保存</Button>} mask={{ closable: false }}>
      <p>口令只显示这一次，请现在填入设备或抄存；遗失后只能更换。</p>
      <dl className="facts">
        <div><dt>登录名</dt><dd className="mono wrap">{mn}</dd></div>
        <div><dt>口令</dt><dd className="mono wrap">{secret}</dd></div>
      </dl>
      <p><Button onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}>{copied ? '已复制' : '复制口令'}</Button></p>
      <p className="soft small">MQTT 3.1.1：用户名、密码即上面两项，主题不限，建议 QoS 1。HTTP：POST /api/v1/meter-data，Basic 认证，正文为设备的 JSON。</p>
    </Modal>
  )
}
