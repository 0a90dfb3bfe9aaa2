/** The only way from markup to what is shown. */
import DOMPurify from 'dompurify';

const TAGS = [
  ...['p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span', 'div'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
// What holds no address; of every other attribute the value would have to be one.
const HARMLESS = ['target', 'rel', 'title', 'dir', 'class', 'start', 'tabindex', 'data-person', 'data-role', 'data-many'];
const CLASSES = /^(?:mention|heading|table|language-[\w+#-]{1,32}|hljs-[\w-]{1,40}|function_|class_|inherited__)$/;
const ADDRESS = /^(?:https?:\/\/|mailto:)/i;
const SETTINGS = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ['href', ...HARMLESS],
  ADD_URI_SAFE_ATTR: HARMLESS,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: ADDRESS,
  SANITIZE_NAMED_PROPS: true,
  RETURN_DOM_FRAGMENT: true as const,
};

const purify = DOMPurify(window);

purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.hasAttribute('class')) {
    const kept = [...node.classList].filter((name) => CLASSES.test(name));
    if (kept.length > 0) node.setAttribute('class', kept.join(' '));
    else node.removeAttribute('class');
  }
  if (node.hasAttribute('tabindex')) node.setAttribute('tabindex', '0');
  if (node.nodeName !== 'A') return;
  if (!ADDRESS.test(node.getAttribute('href') ?? '')) node.removeAttribute('href');
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer nofollow');
});

/** Clean nodes; nothing else may be put into the page. They are never written out and parsed again. */
export function sanitise(markup: string): DocumentFragment {
  return purify.sanitize(markup, SETTINGS);
}
