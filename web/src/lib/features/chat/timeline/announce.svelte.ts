import type { Timeline } from '../../../model/state';
import type { Message } from '../../../model/entities';
import type { Conversation } from '../conversation.svelte';
import { gist } from '../gist';
import { t } from '../words';

const EVERY_MS = 3_000;
const SPOKEN = 2;

/** What is read out: single messages as they are, many only as a number, and nothing more often than in a few seconds. */
export class Announcer {
  text = $state('');
  #heard: number | null = null;
  #waiting: Message[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly conversation: Conversation) {}

  /** Takes note of what has come since it was called last; the first call is about nothing new. */
  hear(timeline: Timeline | undefined): void {
    const last = timeline?.messages.at(-1)?.seq ?? 0;
    if (this.#heard !== null && timeline !== undefined && !timeline.hasNewer) this.#note(timeline.messages, this.#heard);
    this.#heard = Math.max(last, this.#heard ?? 0);
  }

  #note(messages: readonly Message[], since: number): void {
    const me = this.conversation.app.me?.id;
    for (let at = messages.length - 1; at >= 0; at -= 1) {
      const message = messages[at];
      if (message === undefined || message.seq <= since) break;
      if (message.author.id !== me) this.#waiting.push(message);
    }
    if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#say(), this.text === '' ? 0 : EVERY_MS);
  }

  #say(): void {
    const { conversation } = this;
    const said = this.#waiting.sort((a, b) => a.seq - b.seq);
    const one = (message: Message): string => t('said', { name: conversation.name(message.author, message.webhook), text: gist(message, conversation) });
    this.text = said.length > SPOKEN ? t('said_n', { n: said.length }) : said.map(one).join('\n');
    this.#waiting = [];
    this.#timer = undefined;
  }

  /** Nothing is said any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
