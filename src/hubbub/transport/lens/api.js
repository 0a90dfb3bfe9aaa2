// REST and the token, which lives in this tab's session storage and nowhere else.

const KEY = "hubbub-lens-token";
const BASE = new URL("api/v1/", document.baseURI);

/** A refusal: `status` is 0 where the server does not answer. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The signed-in device. `isOurs`: made here, so it ends here; a pasted token belongs to something else. */
export const device = {
  get token() {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}").token ?? "";
  },
  get isOurs() {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}").isOurs ?? false;
  },
  keep(token, isOurs) {
    sessionStorage.setItem(KEY, JSON.stringify({ token, isOurs }));
  },
  forget() {
    sessionStorage.removeItem(KEY);
  },
};

/** The body of an answer; raises `Refused`. */
export async function ask(method, path, body) {
  const headers = {};
  if (device.token) headers.authorization = `Bearer ${device.token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(new URL(path, BASE), { method, headers, body: body && JSON.stringify(body), credentials: "omit" });
  } catch {
    throw new Refused(0, "");
  }
  const found = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, found?.detail ?? answer.statusText);
  return found;
}

/** Signs in by name and password. */
export async function signIn(login, password) {
  device.forget();
  const found = await ask("POST", "auth/login", { login, password });
  device.keep(found.access_token, true);
}

/** Ends the device, if it was made here. */
export async function signOut() {
  const isOurs = device.isOurs;
  if (isOurs) await ask("POST", "auth/logout").catch(() => null);
  device.forget();
}
