// The page: who is there, which part of it is shown, and what went wrong.

import { ask, device, Refused, signIn, signOut } from "./api.js";
import { Live } from "./live.js";
import { Messages } from "./messages.js";
import { preferred, say, speak } from "./words.js";

const part = (id) => document.getElementById(id);
const channels = new Map(); // id → {name, kind}
let me = null;
let told = () => ""; // the notice, in the language of the moment

const messages = new Messages(channels, failed, () => notice(() => ""));
const live = new Live(channels, ended, learn);
let learning = null; // a list of channels that is on its way

function notice(words) {
  told = words;
  part("notice").textContent = words();
  part("notice").hidden = !words();
}

/** What a refusal means for the page. */
function failed(error) {
  if (error.status === 401 && me !== null) {
    leave(() => say("expired"));
  } else if (error.status === 0) {
    notice(() => say("unreachable"));
  } else if (error.status === undefined) {
    throw error; // a bug: the console should have it
  } else {
    notice(() => error.message);
  }
}

/** The tap is over and will not come back. */
function ended(code) {
  if (code === 4001) leave(() => say("expired"));
  else enter().catch(failed); // who one is may have changed
}

function leave(words) {
  device.forget();
  me = null;
  live.stop();
  messages.forget();
  channels.clear();
  show();
  notice(words);
}

function show() {
  const isAdmin = me?.admin ?? false;
  part("entry").hidden = me !== null;
  part("inside").hidden = !isAdmin;
  part("who").hidden = me === null;
  part("name").textContent = me?.display_name ?? "";
}

/** Who the token is, and what they have. */
async function enter() {
  me = await ask("GET", "users/@me");
  show();
  if (!me.admin) {
    live.stop();
    notice(() => say("notAdmin", { name: me.display_name }));
    return;
  }
  notice(() => "");
  channels.clear();
  await listChannels();
  await messages.open();
}

/** Somebody has signed in: whichever part is open begins. Not for who was found to be signed in still, for the tap may
 * have ended because they may not listen any more. */
async function begin() {
  await enter();
  if (me.admin && !part("live").hidden) live.start();
}

/** Something has happened in a channel that was not there before. */
function learn() {
  learning ??= listChannels()
    .then(() => live.redraw(), failed)
    .finally(() => {
      learning = null;
    });
}

/** Those that are gone keep their names, for what was heard of them. */
async function listChannels() {
  const [own, servers] = await Promise.all([ask("GET", "channels"), ask("GET", "servers")]);
  for (const found of own) {
    channels.set(found.id, { name: found.peer?.display_name ?? found.name, kind: found.kind, server: null });
  }
  for (const server of servers) {
    for (const found of server.channels) {
      channels.set(found.id, { name: `# ${found.name}`, kind: found.kind, server: server.name });
    }
  }
  messages.offer();
}

async function tryToken(token) {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Refused(422, say("notToken")); // no header could carry it
  device.keep(token, false);
  await begin();
}

/** A form that does one thing at a time; its refusal stands above it. */
function form(id, submit) {
  part(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    const button = event.target.querySelector("button");
    button.disabled = true;
    try {
      await submit(given);
      event.target.reset();
    } catch (error) {
      if (me === null) device.forget();
      failed(error);
    } finally {
      button.disabled = false;
    }
  });
}

const TABS = ["message", "live"];

function choose(chosen) {
  for (const name of TABS) {
    const tab = part(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === chosen));
    tab.tabIndex = name === chosen ? 0 : -1;
    part(name).hidden = name !== chosen;
  }
  notice(() => "");
  if (chosen === "live") live.start();
}

function translate(language) {
  speak(language);
  part("notice").textContent = told();
  messages.redraw();
  live.redraw();
}

function listen() {
  for (const name of TABS) part(`tab-${name}`).addEventListener("click", () => choose(name));
  part("tabs").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = TABS.find((name) => part(name).hidden);
    choose(other);
    part(`tab-${other}`).focus();
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => translate(button.dataset.language));
  }
  part("leave").addEventListener("click", () => signOut().finally(() => leave(() => "")));
  form("sign-in", async ({ login, password }) => {
    await signIn(login, password);
    await begin();
  });
  form("paste", ({ token }) => tryToken(token.trim()));
  form("by-id", ({ id }) => messages.find(id));
}

listen();
show();
translate(preferred());
if (device.token) {
  enter().catch((error) => (error.status === 401 ? leave(() => say("expired")) : failed(error)));
}
