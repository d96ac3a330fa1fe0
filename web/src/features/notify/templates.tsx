import { useAll } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { DataList } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'

/** Templates lists in which words notices leave, by what they are about and by way. */
export function Templates() {
  const list = useAll('/templates')
  return (
    <Page title="消息模板" tools={<Go href="/deliveries">投递记录</Go>}>
      <section className="panel" aria-label="消息模板">
        <DataList
          name="消息模板"
          list={list}
          columns={[
            { key: 'kind', title: '事件', render: (t) => t.kind_title, text: (t) => t.kind_title },
            { key: 'channel', title: '渠道', align: 'c', render: (t) => t.channel_title, text: (t) => t.channel_title },
            { key: 'words', title: '说法', render: (t) => <>{t.title}<span className="sub">{t.text}</span></>, text: (t) => `${t.title} ${t.text}` },
            { key: 'own', title: '来源', align: 'c', render: (t) => (t.own ? <span className="soft">默认</span> : <Chip tone="green">第 {t.number} 版</Chip>), text: (t) => (t.own ? '默认' : `第 ${t.number} 版`) },
            { key: 'at', title: '修改', align: 'c', render: (t) => (t.at ? <>{dateTime(t.at)}<span className="sub">{t.author_name}</span></> : '—'), text: (t) => dateTime(t.at) },
          ]}
          rowKey={(t) => `${t.kind}/${t.channel}`}
          href={(t) => `/templates/${t.kind}/${t.channel}`}
          exports={false}
          card={(t) => <><span className="row between"><span className="strong">{t.kind_title}　{t.channel_title}</span>{t.own ? <span className="soft">默认</span> : <Chip tone="green">第 {t.number} 版</Chip>}</span><span className="sub">{t.title}</span><span className="sub">{t.text}</span></>}
          empty={{ title: '没有可以修改的消息' }}
        />
      </section>
    </Page>
  )
}
