import vm from 'node:vm';
import type { TestGateway } from '../../support/gateway.ts';

type Fetch = (path: string, init: { method: 'POST'; headers: Record<string, string>; body: string }) => Promise<object>;

/** What the page's script, as it is served, does to the elements it names; it calls the gateway through `fetch`. */
export async function openResetPage(
  gateway: TestGateway,
  search: string,
  fetch: Fetch = (path, init) => globalThis.fetch(new URL(path, `${gateway.url}/reset-password`), init),
) {
  const { body } = await gateway.app.inject(`/reset-password${search}`);
  const script = /<script>(.*?)<\/script>/s.exec(body)?.[1] ?? '';
  const page = { focused: '' };
  const elements = new Map(
    [...body.matchAll(/<\w+ id="(\w+)"([^>]*)>/g)].map(([, id = '', rest = '']) => [
      id,
      elementOf(rest.includes(' hidden'), () => (page.focused = id)),
    ]),
  );
  const element = (id: string) => {
    const found = elements.get(id);
    if (found === undefined) throw new Error(`the page has no element ${id}`);
    return found;
  };
  const location = { search, pathname: '/reset-password' };
  const history = { replaceState: () => (location.search = '') };
  const document = { getElementById: element };
  vm.runInNewContext(script, { document, location, history, fetch, URLSearchParams });

  return {
    isFormShown: () => !element('form').hidden,
    said: () => element('outcome').textContent,
    search: () => location.search,
    async submit(password: string, repeated = password) {
      element('password').value = password;
      element('repeated').value = repeated;
      page.focused = '';
      await element('form').submit();
      const { textContent: said, className } = element('outcome');
      const invalid = ['password', 'repeated'].filter((id) => element(id).attributes.get('aria-invalid') === 'true');
      return { said, isProblem: className === 'problem', invalid, focused: page.focused };
    },
  };
}

function elementOf(hidden: boolean, focus: () => void) {
  const attributes = new Map<string, string>();
  const listeners: ((event: { preventDefault(): void }) => Promise<void>)[] = [];
  return {
    hidden,
    value: '',
    textContent: '',
    className: '',
    attributes,
    focus,
    setAttribute: (name: string, value: string) => attributes.set(name, value),
    removeAttribute: (name: string) => attributes.delete(name),
    addEventListener: (_type: 'submit', listener: (typeof listeners)[number]) => listeners.push(listener),
    submit: () => Promise.all(listeners.map((listener) => listener({ preventDefault() {} }))),
  };
}
