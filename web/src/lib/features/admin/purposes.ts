/** What each setting is for, in Chinese; in English the server itself says it. */
import { language } from '../../ui/language.svelte';

const CHINESE: Readonly<Record<string, string>> = {
  name: '客户端显示的服务器名称。',
  host: '监听的地址。不是本机回环地址时，其他机器才能连接。',
  port: '端口；0 表示选用任意空闲端口。',
  listen: '另开的端口，其根路径属于某一种协议，例如“3001=chatgroup”。',
  data: '保存一切数据的文件夹：数据库、用于签发令牌的密钥、锁文件。',
  rate_limits: '按账号和地址限制频率。off 仅用于测试和性能评测，且只能在本机回环地址上使用。',
  guests: '是否允许他人通过不带密码的协议以访客身份进入。',
  registration: '谁可以注册账号：能连接到服务器的任何人，或者只能用“hubbub user create”创建。',
  access_token_seconds: '访问令牌的有效时间（秒）。',
  refresh_token_seconds: '设备在不使用的情况下保持登录的时间（秒）。',
  recall_seconds: '作者可以撤回消息的时限（秒）；0 表示不限。管理员不受此限。',
  recall_by: '谁可以撤回消息：作者、群组管理员，或两者皆可。',
  presence_grace_seconds: '连接断开后，等待它恢复多少秒，之后其他人才会看到对方离线。',
  heartbeat_seconds: '原生协议的连接静默超过此秒数即视为断开。',
  channelchat_heartbeat_seconds: '同上，用于 channelchat 协议。',
  metrics_token: 'GET /metrics 仅供本机或持有此令牌的一方访问。',
  trusted_proxies: '哪些地址的 X-Forwarded-For 可信：即你的反向代理的地址。',
  cors_origins: '允许使用 API 的其他来源的网页，例如“https://chat.example.org”。',
  log_level: '日志的详细程度。',
  log_format: 'console 便于人阅读，json 便于程序处理。',
  node: '此节点的编号；共用一个数据库的每个节点都需要各自的编号。',
};

/** Its text and the language of that: what the server says of a setting that is newer than this page. */
export function purpose(name: string, help: string): { text: string; lang: 'en' | 'zh-Hans' } {
  const text = language() === 'zh' && Object.hasOwn(CHINESE, name) ? CHINESE[name] : undefined;
  return text === undefined ? { text: help, lang: 'en' } : { text, lang: 'zh-Hans' };
}
