// What the page says, in two languages. `{x}` is filled in.

const WORDS = {
  en: {
    title: "Hubbub lens",
    languages: "Language",
    parts: "Parts",
    lead: "One event, as every protocol of this server says it, side by side. For administrators; it shows only what you may read anyway.",
    login: "User name or e-mail",
    password: "Password",
    enter: "Sign in",
    haveToken: "I have a token",
    token: "Access token",
    useToken: "Use it",
    kept: "The token stays in this tab and is gone when you close it.",
    leave: "Sign out",
    message: "Message",
    live: "Live",
    channel: "Channel",
    messageId: "Message id, decimal or 24 hex digits",
    look: "Show",
    latest: "Latest",
    again: "Reload",
    older: "Older",
    hint: "Choose a message: its events appear here in every dialect.",
    clear: "Clear",
    event: "Event",
    all: "All",
    dialects: "Dialects",
    quiet: "Nothing has happened yet in your channels.",
    pause: "Pause",
    resume: "Go on",
    waiting: "Go on ({n} waiting)",
    connecting: "Connecting …",
    connected: "Listening, as you.",
    lost: "Connection lost ({why}); trying again in {n} s. What happens meanwhile is not shown.",
    ended: "Ended: {why}.",
    notAdmin: "{name} is not an administrator of this server. The lens is for administrators: `hubbub user set-admin NAME` makes one.",
    expired: "The token is no longer valid. Sign in again.",
    unreachable: "The server does not answer.",
    noWord: "no word for it",
    unheard: "its connections do not hear this channel",
    entered: "if it has entered the channel",
    bytes: "{n} bytes",
    pretty: "Pretty",
    raw: "Raw",
    view: "How frames are shown",
    ids: "The same id, wherever it stands",
    packet: "4: an Engine.IO message; 2: a Socket.IO event",
    limited: "There is more than fits here.",
    recalled: "recalled",
    edited: "edited",
    empty: "Nothing has been said here.",
    own: "Groups and lobby",
    direct: "Direct",
    lobby: "Lobby",
    notToken: "This is no token: a token has no spaces and no letters but those of English.",
    notId: "A message's id has up to 16 decimal digits, or 24 hexadecimal ones.",
    frames: "{dialect}: {event}",
    version: "version {n}",
    asNow: "Each event carries the message as it is stored now; what it was before a change is not kept.",
    reading: "Messages are shown as text, whatever is in them. Nothing is loaded from elsewhere.",
  },
  zh: {
    title: "Hubbub 透镜",
    languages: "语言",
    parts: "页面部分",
    lead: "把同一个事件在本服务器各种协议里的样子并排显示。仅供管理员使用；只显示你本来就能读到的内容。",
    login: "用户名或邮箱",
    password: "密码",
    enter: "登录",
    haveToken: "我有令牌",
    token: "访问令牌",
    useToken: "使用",
    kept: "令牌只保存在当前标签页，关闭即清除。",
    leave: "退出登录",
    message: "消息",
    live: "实时",
    channel: "频道",
    messageId: "消息 ID（十进制，或 24 位十六进制）",
    look: "查看",
    latest: "最近的消息",
    again: "刷新",
    older: "更早",
    hint: "选择一条消息，这里会显示它的事件在每种协议里的样子。",
    clear: "清空",
    event: "事件",
    all: "全部",
    dialects: "协议",
    quiet: "你的频道里还没有发生任何事。",
    pause: "暂停",
    resume: "继续",
    waiting: "继续（{n} 条待显示）",
    connecting: "正在连接……",
    connected: "正在以你的身份监听。",
    lost: "连接中断（{why}），{n} 秒后重试。中断期间发生的事不会显示。",
    ended: "已结束：{why}。",
    notAdmin: "{name} 不是本服务器的管理员。透镜仅供管理员使用：`hubbub user set-admin 用户名` 可授予权限。",
    expired: "令牌已失效，请重新登录。",
    unreachable: "服务器没有应答。",
    noWord: "这种协议没有对应的说法",
    unheard: "它的连接收不到这个频道",
    entered: "仅当它已进入该频道",
    bytes: "{n} 字节",
    pretty: "格式化",
    raw: "原文",
    view: "帧的显示方式",
    ids: "同一个 ID 出现的各处",
    packet: "4：Engine.IO 消息；2：Socket.IO 事件",
    limited: "内容太多，此处未全部显示。",
    recalled: "已撤回",
    edited: "已编辑",
    empty: "这里还没有人说话。",
    own: "群组与大厅",
    direct: "私聊",
    lobby: "大厅",
    notToken: "这不是令牌：令牌里没有空格，也没有英文以外的文字。",
    notId: "消息 ID 最多 16 位十进制数字，或 24 位十六进制数字。",
    frames: "{dialect}：{event}",
    version: "版本 {n}",
    asNow: "每个事件带的都是消息现在的样子；修改之前的内容不会保留。",
    reading: "消息一律按纯文本显示，不加载任何外部内容。",
  },
};

const KEY = "hubbub-lens-language";
let language = "en";

/** The language that was chosen in this tab, or the browser's first. */
export function preferred() {
  const chosen = sessionStorage.getItem(KEY);
  return chosen ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
}

/** From now on. */
export function speak(chosen) {
  language = chosen in WORDS ? chosen : "en";
  sessionStorage.setItem(KEY, language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = say(element.dataset.word);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  document.getElementById("languages").setAttribute("aria-label", say("languages"));
  document.getElementById("tabs").setAttribute("aria-label", say("parts"));
}

/** A sentence in the language of the page. */
export function say(word, values = {}) {
  return WORDS[language][word].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** A time of today as the browser's people write it. */
export function clock(time) {
  return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(time);
}

/** A date and a time. */
export function date(text) {
  const options = { dateStyle: "short", timeStyle: "medium" };
  return new Intl.DateTimeFormat(language, options).format(new Date(text));
}
